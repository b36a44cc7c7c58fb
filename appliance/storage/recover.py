"""Where the journal ends: found at the start from a few dozen kilobytes, and proven by the tip's signature."""

from __future__ import annotations

from typing import NamedTuple

from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.folder import Folder, Open
from appliance.storage.frame import FRAME_LIMIT, UNITS, Frame, FrameError
from appliance.storage.segment import Header, NewerFormat, SegmentError
from appliance.storage.trail import Gap, find_end, gap_between, is_zero, last_frame, next_frame


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
    """The last segment and frame; `end` is the unit that the next frame is written to, after `gap`.

    `damage`: bytes behind the frame that no torn write explains. What they held is lost, and nothing more is written to
    that segment.
    """

    header: Header
    frame: Frame
    cp: Checkpoint
    end: int
    gap: Gap | None
    damage: str = ""


def find_tip(folder: Folder, key: bytes) -> Tip | None:
    """None for a journal without a record. Sets aside a last segment whose very first write was torn.

    `key`: the public key of this till, under which frames stand whose header is hurt.
    """
    numbers = folder.numbers()
    while numbers:
        number = numbers[-1]
        with folder.reading(number) as it:
            tip = _tip_of(it)
            torn = tip is None and not is_zero(it.read(min(4096, it.size), 0))
            if torn and not it.only_torn():
                tip = _headless(folder, it, key)
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


def _headless(folder: Folder, it: Open, key: bytes) -> Tip:
    """The tip of a segment whose header is hurt and whose frames are not."""
    header = rebuilt(folder, it, key)
    try:
        tip = _end_of(it, header) if header else None
    except FrameError as error:
        raise JournalDamaged(error.first_seq, str(error)) from error
    if tip is None:
        raise JournalDamaged(0, f"segment {it.number} has no valid header or frame and is not empty")
    return tip._replace(damage=f"l'en-tête du segment {it.number} est abîmé")


def rebuilt(folder: Folder, it: Open, key: bytes) -> Header | None:
    """What a hurt header must have said, from its first frame and the segment before; None when they do not fit.

    The first frame's own signature is then under `key`, or it is not believed.
    """
    before = _before(folder, it.number)
    for unit in UNITS if before is None else (before.unit, *UNITS):
        try:
            first = next_frame(it.read, it.number, unit, 1, it.size // unit)
        except FrameError:
            continue
        if first is None or first.start != 1:
            continue
        genesis = before.genesis if before else chain.link(chain.START, first.records[0])
        if signed_frame(genesis, key, first):
            return Header(it.number, it.size, unit, first.first_seq, genesis, first.prev_head, key, 0)
    return None


def _before(folder: Folder, number: int) -> Header | None:
    if number - 1 not in folder.numbers():
        return None
    with folder.reading(number - 1) as it:
        try:
            return it.header()
        except NewerFormat as error:
            raise JournalError(str(error)) from error
        except SegmentError:
            return None


def signed_frame(genesis: bytes, key: bytes, frame: Frame) -> bool:
    cp = Checkpoint(chain.chain_id(genesis), frame.next_seq, frame.head())
    return chain.signed(key, chain.cp_bytes(cp), frame.signature)


def _end_of(it: Open, header: Header) -> Tip | None:
    unit = header.unit
    end = find_end(it.read, it.size, unit)
    frame = last_frame(it.read, it.size, it.number, unit, end)
    end = max(end, frame.end if frame else 1)
    torn = (end - (frame.end if frame else 1)) * unit
    seq = frame.next_seq if frame else header.first_seq
    gap = gap_between(it.read, it.number, unit, frame.end if frame else 1, end) if 0 < torn <= FRAME_LIMIT else None
    claimed = gap.claimed if gap else 0
    if frame is None and torn <= FRAME_LIMIT and claimed <= seq:
        return None
    if frame is None:
        raise JournalDamaged(seq, f"{torn} bytes are damaged and no frame stands before them")
    cp = Checkpoint(chain.chain_id(header.genesis), frame.next_seq, frame.head())
    if not signed_frame(header.genesis, header.key, frame):
        raise JournalDamaged(frame.first_seq, "the last frame's checksum is right and its signature is wrong")
    damage = _damage(torn, claimed, seq)
    return Tip(header, frame, cp, end, None if damage else gap, damage)


def _damage(torn: int, claimed: int, seq: int) -> str:
    if claimed > seq:
        return f"{torn} octets abîmés portaient des actes enregistrés, jusqu'au {claimed - 1} au moins"
    if torn > FRAME_LIMIT:
        return f"{torn} octets abîmés: plus qu'une écriture coupée n'en laisse"
    return ""
