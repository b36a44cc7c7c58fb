"""Looks backwards from the tip for the last record that a start can fold from: what is older is not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from appliance.storage import frame
from appliance.storage.folder import Folder, Open
from appliance.storage.frame import FRAME_LIMIT, Frame, FrameError
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.recover import Tip, rebuilt, signed_frame
from appliance.storage.segment import Header, SegmentError

FIRST = 32 * 1024
WINDOW = 128 * 1024  # the widest; windows double up to it
KEPT = 20_000  # frames: some days of a busy till, a few megabytes
Accept = Callable[[Record], bool]


class Start(NamedTuple):
    """A record from which the ledger can be restored, and the frame that holds it.

    `after`: the frames behind it in order, each with its segment's header, so that nothing is read twice; None when
    they were too many to keep.
    """

    seq: int
    header: Header
    frame: Frame
    after: tuple[tuple[Header, Frame], ...] | None


def find(folder: Folder, tip: Tip, kind: int, accept: Accept) -> Start | None:
    """The newest record of `kind` (24 to 255) that `accept` takes, in a frame whose signature is right, or None.

    What does not parse is passed over here: the fold from the found place walks every link up to the tip.
    """
    end = tip.end
    after: list[tuple[Header, Frame]] = []
    for number in range(tip.header.number, 0, -1):
        with folder.reading(number) as it:
            header = _header(folder, it, tip)
            if header is None:
                return None
            for found in frames_back(it, header, end or it.size // header.unit):
                seq = _accepted(found, kind, accept)
                if seq is not None and signed_frame(header.genesis, header.key, found):
                    return Start(seq, header, found, tuple(reversed(after)) if len(after) < KEPT else None)
                if len(after) < KEPT:
                    after.append((header, found))
        end = 0
    return None


def frames_back(it: Open, header: Header, end: int) -> Iterator[Frame]:
    """Frames from unit `end` back to the first; a window is read once, with the start of the one behind it kept."""
    unit, kept, window = header.unit, b"", FIRST
    while end > 1:
        start = max(1, end - window // unit)
        window = min(2 * window, WINDOW)
        data = it.read((end - start) * unit, start * unit)
        yield from reversed(_frames(data + kept, it.number, unit, start, end))
        kept, end = data[:FRAME_LIMIT], start


def _frames(data: bytes, number: int, unit: int, start: int, end: int) -> list[Frame]:
    """Those that begin before unit `end`."""
    found = []
    index = start
    while index < end:
        try:
            here = frame.parse(data, (index - start) * unit, unit, number, index)
        except FrameError:
            here = None
        if here:
            found.append(here)
        index = here.end if here else index + 1
    return found


def _accepted(found: Frame, kind: int, accept: Accept) -> int | None:
    """Decodes only what holds the bytes of the kind's number: a day is thousands of records."""
    mark = bytes((0x18, kind))
    for at in range(len(found.records) - 1, -1, -1):
        if mark not in found.records[at]:
            continue
        try:
            record = decode(found.records[at])
        except RecordError:
            return None
        if record.kind == kind and accept(record):
            return found.first_seq + at
    return None


def _header(folder: Folder, it: Open, tip: Tip) -> Header | None:
    try:
        return it.header() or rebuilt(folder, it, tip.header.key)
    except SegmentError:
        return None
