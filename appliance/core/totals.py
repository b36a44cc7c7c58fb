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
        sale = total >= 0
        return replace(
            self,
            tickets=self.tickets + 1,
            sales=self.sales + (total if sale else 0),
            refund_count=self.refund_count + (0 if sale else 1),
            refunds=self.refunds + (0 if sale else total),
            vat=add(self.vat, vat),
            means=_means(self.means, payments),
        )


def _means(rows: tuple[MeansRow, ...], payments: tuple[Payment, ...]) -> tuple[MeansRow, ...]:
    sums = {(row.label, row.kind): row for row in rows}
    for payment in payments:
        change = payment.kind == "change"
        key = next((k for k in sums if k[1] == "cash"), (payment.label, "cash")) if change else None
        key = key or (payment.label, payment.kind)
        old = sums.get(key, MeansRow(*key, 0, 0))
        sums[key] = replace(old, count=old.count + (0 if change else 1), amount=old.amount + payment.amount)
    return tuple(sums.values())


@dataclass(frozen=True, slots=True)
class Perpetual:
    """Since the first sale of the till, never reset (CLO-05): algebraic, and absolute (CLO-06)."""

    algebraic: int = 0
    absolute: int = 0

    def plus(self, total: int) -> Perpetual:
        return Perpetual(self.algebraic + total, self.absolute + abs(total))


@dataclass(frozen=True, slots=True)
class Period:
    """Turnover since the start of a month ("2026-11") or a fiscal year ("2026-01")."""

    name: str = ""
    total: int = 0

    def plus(self, name: str, total: int) -> Period:
        return Period(name, total if name != self.name else self.total + total)
