"""Walks a journal from its files alone: no lock, no write, safe beside a running till, in constant memory.

Checks checksums, links, sequence, geometry, keys and gaps; which signatures are checked is the caller's choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from appliance.audit.keychain import Keychain
from appliance.audit.source import Broken, Source, Unreadable
from appliance.storage import chain, purge, rotation
from appliance.storage.folder import CHUNK, Open
from appliance.storage.frame import FRAME_LIMIT, Frame, FrameError
from appliance.storage.record import GENESIS_KEY, RECOVERED, Record, RecordError, decode
from appliance.storage.segment import Header, NewerFormat, SegmentError
from appliance.storage.trail import Gap, Hole, Trail, is_zero

SETTLE = 0.2  # seconds after which a write that was under way is whole
_TOLD = 256 * 1024  # bytes between two words about progress
_SPECIAL = frozenset((RECOVERED, rotation.KIND, purge.KIND))


def wait() -> None:
    time.sleep(SETTLE)


class Step(NamedTuple):
    """A frame that follows from what came before it, the head after it, and its records (none if not decoded)."""

    header: Header
    frame: Frame
    head: bytes
    records: tuple[Record, ...]


class Place(NamedTuple):
    """Between two frames: unit `unit` of segment `number`, where record `seq` comes next and `key` signs."""

    number: int
    unit: int
    seq: int
    head: bytes
    genesis: bytes
    key: bytes


_TOO_MUCH = "more is damaged than one torn write leaves"


class Walk:
    """One pass. Then `seq` and `head` are those of the tip, `tears` counts healed ones, `notes` are for a person.

    `pause` lets a running
    till finish its write: what does not hold is looked at once more before it is called broken. `told` hears the
    segment and the byte where the walk is. From `start` up to `until`, it proves that part and takes `start` on trust.
    """

    def __init__(
        self,
        source: Source,
        *,
        decoding: bool = True,
        pause: Callable[[], None] = wait,
        told: Callable[[int, int], None] = lambda number, byte: None,
        start: Place | None = None,
        until: Place | None = None,
    ) -> None:
        self._source, self._decoding, self._pause, self._told = source, decoding, pause, told
        self._start, self._until = start, until
        self.first = 0
        self.seq, self.head = 0, chain.START
        self.genesis = b""
        self.keys = Keychain()
        self.tears = 0
        self.notes: list[str] = []
        self._header: Header | None = None  # of the segment being walked
        self._unit = 0  # in it, the first after the last frame that was accepted
        self._end = 0  # of the segment before, the first after its last nonzero one
        self._gap: Gap | None = None  # waits for the record that names it
        self._carried: Gap | None = None  # the one that the segment before left for this one's first record
        self._last: Record | None = None
        self._barren = 0  # the segment in which no frame can count
        self._gone: Header | None = None  # of the last purged segment
        self._ordered = 0  # the last segment that a purge record names
        self._met = (0, chain.START)  # what the first segment that is whole says of the one before
        self._doubted: tuple[int, int] | None = None

    def steps(self) -> Iterator[Step]:
        """Raises Broken, Unreadable."""
        if self._start and self._header is None:
            self._begin(self._start)
        while True:
            try:
                yield from self._onward()
            except Broken:
                if self._doubted == self._position:
                    raise
                self._doubted = self._position
                self._pause()
            else:
                return

    @property
    def _position(self) -> tuple[int, int]:
        return self._header.number if self._header else 0, self._unit

    @property
    def place(self) -> Place | None:
        """Where the walk stands; None before its first segment."""
        header = self._header
        if header is None:
            return None
        return Place(header.number, self._unit, self.seq, self.head, self.genesis, self.keys.current)

    def _begin(self, start: Place) -> None:
        with self._source.folder.reading(start.number) as it:
            self._header = self._header_of(it)
        self._unit, self.seq, self.head = start.unit, start.seq, start.head
        self.first, self.genesis = start.seq, start.genesis
        self.keys = Keychain(start.key)

    def _onward(self) -> Iterator[Step]:
        """From where the walk stands to the end of the journal."""
        self._gap = self._carried if self._unit == 1 else None
        self._barren = 0
        self.notes.clear()
        if self._header and self._header is not self._gone:
            yield from self._frames(self._header.number)
        for number in self._source.numbers():
            if self._header and number <= self._header.number:
                continue
            if self._reached():
                return
            with self._source.folder.reading(number) as it:
                header = self._header_of(it)
                if header is None:
                    self._no_header(it)
                    continue
                if purge.header_only(it, header):
                    self._bury(header)
                    continue
                self._enter(header)
            yield from self._frames(number)
        if not self._reached():
            self._finish()

    def _reached(self) -> bool:
        return self._until is not None and self._position == self._until[:2]

    def _header_of(self, it: Open) -> Header | None:
        try:
            header = it.header()
        except NewerFormat as error:
            raise Unreadable(str(error)) from error
        except SegmentError as error:
            raise Broken(self.seq, str(error), it.number) from error
        if header and (header.number, header.size) != (it.number, it.size) and not purge.header_only(it, header):
            raise Broken(self.seq, "its header is that of another file, or the file was cut", it.number)
        return header

    def _no_header(self, it: Open) -> None:
        """A blank, or a first write that was torn, or damage."""
        self._told(it.number, 0)
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
        if self._doubted != self._position:
            raise Broken(self.seq, why)

    def _enter(self, header: Header) -> None:
        expected = self._header.number + 1 if self._header else self._source.trusted or 1
        if header.number != expected:
            raise Broken(self.seq, "it is missing", expected)
        trusted = header.number == self._source.trusted or (self._gone is not None and self._gone is self._header)
        if trusted:
            self._trust(header)
        if self._header is None:
            self.genesis = header.genesis
        if header.genesis != self.genesis:
            raise Broken(self.seq, "its header names another chain", header.number)
        if (header.first_seq, header.prev_head) != (self.seq, self.head):
            raise Broken(min(self.seq, header.first_seq), f"segment {header.number} does not follow from it")
        self.keys.enter(header, self.seq)
        if header.before != self._end and not trusted:
            raise Broken(self.seq, f"segment {header.number} says that the one before it ends elsewhere")
        if trusted:
            self._met = header.first_seq, header.prev_head
        self._header, self._unit, self._carried = header, 1, self._gap

    def _trust(self, header: Header) -> None:
        if self._gone and (header.first_seq <= self._gone.first_seq or header.number == self._gone.number):
            raise Broken(header.first_seq, f"segment {header.number} does not follow from the one before it")
        self.seq = self.first = header.first_seq
        self.head = header.prev_head

    def _bury(self, header: Header) -> None:
        """A segment of which only the header is left: right at the journal's beginning, when a purge record says so."""
        last = self._gone
        if header.number != (last.number + 1 if last else 1) or self._header is not last:
            raise Broken(header.first_seq, "its records are gone", header.number)
        if last and (header.genesis != last.genesis or header.first_seq <= last.first_seq):
            raise Broken(header.first_seq, "its header does not follow from the one before it", header.number)
        self._header = self._gone = header
        self.genesis = header.genesis

    def _purge(self, record: Record) -> None:
        """What a purge record says of the segments that are gone must be what the first one left says."""
        order = purge.order(record)
        if order is None:
            raise Broken(record.seq, "its body does not fit its kind")
        gone, self._ordered = self._gone, max(self._ordered, order.last_segment)
        met = (order.last_record + 1, order.head)
        if gone and gone.number == order.last_segment and self._met != met:
            raise Broken(record.seq, "the purge that it orders is not the one that was made")

    def _frames(self, number: int) -> Iterator[Step]:
        header = self._header
        assert header  # noqa: S101 - `_enter` has set it
        ends = self._until.unit if self._until and self._until.number == number else -1
        due = 0
        with self._source.folder.reading(number) as it:
            trail = Trail(it.read, number, it.size, header.unit, self._unit)
            try:
                for found in trail.frames():
                    if isinstance(found, Frame):
                        yield self._accept(header, found)
                    else:
                        self._tear(trail, found)
                    if self._unit == ends:
                        return
                    if self._unit >= due:
                        self._told(number, self._unit * header.unit)
                        due = self._unit + _TOLD // header.unit
            except FrameError as error:
                raise Broken(self.seq, str(error)) from error
            self._end = trail.index
            self._zeros(it, trail.index * header.unit)
            self._told(number, it.size)

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
        first = self._gap is not None and self._unit == 1 and self._gap is self._carried
        if (self._gap and not first) or gap.length > FRAME_LIMIT:
            raise Broken(self.seq, _TOO_MUCH)
        if gap.claimed > self.seq:
            raise Broken(self.seq, f"a frame after it was begun with record {gap.claimed}, so it was acknowledged")
        if first and self._header:
            self._stillborn(self._header.number)
        else:
            self._gap = gap

    def _stillborn(self, number: int) -> None:
        """Behind a gap not yet named, a first write of which only the header is whole: the till sets the file aside."""
        self._doubt(_TOO_MUCH)
        self._barren = number
        self.notes.append(f"torn tail: the first write of segment {number} was cut short; nothing of it counted")

    def _accept(self, header: Header, frame: Frame) -> Step:
        first = frame.first_seq
        if header.number == self._barren:
            raise Broken(self.seq, _TOO_MUCH)
        if first != self.seq:
            raise Broken(min(self.seq, first), f"record {first} stands where {self.seq} comes next")
        if frame.prev_head != self.head:
            raise Broken(self.seq, "it does not follow from the record before it")
        self.keys.goes_on(first)
        head = frame.head()
        records = self._decoded(frame)
        if first == 0:
            self._born(header, frame)
        if self._source.anchor:
            self._anchored(frame, head)
        self.seq, self.head, self._unit, self._gap = first + len(frame.records), head, frame.end, None
        return Step(header, frame, head, records)

    def _decoded(self, frame: Frame) -> tuple[Record, ...]:
        if not self._decoding:
            self._undecoded(frame)
            return ()
        try:
            records = tuple(map(decode, frame.records))
        except RecordError:
            records = tuple(self._record(frame, at) for at in range(len(frame.records)))
        if self._gap:
            self._healed(records[0])
        for seq, record in enumerate(records, frame.first_seq):
            if record.seq != seq:
                raise Broken(seq, f"it says it is record {record.seq}")
            if record.kind in _SPECIAL:
                self._special(frame, record)
        self._last = records[-1]
        return records

    def _undecoded(self, frame: Frame) -> None:
        """What must be known of the records all the same."""
        if self._gap:
            self._healed(self._record(frame, 0))
        for at, data in enumerate(frame.records):
            if rotation.announced(data) or (self._gone and purge.announced(data)):
                self._special(frame, self._record(frame, at))
        self._last = None

    def _special(self, frame: Frame, record: Record) -> None:
        at = record.seq - frame.first_seq
        if record.kind == rotation.KIND:
            self.keys.turn(self.genesis, record, frame.records[at], last=at == len(frame.records) - 1)
        elif record.kind == purge.KIND:
            self._purge(record)
        elif not (at == 0 and (self._gap or (frame.start == 1 and self._unknown_before(frame)))):
            raise Broken(record.seq, "a recovered record stands where nothing was torn")

    def _unknown_before(self, frame: Frame) -> bool:
        """Whether a torn write may have ended the segment before, which is not here."""
        return frame.segment == self._source.trusted or (
            self._gone is not None and frame.segment == self._gone.number + 1
        )

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
        if self._gone:
            self._purged(self._gone)

    def _purged(self, gone: Header) -> None:
        if self._ordered < gone.number:
            raise Broken(0, f"the records up to {self.first - 1} are gone and no purge record says so")
        self.notes.append(f"purged: records 0 to {self.first - 1} stand in their archives only, check those too")

    def _torn_tail(self, gap: Gap) -> None:
        self._doubt("its frame is torn")
        self.notes.append(
            f"torn tail: {gap.length} bytes after record {self.seq - 1} are of a write that was cut short; "
            "the till names them at its next start"
        )
