"""Sums of a till added up from the lines of `sceau dump`, by somebody who knows nothing of the till's own code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sums:
    """Cents; `rates`: basis points -> [before tax, tax, with tax]."""

    tickets: int = 0
    total: int = 0
    absolute: int = 0
    refunds: int = 0
    rates: dict[int, list[int]] = field(default_factory=dict)

    def add(self, total: int, rows: list[list[int]]) -> None:
        self.tickets += 1
        self.total += total
        self.absolute += abs(total)
        self.refunds += total < 0
        for rate, *amounts in rows:
            sums = self.rates.setdefault(rate, [0, 0, 0])
            self.rates[rate] = [one + other for one, other in zip(sums, amounts, strict=True)]


@dataclass
class Plain:
    """`wrong`: closings that say something else than the tickets before them."""

    records: int = 0
    whole: Sums = field(default_factory=Sums)
    days: dict[str, Sums] = field(default_factory=dict)
    months: dict[str, Sums] = field(default_factory=dict)
    years: dict[str, Sums] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    software: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    date: str = ""

    def take(self, act: dict[str, Any]) -> None:
        kind, body = act["kind"], act["body"]
        self.records += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "day-open":
            self.date = body["date"]
        elif kind == "version":
            self.software.append(body["to"])
        elif kind == "ticket":
            self._ticket(body)
        elif kind in ("day-close", "month-close", "year-close"):
            self._closing(kind, body)

    def _ticket(self, body: dict[str, Any]) -> None:
        groups = ((self.days, self.date), (self.months, self.date[:7]), (self.years, self.date[:4] + "-01"))
        for sums in (self.whole, *(group.setdefault(name, Sums()) for group, name in groups)):
            sums.add(body["total"], body["vat"])
        if (body["perpetual"], body["absolute"]) != (self.whole.total, self.whole.absolute):
            self.wrong.append(f"ticket {body['number']}")

    def _closing(self, kind: str, body: dict[str, Any]) -> None:
        group = {"day-close": self.days, "month-close": self.months, "year-close": self.years}[kind]
        name = body["date"] if kind == "day-close" else body["period"]
        sums = group.setdefault(name, Sums())
        rates = {rate: amounts for rate, *amounts in body["vat"] if any(amounts)}
        said = (body["tickets"], body["total"], body["refund_count"], rates, body["perpetual"], body["absolute"])
        ours = {rate: amounts for rate, amounts in sums.rates.items() if any(amounts)}
        if said != (sums.tickets, sums.total, sums.refunds, ours, self.whole.total, self.whole.absolute):
            self.wrong.append(f"{kind} {name}")


def added_up(lines: Iterable[str]) -> Plain:
    """One line at a time; nothing of it is kept but sums."""
    found = Plain()
    for line in lines:
        found.take(json.loads(line))
    return found
