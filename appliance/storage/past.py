"""Records that are already on flash: all of them in order for the fold, or one by its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from appliance.storage import chain, purge, segment
from appliance.storage.chain import Checkpoint
from appliance.storage.folder import Folder, Open
from appliance.storage.frame import Frame, FrameError
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.recover import JournalDamaged, Tip, rebuilt, signed_frame
from appliance.storage.rewind import Start
from appliance.storage.segment import Header, SegmentError
from appliance.storage.trail import Hole, Trail, next_frame

_NEAR = 64  # units within which walking is cheaper than another bisection step


class Sealed(NamedTuple):
    """A record, its bytes, and the statement that covers it: its frame's checkpoint and the signature over it."""

    record: Record
    data: bytes
    next_seq: int
    head: bytes
    signature: bytes


def unseal(frame: Frame, head: bytes, seq: int) -> Sealed:
    data = frame.records[seq - frame.first_seq]
    try:
        record = decode(data)
    except RecordError as error:
        raise JournalDamaged(seq, f"it is no record: {error}") from error
    if record.seq != seq:
        raise JournalDamaged(seq, f"it says it is record {record.seq}")
    return Sealed(record, data, frame.next_seq, head, frame.signature)


class Past:
    """Walks up to the tip, from the first record or from `start`; checks checksums, links, sequence.

    Records whose bytes are hurt are left out when what follows them is signed: their numbers are then missing.
    """

    def __init__(self, folder: Folder, tip: Tip, anchored: Checkpoint | None, start: Start | None = None) -> None:
        self._folder, self._anchored, self._start = folder, anchored, start
        self._until, self._key = tip.cp, tip.header.key
        self._last, self._ends = tip.header.number, tip.end
        self._seq, self._head = 0, chain.START
        self.forked: int | None = None  # the record at which the anchor names another head
        if start:
            self._seq, self._head = start.frame.first_seq, start.frame.prev_head

    def records(self) -> Iterator[Sealed]:
        """The record that `start` names comes first."""
        first = self._start.seq if self._start else 0
        for sealed in self._all():
            if sealed.record.seq >= first:
                yield sealed

    def _all(self) -> Iterator[Sealed]:
        if self._start is None or self._start.after is None:
            yield from self._read()
        else:
            for header, frame in ((self._start.header, self._start.frame), *self._start.after):
                yield from self._frame(header, frame)
        if self._head != self._until.head:
            raise JournalDamaged(self._seq - 1, "the walk from the start leads to another head")

    def _read(self) -> Iterator[Sealed]:
        number = self._start.header.number if self._start else 1
        while self._seq < self._until.next_seq:
            with self._folder.reading(number) as it:
                yield from self._segment(it)
            number += 1

    def _segment(self, it: Open) -> Iterator[Sealed]:
        here = self._start if self._start and self._start.header.number == it.number else None
        header = here.header if here else self._header(it)
        before = self._seq
        index = here.frame.start if here else 1
        try:
            size = min(it.size, self._ends * header.unit) if it.number == self._last else it.size
            for found in Trail(it.read, it.number, size, header.unit, index).frames():
                if isinstance(found, Frame):
                    yield from self._frame(header, found)
                if self._seq == self._until.next_seq:
                    return
        except FrameError as error:
            raise JournalDamaged(self._seq, str(error)) from error
        if self._seq == before:
            raise JournalDamaged(self._seq, f"segment {it.number} has no record")

    def _header(self, it: Open) -> Header:
        try:
            header = it.header()
        except SegmentError as error:
            raise JournalDamaged(self._seq, f"segment {it.number}: {error}") from error
        if header and purge.header_only(it, header):
            raise JournalDamaged(self._seq, "it was purged, and no snapshot that this software reads stands after it")
        header = header or rebuilt(self._folder, it, self._key)
        if header is None or (header.number, header.size) != (it.number, it.size):
            raise JournalDamaged(self._seq, f"segment {it.number} has no valid header")
        if header.first_seq == self._seq and header.prev_head != self._head:
            raise JournalDamaged(self._seq, f"segment {it.number} does not follow the one before it")
        self._over(header.first_seq, header.prev_head)
        return header

    def _over(self, seq: int, head: bytes) -> None:
        """What is signed stands; what it says was before it and is not there is lost."""
        if seq < self._seq:
            raise JournalDamaged(seq, "it stands twice")
        self._seq, self._head = seq, head

    def _frame(self, header: Header, frame: Frame) -> Iterator[Sealed]:
        if (frame.first_seq, frame.prev_head) != (self._seq, self._head):
            if frame.first_seq == self._seq or not signed_frame(header.genesis, header.key, frame):
                raise JournalDamaged(self._seq, "the frame after it does not follow it")
            self._over(frame.first_seq, frame.prev_head)
        head = frame.head()
        for seq in range(frame.first_seq, frame.next_seq):
            yield unseal(frame, head, seq)
        self._seq, self._head = frame.next_seq, head
        if self._anchored and self._anchored.next_seq == self._seq and self._anchored.head != head:
            self.forked = self._seq - 1


def find(folder: Folder, tip_number: int, seq: int) -> Frame:
    """The frame that holds `seq`, by bisection over headers, then over units: nothing is kept in memory.

    Raises RecordPurged, JournalDamaged.
    """
    low, high = 1, tip_number + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _first_seq(folder, middle) <= seq:
            low = middle
        else:
            high = middle
    with folder.reading(low) as it:
        return _find_in(it, seq)


def _first_seq(folder: Folder, number: int) -> int:
    with folder.reading(number) as it:
        header = segment.parse(it.read(min(4096, it.size), 0))
    if header is None:
        raise JournalDamaged(0, f"segment {number} has no valid header")
    return header.first_seq


def _find_in(it: Open, seq: int) -> Frame:
    header = it.header()
    if header is None:
        raise JournalDamaged(seq, f"segment {it.number} has no valid header")
    if purge.header_only(it, header):
        raise purge.RecordPurged(seq)
    start = _near(it, header.unit, seq)
    for found in Trail(it.read, it.number, it.size, header.unit, start).frames():
        if isinstance(found, Hole):
            continue
        if found.first_seq <= seq < found.next_seq:
            return found
        if found.first_seq > seq:
            break
    raise JournalDamaged(seq, f"it is not found in segment {it.number}")


def _near(it: Open, unit: int, seq: int) -> int:
    """The unit of some frame at or before `seq`, not far before it."""
    low, high = 1, it.size // unit
    while high - low > _NEAR:
        middle = (low + high) // 2
        found = next_frame(it.read, it.number, unit, middle, high)
        if found is None or found.first_seq > seq:
            high = middle
        else:
            low = found.start
    return low
