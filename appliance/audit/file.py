"""A document written whole or not at all, for whoever takes it away."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from appliance.audit.source import Unreadable

_CHUNK = 1 << 20


def write(path: Path, data: bytes) -> None:
    """Raises Unreadable."""
    make(path, lambda file: file.write(data))


def make(path: Path, fill: Callable[[BinaryIO], object]) -> str:
    """`fill` writes the content; returns its SHA-256, read back. What `fill` raises leaves nothing behind.

    Raises Unreadable. It is not flushed here: what must be durable is flushed by the one who copies it to a medium.
    """
    part = path.with_name(path.name + ".part")
    try:
        try:
            # If we stop here, a `.part` is left, which nobody reads and the next run writes over.
            with part.open("wb") as file:
                fill(file)
            part.replace(path)  # before: the old document or none; after: the new one, whole
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return digest(path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be written ({error.strerror}): choose another place or make room") from error


def digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
