"""Batches out of a journal's frames, read only (PROTOCOL.md, section Batch).

Nothing at or behind `until` is looked at: what the till has not flushed yet is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.core import event as ev
from appliance.storage import chain, folder, past
from appliance.storage.flash import Disk, Mode
from appliance.storage.folder import Folder
from appliance.storage.frame import Frame, FrameError
from appliance.storage.purge import RecordPurged
from appliance.storage.record import Record, decode
from appliance.storage.recover import JournalError
from appliance.storage.segment import SegmentError
from appliance.storage.trail import Trail
from appliance.sync.protocol import BATCH_BYTES, BATCH_RECORDS, Batch

SMALL: Final = 512  # records of a batch while the till keeps up
WHOLE: Final = BATCH_RECORDS  # when it catches up
BESIDE: Final = {ev.RECEIPT, ev.SEAL, ev.WITNESS}  # alone they ask for no batch, or each receipt would bring the next
_ENVELOPE: Final = 256  # bytes of a batch that are no records, more than ever needed
_HEAD: Final = 3  # of a record in it


class CutError(Exception):
    """The journal cannot be cut there; the text is one sentence that says why."""


class Cutter:
    """Of one data folder. Its methods may run on any thread, beside the till that writes."""

    def __init__(self, data: Path, disk: Disk) -> None:
        self._folder = Folder(data / folder.NAME, disk, Mode.READ)

    def cut(self, first_seq: int, until: int, most: int = SMALL) -> Batch | None:
        """Whole frames from `first_seq` on, none that reaches past `until`; None when there is none.

        At most `most` records, the first frame taken whatever it has; a key record ends it. Raises CutError, OSError.
        """
        if first_seq >= until:
            return None
        records: list[bytes] = []
        signature, prev_head, size = b"", b"", _ENVELOPE
        for frame in self._frames(first_seq, until):
            more = sum(_HEAD + len(record) for record in frame.records)
            if records and (len(records) + len(frame.records) > most or size + more > BATCH_BYTES):
                break
            prev_head = prev_head or frame.prev_head
            records += frame.records
            signature, size = frame.signature, size + more
            if decode(frame.records[-1]).kind == ev.KEY:
                break
        return Batch(self.chain_id(), first_seq, prev_head, tuple(records), signature) if records else None

    def head(self, next_seq: int) -> bytes:
        """The head before record `next_seq`, wherever in a frame that is. Raises CutError, OSError."""
        if next_seq == 0:
            return chain.START
        frame = self._find(next_seq - 1)
        return chain.follow(frame.prev_head, frame.records[: next_seq - frame.first_seq])

    def record(self, seq: int) -> Record:
        """Raises CutError, OSError."""
        frame = self._find(seq)
        return decode(frame.records[seq - frame.first_seq])

    def frame_of(self, seq: int) -> int:
        """The first record of the frame that holds it. Raises CutError, OSError."""
        return self._find(seq).first_seq

    def records(self) -> Iterator[Record]:
        """All that are on flash, from the first that was not purged. Raises CutError, OSError."""
        for frame in self._from(self._first()):
            yield from map(decode, frame.records)

    def _first(self) -> Frame:
        for number in self._folder.numbers():
            with self._folder.reading(number) as it:
                header = it.header()
            if header is None:
                break
            try:
                return past.find(self._folder, self._last(), header.first_seq)
            except RecordPurged:
                continue
            except (JournalError, KeyError, SegmentError, FrameError) as error:
                raise CutError(f"record {header.first_seq} cannot be read: {error}") from error
        raise CutError("the journal is empty")

    def chain_id(self) -> bytes:
        with self._folder.reading(1) as it:
            header = it.header()
        if header is None:
            raise CutError("the first segment has no header")
        return chain.chain_id(header.genesis)

    def _find(self, seq: int) -> Frame:
        try:
            return past.find(self._folder, self._last(), seq)
        except (JournalError, KeyError, SegmentError, FrameError) as error:
            raise CutError(f"record {seq} cannot be read: {error}") from error

    def _last(self) -> int:
        """The last segment that was begun; blanks stand behind it."""
        for number in reversed(self._folder.numbers()):
            with self._folder.reading(number) as it:
                if it.header() is not None:
                    return number
        raise CutError("the journal is empty")

    def _frames(self, first_seq: int, until: int) -> Iterator[Frame]:
        frame = self._find(first_seq)
        if frame.first_seq != first_seq:
            raise CutError(f"no frame begins with record {first_seq}")
        expected = first_seq
        for found in self._from(frame):
            if found.first_seq != expected:
                raise CutError(f"record {expected} is lost")
            if found.next_seq > until:
                return
            yield found
            expected = found.next_seq
            if expected == until:
                return

    def _from(self, frame: Frame) -> Iterator[Frame]:
        last, at = self._last(), frame.start
        try:
            for number in range(frame.segment, last + 1):
                with self._folder.reading(number) as it:
                    header = it.header()
                    if header is None:
                        return
                    for found in Trail(it.read, number, it.size, header.unit, at).frames():
                        if isinstance(found, Frame):
                            yield found
                at = 1
        except (SegmentError, FrameError) as error:
            raise CutError(f"segment {number} does not hold: {error}") from error


def worth(batch: Batch) -> bool:
    """Whether it says anything but what the collector and the witness said themselves."""
    return any(decode(record).kind not in BESIDE for record in batch.records)
