"""Bytes that must never change: the published vectors and the example in FORMAT.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zlib import crc32

import pytest

import appliance.storage
from appliance.storage import anchor, chain, frame, segment
from appliance.storage.chain import Checkpoint
from appliance.storage.keys import Key
from appliance.storage.record import decode, encode

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "format-1.json").read_text())
RECORDS = [bytes.fromhex(text) for text in VECTORS["records"]]
HEADS = [bytes.fromhex(text) for text in VECTORS["heads"]]
KEY = Key(bytes.fromhex(VECTORS["seed"]))
CP = Checkpoint(bytes.fromhex(VECTORS["chain_id"]), 2, HEADS[1])
SIGNATURE = bytes.fromhex(VECTORS["signature"])


def test_records() -> None:
    """Both decode and encode to themselves, and link to the heads given."""
    assert [encode(decode(data)) for data in RECORDS] == RECORDS
    assert [chain.follow(chain.START, RECORDS[:1]), chain.follow(chain.START, RECORDS)] == HEADS


def test_statement() -> None:
    """The signed string and its signature."""
    assert chain.cp_bytes(CP).hex() == VECTORS["cp"]
    assert chain.parse_cp(chain.cp_bytes(CP)) == CP
    assert KEY.public.hex() == VECTORS["public"]
    assert KEY.sign(chain.cp_bytes(CP)) == SIGNATURE
    assert chain.signed(KEY.public, chain.cp_bytes(CP), SIGNATURE)


@pytest.mark.parametrize("unit", [512, 4096])
def test_frame(unit: int) -> None:
    """Built and parsed to the byte, padding included."""
    data = bytes.fromhex(VECTORS["frame"][str(unit)]).ljust(unit, b"\0")
    found = frame.parse(data, 0, unit, 1, 1)

    assert frame.build(1, 1, unit, 0, chain.START, RECORDS, SIGNATURE) == data
    assert found
    assert (found.records, found.signature, found.next_seq, found.head()) == (tuple(RECORDS), SIGNATURE, 2, HEADS[1])


@pytest.mark.parametrize("unit", [512, 4096])
def test_header(unit: int) -> None:
    """Built and parsed to the byte, padding included."""
    data = bytes.fromhex(VECTORS["header"][str(unit)]).ljust(unit, b"\0")
    header = segment.Header(1, 65536, unit, 0, HEADS[0], chain.START, KEY.public, 0)

    assert segment.build(header, KEY.sign) == data
    assert segment.parse(data) == header


def test_anchor() -> None:
    """Built and parsed to the byte."""
    data = bytes.fromhex(VECTORS["anchor"]).ljust(512, b"\0")

    assert anchor.build(anchor.Anchor(CP, SIGNATURE), 512) == data
    assert anchor.parse(data) == anchor.Anchor(CP, SIGNATURE)


def test_example() -> None:
    """FORMAT.md shows the same frame."""
    text = (Path(appliance.storage.__file__).parent / "FORMAT.md").read_text()
    shown = re.search(r"<!-- example -->\n```\n(.*?)```", text, re.S)

    assert shown
    assert "".join(shown[1].split()) == VECTORS["frame"]["512"]


BREAKS = {
    "zero bytes": (26, b"\x01"),
    "padding": (300, b"\x01"),
    "count": (25, b"\x03"),
    "length": (65, b"\x00"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_frame_breaks(broken: str) -> None:
    """A right checksum over content that breaks the table is an error, not a tear."""
    at, byte = BREAKS[broken]
    data = bytearray(bytes.fromhex(VECTORS["frame"]["512"]).ljust(512, b"\0"))
    data[at : at + 1] = byte
    assert frame.parse(bytes(data), 0, 512, 1, 1) is None
    data[4:8] = crc32(data[8:]).to_bytes(4, "big")
    with pytest.raises(frame.FrameError):
        frame.parse(bytes(data), 0, 512, 1, 1)


@pytest.mark.parametrize("place", [(2, 1), (1, 2)])
def test_frame_elsewhere(place: tuple[int, int]) -> None:
    """A frame is one only in its own place."""
    data = bytes.fromhex(VECTORS["frame"]["512"]).ljust(512, b"\0")

    assert frame.parse(data, 0, 512, *place) is None
