"""What this till has already said of statements that a collector shows again and again: a file beside the journal.

Losing it costs a second record of a refusal, and a second answer to a request for diagnostics; nothing rests on it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import cbor2

from appliance.storage.cose import loaded
from appliance.storage.flash import Disk, Mode, durable_file

NAME: Final = "heard"
MOST: Final = 64  # of each, the oldest goes first
LARGEST: Final = 16 * 1024
REFUSED, SEEN, ANSWERED = 1, 2, 3


class Heard:
    """Refused: marks of statements; seen: nonces whose record is in the journal; answered: those that were sent."""

    def __init__(self, data: Path, disk: Disk) -> None:
        self._path, self._disk = data / NAME, disk
        self._kept: dict[int, list[bytes]] = {REFUSED: [], SEEN: [], ANSWERED: []}
        with suppress(OSError, ValueError, TypeError, LookupError):
            for what, found in self._read().items():
                self._kept[what] = [bytes(each) for each in found][-MOST:]

    @property
    def refused(self) -> frozenset[bytes]:
        return frozenset(self._kept[REFUSED])

    @property
    def answered(self) -> frozenset[bytes]:
        return frozenset(self._kept[ANSWERED])

    def knows(self, what: int, said: bytes) -> bool:
        return said in self._kept[what]

    def add(self, what: int, said: bytes) -> bool:
        """Whether it is new. Raises OSError, and remembers it while the till runs."""
        if said in self._kept[what]:
            return False
        self._kept[what] = [*self._kept[what], said][-MOST:]
        # If we stop here, the old file or the new one is on flash: what is missing is said once more.
        durable_file(self._disk, self._path, cbor2.dumps(self._kept))
        return True

    def _read(self) -> Any:  # noqa: ANN401 - whatever is on flash
        handle = self._disk.open(self._path, Mode.READ)
        try:
            found = loaded(self._disk.pread(handle, LARGEST, 0))
        finally:
            self._disk.close(handle)
        return {what: found[what] for what in (REFUSED, SEEN, ANSWERED)}
