"""The canonical ZIP: every other tool reads it, and no other ZIP of the same files passes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit import zip as canonical
from appliance.audit.zip import Member, ZipError, open_zip
from tests.audit.archiving import packed

FILES = {"a.txt": b"one", "b/c.txt": b"", "b/d-e.bin": bytes(range(256))}


def opened(data: bytes) -> dict[str, bytes]:
    found = open_zip(lambda size, offset: data[offset : offset + size], len(data))
    return {each.name: data[each.offset : each.offset + each.size] for each in found}


NAMES = st.from_regex("[a-z0-9_-]{1,8}(/[a-z0-9_-]{1,8}){0,2}", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=6))
def test_what_is_packed_is_read_back(files: dict[str, bytes]) -> None:
    """By our reader, and by Python's."""
    data = packed(files)

    assert opened(data) == files
    assert canonical.size([Member(name, 0, len(files[name])) for name in sorted(files)]) == len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == files


def test_every_changed_byte_outside_of_content_is_refused() -> None:
    """What is not content has one value only. A CRC or a size that changes in both places is the member's affair."""
    data = packed(FILES)
    inside = set()
    for found in open_zip(lambda size, offset: data[offset : offset + size], len(data)):
        inside |= set(range(found.offset, found.offset + found.size))
    for at in set(range(len(data))) - inside:
        for bit in (1, 0x80):
            with pytest.raises(ZipError):
                opened(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])


@pytest.mark.parametrize("length", [0, 1, 21, 22, 100])
def test_a_cut_file_is_refused(length: int) -> None:
    with pytest.raises(ZipError, match="cut short"):
        opened(packed(FILES)[:length])


def _added(data: bytes) -> bytes:
    return data + b"\0"


def _before(data: bytes) -> bytes:
    return b"\0" + data


def _comment(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", 3) + b"abc"


def _hole(data: bytes) -> bytes:
    """A byte between the last content and the directory, offsets put right."""
    end = struct.unpack_from("<IHHHHIIH", data, len(data) - 22)
    directory, start = end[5], end[6]
    moved = struct.pack("<IHHHHIIH", *end[:6], start + 1, 0)
    return data[:start] + b"\0" + data[start : start + directory] + moved


def _other_tool(method: int) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        room = io.BytesIO()
        with zipfile.ZipFile(room, "w", method) as file:
            for name, content in opened(data).items():
                file.writestr(zipfile.ZipInfo(name), content, method)
        return room.getvalue()

    return pack


def _swapped(data: bytes) -> bytes:
    files = [(Member(name, crc32(content), len(content)), content) for name, content in FILES.items()]
    files[0], files[1] = files[1], files[0]
    return b"".join(canonical.local(each) + body for each, body in files) + canonical.tail([each for each, _ in files])


def _twice(data: bytes) -> bytes:
    one = Member("a.txt", crc32(b"one"), 3)
    return (canonical.local(one) + b"one") * 2 + canonical.tail([one, one])


@pytest.mark.parametrize(
    "trick", [_added, _before, _comment, _hole, _other_tool(zipfile.ZIP_STORED), _other_tool(8), _swapped, _twice]
)
def test_tricks_are_refused(trick: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ZipError):
        opened(trick(packed(FILES)))


@pytest.mark.parametrize("name", ["A.txt", "../a", "a/../b", "/a", "a/", "a//b", "é", "a b", "", "a" * 201, "./a"])
def test_names_outside_of_the_alphabet_are_refused(name: str) -> None:
    assert not canonical.fit_name(name)
    with pytest.raises(ZipError):
        canonical.check([Member(name, 0, 0)])


def test_four_gibibytes_are_too_much() -> None:
    """No ZIP64, so no second place for a size."""
    with pytest.raises(ZipError, match="4 GiB"):
        canonical.check([Member("a", 0, 1 << 31), Member("b", 0, 1 << 31)])


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(ZipError):
        opened(data)
