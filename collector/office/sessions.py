"""Who is logged in: a random token in a cookie, of which the file holds only the hash."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

IDLE: Final = 30 * 60_000  # ms
LONGEST: Final = 12 * 3_600_000  # ms


class Sessions:
    """`now` gives UTC ms."""

    def __init__(self, base: sqlite3.Connection, now: Callable[[], int]) -> None:
        self._base, self._now = base, now

    def begin(self, name: str) -> str:
        """A new token of 256 bits; those that are over are forgotten."""
        token, now = token_urlsafe(32), self._now()
        self._base.execute("DELETE FROM sessions WHERE seen <= ? OR begun <= ?", (now - IDLE, now - LONGEST))
        self._base.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_mark(token), name, now, now))
        return token

    def name(self, token: str) -> str | None:
        """Whose it is, while it lasts; asking keeps it alive."""
        now = self._now()
        done = self._base.execute(
            "UPDATE sessions SET seen = ? WHERE token = ? AND seen > ? AND begun > ? RETURNING name",
            (now, _mark(token), now - IDLE, now - LONGEST),
        ).fetchone()
        return str(done[0]) if done else None

    def end(self, token: str) -> None:
        self._base.execute("DELETE FROM sessions WHERE token = ?", (_mark(token),))


def _mark(token: str) -> bytes:
    return sha256(token.encode()).digest()


def form_token(token: str) -> str:
    """What every form of this session carries; it does not give the session away."""
    return hmac.digest(token.encode(), b"sceau/office-form/1", "sha256").hex()


def right_form(token: str, said: str) -> bool:
    return hmac.compare_digest(form_token(token).encode(), said.encode())
