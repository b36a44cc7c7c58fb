"""What the till has written for the system, read as a stranger's: a short plain file, or nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

LONGEST: Final = 4096  # bytes


def read(file: Path) -> dict[str, str]:
    """Its `key=value` lines. Never waits, as for the other end of a pipe. Raises OSError, ValueError."""
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError(f"{file} is no file")
        data = os.read(handle, LONGEST + 1)
    finally:
        os.close(handle)
    if len(data) > LONGEST or not data.endswith(b"\n"):
        raise ValueError(f"{file} is too long, or no whole lines")
    return table(data.decode("utf-8", "replace"))


def table(text: str) -> dict[str, str]:
    """A line without a sign is a key without a value."""
    return dict(line.partition("=")[::2] for line in text.splitlines())
