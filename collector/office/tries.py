"""Failed logins: a delay that grows with each, for the name and for the address, known or not."""

from __future__ import annotations

import ipaddress
import sqlite3
from collections.abc import Callable
from typing import Final

FREE_NAME, FREE_ADDRESS = 3, 10  # failures that cost nothing
LONGEST: Final = 15 * 60_000  # ms
FORGET: Final = 24 * 3_600_000  # ms without a failure


class Tries:
    """`now` gives UTC ms."""

    def __init__(self, base: sqlite3.Connection, now: Callable[[], int]) -> None:
        self._base, self._now = base, now

    def wait(self, name: str, address: str) -> int:
        """Seconds until another try is looked at, 0 for now."""
        marks = self._marks(name, address)
        row = self._base.execute("SELECT max(until) FROM tries WHERE whom IN (?, ?)", tuple(marks)).fetchone()
        return max(0, -(-((row[0] or 0) - self._now()) // 1000))

    def begun(self, name: str, address: str) -> None:
        """Counted before the password is looked at, so that a hundred at once are a hundred."""
        now = self._now()
        self._base.execute("DELETE FROM tries WHERE last < ?", (now - FORGET,))
        for mark, free in self._marks(name, address).items():
            row = self._base.execute("SELECT count FROM tries WHERE whom = ?", (mark,)).fetchone()
            count = (row[0] if row else 0) + 1
            until = now + (min(LONGEST, 1000 << min(count - free, 20)) if count > free else 0)
            self._base.execute("REPLACE INTO tries VALUES (?, ?, ?, ?)", (mark, count, now, until))

    def passed(self, name: str, address: str) -> None:
        """The address keeps its earlier failures: one right password does not pay for guesses at others."""
        known, there = self._marks(name, address)
        self._base.execute("DELETE FROM tries WHERE whom = ?", (known,))
        self._base.execute("UPDATE tries SET count = count - 1 WHERE whom = ? AND count > 0", (there,))

    @staticmethod
    def _marks(name: str, address: str) -> dict[str, int]:
        return {f"name {name[:64]}": FREE_NAME, f"from {near(address)}": FREE_ADDRESS}


def near(address: str) -> str:
    """An IPv4 address, or the /64 that one household or server has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "nowhere"
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
