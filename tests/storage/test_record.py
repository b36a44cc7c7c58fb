"""The decoder takes exactly what the encoder makes."""

from __future__ import annotations

import unicodedata
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage import record as rec
from appliance.storage.record import INT_LIMIT, Record, RecordError, decode, encode
from tests.storage.till import record

ints = st.integers(-INT_LIMIT, INT_LIMIT)
texts = (
    st.text(max_size=40).map(lambda text: unicodedata.normalize("NFC", text)).filter(lambda t: not rec._UNFIT.search(t))
)
leaves = st.one_of(st.none(), ints, texts, st.binary(max_size=300))


def maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.integers(0, 0xFFFF), values, max_size=6).map(lambda d: dict(sorted(d.items())))


values = st.recursive(leaves, lambda inner: st.one_of(st.lists(inner, max_size=30), maps(inner)), max_leaves=8)
naturals = st.integers(0, INT_LIMIT)
names = texts.filter(lambda text: 1 <= len(text) <= rec.NAME_LIMIT)
records = st.builds(
    Record,
    naturals,
    st.integers(0, rec.LAST_TIME),
    st.integers(-1439, 1439),
    naturals,
    names,
    st.one_of(st.just(""), names),
    naturals,
    st.integers(0, 0xFFFF),
    maps(values),
)


@given(records)
def test_round_trip(original: Record) -> None:
    """What is encoded decodes to the same values, and cbor2 agrees on every one of them."""
    data = encode(original)

    assert original == decode(data)
    assert cbor2.loads(data) == list(original)
    assert data == cbor2.dumps(list(original), canonical=True)


@given(records, st.data())
def test_mutation(original: Record, data: st.DataObject) -> None:
    """A changed record is refused, or it is the only encoding of what it says."""
    raw = bytearray(encode(original))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    try:
        said = decode(bytes(raw))
    except RecordError:
        return

    assert bytes(raw) == encode(said)


@given(st.binary(max_size=80))
def test_noise(noise: bytes) -> None:
    """Any bytes at all end in RecordError or in a record, and in nothing else."""
    try:
        decode(noise)
    except RecordError:
        return


def wrapped(value: bytes) -> bytes:
    """A record whose body has `value` under 1."""
    return encode(record(7, body={}))[:-1] + b"\xa1\x01" + value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("18 17", "shortest"),
        ("19 00ff", "shortest"),
        ("1a 0000ffff", "shortest"),
        ("1b 00000000ffffffff", "shortest"),
        ("78 01 61", "shortest"),
        ("1b 0020000000000000", "2^53"),
        ("3b 001fffffffffffff", "2^53"),
        ("f4", "only null"),
        ("f5", "only null"),
        ("f7", "only null"),
        ("f9 3c00", "only null"),
        ("fb 3ff0000000000000", "only null"),
        ("c2 41 01", "only null"),
        ("c1 00", "only null"),
        ("9f 01 ff", "indefinite"),
        ("bf 01 01 ff", "indefinite"),
        ("5f 41 61 ff", "indefinite"),
        ("1c", "indefinite or reserved"),
        ("a2 02 00 01 00", "above"),
        ("a2 01 00 01 00", "above"),
        ("a1 20 00", "small integer"),
        ("a1 61 61 00", "small integer"),
        ("a1 1a 00010000 00", "small integer"),
        ("81" * 7 + "01", "nested"),
        ("61 ff", "UTF-8"),
        ("63 eda080", "UTF-8"),
        ("61 00", "control"),
        ("61 7f", "control"),
        ("62 c285", "control"),
        ("63 e280ae", "control"),
        ("63 e281a6", "control"),
        ("63 65cc81", "NFC"),
        ("42 00", "cut short"),
        ("19 01", "cut short"),
        ("00 00", "follow"),
    ],
)
def test_refused(value: str, why: str) -> None:
    """Each thing that CBOR allows and a record does not has its own sentence."""
    with pytest.raises(RecordError, match=why.replace("^", r"\^")):
        decode(wrapped(bytes.fromhex(value)))


@pytest.mark.parametrize("value", ["f6", "81" * 6 + "01", "1b 001fffffffffffff", "3b 001ffffffffffffe", "64 f09f8d9e"])
def test_taken(value: str) -> None:
    """The limits themselves are allowed."""
    assert decode(wrapped(bytes.fromhex(value))).seq == 7


@pytest.mark.parametrize(
    "body", [{1: 1.0}, {1: True}, {2: 0, 1: 0}, {1: 2**53}, {1: {-1: 0}}, {1: "\ud800"}, {1: {1, 2}}]
)
def test_unencodable(body: dict[int, Any]) -> None:
    """A value that has no place in the format never reaches flash."""
    with pytest.raises(RecordError):
        encode(record(7, body=body))


@pytest.mark.parametrize(
    "change",
    [
        *({"seq": -1}, {"t": -1}, {"t": rec.LAST_TIME + 1}, {"tz": 1440}, {"up": -1}, {"till": ""}, {"till": "x" * 65}),
        *({"operator": "x" * 65}, {"operator": None}, {"session": "1"}, {"kind": 65536}, {"body": [1]}),
    ],
)
def test_fields(change: dict[str, Any]) -> None:
    """Each field has one type and a range."""
    with pytest.raises(RecordError):
        encode(record(7)._replace(**change))


def judged(data: bytes) -> rec.Value:
    try:
        return rec._careful(data)
    except RecordError:
        return None


@given(st.lists(values, min_size=1, max_size=3), st.data())
def test_swift_is_never_laxer(said: list[Any], data: st.DataObject) -> None:
    """Whatever the length test takes, the careful decoder takes, for the same values; changed bytes included."""
    raw = bytearray(cbor2.dumps(said))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    swift, careful = rec._swift(bytes(raw)), judged(bytes(raw))

    assert swift is None or swift == careful
    assert repr(swift) == repr(careful) or swift is None  # True == 1 == 1.0


@pytest.mark.parametrize("head", ["c{:x}", "d8{:02x}", "d9{:04x}"])
@pytest.mark.parametrize("inner", ["05", "40", "4101", "4700010000000000", "6161", "80", "8100", "820102", "a0", "f6"])
def test_no_tag_at_all(head: str, inner: str) -> None:
    """Whichever tag stands before whatever value, also one that a decoder would quietly take off again."""
    for tag in range({"c": 16, "8": 256, "9": 65536}[head[0] if head[1] == "{" else head[1]]):
        data = bytes.fromhex("81" + head.format(tag) + inner)

        assert rec._swift(data) is None, data.hex()


def test_swift_takes_what_is_right() -> None:
    """The published vectors need no second look, so that its being quick is not lost unseen."""
    for value in (
        "f6",
        "1b001fffffffffffff",
        "3b001ffffffffffffe",
        "64f09f8d9e",
        "80",
        "a0",
        "40",
        "a119ffff1a00010000",
    ):
        assert rec._swift(wrapped(bytes.fromhex(value))) is not None


def test_size() -> None:
    """A record of 24 KiB is taken, one byte more is not."""
    room = rec.RECORD_LIMIT - len(encode(record(7, body={1: bytes(1000)}))) + 1000

    assert len(encode(record(7, body={1: bytes(room)}))) == rec.RECORD_LIMIT
    with pytest.raises(RecordError, match="more than 24576"):
        encode(record(7, body={1: bytes(room + 1)}))
