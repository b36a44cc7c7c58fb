"""Walks a journal from its files alone: no lock, no write, safe beside a running till, in constant memory.

Checks checksums, links, sequence, geometry and gaps; which signatures are checked is the caller's choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from appliance.audit.source import Broken, Source, Unreadable
from appliance.storage import chain
from appliance.storage.folder import CHUNK, Open
from appliance.storage.frame import FRAME_LIMIT, Frame, FrameError
from appliance.storage.record import GENESIS_KEY, RECOVERED, Record, RecordError, decode
from appliance.storage.segment import Header, NewerFormat, SegmentError
from appliance.storage.trail import Gap, Hole, Trail, is_zero

SETTLE = 0.2  # seconds after which a write that was under way is whole


def wait() -> None:
    time.sleep(SETTLE)


class Step(NamedTuple):
    """A frame that follows from what came before it, the head after it, and its records (none if not decoded)."""

    header: Header
    frame: Frame
    head: bytes
    records: tuple[Record, ...]


class Walk:
    """One pass. Then `seq` and `head` are those of the tip, `tears` counts healed ones, `notes` are for a person.

    `stop`: the kind of the record of a clean stop, after which nothing may be torn. `pause` lets a running
    till finish its write: what does not hold is looked at once more before it is called broken.
    """

    def __init__(
        self,
        source: Source,
        *,
        decoding: bool = True,
        stop: int | None = None,
        pause: Callable[[], None] = wait,
    ) -> None:
        self._source, self._decoding, self._stop, self._pause = source, decoding, stop, pause
        self.first = 0
        self.seq, self.head = 0, chain.START
        self.genesis, self.key = b"", b""
        self.tears = 0
        self.notes: list[str] = []
        self._header: Header | None = None  # of the segment being walked
        self._unit = 0  # in it, the first after the last frame that was accepted
        self._end = 0  # of the segment before, the first after its last nonzero one
        self._gap: Gap | None = None  # waits for the record that names it
        self._carried: Gap | None = None  # the one that the segment before left for this one's first record
        self._last: Record | None = None
        self._doubted: tuple[int, int] | None = None

    def steps(self) -> Iterator[Step]:
        """Raises Broken, Unreadable."""
        while True:
            try:
                yield from self._onward()
            except Broken:
                if self._doubted == self._place:
                    raise
                self._doubted = self._place
                self._pause()
            else:
                return

    @property
    def _place(self) -> tuple[int, int]:
        return self._header.number if self._header else 0, self._unit

    def _onward(self) -> Iterator[Step]:
        """From where the walk stands to the end of the journal."""
        self._gap = self._carried if self._unit == 1 else None
        self.notes.clear()
        if self._header:
            yield from self._frames(self._header.number)
        for number in self._source.numbers():
            if self._header and number <= self._header.number:
                continue
            with self._source.folder.reading(number) as it:
                header = self._header_of(it)
                if header is None:
                    self._no_header(it)
                    continue
                self._enter(header)
            yield from self._frames(number)
        self._finish()

    def _header_of(self, it: Open) -> Header | None:
        try:
            header = it.header()
        except NewerFormat as error:
            raise Unreadable(str(error)) from error
        except SegmentError as error:
            raise Broken(self.seq, str(error), it.number) from error
        if header and (header.number, header.size) != (it.number, it.size):
            raise Broken(self.seq, "its header is that of another file, or the file was cut", it.number)
        return header

    def _no_header(self, it: Open) -> None:
        """A blank, or a first write that was torn, or damage."""
        if it.blank():
            return
        anchor = self._source.anchor
        expected = self._header.number + 1 if self._header else 1
        if it.number != expected or not it.only_torn() or (anchor and anchor.cp.next_seq > self.seq):
            raise Broken(self.seq, "its header is damaged", it.number)
        self._doubt(f"segment {it.number} holds a torn first write")
        self.notes.append(f"torn tail: the first write of segment {it.number} was cut short; nothing of it counted")

    def _doubt(self, why: str) -> None:
        """Gives a write that may be under way its time, once."""
        if self._doubted != self._place:
            raise Broken(self.seq, why)

    def _enter(self, header: Header) -> None:
        expected = self._header.number + 1 if self._header else header.number if self._source.only else 1
        if header.number != expected:
            raise Broken(self.seq, "it is missing", expected)
        if self._source.only:
            self.seq = self.first = header.first_seq
            self.head = header.prev_head
        if self._header is None:
            self.genesis, self.key = header.genesis, header.key
        if (header.genesis, header.key) != (self.genesis, self.key):
            raise Broken(self.seq, "its header names another chain or key", header.number)
        if (header.first_seq, header.prev_head) != (self.seq, self.head):
            raise Broken(min(self.seq, header.first_seq), f"segment {header.number} does not follow from it")
        if header.before != self._end and not self._source.only:
            raise Broken(self.seq, f"segment {header.number} says that the one before it ends elsewhere")
        self._header, self._unit, self._carried = header, 1, self._gap

    def _frames(self, number: int) -> Iterator[Step]:
        assert self._header  # noqa: S101 - `_enter` has set it
        with self._source.folder.reading(number) as it:
            trail = Trail(it.read, number, it.size, self._header.unit, self._unit)
            try:
                for found in trail.frames():
                    if isinstance(found, Frame):
                        yield self._accept(self._header, found)
                    else:
                        self._tear(trail, found)
            except FrameError as error:
                raise Broken(self.seq, str(error)) from error
            self._end = trail.index
            self._zeros(it, trail.index * self._header.unit)

    def _zeros(self, it: Open, start: int) -> None:
        for at in range(start, it.size, CHUNK):
            if not is_zero(it.read(min(CHUNK, it.size - at), at)) and not self._grown(it):
                raise Broken(self.seq, f"bytes stand after the end of segment {it.number}")

    def _grown(self, it: Open) -> bool:
        """Whether a running till wrote on since the walk read the tip; what it adds is left for the next check."""
        header = self._header
        if header is None:
            return False
        trail = Trail(it.read, it.number, it.size, header.unit, self._unit)
        found = trail.step()
        return isinstance(found, Frame) and (found.first_seq, found.prev_head) == (self.seq, self.head)

    def _tear(self, trail: Trail, hole: Hole) -> None:
        gap = trail.gap(hole)
        if self._gap or gap.length > FRAME_LIMIT:
            raise Broken(self.seq, "more is damaged than one torn write leaves")
        if gap.claimed > self.seq:
            raise Broken(self.seq, f"a frame after it was begun with record {gap.claimed}, so it was acknowledged")
        self._gap = gap

    def _accept(self, header: Header, frame: Frame) -> Step:
        if frame.first_seq != self.seq:
            raise Broken(min(self.seq, frame.first_seq), f"record {frame.first_seq} stands where {self.seq} comes next")
        if frame.prev_head != self.head:
            raise Broken(self.seq, "it does not follow from the record before it")
        head = frame.head()
        records = self._decoded(frame)
        if self.seq == 0:
            self._born(header, frame)
        self._anchored(frame, head)
        self.seq, self.head, self._unit, self._gap = frame.next_seq, head, frame.end, None
        return Step(header, frame, head, records)

    def _decoded(self, frame: Frame) -> tuple[Record, ...]:
        if not self._decoding:
            if self._gap:
                self._healed(self._record(frame, 0))
            self._last = None
            return ()
        records = tuple(self._record(frame, at) for at in range(len(frame.records)))
        for at, record in enumerate(records):
            if at == 0 and self._gap:
                self._healed(record)
            elif record.kind == RECOVERED and not (self._source.only and frame.start == 1 and at == 0):
                raise Broken(record.seq, "a recovered record stands where nothing was torn")
        self._last = records[-1]
        return records

    def _record(self, frame: Frame, at: int) -> Record:
        seq = frame.first_seq + at
        try:
            record = decode(frame.records[at])
        except RecordError as error:
            raise Broken(seq, str(error)) from error
        if record.seq != seq:
            raise Broken(seq, f"it says it is record {record.seq}")
        return record

    def _healed(self, record: Record) -> None:
        gap = self._gap
        if gap and (record.kind, record.body) != (RECOVERED, {1: gap.length, 2: gap.sha256}):
            raise Broken(record.seq, f"{gap.length} bytes before it are damaged and no recovered record names them")
        if gap and self._last and self._last.kind == self._stop:
            raise Broken(record.seq, "bytes before it are torn, after a clean stop")
        self.tears += 1

    def _born(self, header: Header, frame: Frame) -> None:
        if chain.link(chain.START, frame.records[0]) != header.genesis:
            raise Broken(0, "it is not the genesis record that the segments name")
        if self._record(frame, 0).body.get(GENESIS_KEY) != header.key:
            raise Broken(0, "the genesis record names another key than the segment's header")

    def _anchored(self, frame: Frame, head: bytes) -> None:
        anchor = self._source.anchor
        if anchor is None or not frame.first_seq < anchor.cp.next_seq <= frame.next_seq:
            return
        if (anchor.cp.next_seq, anchor.cp.head) != (frame.next_seq, head):
            raise Broken(frame.first_seq, "the anchor names another head: the chain was forked")

    def _finish(self) -> None:
        anchor = self._source.anchor
        if self._header is None and (anchor is None or self._source.only):
            raise Unreadable("no record is there yet: start the till once, or name another path")
        if anchor and anchor.cp.next_seq > self.seq:
            last = anchor.cp.next_seq - 1
            raise Broken(
                self.seq, f"the journal ends before it, the anchor names record {last}: it was cut or rolled back"
            )
        if self._gap:
            self._torn_tail(self._gap)

    def _torn_tail(self, gap: Gap) -> None:
        if self._last and self._last.kind == self._stop:
            raise Broken(self.seq, f"{gap.length} bytes stand after a clean stop")
        self._doubt("its frame is torn")
        self.notes.append(
            f"torn tail: {gap.length} bytes after record {self.seq - 1} are of a write that was cut short; "
            "the till names them at its next start"
        )
