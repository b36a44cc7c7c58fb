"""One act of the till as bytes: strict, deterministic CBOR (FORMAT.md, section Record). Pure.

`decode` accepts exactly the bytes that `encode` makes and nothing else, so that one act has one encoding
and one hash. It walks the bytes once; `cbor2.loads` is not the judge, because it takes non-minimal
integers, half floats, repeated keys and trailing bytes without a word (DESIGN.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import cbor2

Value: TypeAlias = "int | str | bytes | list[Value] | Mapping[int, Value] | None"

GENESIS_KEY = 5  # key in the body of record 0 under which its chain's first public key stands
RECOVERED = 3  # kind: first record after a torn frame, body {1: length of the gap, 2: its SHA-256}
RECORD_LIMIT = 24 * 1024
INT_LIMIT = 2**53 - 1  # the largest integer that every reader, a browser included, holds exactly
KEY_LIMIT = 0xFFFF
DEPTH_LIMIT = 8
LAST_TIME = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
NAME_LIMIT = 64

_LEAST = (24, 0x100, 0x1_0000, 0x1_0000_0000)  # the least argument that needs 1, 2, 4, 8 bytes
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class RecordError(ValueError):
    """The bytes or values are no record; the text says why."""


class Record(NamedTuple):
    """`t` UTC ms since 1970, `tz` local offset in minutes, `up` CLOCK_BOOTTIME in ms, `operator` a code or ""."""

    seq: int
    t: int
    tz: int
    up: int
    till: str
    operator: str
    session: int
    kind: int
    body: Mapping[int, Value]


_TYPES = [int, int, int, int, str, str, int, int, dict]


def encode(record: Record) -> bytes:
    """Raises RecordError for a value that the format does not know: a float, a bool, keys out of order…"""
    try:
        data = cbor2.dumps(record)
    except (cbor2.CBOREncodeError, UnicodeEncodeError) as error:
        raise RecordError(f"a value cannot be encoded: {error}") from error
    decode(data)
    return data


def decode(data: bytes) -> Record:
    """Raises RecordError unless `data` is exactly one record in its only encoding."""
    if len(data) > RECORD_LIMIT:
        raise RecordError(f"it has {len(data)} bytes, more than {RECORD_LIMIT}")
    try:
        fields, end = _item(data, 0, 1)
    except IndexError:
        raise RecordError("it is cut short") from None
    if end != len(data):
        raise RecordError("bytes follow it")
    if type(fields) is not list or list(map(type, fields)) != _TYPES:
        raise RecordError("it is not an array of the nine fields")
    return _checked(Record._make(fields))


def _checked(record: Record) -> Record:
    seq, t, tz, up, till, operator, session, kind, _ = record
    if seq < 0 or up < 0 or session < 0 or not 0 <= t <= LAST_TIME:
        raise RecordError("a number or time is out of range")
    if not -1440 < tz < 1440 or not 0 <= kind <= KEY_LIMIT:
        raise RecordError("the offset or the kind is out of range")
    if not 1 <= len(till) <= NAME_LIMIT or len(operator) > NAME_LIMIT:
        raise RecordError("the till or the operator has no fit length")
    return record


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """The value that starts at `at`, and where it ends; IndexError when the bytes run out."""
    head = data[at]
    at += 1
    if head < 24:
        return head, at
    major, number = head >> 5, head & 31
    if number >= 24:
        number, at = _argument(data, at, number)
    if major == 3:
        return _text(data, at, at + number)
    if major < 2:
        if number > INT_LIMIT - major:
            raise RecordError("an integer is beyond 2^53-1")
        return (-1 - number if major else number), at
    if major == 2:
        return _bytes(data, at, at + number), at + number
    if major > 5:
        if head != 0xF6:
            raise RecordError("only null, no float, bool, tag or undefined value is allowed")
        return None, at
    if depth > DEPTH_LIMIT:
        raise RecordError(f"it is nested deeper than {DEPTH_LIMIT}")
    return _array(data, at, number, depth) if major == 4 else _map(data, at, number, depth)


def _argument(data: bytes, at: int, size: int) -> tuple[int, int]:
    if size == 24:
        number, end = data[at], at + 1
    elif size == 25:
        number, end = data[at] << 8 | data[at + 1], at + 2
    elif size > 27:
        raise RecordError("a length is indefinite or reserved")
    else:
        end = at + (1 << (size - 24))
        number = int.from_bytes(_bytes(data, at, end), "big")
    if number < _LEAST[size - 24]:
        raise RecordError("an integer or length is not in its shortest form")
    return number, end


def _bytes(data: bytes, at: int, end: int) -> bytes:
    if end > len(data):
        raise RecordError("it is cut short")
    return data[at:end]


def _text(data: bytes, at: int, end: int) -> tuple[str, int]:
    raw = _bytes(data, at, end)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise RecordError("a text is not UTF-8") from None
    if not (text.isascii() and text.isprintable()):
        _check_text(text)
    return text, end


def _check_text(text: str) -> None:
    if _UNFIT.search(text):
        raise RecordError("a text has a control or direction character")
    if not unicodedata.is_normalized("NFC", text):
        raise RecordError("a text is not in NFC")


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item: Value = data[at]  # most items are one-byte integers
        if data[at] < 24:
            at += 1
        else:
            item, at = _item(data, at, depth + 1)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    pairs: dict[int, Value] = {}
    last = -1
    for _ in range(count):
        key: Value = data[at]
        if data[at] < 24:
            at += 1
        else:
            key, at = _item(data, at, depth + 1)
        if type(key) is not int or not last < key <= KEY_LIMIT:
            raise RecordError("a key is not a small integer above the one before it")
        pairs[key], at = _item(data, at, depth + 1)
        last = key
    return pairs, at
