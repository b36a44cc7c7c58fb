"""Browsers in which somebody has logged in before: whatever strangers try under that name does not delay them.

The cookie opens nothing: it only says where a failed try is counted (OWASP, "device cookies").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

LASTS: Final = 180 * 86_400_000  # ms


class Devices:
    """`now` gives UTC ms. The file holds hashes of the cookies."""

    def __init__(self, base: sqlite3.Connection, now: Callable[[], int]) -> None:
        self._base, self._now = base, now

    def add(self, name: str) -> str:
        """A new cookie for who has just logged in."""
        token, now = token_urlsafe(32), self._now()
        self._base.execute("DELETE FROM devices WHERE begun <= ?", (now - LASTS,))
        self._base.execute("INSERT INTO devices VALUES (?, ?, ?)", (_mark(token), name, now))
        return token

    def known(self, token: str, name: str) -> bool:
        """Whether this cookie was given to this name."""
        row = self._base.execute("SELECT name, begun FROM devices WHERE token = ?", (_mark(token),)).fetchone()
        return row is not None and row[0] == name and row[1] > self._now() - LASTS


def _mark(token: str) -> bytes:
    return sha256(token.encode()).digest()
