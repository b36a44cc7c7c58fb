"""Blank segments held ready: all zeros, their extents written, under the numbers that come next.

Two are held back, so that a disk that fills up can still close the day.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from appliance.storage import frame, segment
from appliance.storage.flash import Mode
from appliance.storage.folder import Folder
from appliance.storage.trail import is_zero

HELD = 2
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
CHUNK = 256 * 1024
_TEMPORARY = "blank.tmp"


class Shelf:
    """`size` is that of new segments, in bytes. Raises OSError; ENOSPC leaves the shelf as it was."""

    def __init__(self, folder: Folder, size: int) -> None:
        self._folder, self._size = folder, size
        self._disk = folder.disk
        self.full = False  # the disk had no room for another blank

    def lacking(self, tip: int) -> list[int]:
        there = set(self._folder.numbers())
        return [tip + ahead for ahead in range(1, HELD + 1) if tip + ahead not in there]

    def work(self, tip: int) -> Iterator[None]:
        """Makes what is lacking after segment `tip`; stops after each chunk, so that a commit can come between."""
        self.full = False
        for number in self.lacking(tip):
            if not self.full:
                yield from self._make(number)

    def take(self, tip: int) -> None:
        """Makes sure that segment `tip` + 1 is there and blank; raises OSError when there is none to be had."""
        number = tip + 1
        if number in self._folder.numbers() and not self._blank(number):
            self._folder.set_aside(number)
        there = [n for n in self._folder.numbers() if n > tip]
        if there and there[0] != number:
            self._rename(there[-1], number)
        elif not there:
            self._make_now(number)

    def _make_now(self, number: int) -> None:
        self.full = False
        for _ in self._make(number):
            pass
        if self.full:
            raise OSError(errno.ENOSPC, "no space left for a segment")

    def _blank(self, number: int) -> bool:
        """Whether it can be written: a cache that lied about the flush leaves a blank that is cut short."""
        with self._folder.reading(number) as it:
            return segment.fit_size(it.size, frame.UNITS[-1]) and is_zero(it.read(segment.FIRST_WRITE, 0))

    def _rename(self, old: int, new: int) -> None:
        self._disk.rename(self._folder.file(old), self._folder.file(new))
        # If we stop here, the blank has one of the two names; the next start takes it under either.
        self._disk.fsync_directory(self._folder.path)

    def _make(self, number: int) -> Iterator[None]:
        try:
            yield from self._fill()
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            self.full = True
            self._clear()
            return
        self._disk.rename(self._folder.path / _TEMPORARY, self._folder.file(number))
        # If we stop here, the name may be lost and the temporary file found; the next `_fill` starts over.
        self._disk.fsync_directory(self._folder.path)

    def _fill(self) -> Iterator[None]:
        self._clear()
        handle = self._disk.open(self._folder.path / _TEMPORARY, Mode.CREATE)
        try:
            for offset in range(0, self._size, CHUNK):
                self._disk.pwrite(handle, bytes(min(CHUNK, self._size - offset)), offset)
                # If we stop here, an unfinished temporary file is on flash; the next `_clear` removes it.
                yield
            self._disk.fsync(handle)
            if self._disk.unwritten(handle):
                raise OSError(errno.EIO, "the file system left unwritten extents in a blank segment")
        finally:
            self._disk.close(handle)

    def _clear(self) -> None:
        if _TEMPORARY in self._disk.listdir(self._folder.path):
            self._disk.unlink(self._folder.path / _TEMPORARY)
