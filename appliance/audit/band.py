"""The band of a till: from the first scanned line to the ticket, added up again from the acts alone (INA-01, INA-02).

An arithmetic of its own, so that it checks the till's: nothing here comes from `core` but the names of the acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from appliance.core import event as ev

Body = Mapping[int, Any]


def rounded(numerator: int, denominator: int) -> int:
    """Half away from zero; the denominator is positive (VAT-05)."""
    whole, rest = divmod(abs(numerator), denominator)
    whole += 2 * rest >= denominator
    return -whole if numerator < 0 else whole


def tax(ttc: int, rate: int) -> int:
    """The VAT in `ttc` cents at `rate` basis points (VAT-06)."""
    return rounded(ttc * rate, 10_000 + rate)


class Means(NamedTuple):
    """`amount` in cents; change has kind "change" and a negative amount."""

    label: str
    kind: str
    amount: int


@dataclass
class Item:
    """A line as the acts so far have made it: thousandths, cents, basis points."""

    number: int
    label: str
    quantity: int
    price: int
    rate: int
    discount: int = 0  # negative on a line that is given back

    @property
    def amount(self) -> int:
        return rounded(self.quantity * self.price, 1000) - self.discount

    @property
    def vat(self) -> int:
        return tax(self.amount, self.rate)

    @property
    def ht(self) -> int:
        return self.amount - self.vat


@dataclass
class Sale:
    """What a ticket must be, from the acts before it."""

    number: int
    lines: list[Item]
    means: list[Means]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def rates(self) -> dict[int, list[int]]:
        """Rate -> [ht, vat, ttc]."""
        sums: dict[int, list[int]] = {}
        for line in self.lines:
            row = sums.setdefault(line.rate, [0, 0, 0])
            for place, value in enumerate((line.ht, line.vat, line.amount)):
                row[place] += value
        return sums


@dataclass
class Basket:
    """An order that is not yet a ticket. `rebate`: (basis points or None, cents) off the whole of it."""

    lines: dict[int, Item] = field(default_factory=dict)
    means: list[Means] = field(default_factory=list)
    rebate: tuple[int | None, int] | None = None


class Orders:
    """The baskets that are open, by the number of their order: one at the counter, others parked.

    `faults` names every act that does not add up; whoever reads it empties it.
    """

    def __init__(self) -> None:
        self._open: dict[int, Basket] = {}
        self.faults: list[str] = []

    def apply(self, seq: int, kind: int, body: Body) -> Sale | None:
        """The sale that a `ticket` record ends; None for every other act."""
        if kind == ev.TICKET:
            basket = self._open.pop(body[3], None) or Basket()
            _shared(basket)
            return Sale(body[1], list(basket.lines.values()), basket.means)
        if kind == ev.ORDER_VOID:
            self._open.pop(body[1], None)
        elif kind in _ACTS:
            self._act(self._open.setdefault(body[1], Basket()), seq, kind, body)
        return None

    def _act(self, basket: Basket, seq: int, kind: int, body: Body) -> None:
        if kind == ev.LINE:
            item = Item(body[2], body[3], body[4], body[5], body[7], body.get(15, 0))
            basket.lines[item.number] = item
            self._hold(seq, item, (body[6], body[8], body[9]))
        elif kind == ev.LINE_CHANGE:
            self._change(basket, seq, body)
        elif kind == ev.LINE_VOID:
            self._void(basket, seq, body)
        elif kind == ev.DISCOUNT:
            self._discount(basket, seq, body)
        elif kind != ev.ORDER:
            basket.means.append(Means(body[2], body[3], body[4]))

    def _change(self, basket: Basket, seq: int, body: Body) -> None:
        item = basket.lines.get(body[2])
        if item is None:
            self.faults.append(f"record {seq} changes line {body[2]}, which does not stand")
            return
        item.quantity, item.price, item.discount = body[3], body[4], body[9]
        self._hold(seq, item, (body[5], body[6], body[7]))

    def _void(self, basket: Basket, seq: int, body: Body) -> None:
        item = basket.lines.pop(body[2], None)
        if item is None or (basket.rebate is None and item.amount != -body[4]):
            self.faults.append(f"record {seq} takes off line {body[2]}, which does not stand at that sum")

    def _discount(self, basket: Basket, seq: int, body: Body) -> None:
        """On a line it stands at once, in the place of the one before; on the whole order when it is paid."""
        if body[2] is None:
            basket.rebate = (body[3], body[4])
        elif body[2] in basket.lines:
            basket.lines[body[2]].discount = body[4]
        else:
            self.faults.append(f"record {seq} takes something off line {body[2]}, which does not stand")

    def _hold(self, seq: int, item: Item, said: tuple[int, int, int]) -> None:
        made = (item.amount, item.ht, item.vat)
        if made != said:
            self.faults.append(f"record {seq} says {said} for line {item.number}, which makes {made}")


_ACTS = frozenset((ev.ORDER, ev.LINE, ev.LINE_CHANGE, ev.LINE_VOID, ev.DISCOUNT, ev.PAYMENT, ev.CHANGE))


def _shared(basket: Basket) -> None:
    """A discount on the whole order: each line's share is rounded, the rest goes to the first of the largest."""
    lines = list(basket.lines.values())
    whole = sum(line.amount for line in lines)
    if basket.rebate is None or whole <= 0:
        return
    rate, cents = basket.rebate
    off = min(cents, whole) if rate is None else rounded(whole * rate, 10_000)
    shares = [rounded(off * line.amount, whole) for line in lines]
    largest = max(range(len(lines)), key=lambda at: (lines[at].amount, -at))
    shares[largest] += off - sum(shares)
    for line, share in zip(lines, shares, strict=True):
        line.discount += share
