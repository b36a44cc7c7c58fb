"""Opens and closes the door: tries, password, session, in this order."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from secrets import token_urlsafe
from typing import Final

from collector.office.devices import Devices
from collector.office.sessions import Sessions
from collector.office.tries import Tries, marks
from collector.office.users import User, Users

_STRANGER: Final = "form."
AT_ONCE: Final = 2  # passwords that are looked at together: each takes 64 MiB


def stranger() -> str:
    """A token for the form of somebody who has no session yet."""
    return f"{_STRANGER}{token_urlsafe(32)}"


def lasted(token: str) -> bool:
    """Whether it is, or was, that of a session."""
    return bool(token) and not token.startswith(_STRANGER)


class Login:
    """`now` gives UTC ms."""

    def __init__(self, base: sqlite3.Connection, users: Users, now: Callable[[], int]) -> None:
        self.users, self.devices = users, Devices(base, now)
        self._sessions, self._tries = Sessions(base, now), Tries(base, now)
        users.nobody  # noqa: B018 - made now: later the first unknown name would take longer than a known one
        self._turn = asyncio.Semaphore(AT_ONCE)

    def who(self, token: str) -> User | None:
        name = self._sessions.name(token) if token else None
        return self.users.named(name) if name else None

    async def enter(self, name: str, password: str, address: str, device: str = "") -> str | int:
        """The token of a new session; 0 for a wrong password; else the seconds until another try is looked at.

        A name that nobody has takes as long as one that somebody has. `device`: this browser's cookie, if it has one.
        """
        there = marks(name, address, device if self.devices.known(device, name) else "")
        wait = self._tries.wait(there)
        if wait:
            return wait
        self._tries.begun(there)
        hashed = self.users.secret(name)
        async with self._turn:
            right = await asyncio.to_thread(self.users.meets, hashed, password)
        if not right or self.users.secret(name) != hashed:
            return 0
        self._tries.passed(there)
        return self._sessions.begin(name)

    def leave(self, token: str) -> None:
        self._sessions.end(token)
