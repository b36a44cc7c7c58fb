"""QEMU's log of block writes, as the entries that `tests/blockdevice` cuts.

The log is that of dm-log-writes: a sector with magic, version, number of entries (of no use after a cut) and sector
size; then for each entry a sector (first sector, number of sectors, flags, length of data) and what was written.
Source: block/blklogwrites.c of QEMU, Documentation/admin-guide/device-mapper/log-writes.rst of the kernel.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.blockdevice.wire import FLUSH, MARK, WRITE, Entry
from tests.image.medium import Part

MAGIC: Final = 0x6A736677736872
SECTOR: Final = 512
FLUSHED, FUA, DISCARD = 1, 2, 4
_HEAD = struct.Struct("<QQQQ")
_SUPER = struct.Struct("<QQQI")


class Seen(NamedTuple):
    """What a bystander had seen when the log was so long: the highest ticket paid, pulses, papers cut."""

    length: int
    ticket: int
    pulses: int
    papers: int

    @property
    def mark(self) -> bytes:
        return f"{self.ticket} {self.pulses} {self.papers}".encode()


def entries(log: Path, part: Part, seen: list[Seen]) -> list[Entry]:
    """What reached one partition, and in between what had been seen by then."""
    found: list[Entry] = []
    waiting = sorted(seen, key=lambda each: each.length)
    for end, entry in _all(log.read_bytes(), part):
        while waiting and waiting[0].length < end:  # it was seen before this entry was whole in the log
            found.append(Entry(MARK, 0, waiting.pop(0).mark))
        if entry is not None:
            found.append(entry)
    return found + [Entry(MARK, 0, each.mark) for each in waiting]


def _all(log: bytes, part: Part) -> Iterator[tuple[int, Entry | None]]:
    """Where each entry ends in the log, and the entry when it is one of this partition."""
    magic, version, _, size = _SUPER.unpack_from(log)
    assert (magic, version, size) == (MAGIC, 1, SECTOR), "not a log of block writes"
    at = SECTOR
    while at + SECTOR <= len(log):
        sector, count, flags, _ = _HEAD.unpack_from(log, at)
        begin = at + SECTOR
        at = begin + (0 if flags & DISCARD else count * SECTOR)
        if at > len(log):
            return
        assert not flags & FUA, "a write that is its own flush: not expected of a virtio disk"
        if flags & FLUSHED:
            yield at, Entry(FLUSH, 0, b"")
            continue
        offset = sector * SECTOR - part.start
        inside = 0 <= offset < part.size and not flags & DISCARD
        yield at, Entry(WRITE, offset, log[begin:at]) if inside and count else None
