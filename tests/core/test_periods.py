"""Closings: cascade, by hand, forgotten; X; training; what may not be dated any more."""

from __future__ import annotations

from appliance.core import event as ev
from appliance.core.day import Day
from appliance.core.input import Tick
from appliance.core.ledger import Ledger
from appliance.core.session import OUT_REASONS
from tests.core.desk import PAPER, SPREAD, WINE, Desk

DAY = 86_400_000


def day(desk: Desk, *codes: str) -> None:
    """One day from the opening to the closing."""
    if desk.screen == "locked":
        desk.login()
    desk.tap("next")
    for code in codes:
        desk.scan(code)
        desk.pay("cash", 5000)
        desk.tap("decline")
    desk.close()


def test_months_and_years_cascade() -> None:
    """CLO-10, CLO-11: sums of days are the month, of months the year; closed before the first later day."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    desk.close()
    desk.sleep(DAY)
    day(desk, WINE)
    desk.sleep(10 * DAY)  # December
    day(desk, WINE, PAPER)
    desk.sleep(31 * DAY)  # January
    desk.tap("next")
    months = [event.body for event in desk.events if event.kind == ev.MONTH_CLOSE]
    year = desk.last(ev.YEAR_CLOSE).body

    assert [(each[2], each[5], each[8], each[12]) for each in months] == [
        ("2026-11", 2, 2, 1315),
        ("2026-12", 1, 2, 1110),
    ]
    assert (year[2], year[3], year[4], year[5], year[8], year[12]) == ("2026-01", 1, 2, 2, 4, 2425)
    assert year[20] == []


def test_a_closed_month_takes_no_more_days() -> None:
    """CLO-02: asked twice, then for good; the refusal is a record."""
    desk = Desk()
    desk.open()
    desk.close()
    desk.tap("go", "more")
    desk.tap("go", "manage")
    desk.tap("close-month")
    desk.tap("period-close", "month")
    desk.tap("next")

    assert desk.last(ev.MONTH_CLOSE).body[2] == "2026-11"
    assert desk.last(ev.REFUSED).body == {1: "day-open", 2: "closed-period"}
    assert desk.state.ledger.day is None
    desk.tap("close")
    desk.sleep(10 * DAY)
    desk.tap("next")
    assert desk.state.ledger.day is not None


def test_a_forgotten_day_closes_itself() -> None:
    """The basket is put aside, nobody counted, the Z waits for somebody; sums are as always."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    desk.scan(WINE)
    desk.sleep(DAY)
    desk.feed(Tick())

    closed = desk.last(ev.DAY_CLOSE).body
    assert (closed[10], closed[18], closed[19]) == (425, None, None)
    assert desk.last(ev.COUNT).body[1] is None
    assert len(desk.state.ledger.parked) == 1
    assert desk.state.ledger.last_float == 10_425
    assert desk.screen == "doubt"
    desk.tap("doubt-print")
    assert desk.last(ev.DUPLICATE).body[5] == "clôture automatique"


def test_money_on_a_basket_keeps_the_day_open() -> None:
    """What was paid in part is settled first."""
    desk = Desk()
    desk.open()
    desk.scan(WINE)
    desk.tap("pay")
    desk.tap("give", 500)
    desk.sleep(DAY)
    desk.feed(Tick())
    assert desk.state.ledger.day is not None
    desk.tap("give", 390)
    desk.tap("decline")
    desk.feed(Tick())

    assert desk.state.ledger.day is None


def test_an_x_closes_nothing() -> None:
    """CLO-08: sums at any time, on paper and in the journal."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    desk.tap("go", "more")
    desk.tap("x-report")

    assert desk.last(ev.X_REPORT).body[10] == 425
    assert desk.last(ev.X_REPORT).body[18] is None
    assert desk.state.ledger.day is not None


def test_training_touches_nothing() -> None:
    """TRN-01…06: own numbers and totals, no pulse, who answers for it in each record."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    before = outside(desk.state.ledger)
    desk.tap("lock")
    desk.login("02")
    desk.tap("go", "more")
    desk.tap("go", "manage")
    desk.tap("training-on")
    desk.tap("lock")
    desk.login("03")
    start = len(desk.events)
    for _ in range(2):
        desk.scan(WINE)
        desk.pay("cash", 1000)
        desk.tap("print")
        desk.paper(desk.events[-1].seq)
    desk.tap("go", "more")
    desk.tap("go", "cash-out")
    wrapped = [event for event in desk.events[start:] if event.kind == ev.TRAINING]
    tickets = [event.body[3] for event in wrapped if event.body[2] == ev.TICKET]

    assert {event.body[1] for event in wrapped} == {"02"}
    assert {event.operator for event in wrapped} == {"03"}
    assert [body[1] for body in tickets] == [1, 2]  # type: ignore[index]
    assert "drawer" not in desk.kinds(start)
    desk.tap("go", "more")
    desk.tap("go", "manage")
    desk.tap("training-off")
    assert desk.last(ev.TRAINING_OFF).body == {1: 1, 2: "02", 3: 2, 4: 1780}
    assert outside(desk.state.ledger) == before
    assert desk.state.ledger.schooled == (1, 2, 1780, 1780)


def outside(ledger: Ledger) -> tuple[object, ...]:
    """All that an exercise must leave as it was."""
    open_day = ledger.day
    assert isinstance(open_day, Day)
    sums = open_day.totals, open_day.expected, open_day.first_ticket, open_day.last_ticket
    return (*sums, ledger.ticket_number, ledger.perpetual, ledger.month, ledger.year, tuple(ledger.tickets))


def test_training_stands_in_the_way_of_money() -> None:
    """No real drawer movement and no closing while it is on."""
    desk = Desk()
    desk.open()
    desk.tap("lock")
    desk.login("02")
    for act, value in (("go", "more"), ("go", "manage"), ("training-on", ""), ("go", "more"), ("close-day", "")):
        desk.tap(act, value)
    assert desk.screen == "message"
    desk.tap("close")
    desk.tap("go", "cash-out")
    desk.type("100")
    desk.tap("next")

    assert "cash-out" not in desk.kinds()
    assert len(OUT_REASONS) > 1


def test_a_year_without_an_archive_holds_the_opening() -> None:
    """CON-06: a manager may decide otherwise, and that is a record."""
    desk = Desk()
    desk.open()
    desk.close()
    desk.sleep(400 * DAY)
    desk.tap("next")
    assert desk.last(ev.REFUSED).body == {1: "day-open", 2: "no-archive"}
    assert desk.state.ledger.day is None
    desk.tap("close")
    desk.tap("lock")
    desk.login("02")
    desk.tap("next")
    desk.tap("open-anyway")

    assert desk.last(ev.JET).body[1] == 130
    assert desk.state.ledger.day is not None
