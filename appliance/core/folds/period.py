"""Folds days, months and fiscal years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.day import Day
from appliance.core.document import Paper
from appliance.core.event import Event
from appliance.core.ledger import Ledger
from appliance.core.shop import Identity
from appliance.core.totals import Span


def _day_open(ledger: Ledger, event: Event) -> Ledger:
    number, amount, date = cast("tuple[int, int, str]", (event.body[1], event.body[2], event.body[3]))
    day = Day(number, amount, date, event.t, event.tz, Identity.of(event.body[4]), start=ledger.perpetual)
    return ledger._replace(day=day, day_number=number)


def _day_close(ledger: Ledger, event: Event) -> Ledger:
    number = cast(int, event.body[1])
    day = ledger.day
    if day is None:
        raise ValueError("a closing stands outside a day")
    counted = cast("int | None", event.body[18])
    later = counted is None  # nobody was there: the paper is offered to who comes next
    paper = Paper(event.seq, event.seq, "z", number, "later" if later else "")
    oldest = ledger.tickets[0].record if ledger.tickets else 0
    return ledger._replace(
        day=None,
        copies={fact: copy for fact, copy in ledger.copies.items() if fact >= oldest},
        refunded={fact: lines for fact, lines in ledger.refunded.items() if fact >= oldest},
        month=ledger.month.named(day.date[:7]).with_part(number, day.totals),
        year=ledger.year.named(fiscal_year(day.date, ledger.fiscal_year_start)),
        last_float=day.expected if counted is None else counted,
        last_close=(number, event.t, event.tz),
        archived=ledger.archived.closed("day", day.date),
        papers=ledger.papers if later else (*ledger.papers, paper),
        doubts=(*ledger.doubts, paper) if later else ledger.doubts,
    )


def fiscal_year(date: str, start: int) -> str:
    """Name of the fiscal year: the month in which it began, `2026-01`."""
    year, month = int(date[:4]), int(date[5:7])
    return f"{year if month >= start else year - 1:04d}-{start:02d}"


def _month_close(ledger: Ledger, event: Event) -> Ledger:
    number, name = cast("tuple[int, str]", (event.body[1], event.body[2]))
    return ledger._replace(
        month=Span(),
        year=ledger.year.with_part(number, ledger.month.totals),
        closings=(number, ledger.closings[1]),
        closed=(name, ledger.closed[1]),
        archived=ledger.archived.closed("month", name),
        papers=(*ledger.papers, Paper(event.seq, event.seq, "month", number)),
    )


def _year_close(ledger: Ledger, event: Event) -> Ledger:
    number, name = cast("tuple[int, str]", (event.body[1], event.body[2]))
    return ledger._replace(
        year=Span(),
        closings=(ledger.closings[0], number),
        closed=(ledger.closed[0], name),
        archived=ledger.archived.closed("year", name),
        papers=(*ledger.papers, Paper(event.seq, event.seq, "year", number)),
    )


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.DAY_OPEN: _day_open,
    ev.DAY_CLOSE: _day_close,
    ev.MONTH_CLOSE: _month_close,
    ev.YEAR_CLOSE: _year_close,
}
