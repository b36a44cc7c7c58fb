"""The till that a command speaks to: the one that runs, or the journal under its lock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from appliance.audit.archive import Signing
from appliance.core.event import Value


class Maker(Protocol):
    """What making an archive asks of a till."""

    @property
    def key(self) -> Signing: ...

    @property
    def now(self) -> int:
        """UTC ms."""

    @property
    def software(self) -> str:
        """Version."""


class Till(Maker, Protocol):
    """The till while the command holds it: the daemon over its socket, or the journal under its lock."""

    def record(self, kind: int, body: dict[int, Value]) -> int:
        """Durable when it returns; the record's number. Raises what the journal raises."""


Tills = Callable[[Path], AbstractContextManager[Till]]  # a data folder -> the till that holds it
