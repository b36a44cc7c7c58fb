"""Time (CLK-01 to CLK-04): nothing is dated before what stands, a jump is a record, a person's word is asked once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core import event as ev
from appliance.core.clock import EARLIEST, parse
from appliance.core.input import Stop, Tick
from tests.core.desk import SATURDAY, Desk, shop

DAY = 86_400_000
YEAR = 366 * DAY


class Lost(Desk):
    """A machine whose clock starts in 1970, as one without a battery does."""

    def start(self) -> None:
        if not self.events:
            self.t = 5_000
        super().start()


def whys(desk: Desk) -> list[ev.Value]:
    return [event.body[3] for event in desk.events if event.kind == ev.CLOCK]


def sold(desk: Desk) -> int:
    """The time of a ticket that is sold now."""
    desk.tap("ring", "Baguette")
    desk.pay("Chèque")
    desk.tap("decline")
    return desk.last(ev.TICKET).t


def test_a_clock_from_1970_is_corrected_before_anything_is_sold() -> None:
    """Yes is no answer to 1970; the typed time is recorded, and day, cap and ticket stand on the right date."""
    desk = Lost()
    desk.login()
    assert whys(desk) == ["implausible"]
    assert desk.screen == "clock"
    assert [key.act and key.act.name for key in desk.view.keys] == ["clock-correct"]  # type: ignore[union-attr]
    desk.tap("clock-yes")
    assert desk.screen == "clock"
    desk.tap("clock-correct")
    desk.type("211120260830")
    desk.tap("next")
    assert desk.screen == "open-day"
    desk.tap("next")

    assert whys(desk) == ["implausible", "corrected"]
    assert desk.last(ev.DAY_OPEN).body[3] == "2026-11-21"
    assert abs(sold(desk) - (SATURDAY + 30 * 60_000)) < 60_000


def test_a_corrected_clock_that_finds_its_time_again_is_not_corrected_twice() -> None:
    """After a restart with a right clock the correction of years is void, the person is asked, no record is in 2082."""
    desk = Lost()
    desk.login()
    desk.tap("clock-correct")
    desk.type("211120260830")
    desk.tap("next")
    desk.feed(Stop("asked"))
    desk.t = SATURDAY + DAY
    desk.crash()
    desk.login()

    assert desk.screen == "clock"
    assert desk.events[-1].t < SATURDAY + 2 * DAY
    desk.tap("clock-yes")
    desk.tap("next")
    assert desk.last(ev.DAY_OPEN).body[3] == "2026-11-22"


@pytest.mark.parametrize("jump", [-YEAR, -3_600_000, -2_001, 2_001, 40 * 60_000, 56 * YEAR])
def test_a_jump_is_recorded_and_time_goes_on(jump: int) -> None:
    """However far the machine's clock leaps, the next ticket is dated a moment after the last one."""
    desk = Desk()
    desk.open()
    before = sold(desk)
    desk.t += jump
    desk.feed(Tick())

    assert whys(desk) == ["jump"]
    assert desk.screen == "clock"
    desk.tap("clock-yes")
    assert whys(desk) == ["jump", "confirmed"]
    assert 0 < sold(desk) - before < 60_000


def test_two_seconds_of_drift_are_no_jump() -> None:
    """What a slow adjustment does is not an event; sleep counts as time that went by."""
    desk = Desk()
    desk.open()
    desk.t += 2_000
    desk.feed(Tick())
    desk.sleep(8 * 3_600_000)
    desk.feed(Tick())

    assert whys(desk) == []


def test_a_clock_behind_the_journal_can_only_be_corrected() -> None:
    """CLK-03: at a start before the last record yes is no answer, and no earlier time is taken."""
    desk = Desk()
    desk.open()
    sold(desk)
    desk.t -= DAY
    desk.crash()
    desk.login()
    assert whys(desk) == ["behind"]
    desk.tap("clock-yes")
    assert desk.screen == "clock"
    desk.tap("clock-correct")
    desk.type("201120261200")
    desk.tap("next")
    assert "avant le dernier" in desk.view.refusal  # type: ignore[union-attr]
    desk.tap("clear")
    desk.type("211120261200")
    desk.tap("next")

    assert whys(desk) == ["behind", "corrected"]
    assert sold(desk) > SATURDAY + 3 * 3_600_000


def test_a_slip_in_the_year_is_refused() -> None:
    """2062 for 2026 would date every later record: it is not taken."""
    desk = Desk()
    desk.login("02")
    desk.tap("go", "technician")
    desk.tap("go", "time")
    desk.type("211120620830")
    desk.tap("next")

    assert "trop loin" in desk.view.refusal  # type: ignore[union-attr]
    assert whys(desk) == []


def test_leaving_the_time_page_is_not_an_answer() -> None:
    """Corriger, then Retour: the question stands again."""
    desk = Desk()
    desk.open()
    desk.t += YEAR
    desk.feed(Tick())
    desk.tap("clock-correct")
    assert desk.screen == "time"
    desk.tap("go", "")

    assert desk.screen == "clock"


def test_a_basket_is_not_interrupted_by_the_question() -> None:
    """The question waits until nothing is in the hands; the banner says it meanwhile."""
    desk = Desk()
    desk.open()
    desk.tap("ring", "Baguette")
    desk.t += YEAR
    desk.feed(Tick())

    assert desk.screen == "sale"
    assert desk.view.header.banner.title == "Heure à confirmer."  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["", "2", "310220261200", "211320261200", "211120262560", "000000000000", "9" * 13])
def test_what_is_no_date_is_refused(typed: str) -> None:
    """31 February, a 13th month, 25 o'clock."""
    assert parse(typed, 60) is None


def test_what_is_a_date_is_local() -> None:
    """Typed in the shop's time, kept in UTC; 1 January 2026 is the first day that is believed."""
    assert parse("211120260800", 60) == SATURDAY
    assert parse("010120260000", 0) == EARLIEST


def test_a_pivot_hour_keeps_the_night_in_its_day() -> None:
    """A bar that opens its day at 02:00 with a pivot at 4 works on the day before."""
    desk = Desk(replace(shop(), day_pivot=4))
    desk.sleep(18 * 3_600_000)
    desk.open()

    assert desk.last(ev.DAY_OPEN).body[3] == "2026-11-21"


def test_a_leap_of_the_clock_is_set_right_by_a_manager_only() -> None:
    """CLK-04: over 24 h a cashier is refused, with a record; the same digits are a manager's to type."""
    desk = Desk()
    desk.open()
    desk.t += 3_600_000  # the machine's clock jumps
    for person in ("01", "02"):
        desk.login(person)
        desk.tap("clock-correct")
        desk.type("221220260830")
        desk.tap("next")
        if person == "01":
            assert desk.last(ev.REFUSED).body == {1: "clock", 2: "far"}
            assert desk.screen == "time"

    assert whys(desk)[-1] == "corrected"


def test_a_shop_that_was_shut_three_days_sets_a_lost_clock_without_a_manager() -> None:
    """The machine lost its time: up to a week after the last record anybody may say what time it is."""
    desk = Desk()
    desk.open()
    desk.close()
    desk.t, desk.up = 5_000, 1_000
    desk.start()
    desk.login()
    desk.tap("clock-correct")
    desk.type("241120260830")
    desk.tap("next")

    assert whys(desk)[-1] == "corrected"
