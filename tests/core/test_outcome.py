"""What becomes of an order to the system below, and what the next start says of it: told once, recorded once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core import event as ev
from appliance.core.effect import Order
from appliance.core.input import OutcomeSaid, SoftwareReady, SystemSaid, Tick
from appliance.core.refold import Refold
from appliance.core.software import PATIENCE, SAID
from appliance.core.system import Outcome, Slot
from tests.core.evening import BAD, HELD, NEXT, OLD, STICK, closed, installing, jets, keys, notice, orders, started


@pytest.mark.parametrize("code", [each for each in SAID if each not in ("silent", "cut")] + ["nobody knows"])
def test_each_refusal_is_told_and_recorded_once(code: str) -> None:
    desk = installing()
    said = OutcomeSaid(Outcome("install", "refused", "0.2.0", code=code))
    desk.feed(said)
    desk.feed(said)

    assert jets(desk)[1:] == [(973, f"0.2.0 {code or 'failed'}")]
    assert desk.last(ev.JET).operator == ""
    assert notice(desk) == ("Mise à jour non installée.", SAID.get(code, SAID[""]))
    desk.login()
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": True}


def test_who_came_meanwhile_is_told() -> None:
    desk = installing()
    desk.login()
    desk.feed(OutcomeSaid(Outcome("install", "refused", "0.2.0", code="signature")))
    assert desk.state.ui.message is not None
    assert desk.state.ui.message.title == "Mise à jour non installée."


def test_no_day_is_opened_on_a_till_that_goes_dark() -> None:
    """Until the system has said nothing for too long: then it sells on, and what was not taken is withdrawn."""
    desk = installing()
    desk.login()
    assert keys(desk) == {}
    desk.tap("next")
    assert desk.state.ui.message is not None
    assert desk.state.ui.message.title == "La caisse va s'éteindre."
    desk.tap("close")
    desk.sleep(PATIENCE["install"] - 60_000)
    desk.feed(OutcomeSaid(Outcome("install", "running", "0.2.0", 1)))  # slow, and alive
    desk.sleep(PATIENCE["install"] - 60_000)
    desk.feed(Tick())
    desk.tap("next")
    assert desk.state.ledger.day is None
    desk.tap("close")

    desk.sleep(PATIENCE["install"])
    desk.feed(Tick())
    assert orders(desk)[-1] == Order("withdraw")
    assert jets(desk)[-1] == (973, "0.2.0 silent")
    desk.tap("close")
    desk.tap("next")
    assert desk.state.ledger.day is not None


def test_a_till_that_does_not_go_off_says_so() -> None:
    desk = closed(version="")
    desk.tap("off")
    desk.sleep(PATIENCE["off"])
    desk.feed(Tick())
    assert desk.last(ev.REFUSED).body == {1: "off", 2: "silent"}
    assert notice(desk)[0] == "La caisse ne s'éteint pas."
    assert orders(desk) == [Order("off"), Order("withdraw")]


def test_a_slot_that_was_given_up_is_told_once() -> None:
    """Who opens the shop need not call anybody. A manager may try again, a cashier is not asked to."""
    desk = started(BAD)
    assert jets(desk)[1:] == [(974, "0.2.0 > 0.1.0")]
    assert notice(desk) == ("Retour à la version 0.1.0.", "La version 0.2.0 n'a pas démarré. Vendre comme d'habitude.")
    desk.crash()
    desk.feed(SystemSaid(BAD))
    assert len(jets(desk)) == 2

    desk.feed(SoftwareReady("stick", "0.2.0", STICK))
    desk.login()
    assert keys(desk) == {"Éteindre": True}
    desk.tap("install")
    assert len(orders(desk)) == 1  # the one before
    desk.login("02")
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": True}


@pytest.mark.parametrize("slots", [OLD, (OLD[0], Slot("B", "0.0.9", "good"))])
def test_a_cut_in_an_installation_is_told(slots: tuple[Slot, ...]) -> None:
    """Also where it came before the system had heard of the order."""
    desk = started(slots)
    assert jets(desk)[1:] == [(973, "0.2.0 cut")]
    assert notice(desk)[1] == SAID["cut"]


def test_what_starts_next_or_runs_is_no_failure() -> None:
    assert len(jets(started(NEXT))) == 1
    assert len(jets(started(HELD))) == 1
    assert len(jets(started(()))) == 1


def test_a_process_that_comes_back_hears_how_it_ended() -> None:
    """The machine did not stop: what the system says of the order is believed before its slots are."""
    failed = started(OLD, Outcome("install", "failed", "0.2.0", code="medium"))
    assert jets(failed)[1:] == [(973, "0.2.0 medium")]
    running = started(OLD, Outcome("install", "running", "0.2.0", 60))
    assert len(jets(running)) == 1
    assert notice(running)[0] == "Installation en cours\u00a0: 60\u00a0%"
    stale = closed()
    stale.feed(SystemSaid(OLD, Outcome("install", "refused", "0.2.0", code="signature")))
    assert jets(stale) == []


def test_a_later_version_is_no_return() -> None:
    """What runs came otherwise and is above what was ordered here."""
    desk = installing()
    desk.state = replace(desk.state, ledger=desk.state.ledger._replace(software="0.3.0"))
    desk.feed(OutcomeSaid(Outcome("install", "running", "0.2.0", 5)))
    desk.state = replace(desk.state, system=None)
    desk.feed(SystemSaid(OLD))
    assert len(jets(desk)) == 1


def test_a_stranger_finds_nothing_wrong_with_it() -> None:
    """The records of an update that failed and of one that was given up, folded as a verifier does."""
    desk = started(BAD)
    check = Refold()
    for each in desk.events:
        check.apply(each)
