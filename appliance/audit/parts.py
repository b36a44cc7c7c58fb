"""The full check in several processes: a part begins at a snapshot that the part before it has proven.

Each part takes its start on trust: the head, the key, and the ledger that the snapshot restores. The part before
must end exactly there, with the same fold. Anything else is left to one process, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from appliance.audit.check import Kinds, Mode, Passed, Refold, check
from appliance.audit.progress import Meter
from appliance.audit.quick import kind_of
from appliance.audit.signatory import carried, told
from appliance.audit.source import Broken, Source, Unreadable
from appliance.audit.spread import spread
from appliance.audit.walk import Place, Walk
from appliance.storage.folder import Open
from appliance.storage.frame import Frame, FrameError
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.segment import Header, SegmentError
from appliance.storage.trail import Trail, find_end, next_frame


class Split(NamedTuple):
    """`place`: after the frame that ends with the snapshot `record`; `byte` of its segment."""

    place: Place
    byte: int
    record: Record


class Job(NamedTuple):
    source: Source
    mode: Mode
    kinds: Kinds
    refold: Callable[[], Refold]
    pause: Callable[[], None]
    meter: Meter


def check_parts(job: Job, processes: int) -> Passed | None:
    """None when the journal cannot be split, or when a part does not hold."""
    cuts = list(splits(job.source, job.kinds, processes))
    if not cuts:
        return None
    ends = [None, *cuts, None]
    shares = [partial(_part, job, at, ends[at], ends[at + 1]) for at in range(len(cuts) + 1)]
    passed = spread(shares, job.meter.look)
    return _joined(passed) if passed else None


def _joined(parts: list[Passed | None]) -> Passed | None:
    whole = [part for part in parts if part]
    if len(whole) < len(parts) or any(part.notes for part in whole[:-1]):
        return None
    sums = (sum(part.records for part in whole), sum(part.tickets for part in whole), sum(part.tears for part in whole))
    return Passed(whole[-1].place, *sums, whole[-1].notes, whole[-1].said)


def _part(job: Job, at: int, start: Split | None, until: Split | None) -> Passed | None:
    walk = Walk(
        job.source,
        pause=job.pause,
        told=job.meter.share(at, start.place.number, start.byte) if start else job.meter.share(at),
        start=start.place if start else None,
        until=until.place if until else None,
    )
    fold = restored(job.kinds, start.record) if start else job.refold()
    if fold is None:
        return None
    try:
        certified = told(carried(job.source, start.place.number)) if start else None
        passed = check(walk, job.mode, job.kinds, fold, certified)
    except (Broken, Unreadable, OSError):
        return None
    if until is None:
        return passed
    after = restored(job.kinds, until.record)
    return passed if passed.place == until.place and after and vars(after) == vars(fold) else None


def restored(kinds: Kinds, record: Record) -> Refold | None:
    try:
        return kinds.restore(record) if kinds.restore else None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def splits(source: Source, kinds: Kinds, processes: int) -> Iterator[Split]:
    """The first snapshot after each of `processes` equal shares of the bytes; fewer when there are not so many."""
    try:
        used = dict(_used(source))
        last = (0, 0)
        for share in range(1, processes):
            found = _after(source, kinds, *_target(used, sum(used.values()) * share // processes))
            if found and found.place[:2] > last:
                last = found.place[:2]
                yield found
    except (SegmentError, FrameError, OSError):
        return


def _used(source: Source) -> Iterator[tuple[int, int]]:
    """(number, bytes up to its end) of each segment that is not blank."""
    for number in source.numbers():
        with source.folder.reading(number) as it:
            header = it.header()
            if header is None:
                return
            yield number, find_end(it.read, it.size, header.unit) * header.unit


def _target(used: dict[int, int], offset: int) -> tuple[int, int]:
    """The segment in which byte `offset` of all lies, and where in it."""
    before = 0
    for number, size in used.items():
        if offset < before + size:
            return number, offset - before
        before += size
    return 0, 0


def _after(source: Source, kinds: Kinds, number: int, byte: int) -> Split | None:
    there = source.numbers()
    while number in there:
        with source.folder.reading(number) as it:
            header = it.header()
            found = _in(it, header, kinds, byte) if header else None
        if found or header is None:
            return found
        number, byte = number + 1, 0
    return None


def _in(it: Open, header: Header, kinds: Kinds, byte: int) -> Split | None:
    """The first in this segment from `byte` on that ends its frame and can be restored."""
    unit, stop = header.unit, it.size // header.unit
    first = next_frame(it.read, it.number, unit, max(1, byte // unit), stop)
    if first is None:
        return None
    for found in Trail(it.read, it.number, it.size, unit, first.start).frames():
        if isinstance(found, Frame) and kind_of(found.records[-1]) == kinds.snapshot:
            record = _decoded(found)
            if record and restored(kinds, record):
                place = Place(it.number, found.end, found.next_seq, found.head(), header.genesis, header.key)
                return Split(place, found.end * unit, record)
    return None


def _decoded(frame: Frame) -> Record | None:
    try:
        return decode(frame.records[-1])
    except RecordError:
        return None
