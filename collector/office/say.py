"""Numbers, times and sums as a person reads them, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from collector.office.words import LANGUAGES, MONTHS, WORDS

_DATE: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class Say:
    """`language` is "fr" or "en"."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = WORDS[language]

    def __call__(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def euros(self, cents: int) -> str:
        whole, rest = divmod(abs(cents), 100)
        minus = "\u2212" if cents < 0 else ""
        if self.language == "fr":
            return f"{minus}{whole:,}".replace(",", "\u00a0") + f",{rest:02d}\u00a0€"
        return f"{minus}€{whole:,}.{rest:02d}"

    def date(self, day: str) -> str:
        """Of YYYY-MM-DD or YYYY-MM; anything else as it is, for a till may have written it."""
        if not _DATE.fullmatch(day):
            return day
        year, month, *number = day.split("-")
        if self.language == "fr":
            return "/".join((*number, month, year))
        return " ".join((*(each.lstrip("0") for each in number), MONTHS[int(month) - 1], year))

    def time(self, ms: int, tz: int) -> str:
        """On the till's clock, to the minute."""
        there = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(minutes=tz)
        return f"{self.date(there.date().isoformat())} {there:%H:%M}"

    def ago(self, ms: int) -> str:
        for size, key in ((DAY, "ago_days"), (HOUR, "ago_hours"), (MINUTE, "ago_minutes")):
            if ms >= size * (2 if size == DAY else 1):
                return self(key, n=ms // size)
        return self("ago_now")

    def wait(self, seconds: int) -> str:
        return self("wait_minutes", n=-(-seconds // 60)) if seconds >= 120 else self("wait_seconds", n=seconds)


def wished(header: str) -> str:
    """The first of our languages in an Accept-Language (RFC 9110, 12.5.4) by weight; French when none is there."""
    found = [
        (weight, -nth, tag)
        for nth, (tag, weight) in enumerate(_weighed(header.split(",")))
        if tag in LANGUAGES and weight
    ]
    return max(found)[2] if found else "fr"


def _weighed(parts: Iterable[str]) -> Iterable[tuple[str, float]]:
    for part in list(parts)[:32]:
        tag, _, said = part.strip().partition(";q=")
        try:
            weight = float(said) if said else 1.0
        except ValueError:
            weight = 0.0
        yield tag.split("-")[0].lower(), weight if 0 <= weight <= 1 else 0.0
