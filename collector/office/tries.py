"""Failed logins: a delay that grows with each, for a name from one address, and for the address.

A stranger cannot delay somebody else so: elsewhere the name is free, and a browser in which its owner has logged in
before counts alone, behind whatever address.
"""

from __future__ import annotations

import ipaddress
import sqlite3
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

FREE_NAME, FREE_ADDRESS = 3, 10  # failures that cost nothing
LONGEST: Final = 15 * 60_000  # ms
FORGET: Final = 24 * 3_600_000  # ms without a failure


def marks(name: str, address: str, device: str = "") -> dict[str, int]:
    """Where a try counts, and how many failures are free there; `device`: the cookie, when it is known for the name."""
    if device:
        return {f"device {sha256(device.encode()).hexdigest()}": FREE_NAME}
    return {f"name {name[:64]} from {near(address)}": FREE_NAME, f"from {near(address)}": FREE_ADDRESS}


class Tries:
    """`now` gives UTC ms; marks as `marks` gives them."""

    def __init__(self, base: sqlite3.Connection, now: Callable[[], int]) -> None:
        self._base, self._now = base, now

    def wait(self, there: Mapping[str, int]) -> int:
        """Seconds until another try is looked at, 0 for now."""
        found = [self._base.execute("SELECT until FROM tries WHERE whom = ?", (mark,)).fetchone() for mark in there]
        until = max((row[0] for row in found if row), default=0)
        return max(0, -(-(until - self._now()) // 1000))

    def begun(self, there: Mapping[str, int]) -> None:
        """Counted before the password is looked at, so that a hundred at once are a hundred."""
        now = self._now()
        self._base.execute("DELETE FROM tries WHERE last < ?", (now - FORGET,))
        for mark, free in there.items():
            row = self._base.execute("SELECT count FROM tries WHERE whom = ?", (mark,)).fetchone()
            count = (row[0] if row else 0) + 1
            until = now + (min(LONGEST, 1000 << min(count - free, 20)) if count > free else 0)
            self._base.execute("REPLACE INTO tries VALUES (?, ?, ?, ?)", (mark, count, now, until))

    def passed(self, there: Mapping[str, int]) -> None:
        """The address keeps its earlier failures: one right password does not pay for guesses at others."""
        own, *others = there
        self._base.execute("DELETE FROM tries WHERE whom = ?", (own,))
        for mark in others:
            self._base.execute("UPDATE tries SET count = count - 1 WHERE whom = ? AND count > 0", (mark,))


def near(address: str) -> str:
    """An IPv4 address, or the /64 that one household or server has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "nowhere"
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
