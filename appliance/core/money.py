"""Money in integer cents, quantities in integer thousandths. No float ever (VAT-05: half away from zero)."""

from __future__ import annotations

import re

NBSP = "\u00a0"
MINUS = "\u2212"
_PLAIN = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?", re.ASCII)
_THOUSANDTHS = re.compile(r"(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)


def divide(numerator: int, denominator: int) -> int:
    """Rounds numerator/denominator to an integer, half away from zero; the denominator is positive."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def times(price: int, quantity: int) -> int:
    """Cents for `quantity` thousandths at `price` cents a unit."""
    return divide(price * quantity, 1000)


def parse(text: str) -> int:
    """Cents of "12.40", "12,4" or "12". Raises ValueError on anything else, a sign included."""
    match = _PLAIN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an amount like 12.40")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def parse_quantity(text: str) -> int:
    """Thousandths of "1.250" or "3"."""
    match = _THOUSANDTHS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a quantity like 1.250")
    return int(match[1]) * 1000 + int((match[2] or "0").ljust(3, "0"))


def _grouped(units: int, space: str) -> str:
    return f"{units:,}".replace(",", space)


def plain(cents: int) -> str:
    """`1 284,35` for paper: plain spaces and minus, CP1252 only."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{_grouped(abs(cents) // 100, ' ')},{abs(cents) % 100:02d}"


def figure(cents: int) -> str:
    """`1 284,35` for the screen, with no-break spaces and a true minus sign."""
    sign = MINUS if cents < 0 else ""
    return f"{sign}{_grouped(abs(cents) // 100, NBSP)},{abs(cents) % 100:02d}"


def euros(cents: int) -> str:
    """`1 284,35 €` for the screen."""
    return f"{figure(cents)}{NBSP}€"


def note(cents: int) -> str:
    """`20 €` for a bank note or a round sum, `18,74 €` otherwise."""
    return f"{_grouped(cents // 100, NBSP)}{NBSP}€" if cents % 100 == 0 else euros(cents)


def quantity(thousandths: int, unit: str) -> str:
    """`3` for pieces, `1,250 kg` for what is weighed or measured; at least the digits that count."""
    if unit == "piece":
        return str(thousandths // 1000)
    return f"{thousandths // 1000},{thousandths % 1000:03d} {unit}"
