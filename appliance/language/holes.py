"""What may stand in the holes of a sentence, and how each is said in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from appliance.core.words import DAYS, MONTHS, SHORT_MONTHS

GAP = "[ \u00a0\u202f]"  # a space on the screen, whether a line may break there or not
FIGURE = rf"[−-]?\d(?:[\d,]|{GAP}(?=\d))*(?:{GAP}(?:€|%|kg|l|h))?(?:/\w+)?"
ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT_DAYS = tuple(f"{day[:3]}." for day in DAYS)


def _one_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


# What a hole takes, by the letters of its name. A figure is whole: no hole ends inside a number.
TAKES: Final = {
    "n": r"\d+",
    "sum": FIGURE,
    "when": rf"\d\d?[/:]\d\d(?:[/:]\d+)?(?:{GAP}\d\d:\d\d(?::\d\d)?)?",
    "chain": rf"[0-9a-f]{{4}}(?:{GAP}[0-9a-f]{{4}})*",
    "name": r".+?",
    "said": r".+?",
    "month": rf"(?i:{_one_of(MONTHS)}) \d{{4}}",
    "day": rf"{_one_of(DAYS)}{GAP}\d{{1,2}}{GAP}{_one_of(MONTHS)}",
    "short": rf"{_one_of(_SHORT_DAYS)}{GAP}\d{{1,2}}{GAP}{_one_of(SHORT_MONTHS)}",
}


def kind(hole: str) -> str:
    """`sum` of `sum2`."""
    return hole.rstrip("0123456789")


def month(text: str) -> str:
    """`November 2026` of `novembre 2026`, as French begins it with a capital in a sentence or not."""
    name, year = text.split(" ")
    return f"{ENGLISH_MONTHS[MONTHS.index(name.lower())]} {year}"


def day(text: str) -> str:
    """`Saturday 21 November` of `samedi 21 novembre`."""
    name, number, of = re.split(GAP, text)
    return f"{ENGLISH_DAYS[DAYS.index(name)]} {number} {ENGLISH_MONTHS[MONTHS.index(of)]}"


def short(text: str) -> str:
    """`Sat 21 Nov` of `sam. 21 nov.`."""
    name, number, of = re.split(GAP, text)
    said = ENGLISH_MONTHS[SHORT_MONTHS.index(of)][:3]
    return f"{ENGLISH_DAYS[_SHORT_DAYS.index(name)][:3]} {number} {said}"


DATES: Final[dict[str, Callable[[str], str]]] = {"month": month, "day": day, "short": short}
