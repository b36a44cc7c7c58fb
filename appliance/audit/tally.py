"""Sums of a day, a month or a year, added up from the band."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appliance.audit.band import Means, Sale

Sums = dict[int, list[int]]  # rate -> [ht, vat, ttc]


@dataclass
class Tally:
    """`means`: (label, kind) -> [count, amount], change taken off the cash."""

    tickets: int = 0
    sales: int = 0
    refunds: int = 0
    refund_count: int = 0
    first: int = 0
    last: int = 0
    rates: Sums = field(default_factory=dict)
    means: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.sales + self.refunds

    @property
    def cash(self) -> int:
        return sum(amount for (_, kind), (_, amount) in self.means.items() if kind == "cash")

    def sale(self, sale: Sale) -> None:
        self.tickets += 1
        self.first, self.last = self.first or sale.number, sale.number
        if sale.total < 0:
            self.refunds += sale.total
            self.refund_count += 1
        else:
            self.sales += sale.total
        merge(self.rates, sale.rates)
        for means in sale.means:
            self.paid(means)

    def paid(self, means: Means, count: int = 1) -> None:
        """`count` is -1 for the payment that a correction takes away."""
        if means.kind == "change":
            label = next((label for label, kind in self.means if kind == "cash"), means.label)
            self._row(label, "cash")[1] += means.amount
            return
        row = self._row(means.label, means.kind)
        row[0] += count
        row[1] += means.amount

    def _row(self, label: str, kind: str) -> list[int]:
        return self.means.setdefault((label, kind), [0, 0])

    def add(self, other: Tally) -> None:
        """A day into its month, a month into its year."""
        self.tickets += other.tickets
        self.sales += other.sales
        self.refunds += other.refunds
        self.refund_count += other.refund_count
        self.first, self.last = self.first or other.first, other.last or self.last
        merge(self.rates, other.rates)
        for key, row in other.means.items():
            own = self._row(*key)
            own[0] += row[0]
            own[1] += row[1]

    def vat_rows(self) -> list[list[int]]:
        return [[rate, *self.rates[rate]] for rate in sorted(self.rates, reverse=True)]

    def means_rows(self) -> list[list[Any]]:
        return [[*key, *row] for key, row in self.means.items()]


def merge(into: Sums, more: Sums) -> None:
    for rate, row in more.items():
        own = into.setdefault(rate, [0, 0, 0])
        for place, value in enumerate(row):
            own[place] += value
