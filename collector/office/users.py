"""Who may look, and at which companies: names, argon2id hashes (RFC 9106), SIRENs."""

from __future__ import annotations

import re
import sqlite3
from functools import cached_property
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from collector.config import ConfigError

LEAST: Final = 12  # characters of a password
MOST: Final = 256  # beyond which none is looked at
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_SIREN: Final = re.compile(r"[0-9]{9}")


class User(NamedTuple):
    """`language` None: whatever the browser asks for."""

    name: str
    sirens: frozenset[str]
    language: str | None


class Users:
    def __init__(self, base: sqlite3.Connection, hasher: PasswordHasher | None = None) -> None:
        self._base, self._hasher = base, hasher or PasswordHasher()

    @cached_property
    def nobody(self) -> str:
        """What a password for an unknown name is held against."""
        return self._hasher.hash("nobody has this password")

    def add(self, name: str, password: str, sirens: list[str]) -> None:
        """Raises ConfigError."""
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{name!r} is no name: take 1 to 64 of a-z 0-9 . _ @ + -")
        wrong = [siren for siren in sirens if not _SIREN.fullmatch(siren)]
        if wrong or not sirens:
            raise ConfigError("give the SIREN of each company, 9 digits, with --siren")
        try:
            self._base.execute(
                "INSERT INTO users (name, hash, sirens) VALUES (?, ?, ?)",
                (name, self._hash(password), " ".join(sorted(set(sirens)))),
            )
        except sqlite3.IntegrityError as error:
            raise ConfigError(f"{name} is there already: `user password` changes a password") from error

    def remove(self, name: str) -> None:
        """With every session of theirs. Raises ConfigError."""
        self._known(self._base.execute("DELETE FROM users WHERE name = ?", (name,)), name)

    def password(self, name: str, password: str) -> None:
        """Every session of theirs ends. Raises ConfigError."""
        said = self._hash(password)
        self._known(self._base.execute("UPDATE users SET hash = ? WHERE name = ?", (said, name)), name)
        self._base.execute("DELETE FROM sessions WHERE name = ?", (name,))

    def language(self, name: str, language: str) -> None:
        self._base.execute("UPDATE users SET language = ? WHERE name = ?", (language, name))

    def all(self) -> list[User]:
        return [_user(row) for row in self._base.execute("SELECT name, sirens, language FROM users ORDER BY name")]

    def named(self, name: str) -> User | None:
        row = self._base.execute("SELECT name, sirens, language FROM users WHERE name = ?", (name,)).fetchone()
        return _user(row) if row else None

    def secret(self, name: str) -> str:
        """The hash that a password has to meet: for an unknown name one that none meets, at the same price."""
        row = self._base.execute("SELECT hash FROM users WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else self.nobody

    def meets(self, hashed: str, password: str) -> bool:
        """Slow by design, and without the file: may run in another thread."""
        try:
            return self._hasher.verify(hashed, password[:MOST]) and hashed != self.nobody
        except (VerificationError, InvalidHashError):
            return False

    def _hash(self, password: str) -> str:
        if not LEAST <= len(password) <= MOST:
            raise ConfigError(f"a password has {LEAST} to {MOST} characters: choose another")
        return self._hasher.hash(password)

    @staticmethod
    def _known(done: sqlite3.Cursor, name: str) -> None:
        if not done.rowcount:
            raise ConfigError(f"nobody is called {name}: see `user list`")


def _user(row: tuple[str, str, str | None]) -> User:
    return User(row[0], frozenset(row[1].split()), row[2])
