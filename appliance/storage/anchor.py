"""The anchor: a checkpoint kept apart from the journal, so that a journal put back or cut is noticed.

Two slots in two 4,096-byte blocks are written in turn, so a torn write leaves the other one whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.flash import Disk, Mode, durable_file

NAME = "anchor"
MAGIC = b"SCA1"
SLOT = 4096
SIZE = 2 * SLOT
_END = 8 + chain.CP_SIZE + chain.SIGNATURE_SIZE
_CHECKED = 512  # bytes of a slot under its checksum


class Anchor(NamedTuple):
    """`signature` is the frame's own over `cp`."""

    cp: Checkpoint
    signature: bytes


def build(anchor: Anchor, unit: int) -> bytes:
    body = chain.cp_bytes(anchor.cp) + anchor.signature
    tail = body + bytes(_CHECKED - 8 - len(body))
    return (MAGIC + crc32(tail).to_bytes(4, "big") + tail).ljust(unit, b"\0")


def parse(slot: bytes) -> Anchor | None:
    if slot[:4] != MAGIC or crc32(slot[8:_CHECKED]) != int.from_bytes(slot[4:8], "big"):
        return None
    cp = chain.parse_cp(slot[8 : 8 + chain.CP_SIZE])
    return Anchor(cp, slot[8 + chain.CP_SIZE : _END]) if cp else None


def newest(data: bytes) -> tuple[int, Anchor | None]:
    """The slot that is not to be overwritten next, and what it says."""
    slots = [parse(data[:SLOT]), parse(data[SLOT:SIZE])]
    seqs = [slot.cp.next_seq if slot else -1 for slot in slots]
    best = 1 if seqs[1] > seqs[0] else 0
    return best, slots[best]


class AnchorFile:
    """The file in a data folder; made with two blank slots when it is not there."""

    def __init__(self, directory: Path, disk: Disk, unit: int) -> None:
        self._disk, self._unit = disk, unit
        path = directory / NAME
        if NAME not in disk.listdir(directory):
            durable_file(disk, path, bytes(SIZE))
        self._handle = disk.open(path, Mode.DIRECT if unit == _CHECKED else Mode.WRITE)
        self._slot, self.last = newest(disk.pread(self._handle, SIZE, 0))

    def write(self, anchor: Anchor) -> None:
        """One pwrite64 into the older slot, one fdatasync; nothing when it says what is there already."""
        if anchor == self.last:
            return
        slot = 1 - self._slot if self.last else 0
        self._disk.pwrite(self._handle, build(anchor, self._unit), slot * SLOT)
        # If we stop here, this slot is torn or new and the other holds the anchor before; both are true.
        self._disk.fdatasync(self._handle)
        self._slot, self.last = slot, anchor

    def close(self) -> None:
        self._disk.close(self._handle)
