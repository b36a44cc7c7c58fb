"""The proven records of a journal in order, the business date of each, and the period that somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from appliance.audit.source import Broken, Unreadable, find
from appliance.audit.walk import Walk, wait
from appliance.core import event as ev
from appliance.storage import chain
from appliance.storage.record import Record

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


class Period(NamedTuple):
    """Business dates, both inclusive, ISO; "" is open."""

    first: str = ""
    last: str = ""

    def holds(self, day: str) -> bool:
        return self.first <= day and (not self.last or day <= self.last)

    @staticmethod
    def of(first: str | None, last: str | None) -> Period:
        """Raises Unreadable for what is no date or runs backwards."""
        period = Period(_date(first), _date(last))
        if period.last and period.first > period.last:
            raise Unreadable(f"the period ends on {last}, before it begins on {first}: turn the two dates round")
        return period


def _date(text: str | None) -> str:
    try:
        if text and not _ISO.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Unreadable(f"{text!r} is not a date: write it like 2026-11-21") from None


class Reading:
    """`records` may be walked several times. What does not follow ends a walk; `broken` then says why."""

    def __init__(self, path: Path, pause: Callable[[], None] = wait) -> None:
        """Raises Unreadable."""
        self._source, self._pause = find(path), pause
        self.broken: Broken | None = None
        self.chain = b""
        self.head = b""

    def records(self) -> Iterator[Record]:
        """Raises Unreadable when not even one record is there."""
        walk = Walk(self._source, pause=self._pause)
        try:
            for step in walk.steps():
                self.chain, self.head = self.chain or chain.chain_id(walk.genesis), step.head
                yield from step.records
        except Broken as broken:
            self.broken = broken
        except OSError as error:
            raise Unreadable(f"the journal cannot be read ({error.strerror}): check the medium") from error


class Calendar:
    """A record's business date: that of its day session, else the local date of its own time."""

    def __init__(self) -> None:
        self._session, self._date = 0, ""

    def date(self, record: Record) -> str:
        """Wants every record once, in order. A month's or a year's closing bears the date of the last day closed."""
        if record.kind == ev.DAY_OPEN:
            self._session, self._date = number(record.body[1]), str(record.body[3])
            return self._date
        if record.session and record.session == self._session:
            return self._date
        if record.kind in (ev.MONTH_CLOSE, ev.YEAR_CLOSE) and self._date:
            return self._date
        return local(record.t, record.tz).date().isoformat()


def local(t: int, tz: int) -> datetime:
    """Local time of `t` UTC ms at `tz` minutes, without a zone."""
    return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(milliseconds=t, minutes=tz)


def number(value: object) -> int:
    """An integer of a body. Raises ValueError for anything else."""
    if not isinstance(value, int):
        raise ValueError(f"a number is wanted, not {value!r}")
    return value
