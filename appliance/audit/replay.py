"""Replay: each closing rebuilt from the band alone, each day for itself, and held against the one recorded (CLO-10).

Neither the sums that tickets bear nor any snapshot is used; tickets are held against the band as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from appliance.audit.band import Body, Means, Orders, Sale
from appliance.audit.tally import Tally
from appliance.core import event as ev
from appliance.storage.record import Record

# What a day's closing counts as traces, in order: kind -> place.
_TRACES = {
    ev.LINE_VOID: 0,
    ev.ORDER_VOID: 1,
    ev.DUPLICATE: 3,
    ev.LOGIN_REFUSED: 4,
    ev.DISCOUNT: 7,
    ev.LINE_CHANGE: 8,
    ev.PAYMENT_FIX: 9,
}
_UNKNOWN = object()  # stood in what was purged
_DRAWER, _CUTS, _NO_PRINTS, _PLACES = 2, 5, 6, 10
_CLOSINGS = {
    ev.DAY_CLOSE: "Z",
    ev.MONTH_CLOSE: "month",
    ev.YEAR_CLOSE: "year",
    ev.X_REPORT: "X",
    ev.TRAINING_OFF: "training",
}


class Difference(NamedTuple):
    """`field` of a closing: what it says, and what the band makes of it."""

    field: str
    recorded: object
    rebuilt: object


class Rebuilt(NamedTuple):
    """One closing held against the band. `faults` are acts and tickets since the one before that do not add up."""

    record: int
    what: str  # Z | month | year | X | training
    number: int
    name: str  # 2026-11-21, 2026-11
    tickets: int
    total: int
    differences: tuple[Difference, ...]
    faults: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.faults


@dataclass
class Day:
    """One session, by itself."""

    number: int
    float: int
    date: str
    opened: list[int]
    identity: object
    tally: Tally = field(default_factory=Tally)
    cash: list[int] = field(default_factory=lambda: [0, 0])  # in, out
    movements: list[int] = field(default_factory=lambda: [0, 0])
    traces: list[int] = field(default_factory=lambda: [0] * _PLACES)
    counted: int | None = None

    @property
    def expected(self) -> int:
        return self.float + self.tally.cash + self.cash[0] - self.cash[1]


@dataclass
class Span:
    """The days, or the months, since the last closing of their sum."""

    tally: Tally = field(default_factory=Tally)
    first: int = 0
    last: int = 0
    parts: int = 0
    whole: bool = False  # nothing of it was purged

    def part(self, number: int, tally: Tally) -> None:
        self.tally.add(tally)
        self.first, self.last, self.parts = self.first or number, number, self.parts + 1


class Replay:
    """Feed it every record in order; each closing gives one `Rebuilt`."""

    def __init__(self) -> None:
        self.day: Day | None = None
        self._orders, self._lessons = Orders(), Orders()
        self._lesson = Tally()
        self._month, self._year = Span(), Span()
        self._born = False  # seen from its first record: else a purge has taken the days before
        self._software: object = _UNKNOWN
        self._rates: object = _UNKNOWN
        self._fiscal_start = 0
        self._running = False
        self._sums: list[int] | None = None  # algebraic and absolute, as of the last closing
        self._names = ["", ""]  # of the month and of the year that the last closing belongs to
        self._running_sums = [0, 0]
        self._faults: list[str] = []

    def run(self, records: Iterable[Record]) -> Iterator[Rebuilt]:
        for record in records:
            found = self.apply(record)
            if found:
                yield found

    def apply(self, record: Record) -> Rebuilt | None:
        body: Body = record.body
        try:
            self._machine(record.kind, body)
            self._drawer(record.kind, body)
            self._sale(record, body)
            return self._closing(record, body)
        except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
            self._faults.append(f"record {record.seq}: its body does not fit its kind ({error!r})")
            return None

    def left(self) -> tuple[str, ...]:
        """Faults behind the last closing."""
        return tuple(self._faults)

    def _machine(self, kind: int, body: Body) -> None:
        """What stands around the sales: software, rates, power cuts."""
        if kind == ev.GENESIS:
            self._sums, self._born = [0, 0], True
            self._month.whole = self._year.whole = True
        elif kind == ev.START:
            if self._running and self.day:
                self.day.traces[_CUTS] += 1
            self._software, self._running = body[1], True
        elif kind == ev.STOP:
            self._running = False
        elif kind == ev.CONFIG:
            self._rates, self._fiscal_start = body[4], body[7]

    def _drawer(self, kind: int, body: Body) -> None:
        day = self.day
        if day is None:
            return
        if kind in _TRACES:
            day.traces[_TRACES[kind]] += 1
        elif kind == ev.DRAWER:
            day.traces[_DRAWER] += body[1] == "asked"
        elif kind == ev.NO_PRINT:
            day.traces[_NO_PRINTS] += body[3] == "asked"
        elif kind in (ev.CASH_IN, ev.CASH_OUT):
            way = int(kind == ev.CASH_OUT)
            day.cash[way] += body[1]
            day.movements[way] += 1
        elif kind == ev.COUNT:
            day.counted = body[1]

    def _sale(self, record: Record, body: Body) -> None:
        if record.kind == ev.DAY_OPEN:
            self.day = Day(body[1], body[2], body[3], [record.t, record.tz], body[4])
        elif record.kind == ev.TRAINING:
            lesson = self._lessons.apply(record.seq, body[2], body[3])
            if lesson:
                self._lesson.sale(lesson)
        elif record.kind == ev.PAYMENT_FIX and self.day:
            self.day.tally.paid(Means(*body[3]), -1)
            self.day.tally.paid(Means(*body[4]))
        else:
            sale = self._orders.apply(record.seq, record.kind, body)
            self._faults += self._orders.faults
            self._orders.faults.clear()
            if sale:
                self._ticket(record, body, sale)

    def _ticket(self, record: Record, body: Body, sale: Sale) -> None:
        self._faults += [f"ticket {sale.number} (record {record.seq}): {why}" for why in against(sale, body)]
        if self.day is None:
            self._faults.append(f"ticket {sale.number} (record {record.seq}) stands outside a day")
        else:
            self.day.tally.sale(sale)

    def _closing(self, record: Record, body: Body) -> Rebuilt | None:
        kind = record.kind
        if kind == ev.TRAINING_ON:
            self._lesson, self._lessons = Tally(), Orders()
        if kind not in _CLOSINGS:
            return None
        if kind == ev.TRAINING_OFF:
            wanted, tally = {3: self._lesson.tickets, 4: self._lesson.total}, self._lesson
        elif kind in (ev.MONTH_CLOSE, ev.YEAR_CLOSE):
            wanted, tally = self._period(kind, body)
        elif self.day is None and not self._born:
            self._trusted(body)
            return None
        else:
            wanted, tally = self._day_closed(kind, body)
        return self._held(record, body, wanted, tally)

    def _trusted(self, body: Body) -> None:
        """The closing of a day whose beginning was purged: what comes after is held against it."""
        self._names, self._running_sums = [body[21], body[23]], [body[22], body[24]]
        self._sums, self._faults = [body[25], body[26]], []
        self._fiscal_start = int(body[23][5:7])

    def _held(self, record: Record, body: Body, wanted: dict[int, Any], tally: Tally) -> Rebuilt:
        faults, self._faults = tuple(self._faults), []
        names = ev.NAMES[record.kind][1]
        differences = [
            Difference(names[key], body.get(key), value)
            for key, value in wanted.items()
            if value is not _UNKNOWN and _plain(names[key], body.get(key)) != _plain(names[key], value)
        ]
        name = str(body[2]) if record.kind != ev.TRAINING_OFF else f"by {body[2]}"
        what = _CLOSINGS[record.kind]
        return Rebuilt(record.seq, what, body[1], name, tally.tickets, tally.total, tuple(differences), faults)

    def _day_closed(self, kind: int, body: Body) -> tuple[dict[int, Any], Tally]:
        day = self.day
        if day is None:
            raise ValueError("a closing stands outside a day")
        wanted = {**_sales(4, day.tally), **self._till(day), **self._sums_of(day, body)}
        wanted |= {1: day.number, 2: day.date, 3: day.opened, 27: day.identity, 28: self._rates, 29: self._software}
        if kind == ev.X_REPORT:
            wanted |= {18: None, 19: None}
        else:
            self._names = [body[21], body[23]]
            self._running_sums = [body[22], body[24]]
            self._sums = [body[25], body[26]]
            self._month.part(day.number, day.tally)
            self.day = None
        return wanted, day.tally

    @staticmethod
    def _till(day: Day) -> dict[int, Any]:
        gap = None if day.counted is None else day.counted - day.expected
        ins, outs = day.cash
        return {
            13: day.float,
            14: day.tally.cash,
            15: ins,
            16: outs,
            17: day.expected,
            18: day.counted,
            19: gap,
            20: day.traces,
            30: day.movements,
        }

    def _sums_of(self, day: Day, body: Body) -> dict[int, Any]:
        """Since the closing before, which was itself held against the band; on trust right behind a purge."""
        self._fiscal_start = self._fiscal_start or int(body[23][5:7])
        total, absolute = day.tally.total, day.tally.sales - day.tally.refunds
        names = [day.date[:7], fiscal_year(day.date, self._fiscal_start)]
        if self._sums is None:
            return {}
        sums = [
            was + total if name == old else total
            for was, name, old in zip(self._running_sums, names, self._names, strict=True)
        ]
        return {
            21: names[0],
            22: sums[0],
            23: names[1],
            24: sums[1],
            25: self._sums[0] + total,
            26: self._sums[1] + absolute,
        }

    def _period(self, kind: int, body: Body) -> tuple[dict[int, Any], Tally]:
        span = self._month if kind == ev.MONTH_CLOSE else self._year
        name = self._names[kind == ev.YEAR_CLOSE]
        wanted: dict[int, Any] = {2: name, 18: self._rates, 19: self._software}
        if span.whole:
            wanted |= {3: span.first, 4: span.last, 5: span.parts, **_sales(6, span.tally)}
        if self._sums:
            wanted |= {15: self._sums[0], 16: self._sums[1]}
        if kind == ev.MONTH_CLOSE:
            self._year.part(body[1], span.tally)
            self._month = Span(whole=True)
        else:
            self._year = Span(whole=True)
        return wanted, span.tally


def _sales(first: int, tally: Tally) -> dict[int, Any]:
    """The nine fields of sales, which begin at key `first` of a closing's body."""
    values = [tally.first, tally.last, tally.tickets, tally.sales, tally.refunds, tally.refund_count, tally.total]
    return dict(enumerate([*values, tally.vat_rows(), tally.means_rows()], start=first))


def fiscal_year(day: str, start: int) -> str:
    """The month in which the fiscal year of a day began, `2026-01`."""
    year, month = int(day[:4]), int(day[5:7])
    return f"{year - (month < start):04d}-{start:02d}"


def against(sale: Sale, body: Body) -> Iterator[str]:
    """What a ticket says and the band does not."""
    if body[4] != sale.total:
        yield f"its total is {body[4]}, the band makes {sale.total}"
    if sum(each[2] for each in body[7]) != body[4]:
        yield "its payments are not its total"
    said = [[*line[:8], line[12] if len(line) > 12 else 0] for line in body[5]]
    made = [[x.number, x.label, x.quantity, x.price, x.amount, x.rate, x.ht, x.vat, x.discount] for x in sale.lines]
    if said != made:
        yield "its lines are not those of the band"
    rows = [[rate, *sale.rates[rate]] for rate in sorted(sale.rates, reverse=True)]
    if _plain("vat", body[6]) != _plain("vat", rows):
        yield "its VAT is not that of its lines"
    if [list(each) for each in body[7]] != [list(each) for each in sale.means]:
        yield "its payments are not those taken"


def _plain(name: str, value: object) -> object:
    """Two ways of writing the same: rows that are empty, the order of means, a period with or without a dash."""
    if isinstance(value, str) and name == "period":
        return value.replace("-", "")
    if not isinstance(value, list):
        return value
    if name == "vat":
        return sorted(tuple(row) for row in value if any(row[1:]))
    if name == "means":
        return sorted(tuple(row) for row in _one_cash(value) if any(row[2:]))
    if name == "traces":
        return [*value, *[0] * (_PLACES - len(value))][:_PLACES]
    return value


def _one_cash(rows: list[list[Any]]) -> list[list[Any]]:
    """Change is taken off the first cash means of its day: which one that is says nothing of the sums."""
    cash = [row for row in rows if row[1] == "cash"]
    both = [sum(row[place] for row in cash) for place in (2, 3)]
    return [*(row for row in rows if row[1] != "cash"), ["", "cash", *both]]
