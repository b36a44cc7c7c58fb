"""The machine's clocks behind the Clock port."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.core.instant import Instant
from appliance.core.territory import territory


def offset(zone: ZoneInfo, t: int) -> int:
    """Minutes east of UTC of `zone` at UTC ms `t`."""
    moment = datetime.fromtimestamp(t / 1000, UTC).astimezone(zone)
    delta = moment.utcoffset()
    return int(delta.total_seconds() // 60) if delta else 0


class SystemClock:
    """CLOCK_REALTIME for the wall, CLOCK_BOOTTIME for `up` (it counts suspend), CLOCK_MONOTONIC for deadlines."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> Instant:
        t = time.time_ns() // 1_000_000
        up = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        return Instant(t, offset(self._zone, t), up)

    def monotonic(self) -> int:
        return time.monotonic_ns() // 1_000_000


def system_clock(shop: Path) -> SystemClock:
    """The machine's clock in the shop's time zone; Europe/Paris when the shop cannot say."""
    return SystemClock(zone_of(shop))


def zone_of(shop: Path) -> ZoneInfo:
    try:
        head = tomllib.loads((shop / "shop.toml").read_text("utf-8"))
        return ZoneInfo(head.get("timezone", territory(head.get("territory")).zone))
    except (OSError, ValueError, KeyError):
        return ZoneInfo("Europe/Paris")
