"""One act of the till as bytes: strict, deterministic CBOR (FORMAT.md, section Record). Pure.

`decode` accepts exactly the bytes that `encode` makes and nothing else, so that one act has one encoding
and one hash. The bytes that are right are recognised by their length: `cbor2.loads`, tags forbidden, gives
values, and a value of this format has one shortest encoding. Whatever differs goes to our own decoder, which
walks the bytes once and says why (DESIGN.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeAlias

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

# Tags that cbor2 turns into values itself; each would let one act have a second encoding.
_TAGS = (*range(6), 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43_000, 55_799)
_NEVER = 1 << 32  # longer than any record
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
    fields = _swift(data)
    if fields is None:
        fields = _careful(data)
    if type(fields) is not list or list(map(type, fields)) != _TYPES:
        raise RecordError("it is not an array of the nine fields")
    return _checked(Record._make(fields))


def _careful(data: bytes) -> Value:
    """The judge: what these bytes say, or RecordError with the reason."""
    try:
        fields, end = _item(data, 0, 1)
    except IndexError:
        raise RecordError("it is cut short") from None
    if end != len(data):
        raise RecordError("bytes follow it")
    return fields


def _no_tag(*_: object) -> NoReturn:
    raise ValueError("a tag")


_REFUSED = dict.fromkeys(_TAGS, _no_tag)


def _swift(data: bytes) -> Value:
    """What the judge would say, in a third of its time; None when only the judge can tell.

    Without tags no encoding of these values is shorter than ours and none other is as short.
    """
    try:
        fields: Value = cbor2.loads(
            data,
            semantic_decoders=_REFUSED,
            tag_hook=_no_tag,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            max_depth=DEPTH_LIMIT,
        )
    except cbor2.CBORError:
        return None
    return fields if _span((fields,)) == len(data) else None


def _span(items: Iterable[Any]) -> int:
    """Bytes of the shortest encodings of `items` together; `_NEVER` or more when one has no place in the format."""
    total = 0
    for item in items:  # one loop without calls for what most items are
        kind = type(item)
        if kind is int:
            number = item if item >= 0 else ~item
            total += 1 if number < 24 else 2 if number < 0x100 else 3 if number < 0x1_0000 else _wide(item)
        elif kind is str:
            size = len(item) if item.isascii() and item.isprintable() else _text_size(item)
            total += size + (1 if size < 24 else 2 if size < 0x100 else 3)
        elif kind is list:
            total += _head(len(item)) + _span(item)
        elif item is None:
            total += 1
        elif kind is bytes:
            total += _head(len(item)) + len(item)
        else:
            total += _map_span(item) if kind is dict else _NEVER
    return total


def _head(size: int) -> int:
    return 1 if size < 24 else 2 if size < 0x100 else 3


def _wide(number: int) -> int:
    """Bytes of an integer that needs more than three."""
    if -INT_LIMIT <= number <= INT_LIMIT:
        return 5 if -0x1_0000_0000 <= number < 0x1_0000_0000 else 9
    return _NEVER


def _map_span(pairs: Mapping[int, Value]) -> int:
    total, last = _head(len(pairs)) + _span(pairs.values()), -1
    for key in pairs:
        if type(key) is not int or not last < key <= KEY_LIMIT:
            return _NEVER
        total += 1 if key < 24 else 2 if key < 0x100 else 3
        last = key
    return total


def _text_size(text: str) -> int:
    return _known_size(text) if len(text) <= NAME_LIMIT else _fit_size(text)


def _fit_size(text: str) -> int:
    try:
        _check_text(text)
    except RecordError:
        return _NEVER
    return len(text.encode())


_known_size = lru_cache(1024)(_fit_size)  # a shop's labels come again and again


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
