"""The quick check: chain, and the last signature of each segment, in one tight loop a segment.

It is an optimist: whatever it does not expect (a gap, a torn tail, a wrong byte) makes it give up, and the
careful walk looks at everything again. It reads a segment whole, so its memory is that of one segment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from itertools import chain as chained
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from appliance.audit.source import Source
from appliance.audit.spread import spread
from appliance.storage import chain, rotation, segment
from appliance.storage.anchor import Anchor
from appliance.storage.chain import Checkpoint
from appliance.storage.frame import FRAME_LIMIT, HEAD, HEAD_SIZE, MAGIC
from appliance.storage.record import GENESIS_KEY, RecordError, decode
from appliance.storage.segment import Header, SegmentError
from appliance.storage.trail import is_zero

_HEAD = Struct(">4s4xQQQ32sH")  # frame.HEAD as place, first record, count; then the length of the first record
_ALONE = 1 << 48  # a count of one record before six zeros
_FIXED = HEAD_SIZE + 2 + chain.SIGNATURE_SIZE  # used bytes of a frame of one record, less that record
_INTEGER = rb"(?:[\x00-\x17\x20-\x37]|[\x18\x38].|[\x19\x39]..|[\x1a\x3a].{4}|[\x1b\x3b].{8})"
_CODE = b"(?:" + b"|".join(b"%c.{%d}" % (0x60 + size, size) for size in range(24)) + b")"
_FRONT = re.compile(b"\x89" + 4 * _INTEGER + 2 * _CODE + _INTEGER, re.DOTALL)  # a record up to its kind, codes short
_STEP: dict[int, int] = {
    head + sign: 1 for head in range(24) for sign in (0, 32)
} | {  # bytes of an integer by its first one
    24 + size + sign: 1 + 2**size for size in range(4) for sign in (0, 32)
}


class Tip(NamedTuple):
    records: int
    head: bytes
    genesis: bytes
    tickets: int


class Run(NamedTuple):
    """One segment that holds from its header's head to `head`; `end` in units; `key` must sign the next one."""

    header: Header
    next_seq: int
    head: bytes
    end: int
    tickets: int
    key: bytes


class Watch:
    """Looks without decoding for the kinds that matter here; nearly every record is of another one.

    `byte in record` costs a tenth of `mark in record`: that is what the loop asks first, for each of `bytes`.
    """

    def __init__(self, ticket: int | None, defect: int | None) -> None:
        self._ticket, self._mark = ticket, _mark(ticket)
        self._defect, self._said = defect, b"\xff" * 9 if defect is None else bytes([defect, 0xA4])
        self.bytes = self._mark[-1], rotation.MARK[-2], self._said[-1]
        self.tickets = 0
        self.turns: list[tuple[int, bytes]] = []  # number and bytes of each key record
        self.defects = 0

    def look(self, seq: int, record: bytes) -> None:
        if record.find(self._mark) > 0 and kind_of(record) == self._ticket:
            self.tickets += 1
        if record.find(rotation.MARK) > 0 and rotation.announced(record):
            self.turns.append((seq, record))
        if record.find(self._said) > 0 and kind_of(record) == self._defect:
            self.defects += 1


def kind_of(data: bytes) -> int:
    """The eighth field of a record that may be taken for well-formed; -1 when it plainly is not."""
    try:
        front = _FRONT.match(data)
        at = front.end() if front else _long_front(data)
        return data[at] if data[at] < 24 else int.from_bytes(data[at + 1 : at + _STEP[data[at]]], "big")
    except (IndexError, KeyError):
        return -1


def _long_front(data: bytes) -> int:
    at = 1
    for _ in range(4):
        at += _STEP[data[at]]
    for _ in range(2):
        at += data[at] - 0x5F if data[at] < 0x78 else data[at + 1] + 2
    return at + _STEP[data[at]]


def _mark(kind: int | None) -> bytes:
    """The bytes of the kind's number; of none, a run that no record has."""
    if kind is None:
        return b"\xff" * 9
    return bytes([kind]) if kind < 24 else bytes([0x18, kind]) if kind < 256 else b"\x19" + kind.to_bytes(2, "big")


def scan(source: Source, ticket: int | None, defect: int | None, processes: int) -> Tip | None:
    """None when anything is unusual."""
    if source.only:
        return None
    numbers = source.folder.numbers()
    one = partial(run, source.folder.path, source.anchor, ticket, defect)
    if processes < 2:
        return _join(map(one, numbers), source.anchor)
    jobs = [partial(_some, one, numbers[at::processes]) for at in range(processes)]
    shares = spread(jobs)
    if shares is None:
        return None
    return _join((shares[at % processes][at // processes] for at in range(len(numbers))), source.anchor)


def _some(one: Callable[[int], Run | bool], numbers: list[int]) -> list[Run | bool]:
    return list(map(one, numbers))


def _join(runs: Iterable[Run | bool], anchor: Anchor | None) -> Tip | None:
    """The runs in order, each on the one before; after the last come blanks (True); False spoils it."""
    last: Run | None = None
    tickets = 0
    runs = iter(runs)
    for number, found in enumerate(runs, start=1):
        if isinstance(found, bool):
            runs = chained([found], runs)
            break
        if not _follows(number, last, found):
            return None
        last, tickets = found, tickets + found.tickets
    if last is None or not all(found is True for found in runs):
        return None
    if anchor and anchor.cp.next_seq > last.next_seq:
        return None
    return Tip(last.next_seq, last.head, last.header.genesis, tickets)


def _follows(number: int, last: Run | None, found: Run) -> bool:
    header = found.header
    here = (header.number, header.first_seq, header.prev_head, header.before)
    if last is None:
        return here == (1, 0, chain.START, 0)
    same = (header.genesis, header.key) == (last.header.genesis, last.key)
    return same and here == (number, last.next_seq, last.head, last.end)


def run(folder: Path, anchor: Anchor | None, ticket: int | None, defect: int | None, number: int) -> Run | bool:
    """One segment: True if it is blank, False if it is not plainly well."""
    with (folder / segment.name(number)).open("rb", buffering=0) as file:
        first = file.read(FRAME_LIMIT)
        try:
            header = segment.parse(first)
        except SegmentError:
            return False
        if header is None:
            return is_zero(first)
        file.seek(0)
        data = file.read(header.size + 1)
    if (header.number, header.size) != (number, len(data)):
        return False
    return _frames(data, header, anchor.cp if anchor else None, Watch(ticket, defect)) or False


def _frames(data: bytes, header: Header, anchored: Checkpoint | None, watch: Watch) -> Run | None:
    """One pass with as few steps a record as there can be: most frames carry one record."""
    unit, seq, head = header.unit, header.first_seq, header.prev_head
    stop_seq, stop_head = (anchored.next_seq, anchored.head) if anchored else (-1, b"")
    at = last = unit
    place, beyond = header.number << 32 | 1 << 16, 1 << 16  # what a frame's head says of its place, `used` left out
    look, (byte, other, third) = watch.look, watch.bytes
    unpack, size, one, digest = _HEAD.unpack_from, len(data) - HEAD_SIZE, b"\x01", sha256
    while at < size:
        magic, where, first, count, prev, length = unpack(data, at)
        if magic != MAGIC:
            break
        if prev != head or first != seq:
            return None
        last, used = at, length + _FIXED
        if count == _ALONE and where == place + used:
            record = data[at + 66 : at + 66 + length]
            head = digest(one + head + record).digest()
            if byte in record or other in record or third in record:
                look(seq, record)
            seq += 1
        else:
            used = where - place
            records = _several(data, at, used, count >> 48) if count & _ALONE - 1 == 0 else None
            if records is None:
                return None
            for record in records:
                head = digest(one + head + record).digest()
                if byte in record or other in record or third in record:
                    look(seq, record)
                seq += 1
        if seq == stop_seq and head != stop_head:
            return None
        at, place = at + unit, place + beyond
        if used > unit:
            more = (used - 1) // unit
            at, place = at + more * unit, place + (more << 16)
    key = _next_key(header, watch, seq)
    run = Run(header, seq, head, at // unit, watch.tickets, key or b"")
    return _sealed(data, header, last, run) if key and not watch.defects else None


def _next_key(header: Header, watch: Watch, next_seq: int) -> bytes | None:
    """The key of the segment after this one; None when a key record does not hold or does not end its segment."""
    if not watch.turns:
        return header.key
    seq, data = watch.turns[0]
    try:
        body = decode(data).body
    except RecordError:
        return None
    holds = seq == next_seq - 1 and rotation.sound(chain.chain_id(header.genesis), header.key, body)
    return rotation.announced(data) if holds else None


def _several(data: bytes, at: int, used: int, count: int) -> list[bytes] | None:
    """The records of a frame; None when their lengths do not add up."""
    if not 0 < used <= FRAME_LIMIT or at + used > len(data):
        return None
    here, end = at + HEAD_SIZE, at + used - chain.SIGNATURE_SIZE
    records = []
    while here < end:
        stop = here + 2 + (data[here] << 8 | data[here + 1])
        records.append(data[here + 2 : stop])
        here = stop
    return records if here == end and len(records) == count else None


def _sealed(data: bytes, header: Header, last: int, run: Run) -> Run | None:
    """The run if it ends in zeros, in a good signature, and begins with the genesis that the header names."""
    used, end = HEAD.unpack_from(data, last)[4], run.end * header.unit
    cp = Checkpoint(chain.chain_id(header.genesis), run.next_seq, run.head)
    if not is_zero(data[end : end + FRAME_LIMIT]) or run.next_seq == header.first_seq:
        return None
    if not chain.signed(header.key, chain.cp_bytes(cp), data[last + used - 64 : last + used]):
        return None
    return run if header.first_seq or _born(data, header) else None


def _born(data: bytes, header: Header) -> bool:
    at = header.unit + HEAD_SIZE
    genesis = data[at + 2 : at + 2 + int.from_bytes(data[at : at + 2], "big")]
    try:
        named = decode(genesis).body.get(GENESIS_KEY)
    except RecordError:
        return False
    return named == header.key and chain.link(chain.START, genesis) == header.genesis
