"""The quick check: chain, and the last signature of each segment, in one tight loop a segment.

It is an optimist: whatever it does not expect (a gap, a torn tail, a wrong byte) makes it give up, and the
careful walk looks at everything again. It reads a segment whole, so its memory is that of one segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from appliance.audit.source import Source
from appliance.storage import chain, segment
from appliance.storage.anchor import Anchor
from appliance.storage.chain import Checkpoint
from appliance.storage.frame import FRAME_LIMIT, HEAD, HEAD_SIZE, MAGIC
from appliance.storage.record import GENESIS_KEY, RecordError, decode
from appliance.storage.segment import Header, SegmentError
from appliance.storage.trail import is_zero

_HEAD = Struct(">4s4xIHHQH6x32s")  # frame.HEAD without its checksum and zeros
_STEP = {head + sign: 1 for head in range(24) for sign in (0, 32)} | {  # bytes of an integer by its first one
    24 + size + sign: 1 + 2**size for size in range(4) for sign in (0, 32)
}


class Tip(NamedTuple):
    records: int
    head: bytes
    chain_id: bytes
    tickets: int = 0


class Run(NamedTuple):
    """One segment that holds from its header's head to `head`; `end` in units."""

    header: Header
    next_seq: int
    head: bytes
    end: int
    tickets: int


def is_ticket(data: bytes, kind: int | None) -> bool:
    """Looks closer only where the kind's bytes are there at all."""
    return _mark(kind) in data and _kind(data) == kind


def _kind(data: bytes) -> int:
    """The eighth field of a record that may be taken for well-formed; -1 when it plainly is not."""
    try:
        at = 1
        for _ in range(4):
            at += _STEP[data[at]]
        for _ in range(2):
            at += data[at] - 0x5F if data[at] < 0x78 else data[at + 1] + 2
        at += _STEP[data[at]]
        return data[at] if data[at] < 24 else int.from_bytes(data[at + 1 : at + _STEP[data[at]]], "big")
    except (IndexError, KeyError):
        return -1


def _mark(kind: int | None) -> bytes:
    """The bytes of the kind's number; of none, a run that no record has."""
    if kind is None:
        return b"\xff" * 9
    return bytes([kind]) if kind < 24 else bytes([0x18, kind]) if kind < 256 else b"\x19" + kind.to_bytes(2, "big")


def scan(source: Source, ticket: int | None, processes: int) -> Tip | None:
    """None when anything is unusual."""
    if source.only:
        return None
    numbers = source.folder.numbers()
    one = partial(run, source.folder.path, source.anchor, ticket)
    if processes < 2:
        return _join(map(one, numbers), source.anchor)
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return _join(pool.map(one, numbers), source.anchor)


def _join(runs: Iterable[Run | bool], anchor: Anchor | None) -> Tip | None:
    """The runs in order, each on the one before; after the last come blanks (True); False spoils it."""
    last: Run | None = None
    tickets = 0
    runs = iter(runs)
    for number, found in enumerate(runs, start=1):
        if isinstance(found, bool):
            runs = _chain(found, runs)
            break
        if not _follows(number, last, found):
            return None
        last, tickets = found, tickets + found.tickets
    if last is None or not all(found is True for found in runs):
        return None
    if anchor and anchor.cp.next_seq > last.next_seq:
        return None
    return Tip(last.next_seq, last.head, chain.chain_id(last.header.genesis), tickets)


def _chain(first: bool, rest: Iterable[Run | bool]) -> Iterator[Run | bool]:
    yield first
    yield from rest


def _follows(number: int, last: Run | None, found: Run) -> bool:
    header = found.header
    if last is None:
        return (header.number, header.first_seq, header.prev_head, header.before) == (1, 0, chain.START, 0)
    same = (header.genesis, header.key) == (last.header.genesis, last.header.key)
    here = (header.number, header.first_seq, header.prev_head, header.before)
    return same and here == (number, last.next_seq, last.head, last.end)


def run(folder: Path, anchor: Anchor | None, ticket: int | None, number: int) -> Run | bool:
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
        data = file.read()
    if (header.number, header.size) != (number, len(data)):
        return False
    return _frames(data, header, anchor.cp if anchor else None, ticket) or False


def _frames(data: bytes, header: Header, anchored: Checkpoint | None, ticket: int | None) -> Run | None:
    """One pass with as few steps a record as there can be: most frames carry one record."""
    unit, number = header.unit, header.number
    seq, head = header.first_seq, header.prev_head
    stop_seq, stop_head = (anchored.next_seq, anchored.head) if anchored else (-1, b"")
    at = last = unit
    tickets, mark = 0, _mark(ticket)
    unpack, size, pad, one, digest = _HEAD.unpack_from, len(data), unit - 1, b"\x01", sha256
    while at < size:
        magic, its_number, index, used, first, count, prev = unpack(data, at)
        if magic != MAGIC:
            break
        if prev != head or first != seq or index * unit != at or its_number != number:
            return None
        here, end = at + 66, at + used - 64
        seq += count
        while (stop := here + (data[here - 2] << 8 | data[here - 1])) < end and count > 1:
            record = data[here:stop]
            head = digest(one + head + record).digest()
            if mark in record and _kind(record) == ticket:
                tickets += 1
            here = stop + 2
            count -= 1
        if stop != end or count != 1:
            return None
        record = data[here:stop]
        head = digest(one + head + record).digest()
        if mark in record and _kind(record) == ticket:
            tickets += 1
        if seq == stop_seq and head != stop_head:
            return None
        last = at
        at += (used + pad) & ~pad
    return _sealed(data, header, last, Run(header, seq, head, at // unit, tickets))


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
