"""Switching off and new versions as the core decides them: when, by whom, never downwards."""

from __future__ import annotations

import pytest

from appliance.core import event as ev
from appliance.core.effect import Order
from appliance.core.input import Badge, Device, OutcomeSaid, Receipted, SoftwareReady
from appliance.core.scenes.software import key
from appliance.core.snapshot import restore, snapshot_body
from appliance.core.software import PATIENCE, SAID, unsent
from appliance.core.system import Bundle, Outcome, Strangers, System, newer, numbers
from appliance.core.till import fold
from tests.core.desk import BADGES, PINS, SPREAD, Desk
from tests.core.evening import STICK, closed, installing, jets, keys, notice, orders, printed, waiting


def test_off_is_offered_between_days_and_locks_first() -> None:
    """The logout is recorded before anything is asked of the system."""
    desk = closed(version="")
    assert keys(desk) == {"Éteindre": True}
    since = len(desk.events)
    desk.tap("off")

    assert desk.kinds(since) == ["logout"]
    assert desk.last(ev.LOGOUT).body == {1: "off"}
    assert orders(desk) == [Order("off")]
    assert notice(desk) == ("La caisse s'éteint.",)


def test_without_a_system_there_is_no_key() -> None:
    """Such a machine is switched off by hand; an update that somebody tells of is nothing to it."""
    desk = Desk()
    desk.login()
    desk.feed(SoftwareReady("stick", "0.2.0", STICK))
    desk.feed(OutcomeSaid(Outcome("install", "failed", code="medium")))
    assert keys(desk) == {}
    desk.tap("off")
    desk.tap("install")
    assert orders(desk) == []
    assert jets(desk) == []


def test_nothing_is_ordered_while_a_day_is_open() -> None:
    """Nor offered: the screens of an open day have no such key, and the act is not heard."""
    desk = closed(version="0.2.0")
    desk.tap("next")
    assert desk.state.ledger.day is not None
    for act in ("off", "install", "install-anyway"):
        desk.tap(act)
    desk.tap("go", "open-day")
    desk.tap("off")
    assert orders(desk) == []


def test_a_z_that_prints_is_waited_for() -> None:
    """With a printer that stands there is nothing to wait for."""
    desk = closed()
    desk.feed(Device("printer", "ready", "ok"))
    desk.tap("next")
    desk.close()
    assert desk.state.ledger.papers
    assert keys(desk) == {"Éteindre": False}
    desk.tap("off")
    assert orders(desk) == []

    desk.feed(Device("printer", "down", "paper-out"))
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": True}


def test_an_update_is_a_record_before_it_is_asked_for() -> None:
    """Both versions and where it came from; then nobody is logged in any more."""
    desk = closed()
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": True}
    since = len(desk.events)
    desk.tap("install")

    assert desk.kinds(since) == ["jet", "logout"]
    assert jets(desk) == [(972, "0.1.0 > 0.2.0 (stick)")]
    assert desk.events[since].operator == "01"
    assert orders(desk) == [Order("install", STICK, "off")]
    assert notice(desk) == ("Installation en cours\u00a0: 0\u00a0%", "La caisse s'éteindra toute seule.")
    desk.feed(OutcomeSaid(Outcome("install", "running", "0.2.0", 40)))
    assert notice(desk)[0] == "Installation en cours\u00a0: 40\u00a0%"
    desk.feed(OutcomeSaid(Outcome("install", "done", "0.2.0", 100)))
    assert notice(desk)[0] == "Mise à jour installée."


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.1", "next", "", "0.2.0-rc1", "٠.٢.٠"])
def test_nothing_that_is_not_newer_is_offered(version: str) -> None:
    desk = closed(version="")
    desk.feed(SoftwareReady("stick", version, STICK))
    assert keys(desk) == {"Éteindre": True}


def test_a_downgrade_is_refused_in_words_and_on_record() -> None:
    """Where it can be asked for at all: on the technician's page."""
    desk = closed(version="0.0.9")
    desk.tap("install")

    assert jets(desk) == [(973, "0.0.9 older")]
    assert desk.state.ui.message is not None
    assert desk.state.ui.message.text == (SAID["older"],)
    assert orders(desk) == []


def test_versions_are_numbers() -> None:
    assert newer("0.10.0", "0.9.9")
    assert not newer("0.9.9", "0.10.0")
    assert not newer("1.0.0", "a build of today")
    assert numbers("1.2.3") == (1, 2, 3)
    assert numbers("1.2.3\n") == ()


def test_the_highest_is_taken_and_the_collectors_of_two() -> None:
    ready = (Bundle("stick", "0.2.0", "a"), Bundle("collector", "0.2.0", "b"))
    assert System((), ready).best == ready[1]
    higher = Bundle("stick", "0.11.0", "c")
    assert System((), (*ready, higher)).best == higher
    assert System((), (Bundle("stick", "?", "d"),)).best is None


def test_a_stick_that_goes_takes_its_offer_with_it() -> None:
    desk = closed()
    desk.feed(SoftwareReady("stick", "", ""))
    assert keys(desk) == {"Éteindre": True}
    desk.tap("install")
    assert orders(desk) == []
    assert jets(desk) == [(973, "gone")]


def test_a_parked_ticket_keeps_the_update_waiting() -> None:
    """It stands in the journal, so the till may go off; a new version finds nothing under way."""
    desk = closed()
    desk.tap("next")
    desk.scan(SPREAD)
    desk.tap("go", "more")
    desk.tap("park")
    desk.close()
    printed(desk)
    assert desk.state.ledger.parked
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": False}
    desk.tap("install")
    assert orders(desk) == []


def test_a_manager_decides_on_what_is_not_sent() -> None:
    """Asked in words, with the number; the decision is a record of its own before the order."""
    desk = waiting("02")
    count = unsent(desk.state.ledger)
    desk.tap("install")
    assert orders(desk) == []
    said = desk.state.ui.message
    assert said is not None
    assert said.text == (f"{count} enregistrements ne sont pas encore envoyés.", "Installer quand même\u00a0?")

    desk.tap("install-anyway")
    assert [code for code, _ in jets(desk)] == [130, 972]
    assert jets(desk)[0][1] == f"mise à jour installée avant l'envoi de {count} enregistrements"
    assert orders(desk) == [Order("install", "/state/updates/sceau-pc-0.2.0.raucb", "off")]


def test_anyone_else_is_told_to_call_one() -> None:
    desk = waiting("01")
    desk.tap("install")
    assert desk.last(ev.REFUSED).body == {1: "software", 2: "unsent"}
    assert desk.state.ui.message is not None
    assert "Un responsable doit s'identifier" in desk.state.ui.message.text[1]
    desk.tap("install-anyway")
    assert orders(desk) == []
    assert jets(desk) == []


def test_the_stick_is_gone_when_the_manager_has_decided() -> None:
    desk = waiting("02")
    desk.tap("install")
    desk.feed(SoftwareReady("collector", "", ""))
    desk.tap("install-anyway")
    assert orders(desk) == []
    assert jets(desk) == [(973, "gone")]


def test_what_a_receipt_does_not_cover_itself_is_nothing_to_wait_for() -> None:
    """The receipt is a record, and so is a login behind it: else no till would ever be up to date."""
    desk = waiting("01")
    ledger = desk.state.ledger
    desk.feed(Receipted(0, ledger.seq, bytes(32), desk.t, b"receipt", "network"))
    assert unsent(desk.state.ledger) == 0
    desk.tap("lock")
    desk.login()
    desk.tap("install")
    assert len(orders(desk)) == 1


def test_a_closing_without_a_ticket_waits_too() -> None:
    desk = waiting("01")
    desk.feed(Receipted(0, desk.state.ledger.seq, bytes(32), desk.t, b"receipt", "network"))
    desk.tap("next")
    desk.close()
    assert desk.state.ledger.upstream.unsent == 0
    assert unsent(desk.state.ledger) > 0


def test_a_restored_ledger_knows_the_same() -> None:
    """A start folds from the snapshot: the version that was ordered and what was closed come back with it."""
    desk = installing()
    desk.login()
    desk.tap("next")  # no: the till is about to go dark
    assert desk.state.ledger.day is None
    desk.feed(OutcomeSaid(Outcome("install", "failed", "0.2.0", code="medium")))
    desk.tap("close")
    desk.tap("install")
    desk.sleep(PATIENCE["install"])
    shot = next(each for each in reversed(desk.events) if each.kind == ev.SNAPSHOT)
    restored = restore(shot)
    assert restored is not None
    assert fold(desk.events[shot.seq + 1 :], restored) == desk.state.ledger
    assert desk.state.ledger.upkeep.ordered == "0.2.0"
    body = snapshot_body(desk.state.ledger)
    again = restore(shot._replace(body=body))
    assert again is not None
    assert again.upkeep.ordered == "0.2.0"


def test_a_technician_installs_between_days_only() -> None:
    """On the page that shows the slots; the visit ends with it."""
    desk = closed()
    desk.feed(Device("badge", "ready", "ok"))
    desk.login("04")
    desk.feed(Badge(BADGES["02"]))
    desk.type(PINS["02"])
    desk.tap("next")
    desk.tap("look", "software")
    offered = key(desk.state)
    assert offered is not None
    assert offered.act is not None
    since = len(desk.events)
    desk.tap("install")
    assert desk.kinds(since) == ["jet", "service-off", "logout"]
    assert orders(desk) == [Order("install", STICK, "off")]


def test_a_technician_waits_for_the_closing() -> None:
    desk = closed()
    desk.tap("next")
    desk.feed(Device("badge", "ready", "ok"))
    desk.login("04")
    desk.feed(Badge(BADGES["02"]))
    desk.type(PINS["02"])
    desk.tap("next")
    desk.tap("look", "software")
    offered = key(desk.state)
    assert offered is not None
    assert offered.act is None
    assert offered.detail == "clôturer d'abord la journée"
    desk.tap("install")
    assert orders(desk) == []


def test_updates_for_other_models_are_named_and_not_ordered() -> None:
    """Until something for this one lies there; what the system would refuse is not asked of it."""
    desk = closed(version="")
    boards = Strangers("pc", ("comptoir", "virt-amd64"))
    desk.feed(SoftwareReady("stick", "", "", boards))
    assert keys(desk) == {"Éteindre": True, "Installer et éteindre": True}
    desk.tap("install")
    said = desk.state.ui.message
    assert said is not None
    assert "comptoir, virt-amd64" in said.text[0]
    assert "sceau-pc." in said.text[1]
    assert (orders(desk), jets(desk)) == ([], [(973, "board")])

    desk.tap("close")
    desk.feed(SoftwareReady("collector", "0.2.0", "/state/updates/sceau-pc-0.2.0.raucb"))
    desk.tap("install")
    assert len(orders(desk)) == 1


def test_such_a_stick_that_goes_is_forgotten() -> None:
    desk = closed(version="")
    desk.feed(SoftwareReady("stick", "", "", Strangers("pc", ("virt-amd64",))))
    desk.feed(SoftwareReady("collector", "", ""))
    assert "Installer et éteindre" in keys(desk)
    desk.feed(SoftwareReady("stick", "", ""))
    assert keys(desk) == {"Éteindre": True}
