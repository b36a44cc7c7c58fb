"""Totals of a period: what a Z says and what is never reset."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.core.sale import Payment
from appliance.core.vat import Rows, add


@dataclass(frozen=True, slots=True)
class MeansRow:
    """Sum and number of payments of one means; change is taken off the cash row."""

    label: str
    kind: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sales of one day. Refunds are counted apart (CLO-06, CLO-08)."""

    tickets: int = 0
    sales: int = 0
    refund_count: int = 0
    refunds: int = 0
    vat: Rows = ()
    means: tuple[MeansRow, ...] = ()

    @property
    def total(self) -> int:
        return self.sales + self.refunds

    @property
    def cash(self) -> int:
        return sum(row.amount for row in self.means if row.kind == "cash")

    def with_ticket(self, total: int, vat: Rows, payments: tuple[Payment, ...]) -> Totals:
        return self.plus(Totals.of(total, vat, payments), payments)

    @staticmethod
    def of(total: int, vat: Rows, payments: tuple[Payment, ...]) -> Totals:
        """Of one ticket; a refund's total is negative."""
        means = _means((), payments)
        return Totals(1, total, 0, 0, vat, means) if total >= 0 else Totals(1, 0, 1, total, vat, means)

    def plus(self, more: Totals, payments: tuple[Payment, ...] | None = None) -> Totals:
        """`payments`, when known, join their means one by one: change goes to the first cash row there is."""
        means = _joined(self.means, more.means) if payments is None else _means(self.means, payments)
        return Totals(
            self.tickets + more.tickets,
            self.sales + more.sales,
            self.refund_count + more.refund_count,
            self.refunds + more.refunds,
            add(self.vat, more.vat),
            means,
        )

    def fixed(self, minus: Payment, plus: Payment) -> Totals:
        """A payment counted under another means: a pair that adds up to nothing."""
        lower = replace(self, means=_joined(self.means, (MeansRow(minus.label, minus.kind, -1, minus.amount),)))
        return replace(lower, means=_joined(lower.means, (MeansRow(plus.label, plus.kind, 1, plus.amount),)))


def _means(rows: tuple[MeansRow, ...], payments: tuple[Payment, ...]) -> tuple[MeansRow, ...]:
    sums = {(row.label, row.kind): row for row in rows}
    for payment in payments:
        change = payment.kind == "change"
        key = next((k for k in sums if k[1] == "cash"), (payment.label, "cash")) if change else None
        key = key or (payment.label, payment.kind)
        old = sums.get(key, MeansRow(*key, 0, 0))
        sums[key] = replace(old, count=old.count + (0 if change else 1), amount=old.amount + payment.amount)
    return tuple(sums.values())


def _joined(rows: tuple[MeansRow, ...], more: tuple[MeansRow, ...]) -> tuple[MeansRow, ...]:
    sums = {(row.label, row.kind): row for row in rows}
    for row in more:
        old = sums.get((row.label, row.kind), MeansRow(row.label, row.kind, 0, 0))
        sums[row.label, row.kind] = replace(old, count=old.count + row.count, amount=old.amount + row.amount)
    return tuple(sums.values())


@dataclass(frozen=True, slots=True)
class Perpetual:
    """Since the first sale of the till, never reset (CLO-05): algebraic, and absolute (CLO-06)."""

    algebraic: int = 0
    absolute: int = 0

    def plus(self, total: int) -> Perpetual:
        return Perpetual(self.algebraic + total, self.absolute + abs(total))


@dataclass(frozen=True, slots=True)
class Span:
    """A month ("2026-11") or a fiscal year ("2026-01") not yet closed.

    `totals` is what its tickets raised, `closed` the sum of the closings below it: days of a month, months of a year.
    """

    name: str = ""
    first_ticket: int = 0
    last_ticket: int = 0
    first_part: int = 0
    last_part: int = 0
    parts: int = 0
    totals: Totals = Totals()
    closed: Totals = Totals()

    @property
    def total(self) -> int:
        return self.totals.total

    def named(self, name: str) -> Span:
        return self if name == self.name else Span(name)

    def with_ticket(self, number: int, own: Totals, payments: tuple[Payment, ...]) -> Span:
        """`own`: the totals of this ticket alone."""
        first = self.first_ticket or number
        return replace(self, first_ticket=first, last_ticket=number, totals=self.totals.plus(own, payments))

    def with_part(self, number: int, totals: Totals) -> Span:
        """One closing below; `number` is its own."""
        first = self.first_part or number
        closed = self.closed.plus(totals)
        return replace(self, first_part=first, last_part=number, parts=self.parts + 1, closed=closed)
