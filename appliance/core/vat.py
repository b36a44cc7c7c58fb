"""VAT is extracted from each line's amount including tax; what remains is the amount before tax (VAT-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from appliance.core.money import divide

LETTERS = "ABCDEFGH"


def extract(ttc: int, rate: int) -> tuple[int, int]:
    """(ht, vat) in cents of `ttc` cents at `rate` basis points: 1149 at 2000 gives (957, 192)."""
    vat = divide(ttc * rate, 10_000 + rate)
    return ttc - vat, vat


@dataclass(frozen=True, slots=True)
class VatRow:
    """Sums of one rate, in cents."""

    rate: int
    ht: int
    vat: int
    ttc: int


Rows = tuple[VatRow, ...]


def add(rows: Rows, more: Iterable[VatRow], sign: int = 1) -> Rows:
    """Sums per rate, highest rate first; a rate stays listed once it has been used."""
    sums = {row.rate: row for row in rows}
    for row in more:
        old = sums.get(row.rate, VatRow(row.rate, 0, 0, 0))
        sums[row.rate] = VatRow(row.rate, old.ht + sign * row.ht, old.vat + sign * row.vat, old.ttc + sign * row.ttc)
    return tuple(sums[rate] for rate in sorted(sums, reverse=True))


def letter(rate: int, rates: tuple[int, ...]) -> str:
    """The letter that stands for a rate on paper: A for the highest of the shop's rates. One not listed is "?"."""
    ordered = sorted(rates, reverse=True)
    return LETTERS[ordered.index(rate)] if rate in ordered else "?"


def percent(rate: int) -> str:
    """`5,5 %` with a plain space."""
    whole, rest = divmod(rate, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") + " %"
