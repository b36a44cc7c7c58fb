"""Where the journal ends: found at the start from a few dozen kilobytes, and proven by the tip's signature."""

from __future__ import annotations

from typing import NamedTuple

from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.folder import Folder, Open
from appliance.storage.frame import FRAME_LIMIT, Frame, FrameError
from appliance.storage.segment import Header, NewerFormat, SegmentError
from appliance.storage.trail import Gap, find_end, gap_between, is_zero, last_frame


class JournalError(Exception):
    """The journal cannot be opened or used; the text is one sentence that says what to do."""


class JournalBusy(JournalError):
    """Another process holds the journal."""


class JournalDamaged(JournalError):
    """What is on flash is not what was written, and no torn write explains it. `seq` = lowest not proven."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"record {seq}: {why}; run sceau verify and keep this medium")
        self.seq = seq
        self.why = why


class Tip(NamedTuple):
    """The last segment and frame; `end` is the unit that the next frame is written to, after `gap`."""

    header: Header
    frame: Frame
    cp: Checkpoint
    end: int
    gap: Gap | None


def find_tip(folder: Folder) -> Tip | None:
    """None for a journal without a record. Sets aside a last segment whose very first write was torn."""
    numbers = folder.numbers()
    while numbers:
        number = numbers[-1]
        with folder.reading(number) as it:
            tip = _tip_of(it)
            torn = tip is None and not is_zero(it.read(min(4096, it.size), 0))
            if torn and not it.only_torn():
                raise JournalDamaged(0, f"segment {number} has no valid header or frame and is not empty")
        if tip is not None:
            _contiguous(numbers)
            return tip
        if torn:
            folder.set_aside(number)
        numbers.pop()
    return None


def _contiguous(numbers: list[int]) -> None:
    for want, number in enumerate(numbers, start=1):
        if number != want:
            raise JournalDamaged(0, f"segment {want} is missing")


def _tip_of(it: Open) -> Tip | None:
    try:
        header = it.header()
        if header is None:
            return None
        if header.number != it.number or header.size != it.size:
            raise JournalDamaged(header.first_seq, f"segment {it.number} has the header of another file")
        return _end_of(it, header)
    except NewerFormat as error:
        raise JournalError(str(error)) from error
    except SegmentError as error:
        raise JournalDamaged(0, f"segment {it.number}: {error}") from error
    except FrameError as error:
        raise JournalDamaged(error.first_seq, str(error)) from error


def _end_of(it: Open, header: Header) -> Tip | None:
    unit = header.unit
    end = find_end(it.read, it.size, unit)
    frame = last_frame(it.read, it.number, unit, end)
    torn = (end - (frame.end if frame else 1)) * unit
    seq = frame.next_seq if frame else header.first_seq
    gap = gap_between(it.read, it.number, unit, frame.end if frame else 1, end) if 0 < torn <= FRAME_LIMIT else None
    if gap and gap.claimed > seq:
        raise JournalDamaged(seq, f"a frame after it was begun with record {gap.claimed}, so it was acknowledged")
    if frame is None and torn <= FRAME_LIMIT:
        return None
    if frame is None or torn > FRAME_LIMIT:
        raise JournalDamaged(seq, f"{torn} bytes after the last whole frame are more than one torn write leaves")
    cp = Checkpoint(chain.chain_id(header.genesis), frame.next_seq, frame.head())
    if not chain.signed(header.key, chain.cp_bytes(cp), frame.signature):
        raise JournalDamaged(frame.first_seq, "the last frame's checksum is right and its signature is wrong")
    return Tip(header, frame, cp, end, gap)
