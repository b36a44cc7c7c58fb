"""Bar codes as French shops meet them: EAN-13, EAN-8, UPC-A (GS1 General Specifications §7.9, check digit)."""

from __future__ import annotations

LENGTHS = (8, 12, 13, 14)


def check_digit(body: str) -> int:
    """The last digit that belongs to `body`: weights 3, 1, 3 … from the right."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -weighted % 10


def well_formed(code: str) -> bool:
    """True for digits of a GS1 length with the right last digit."""
    return code.isdecimal() and len(code) in LENGTHS and check_digit(code[:-1]) == int(code[-1])


def canonical(code: str) -> str:
    """One spelling for one article: a UPC-A of 12 digits is the EAN-13 that starts with 0."""
    code = code.strip()
    return "0" + code if len(code) == 12 and code.isdecimal() else code


def misread(code: str) -> bool:
    """True when a code has the shape of an article's but a wrong check digit: pass it again."""
    return code.isdecimal() and len(code) in LENGTHS and not well_formed(code)
