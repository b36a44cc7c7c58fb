"""A technician's visit: who agrees, how long it lasts, what is in its way, what a stranger's journal may not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.input import Badge, Board, Device, PaperDone, Tick
from appliance.core.outfit import Key, Outfit, outfitted
from appliance.core.refold import Refold, check
from appliance.core.snapshot import FOLD, restore, snapshot_body
from appliance.core.upkeep import MINUTES
from appliance.core.visit import OVER
from tests.core.desk import BADGES, PINS, SPREAD, Desk, shop


def called() -> Desk:
    """Nadia is in, on a till whose reader works."""
    desk = Desk()
    desk.feed(Device("badge", "ready", "ok"))
    desk.feed(Board({"printer.drawer_pin": "2"}))
    desk.login("04")
    return desk


def agree(desk: Desk, pin: str = PINS["02"]) -> None:
    desk.feed(Badge(BADGES["02"]))
    desk.type(pin)
    desk.tap("next")


def visiting() -> Desk:
    desk = called()
    agree(desk)
    return desk


def test_it_is_over_by_itself() -> None:
    """After its minutes, at the next thing that happens, whatever the wall clock was set to meanwhile."""
    desk = visiting()
    desk.sleep(MINUTES * 60_000 - 1000)
    desk.feed(Tick())
    assert desk.screen == "visit"

    desk.sleep(1000)
    desk.feed(Tick())

    assert desk.screen == "locked"
    assert desk.state.ui.notice == OVER
    assert desk.kinds()[-2:] == ["service-off", "logout"]
    assert desk.last(ev.SERVICE_OFF).body == {1: 1, 2: "04", 3: "02", 4: "time"}


def test_a_badge_and_a_pin_of_a_manager_are_wanted() -> None:
    """A cashier's badge lets the cashier in; three wrong PINs shut the manager out."""
    desk = called()
    assert desk.screen == "consent"
    desk.tap("name", "02")
    desk.tap("cancel")
    for _ in range(3):
        agree(desk, "0000")
    assert desk.last(ev.LOCKOUT).body[1] == "02"
    agree(desk)
    assert "service-on" not in desk.kinds()

    desk.feed(Badge(BADGES["01"]))
    assert desk.state.ledger.operator == "01"


def test_no_visit_in_an_exercise() -> None:
    """The refusal is a record, and a manager's badge is then only a manager's."""
    desk = Desk()
    desk.open()
    desk.login("02")
    desk.tap("go", "more")
    desk.tap("go", "manage")
    desk.tap("training-on")
    desk.login("04")
    assert desk.last(ev.REFUSED).body == {1: "service", 2: "training"}
    assert "mode école" in desk.view.text[0]  # type: ignore[union-attr]

    desk.feed(Badge(BADGES["02"]))
    desk.type(PINS["02"])
    assert desk.state.ledger.operator == "02"
    assert "service-on" not in desk.kinds()


def test_a_badge_taken_away_opens_nothing() -> None:
    """The sentence says so, the record says whose it was; neither does the name with the PIN."""
    desk = Desk()
    taken = Outfit(badges=(Key("04", "Nadia", b""),))
    desk.state = replace(desk.state, shop=outfitted(shop(), taken))
    desk.feed(Badge(BADGES["04"]))
    assert desk.state.ui.notice[0] == "Badge retiré."
    assert desk.last(ev.LOGIN_REFUSED).body[1] == "revoked-badge"
    assert desk.last(ev.LOGIN_REFUSED).body[2] == "04"

    desk.tap("name", "04")
    assert desk.screen == "locked"
    assert desk.state.ui.pin == ""
    assert desk.last(ev.LOGIN_REFUSED).body == {1: "revoked-badge", 2: "04", 3: b""}


def test_without_a_reader_the_names_are_offered() -> None:
    """A reader that is broken is what a technician comes for."""
    desk = Desk()
    desk.feed(Device("badge", "down", "lost"))
    desk.tap("name", "04")
    desk.type(PINS["04"])
    desk.tap("name", "02")
    desk.type(PINS["02"])
    desk.tap("next")

    assert desk.screen == "visit"


def test_nothing_is_sold_and_a_code_rings_nothing() -> None:
    desk = visiting()
    desk.scan(SPREAD)
    desk.tap("go", "more")
    desk.tap("open-day")

    assert desk.screen == "visit"
    assert not {"order", "line", "day-open"} & set(desk.kinds())


def test_a_setting_says_old_and_new_and_a_reset_gives_it_back() -> None:
    desk = visiting()
    desk.tap("go", "printer")
    desk.tap("set", "printer.drawer_pin=5")
    desk.tap("set", "printer.drawer_pin=5")
    desk.tap("set", "printer.drawer_pin=7")
    assert [e.body for e in desk.events if e.kind == ev.SETTING] == [{1: "printer.drawer_pin", 2: "2", 3: "5", 4: 1}]
    desk.tap("go", "")
    desk.tap("reset")
    desk.tap("reset-do")

    assert desk.last(ev.SETTING).body == {1: "printer.drawer_pin", 2: "5", 3: None, 4: 1}
    assert desk.state.ledger.upkeep.settings == ()


def test_a_test_page_that_is_lost_fails() -> None:
    """The printer's own word goes before the eye."""
    desk = visiting()
    desk.tap("go", "tests")
    desk.tap("test")
    desk.tap("answer", "passed")
    desk.feed(PaperDone(desk.last(ev.TEST_PRINT).seq, "lost"))
    desk.tap("answer", "skipped")

    assert ("printer", "failed", None) in desk.state.ui.tests


def test_a_snapshot_keeps_a_visit() -> None:
    desk = visiting()
    desk.tap("set", "printer.drawer_pin=5")
    ledger = desk.state.ledger
    body = snapshot_body(ledger)
    event = Event(ledger.seq - 1, ledger.t, ledger.tz, ledger.up, ledger.till, "", 0, ev.SNAPSHOT, body)

    restored = restore(event)
    assert body[1] == FOLD
    assert restored is not None
    assert restored.upkeep == ledger.upkeep


BAD = [
    (ev.SERVICE_ON, {1: 3, 2: "04", 3: "02", 4: 30}),
    (ev.SERVICE_ON, {1: 2, 2: "04", 3: "04", 4: 30}),
    (ev.SERVICE_ON, {1: 2, 2: "01", 3: "02", 4: 30}),
    (ev.SERVICE_OFF, {1: 1, 2: "04", 3: "02", 4: "person"}),
    (ev.SETTING, {1: "printer.cut", 2: "", 3: "none", 4: 1}),
    (ev.SELFTEST, {1: 1, 2: "passed", 3: []}),
]


@pytest.mark.parametrize(("kind", "body"), BAD)
def test_a_stranger_may_not_say_so(kind: int, body: dict[int, ev.Value]) -> None:
    """Numbers with a gap, somebody who agrees with himself, somebody who is not in, a setting outside a visit."""
    desk = visiting()
    desk.tap("lock")
    desk.login("04")
    ledger = desk.state.ledger
    event = Event(ledger.seq, ledger.t, ledger.tz, ledger.up, ledger.till, "04", 0, kind, body)

    with pytest.raises(ValueError, match=r"visit|agreed"):
        check(ledger, event)
    assert isinstance(desk.refold, Refold)
