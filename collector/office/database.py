"""The office's own file: people, sessions, failed tries, and what was read of the store, which can be read again."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from collector.config import ConfigError

NAME: Final = "office.db"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, hash TEXT NOT NULL, sirens TEXT NOT NULL,
  language TEXT) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
  token BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES users ON DELETE CASCADE, begun INTEGER NOT NULL,
  seen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS devices (
  token BLOB PRIMARY KEY, name TEXT NOT NULL REFERENCES users ON DELETE CASCADE, begun INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tries (whom TEXT PRIMARY KEY, count INTEGER NOT NULL, last INTEGER NOT NULL,
  until INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


def opened(path: Path | None) -> sqlite3.Connection:
    """`path` None: in memory, forgotten with the process. Only its owner reads the file.

    A power cut loses a login or a try at worst, never a chain. Raises ConfigError.
    """
    try:
        if path:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        base = sqlite3.connect(path or ":memory:", isolation_level=None)
        base.executescript(f"PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;{_TABLES}")
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"{path} cannot be used as the office's file ({error}): name another with --db") from error
    return base
