"""What a witness has seen: for each log its keys and the last checkpoint that was cosigned. One small file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from appliance.sync import note
from appliance.sync.note import ED25519, Checkpoint, Signer
from collector.config import ConfigError

NAME: Final = "witness.db"
_TABLES: Final = """
CREATE TABLE logs (origin TEXT NOT NULL, key TEXT PRIMARY KEY) STRICT;
CREATE TABLE seen (origin TEXT PRIMARY KEY, note BLOB NOT NULL) STRICT;
"""


class Memory:
    """Each `turn` is one transaction, on disk before it ends: what was looked at is what is replaced."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    @contextmanager
    def turn(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        # If we stop here, nothing was cosigned and nothing changed.
        self._base.execute("COMMIT")

    def keys(self, origin: str) -> list[Signer]:
        rows = self._base.execute("SELECT key FROM logs WHERE origin = ?", (origin,))
        return [note.signer(text, ED25519) for (text,) in rows]

    def trust(self, by: Signer) -> None:
        self._base.execute("INSERT OR IGNORE INTO logs VALUES (?, ?)", (by.name, by.encode()))

    def note(self, origin: str) -> bytes | None:
        row = self._base.execute("SELECT note FROM seen WHERE origin = ?", (origin,)).fetchone()
        return row[0] if row else None

    def seen(self, origin: str) -> Checkpoint | None:
        """The last that was cosigned."""
        data = self.note(origin)
        return None if data is None else note.checkpoint(note.read(data).text)

    def keep(self, origin: str, data: bytes) -> None:
        self._base.execute("REPLACE INTO seen VALUES (?, ?)", (origin, data))

    def origins(self) -> list[str]:
        return [origin for (origin,) in self._base.execute("SELECT DISTINCT origin FROM logs ORDER BY origin")]

    def close(self) -> None:
        self._base.close()


def make(path: Path) -> None:
    """Raises ConfigError when one is there."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with sqlite3.connect(path) as base:
            base.executescript(_TABLES)
        base.close()
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"{path} cannot be made ({error}): a witness is made once, in a new folder") from error


def opened(path: Path) -> Memory:
    """Never made anew: a witness that has forgotten what it saw would cosign another history. Raises ConfigError."""
    if not path.is_file():
        raise ConfigError(f"{path} is not there: this witness has lost what it saw; make another under a new name")
    try:
        base = sqlite3.connect(path, isolation_level=None)
        base.executescript("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA busy_timeout=5000;")
        base.execute("SELECT count(*) FROM logs, seen").fetchone()
    except sqlite3.Error as error:
        raise ConfigError(f"{path} cannot be read ({error}): put its disk right, or make another witness") from error
    return Memory(base)
