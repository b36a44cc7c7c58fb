"""The `journal/` folder: which segments are there, and bytes of them by number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.storage import frame, segment
from appliance.storage.flash import Disk, Mode
from appliance.storage.segment import Header
from appliance.storage.trail import Read, is_zero

NAME = "journal"
CHUNK = 256 * 1024
HEAD_READ = 4096  # covers a header of either unit


class Open(NamedTuple):
    """One segment being read; `size` of the file in bytes."""

    number: int
    size: int
    read: Read

    def header(self) -> Header | None:
        return segment.parse(self.read(min(HEAD_READ, self.size), 0))

    def blank(self) -> bool:
        return self._zero_from(0)

    def only_torn(self) -> bool:
        """Whether no more than a torn first write can have left this: no second frame begun, zeros after its reach."""
        first = self.read(segment.FIRST_WRITE, 0)
        second = any(
            frame.claim(first, at, self.number, at // unit) is not None
            for unit in frame.UNITS
            for at in range(2 * unit, len(first), unit)
        )
        return not second and self._zero_from(segment.FIRST_WRITE)

    def _zero_from(self, start: int) -> bool:
        """Never of a file longer than any segment: one full of holes would take hours to read."""
        return self.size <= segment.LARGEST and all(
            is_zero(self.read(min(CHUNK, self.size - at), at)) for at in range(start, self.size, CHUNK)
        )


class Folder:
    def __init__(self, directory: Path, disk: Disk, mode: Mode) -> None:
        self.path, self.disk, self.mode = directory, disk, mode

    def file(self, number: int) -> Path:
        return self.path / segment.name(number)

    def numbers(self) -> list[int]:
        """Of all segments, blanks among them, in order."""
        found = (segment.number_of(name) for name in self.disk.listdir(self.path))
        return sorted(number for number in found if number is not None)

    @contextmanager
    def reading(self, number: int) -> Iterator[Open]:
        handle = self.disk.open(self.file(number), self.mode)
        try:
            size = self.disk.size(handle)
            yield Open(number, size, lambda size, offset: self.disk.pread(handle, size, offset))
        finally:
            self.disk.close(handle)

    def set_aside(self, number: int) -> Path:
        """Renames a segment in which nothing was acknowledged, so that its number is free; it is kept for who asks."""
        taken = self.disk.listdir(self.path)
        free = next(n for n in range(1, len(taken) + 2) if f"{segment.name(number)}.torn-{n}" not in taken)
        aside = self.path / f"{segment.name(number)}.torn-{free}"
        self.disk.rename(self.file(number), aside)
        # If we stop here, either name may be on flash; the next start does it again or finds it done.
        self.disk.fsync_directory(self.path)
        return aside
