"""A purge leaves of each segment its header: what held the records is gone, the chain of headers stays (PUR-04).

The `purge` record is durable before the first byte is given up, so that a start finds the order and finishes it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from appliance.storage import folder
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.storage.folder import Folder, Open
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.segment import Header, SegmentError

KIND: Final = 59
_MARK: Final = bytes((0x18, KIND))  # how a record of the kind spells it


class PurgeError(Exception):
    """Nothing was given up; the text is one sentence that says why."""


class RecordPurged(KeyError):
    """The record was purged: it stands in the archive of its period."""

    def __str__(self) -> str:
        return f"record {self.args[0]} was purged: look for it in the archive of its period"


class Order(NamedTuple):
    """Every segment up to `last_segment` keeps its header only; `last_record` was its last, `head` its hash."""

    last_segment: int
    last_record: int
    head: bytes


def order(record: Record) -> Order | None:
    """What a `purge` record says; None when its body does not fit."""
    segment, seq, head = (record.body.get(key) for key in (2, 4, 5))
    if record.kind != KIND or not isinstance(segment, int) or not isinstance(seq, int) or not isinstance(head, bytes):
        return None
    return Order(segment, seq, head) if segment > 0 and seq >= 0 and len(head) == 32 else None


def announced(data: bytes) -> bool:
    """Whether `data` is a purge record."""
    try:
        return _MARK in data and decode(data).kind == KIND
    except RecordError:
        return False


def header_only(it: Open, header: Header) -> bool:
    """Whether a segment was purged: a whole one has 64 KiB at least."""
    return it.size == header.unit and header.number == it.number


def carry_out(directory: Path, disk: Disk, wanted: Order) -> list[int]:
    """The segments given up now; none when it had been done. Raises PurgeError, OSError.

    To be called after the `purge` record is durable, and at each start for the last one that stands in the journal.
    """
    found = Folder(directory / folder.NAME, disk, Mode.READ)
    _agrees(found, wanted)
    done = []
    for number in range(1, wanted.last_segment + 1):
        with found.reading(number) as it:
            header = _header(it)
            kept = it.read(header.unit, 0)
        if not header_only(it, header):
            # If we stop here, the segments before this one keep their headers and this one is whole: the next start
            # finds the purge record and goes on. Each file is replaced whole or not at all (`durable_file`).
            durable_file(disk, found.file(number), kept)
            done.append(number)
    return done


def _agrees(found: Folder, wanted: Order) -> None:
    """The segment after the last one to go must be there and go on from it."""
    if wanted.last_segment + 1 not in found.numbers():
        raise PurgeError(f"segment {wanted.last_segment + 1} is not there: nothing was purged, run sceau verify")
    with found.reading(wanted.last_segment + 1) as it:
        after = _header(it)
    if header_only(it, after):
        return  # a later purge went further
    if (after.first_seq, after.prev_head) != (wanted.last_record + 1, wanted.head):
        raise PurgeError("the purge record does not fit the segments: nothing was purged, run sceau verify")


def _header(it: Open) -> Header:
    try:
        header = it.header()
    except SegmentError as error:
        raise PurgeError(f"segment {it.number} cannot be purged: {error}; run sceau verify") from error
    if header is None or header.number != it.number:
        raise PurgeError(f"segment {it.number} has no valid header: nothing was purged, run sceau verify")
    return header
