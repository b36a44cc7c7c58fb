"""A segment: one preallocated file, its signed header in the first unit (FORMAT.md, section Segment). Pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

from appliance.storage import chain
from appliance.storage.frame import UNITS

MAGIC = b"SCS1"
FORMAT = 1
SHA256 = 1
ED25519 = 1
HEAD = struct.Struct(">4sIIIHHBBHQ32s32s32sII")
SIGNED_END = HEAD.size
HEADER_SIZE = SIGNED_END + chain.SIGNATURE_SIZE
SIZE = 4 * 1024 * 1024
LEAST_SIZE = 64 * 1024
LARGEST = 0x1_0000 * 4096  # bytes: a unit's index has 16 bits
FIRST_WRITE = 32 * 1024  # header and first frame go in one write of at most this many bytes
_NAME = re.compile("[0-9a-f]{8}\\.seg")


class SegmentError(ValueError):
    """The header's checksum is right and this software cannot or must not go on with it; the text says why."""


class NewerFormat(SegmentError):
    """Written by a later software: nothing is wrong with it, and nothing can be said about it."""


class Header(NamedTuple):
    """`size` in bytes, `before` = units of the previous segment up to its last nonzero one (0 in the first)."""

    number: int
    size: int
    unit: int
    first_seq: int
    genesis: bytes
    prev_head: bytes
    key: bytes
    before: int


def name(number: int) -> str:
    return f"{number:08x}.seg"


def number_of(file_name: str) -> int | None:
    return int(file_name[:8], 16) if _NAME.fullmatch(file_name) else None


def build(header: Header, sign: Callable[[bytes], bytes]) -> bytes:
    """The whole first unit."""
    number, size, unit, first_seq, genesis, prev_head, key, before = header
    front = HEAD.pack(
        MAGIC, 0, number, size, unit, FORMAT, SHA256, ED25519, 0, first_seq, genesis, prev_head, key, before, 0
    )
    tail = front[8:] + sign(chain.SEGMENT_DOMAIN + front[8:]) + bytes(unit - HEADER_SIZE)
    return MAGIC + crc32(tail).to_bytes(4, "big") + tail


def parse(data: bytes) -> Header | None:
    """The header in `data` (4,096 bytes or the whole file), or None when it is blank or torn.

    Raises SegmentError (NewerFormat among them) when the checksum is right and the content is not for us.
    """
    if data[:4] != MAGIC or len(data) < HEADER_SIZE:
        return None
    _, crc, number, size, unit, form, hashing, signing, zero, first, genesis, prev, key, before, rest = (
        HEAD.unpack_from(data)
    )
    if unit not in UNITS or len(data) < unit or crc32(data[8:unit]) != crc:
        return None
    if form > FORMAT:
        raise NewerFormat(f"journal written by format {form}, this software reads {FORMAT}: update it")
    if (form, hashing, signing, zero, rest) != (FORMAT, SHA256, ED25519, 0, 0) or any(data[HEADER_SIZE:unit]):
        raise SegmentError("the header names an unknown format or algorithm, or bytes that must be zero are not")
    header = Header(number, size, unit, first, genesis, prev, key, before)
    _check(header, data)
    return header


def _check(header: Header, data: bytes) -> None:
    if not fit_size(header.size, header.unit):
        raise SegmentError(f"the header gives the segment {header.size} bytes")
    if not chain.fit(header.key):
        raise SegmentError("the header's key is no sound Ed25519 key")
    signature = data[SIGNED_END:HEADER_SIZE]
    if not chain.signed(header.key, chain.SEGMENT_DOMAIN + data[8:SIGNED_END], signature):
        raise SegmentError("the header's signature is wrong")


def fit_size(size: int, unit: int) -> bool:
    """Whole 4,096-byte blocks, at least 64 KiB, and a unit number fits 16 bits."""
    return size % 4096 == 0 and LEAST_SIZE <= size <= 0x1_0000 * unit
