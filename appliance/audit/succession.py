"""How the key of an archive's last segment gave way to the one that signs its manifest (FORMAT.md, section Succession).

The frames that end with a `key` record are carried along: each is signed by the key before and names the one after,
so that an archive made long after its period proves its signature alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from appliance.audit.source import Source
from appliance.audit.walk import Place
from appliance.storage import chain, frame, rotation
from appliance.storage.frame import FRAME_LIMIT, UNITS, Frame, FrameError
from appliance.storage.record import RecordError, decode
from appliance.storage.recover import signed_frame
from appliance.storage.segment import SegmentError
from appliance.storage.trail import find_end, last_frame

NAME: Final = "journal/succession.bin"
_LENGTH: Final = struct.Struct(">I")


class SuccessionError(ValueError):
    """No succession leads to the key; the text says why."""


def carried(source: Source, end: Place, named: set[bytes], wanted: bytes) -> bytes:
    """From the last segment of a period, whose segments and records name `named`, to the key `wanted`.

    Empty when it is named already. Raises SuccessionError when the journal does not lead there.
    """
    key, data = end.key, b""
    if wanted in named:
        return data
    for number in (each for each in source.numbers() if each >= end.number):
        with source.folder.reading(number) as it:
            try:
                header = it.header()
                unit = header.unit if header else 0
                last = last_frame(it.read, it.size, number, unit, find_end(it.read, it.size, unit)) if unit else None
            except (SegmentError, FrameError) as error:
                raise SuccessionError(str(error)) from error
        new = rotation.announced(last.records[-1]) if last else None
        if last and new and last.first_seq >= end.seq:
            built = frame.build(*last[:2], unit, last.first_seq, last.prev_head, last.records, last.signature)
            data += _LENGTH.pack(len(built)) + built
            key = new
        if key == wanted:
            return data
    raise SuccessionError("the journal does not lead from the period's last key to the one that signs")


def last_key(data: bytes, genesis: bytes, key: bytes, seq: int) -> bytes:
    """The key that the frames in `data` lead to from `key`, all behind record `seq`. Raises SuccessionError."""
    for found in _frames(data):
        if found.first_seq <= seq or not signed_frame(genesis, key, found):
            raise SuccessionError("a frame is not signed by the key before it")
        try:
            record = decode(found.records[-1])
        except RecordError as error:
            raise SuccessionError(str(error)) from error
        new = rotation.announced(found.records[-1])
        if new is None or not rotation.sound(chain.chain_id(genesis), key, record.body):
            raise SuccessionError("a frame does not end with a key that takes over")
        key, seq = new, found.next_seq - 1
    return key


def _frames(data: bytes) -> Iterator[Frame]:
    at = 0
    while at < len(data):
        if len(data) - at < _LENGTH.size:
            raise SuccessionError("it is cut short")
        (length,) = _LENGTH.unpack_from(data, at)
        found = _frame(data[at + _LENGTH.size : at + _LENGTH.size + length])
        if found is None or length > FRAME_LIMIT:
            raise SuccessionError("it holds something else than frames")
        yield found
        at += _LENGTH.size + length


def _frame(data: bytes) -> Frame | None:
    """One frame and nothing behind it, of whichever unit."""
    if len(data) < frame.HEAD_SIZE:
        return None
    segment, index = frame.HEAD.unpack_from(data)[2:4]
    for unit in UNITS:
        try:
            found = frame.parse(data, 0, unit, segment, index)
        except FrameError:
            return None
        if found and (found.end - found.start) * unit == len(data):
            return found
    return None
