"""Any bytes at all: decode, walk, quick and recovery end in a verdict or in an exception that is documented.

What was found once is kept in tests/vectors/hostile.json and replayed here.
"""

from __future__ import annotations

import json
import os
import tracemalloc
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zlib import crc32
from zlib import decompress as inflated

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appliance.audit.command import dump_main
from appliance.audit.dump import dump
from appliance.audit.fork import compare
from appliance.audit.source import Broken, Unreadable, find
from appliance.audit.verify import BROKEN, INTACT, UNREADABLE
from appliance.storage import anchor, folder, segment
from appliance.storage.flash import Mode
from appliance.storage.folder import Folder
from appliance.storage.frame import HEAD, MAGIC
from appliance.storage.record import RecordError, decode, encode
from appliance.storage.recover import JournalError, find_tip
from appliance.storage.segment import Header
from tests.audit.checking import MODES, check
from tests.audit.scribe import SIZE, UNIT, Scribe, days, key_of
from tests.storage.memory import MemoryDisk
from tests.storage.till import HOME

VECTORS = Path(__file__).parents[1] / "vectors" / "hostile.json"
MANY = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
MOST = 24 << 20  # bytes that one look at a small journal may hold at once


def seeds() -> list[bytes]:
    """Segments of true journals, the zeros at their end cut off."""
    rotating, torn = Scribe(HOME), Scribe(HOME)
    days(rotating, 12, per_day=4)
    days(torn, 2)
    torn.gap(b"\x5a" * 900)
    return [bytes(data).rstrip(b"\0") for data in (*rotating.files[:2], torn.files[0])]


SEEDS = seeds()
sizes = st.sampled_from([0, 1, 23, 24, 130, 131, 255, 512, 4095, 4096, 32768, 32769, 65535])
edges = st.one_of(
    st.binary(min_size=1, max_size=8), sizes.map(lambda size: size.to_bytes(2, "big")), st.just(b"\xff" * 8)
)


def slot_of(tail: bytes) -> bytes:
    """A slot with a right checksum."""
    tail = tail.ljust(504, b"\0")
    return (anchor.MAGIC + crc32(tail).to_bytes(4, "big") + tail).ljust(anchor.SIZE, b"\0")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A true segment, a few places overwritten, its checksums set right where the draw says so."""
    data = bytearray(draw(st.sampled_from(SEEDS)).ljust(SIZE, b"\0"))
    for _ in range(draw(st.integers(1, 4))):
        unit = draw(st.integers(0, 40)) * UNIT
        piece = draw(edges)
        at = unit + draw(st.one_of(st.integers(0, 70), st.integers(0, UNIT - 1)))
        data[at : at + len(piece)] = piece
        if draw(st.booleans()):
            sum_again(data, unit)
    del data[SIZE:]
    return bytes(data)


def sum_again(data: bytearray, at: int) -> None:
    """Gives the header or the frame at `at` a right checksum, over the length that it claims."""
    end = at + UNIT
    if data[at : at + 4] == MAGIC:
        used = HEAD.unpack_from(data, at)[4]
        end = min(at + -(-used // UNIT) * UNIT, len(data))
    data[at + 4 : at + 8] = crc32(data[at + 8 : end]).to_bytes(4, "big")


files = st.one_of(
    mutated(),
    st.binary(max_size=3000),
    st.tuples(st.sampled_from(SEEDS), st.integers(0, SIZE)).map(lambda it: it[0][: it[1]]),
    st.tuples(st.sampled_from(SEEDS), st.binary(max_size=2000)).map(lambda it: it[0] + it[1]),
)


def laid(home: Path, contents: list[bytes], slots: bytes = b"") -> Path:
    """A data folder with these segment files, and an anchor of these bytes if there are any."""
    journal = home / folder.NAME
    journal.mkdir(parents=True, exist_ok=True)
    for path in journal.iterdir():
        path.unlink()
    for number, data in enumerate(contents, start=1):
        (journal / segment.name(number)).write_bytes(data)
    (home / anchor.NAME).unlink(missing_ok=True)
    if slots:
        (home / anchor.NAME).write_bytes(slots)
    return home


def looked_at(home: Path) -> None:
    """By everything that reads a journal's files: a verdict each time, and the same one from two processes."""
    for mode in MODES:
        assert check(home, mode).code in (INTACT, BROKEN, UNREADABLE)
    with suppress(Broken, Unreadable):
        for _ in dump(home, {}):
            pass
    with suppress(Unreadable):
        assert compare(find(home), find(home)) is None


def recovered(contents: list[bytes]) -> None:
    """The start of a till on these files: a tip, none, or a sentence."""
    disk = MemoryDisk()
    disk.mkdir(HOME / folder.NAME)
    for number, data in enumerate(contents, start=1):
        disk.make(HOME / folder.NAME / segment.name(number))
        disk.files[disk.names[HOME / folder.NAME / segment.name(number)]][:] = data
    for number in (1, 2):
        with suppress(JournalError):
            find_tip(Folder(HOME / folder.NAME, disk.copy(), Mode.READ), key_of(number).public)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
@example(b"\x89" * 30_000)
@example(b"\x9b" + b"\xff" * 8)
@example(b"\xbb" + b"\x7f" + b"\xff" * 7)
def test_decode(data: bytes) -> None:
    """Arrays and maps that promise 2^64 items, depth, noise: RecordError or a record."""
    with suppress(RecordError):
        assert encode(decode(data)) == data


@MANY
@given(contents=st.lists(files, min_size=1, max_size=3), slots=st.one_of(st.just(b""), st.binary(max_size=200)))
def test_files(tmp_path: Path, contents: list[bytes], slots: bytes) -> None:
    """Hostile files in a journal's place."""
    looked_at(laid(tmp_path, contents, slots))
    recovered(contents)


@MANY
@given(
    number=st.sampled_from([0, 1, 2, 2**32 - 1]),
    size=st.sampled_from([0, 1, 4096, SIZE, SIZE + 4096, 0x1_0000 * UNIT, 2**32 - 4096]),
    unit=st.sampled_from([0, 1, 511, 512, 4096, 65535]),
    first=st.sampled_from([0, 1, 2**53, 2**64 - 1]),
    before=st.sampled_from([0, 1, 2**32 - 1]),
    body=files,
)
def test_signed_headers(
    tmp_path: Path, number: int, size: int, unit: int, first: int, before: int, body: bytes
) -> None:
    """Sizes, units and numbers that a key's holder signed: a lie under a right signature is still bounded."""
    header = Header(number, size, max(unit, 256), first, bytes(32), bytes(32), key_of(1).public, before)
    built = bytearray(segment.build(header, key_of(1).sign))
    built[16:18] = unit.to_bytes(2, "big")
    data = bytes(built[:UNIT]).ljust(UNIT, b"\0") + body[UNIT:]
    looked_at(laid(tmp_path, [data]))
    recovered([data])


@MANY
@given(slots=st.one_of(st.binary(max_size=9000), st.binary(max_size=504).map(slot_of)))
def test_anchors(tmp_path: Path, slots: bytes) -> None:
    """Whatever stands in the anchor's place."""
    looked_at(laid(tmp_path, [SEEDS[0].ljust(SIZE, b"\0")], slots))


@pytest.mark.parametrize("at", [26, 64], ids=["a zero field", "no record"])
def test_first_frame(tmp_path: Path, at: int) -> None:
    """Quick walks on by the heads alone; what it reads of genesis at the end may still break the format."""
    data = bytearray(SEEDS[0].ljust(SIZE, b"\0"))
    data[UNIT + at] ^= 0x55
    sum_again(data, UNIT)
    looked_at(laid(tmp_path, [bytes(data)]))

    assert check(tmp_path, "quick").code == BROKEN


@pytest.mark.parametrize("content", [SEEDS[0], b"", b"\1", MAGIC])
def test_sparse(tmp_path: Path, content: bytes) -> None:
    """A file of 64 GiB, nearly all holes: no segment is so long, so it is neither read through nor into memory."""
    home = laid(tmp_path, [content.ljust(SIZE, b"\0")])
    with (home / folder.NAME / segment.name(1)).open("r+b") as file:
        file.truncate(1 << 36)
    tracemalloc.start()
    try:
        codes = {check(home, mode).code for mode in MODES}
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert codes == {BROKEN}
    assert most < MOST


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    "make", [pipe, Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["pipe", "folder", "link"]
)
def test_no_file(tmp_path: Path, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]) -> None:
    """What bears a segment's name and is no file is named, and never waited for."""
    home = laid(tmp_path, [SEEDS[0].ljust(SIZE, b"\0")])
    make(home / folder.NAME / segment.name(2))
    for mode in MODES:
        assert "is no file" in check(home, mode).line
    assert dump_main([str(home)]) == UNREADABLE
    assert "is no file" in capsys.readouterr().err


def test_huge_anchor(tmp_path: Path) -> None:
    """Only two slots of it are looked at."""
    home = laid(tmp_path, [SEEDS[0].ljust(SIZE, b"\0")], b"x")
    os.truncate(home / anchor.NAME, 1 << 36)

    assert check(home).code == INTACT


def test_memory_of_a_look(tmp_path: Path) -> None:
    """The walk holds windows, not journals."""
    scribe = Scribe(tmp_path)
    days(scribe, 60)
    scribe.save()
    tracemalloc.start()
    try:
        check(tmp_path)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 4 << 20


FOUND = json.loads(VECTORS.read_text()) if VECTORS.exists() else []


@pytest.mark.parametrize("vector", FOUND, ids=[each["name"] for each in FOUND])
def test_found(tmp_path: Path, vector: dict[str, object]) -> None:
    """What once ended otherwise: files deflated and in base64, and the verdict of full."""
    listed = vector["files"]
    assert isinstance(listed, list)
    contents = [inflated(b64decode(each)) for each in listed]
    home = laid(tmp_path, contents, b64decode(str(vector.get("anchor", ""))))
    looked_at(home)
    recovered(contents)

    assert check(home).line == vector["line"]
