"""Totals of the closings that a journal holds: by day, month and fiscal year, per rate, per means, and perpetual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from appliance.audit.reading import Period, number
from appliance.audit.replay import fiscal_year
from appliance.audit.tally import Tally
from appliance.core import event as ev
from appliance.storage.record import Record, Value


@dataclass
class Totals:
    """`days`, `months` and `years` hold what was closed in the period; a day that is still open is in none of them."""

    days: dict[str, Tally] = field(default_factory=dict)  # by business date
    months: dict[str, Tally] = field(default_factory=dict)
    years: dict[str, Tally] = field(default_factory=dict)  # by the month in which the fiscal year began
    whole: Tally = field(default_factory=Tally)
    perpetual: int = 0  # cents, as of the last closing of the period
    absolute: int = 0


def totals(records: Iterable[Record], period: Period) -> Totals:
    """Raises ValueError for a closing whose body does not fit."""
    found, start = Totals(), 1
    for record in records:
        if record.kind == ev.CONFIG:
            start = number(record.body[7])
        elif record.kind == ev.DAY_CLOSE:
            date = str(record.body[2])
            if period.holds(date):
                _closed(found, record, date, fiscal_year(date, start))
    return found


def _closed(found: Totals, record: Record, date: str, year: str) -> None:
    tally = tally_of(record)
    groups = ((found.days, date), (found.months, date[:7]), (found.years, year))
    for group, name in groups:
        group.setdefault(name, Tally()).add(tally)
    found.whole.add(tally)
    found.perpetual, found.absolute = number(record.body[25]), number(record.body[26])


def tally_of(record: Record) -> Tally:
    """What a day's closing says."""
    body = record.body
    first, last, tickets, sales, refunds, refund_count = (number(body[key]) for key in range(4, 10))
    found = Tally(tickets, sales, refunds, refund_count, first, last)
    for rate, *sums in _rows(body[11]):
        found.rates[number(rate)] = [number(each) for each in sums]
    for label, kind, count, amount in _rows(body[12]):
        found.means[str(label), str(kind)] = [number(count), number(amount)]
    return found


def _rows(value: Value) -> list[list[Value]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise ValueError("a closing's rows are no rows")
    return [row for row in value if isinstance(row, list)]
