"""A moment as the till records it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Instant:
    """`t` is UTC in ms since 1970, `tz` the local offset in minutes, `up` CLOCK_BOOTTIME in ms."""

    t: int
    tz: int
    up: int

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.t / 1000, timezone(timedelta(minutes=self.tz)))
