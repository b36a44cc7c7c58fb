"""A frame: what one commit puts on flash in one write (FORMAT.md, section Frame). Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from appliance.storage import chain

MAGIC = b"SCF1"
HEAD = struct.Struct(">4sIIHHQH6s32s")
HEAD_SIZE = HEAD.size
UNITS = (512, 4096)
FRAME_LIMIT = 32 * 1024
LEAST_USED = HEAD_SIZE + 2 + 1 + chain.SIGNATURE_SIZE
_ZERO = bytes(6)


class FrameError(ValueError):
    """The checksum is right and the content is not: no tear does that. `first_seq` is what its header says."""

    def __init__(self, first_seq: int, why: str) -> None:
        super().__init__(why)
        self.first_seq = first_seq


class Frame(NamedTuple):
    """`start` and `end` are units within the segment: where it starts, and the first unit after it."""

    segment: int
    start: int
    end: int
    first_seq: int
    prev_head: bytes
    records: tuple[bytes, ...]
    signature: bytes

    @property
    def next_seq(self) -> int:
        return self.first_seq + len(self.records)

    def head(self) -> bytes:
        return chain.follow(self.prev_head, self.records)


def size(records: Sequence[bytes], unit: int) -> int:
    """Bytes of the whole frame on flash, padding included."""
    used = HEAD_SIZE + sum(2 + len(record) for record in records) + chain.SIGNATURE_SIZE
    return -(-used // unit) * unit


def build(
    segment: int, index: int, unit: int, first_seq: int, prev_head: bytes, records: Sequence[bytes], signature: bytes
) -> bytes:
    """The padded bytes of a frame; ValueError when they pass FRAME_LIMIT."""
    packed = b"".join(len(record).to_bytes(2, "big") + record for record in records)
    used = HEAD_SIZE + len(packed) + len(signature)
    if used > FRAME_LIMIT:
        raise ValueError(f"a frame of {used} bytes passes {FRAME_LIMIT}")
    head = HEAD.pack(MAGIC, 0, segment, index, used, first_seq, len(records), bytes(6), prev_head)
    tail = head[8:] + packed + signature + bytes(-used % unit)
    return MAGIC + crc32(tail).to_bytes(4, "big") + tail


def parse(data: bytes, at: int, unit: int, segment: int, index: int) -> Frame | None:
    """The frame at `at` in `data`, or None when there is none for this place or a tear has hurt it.

    Raises FrameError when the checksum is right and the content breaks the format.
    """
    if data[at : at + 4] != MAGIC or len(data) - at < HEAD_SIZE:
        return None
    _, crc, its_segment, its_index, used, first_seq, count, zero, prev_head = HEAD.unpack_from(data, at)
    length = -(-used // unit) * unit
    if its_segment != segment or its_index != index or not LEAST_USED <= used <= FRAME_LIMIT:
        return None
    if len(data) - at < length or crc32(data[at + 8 : at + length]) != crc:
        return None
    end = at + used
    if zero != _ZERO or data[end : at + length].strip(b"\0"):
        raise FrameError(first_seq, "bytes that must be zero are not")
    records = _split(data[at + HEAD_SIZE : end - chain.SIGNATURE_SIZE], count, first_seq)
    signature = data[end - chain.SIGNATURE_SIZE : end]
    return Frame(segment, index, index + length // unit, first_seq, prev_head, records, signature)


def claim(data: bytes | memoryview, at: int, segment: int, index: int) -> int | None:
    """The first record that a frame's head at `at` names, whole or torn; None when no head of this place is there.

    Its zeros and limits keep bytes of a torn sector from passing for a head.
    """
    if bytes(data[at : at + 4]) != MAGIC or len(data) - at < HEAD_SIZE:
        return None
    _, _, its_segment, its_index, used, first_seq, count, zero, prev_head = HEAD.unpack_from(data, at)
    fits = (its_segment, its_index, zero) == (segment, index, bytes(6)) and LEAST_USED <= used <= FRAME_LIMIT
    return first_seq if fits and count and any(prev_head) else None


def _split(body: bytes, count: int, first_seq: int) -> tuple[bytes, ...]:
    records: list[bytes] = []
    at, size = 0, len(body)
    while at < size - 1:
        end = at + 2 + (body[at] << 8 | body[at + 1])
        records.append(body[at + 2 : end])
        at = end
    if at != size or len(records) != count or b"" in records:
        raise FrameError(first_seq, "its record lengths do not add up")
    return tuple(records)
