"""The verdict: what is intact, from which record on it is broken, and what cannot be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from zlib import crc32

import pytest

from appliance.audit.verify import BROKEN, INTACT, NO_KINDS, UNREADABLE, Kinds, Mode, Verdict, verify
from appliance.storage import chain, frame, segment
from appliance.storage.chain import Checkpoint
from appliance.storage.flash import OsDisk
from appliance.storage.frame import FRAME_LIMIT
from appliance.storage.keys import Key
from appliance.storage.record import RECOVERED, Record
from tests.storage.till import CLOSE, KEY, STOP, TICKET, fill, genesis, opened, record, recovered

KINDS = Kinds(ticket=TICKET, closings=(CLOSE,))
MODES: tuple[Mode, ...] = ("quick", "full", "paranoid")


def check(path: Path, mode: Mode = "full", kinds: Kinds = KINDS) -> Verdict:
    return verify(path, mode, kinds=kinds, pause=lambda: None)


def short(home: Path, count: int = 6, *, stop: bool = True) -> Path:
    """A journal of `count` records, one a frame, ended by a clean stop; genesis first."""
    home.mkdir(exist_ok=True)
    journal = opened(OsDisk(), home)
    fill(journal, count - 1)
    journal.append([record(count - 1, STOP if stop else TICKET, {1: "asked"})])
    for _ in journal.work():
        pass
    journal.close()
    return home


def first(home: Path, number: int = 1) -> Path:
    return home / "journal" / segment.name(number)


def patch(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@pytest.mark.parametrize("mode", MODES)
def test_intact(tmp_path: Path, mode: Mode) -> None:
    """The last line counts records and tickets and names the head; the one before asks to compare the chain."""
    home = short(tmp_path, 400, stop=False)
    verdict = check(home, mode)

    assert [f"chain {verdict.chain_id.hex()}: compare with a Z ticket", verdict.line] == verdict.lines
    assert f"intact: 400 records, 1 tickets, head {verdict.head.hex()}" == verdict.line
    assert verdict.line == check(home / "journal", mode).line


def test_pin(tmp_path: Path) -> None:
    """With the right chain id nothing is left to compare; with another the verdict is broken."""
    home = short(tmp_path)
    chain_id = check(home).chain_id.hex()

    assert len(verify(home, chain_id=chain_id.upper()).lines) == 1
    assert "broken: record 0: the chain is" in verify(home, chain_id="00" * 16).line
    assert verify(home, chain_id="12").code == UNREADABLE


def test_one_segment(tmp_path: Path) -> None:
    """A segment alone is coherent or not, from its own header."""
    home = short(tmp_path, 300)

    assert "intact: 127 records" in check(first(home, 2)).line
    patch(first(home, 2), 512 * 9 + 70, b"\xee")
    assert "broken: record 135: " in check(first(home, 2)).line


def lowest(offset: int, records: int) -> str:
    """What a changed byte at `offset` of the first segment leaves unproven."""
    if offset < 512:
        return "broken: segment 1: "
    return f"broken: record {min(offset // 512 - 1, records)}: "


def test_every_byte(tmp_path: Path) -> None:
    """Not one byte of a short journal can be changed unseen, and the first record that it harms is named.

    Right behind the tip a byte is what a torn write leaves: it harms nothing and is said.
    """
    home = short(tmp_path, 3)
    path = first(home)
    good = path.read_bytes()
    for offset in [*range(512 * 4), *range(512 * 4, len(good), 1021), len(good) - 1]:
        patch(path, offset, bytes([good[offset] ^ 0x55]))
        verdict = check(home)
        patch(path, offset, good[offset : offset + 1])

        if 512 * 4 <= offset < 512 * 4 + FRAME_LIMIT:
            assert (verdict.code, verdict.lines[0][:9]) == (INTACT, "torn tail"), offset
        else:
            assert verdict.line.startswith(lowest(offset, 3)), (offset, verdict.line)
    assert check(home).code == INTACT


@pytest.mark.parametrize("mode", ["quick", "paranoid"])
def test_bytes_in_other_modes(tmp_path: Path, mode: Mode) -> None:
    """Quick and paranoid name the same record for a change in what was recorded."""
    home = short(tmp_path)
    path = first(home)
    good = path.read_bytes()
    for offset in range(512 + 66, 512 * 7, 7):
        if offset % 512 in range(66, 66 + 36):
            patch(path, offset, bytes([good[offset] ^ 0x55]))
            line = check(home, mode).line
            patch(path, offset, good[offset : offset + 1])

            assert line.startswith(lowest(offset, 6)), (offset, line)


def test_blank_segments(tmp_path: Path) -> None:
    """A byte in a blank is found: a torn first write in the next one, damage elsewhere."""
    home = short(tmp_path)
    patch(first(home, 2), 700, b"\x01")
    assert "torn tail: the first write of segment 2 was cut short" in check(home).lines[0]
    assert check(home).code == INTACT
    patch(first(home, 2), 40_000, b"\x01")
    assert check(home).line.startswith("broken: segment 2: ")
    patch(first(home, 2), 40_000, b"\0")
    patch(first(home, 3), 700, b"\x01")
    assert check(home).line.startswith("broken: segment 3: ")


Change = Callable[[bytearray], None]


def swap(data: bytearray) -> None:
    data[512 * 3 : 512 * 4], data[512 * 4 : 512 * 5] = data[512 * 4 : 512 * 5], data[512 * 3 : 512 * 4]


def remove(data: bytearray) -> None:
    data[512 * 3 : 512 * 8] = data[512 * 4 : 512 * 9]


def wipe(data: bytearray) -> None:
    data[512 * 3 : 512 * 4] = bytes(512)


def repeat(data: bytearray) -> None:
    data[512 * 4 : 512 * 5] = data[512 * 3 : 512 * 4]


def cut(data: bytearray) -> None:
    data[512 * 5 :] = bytes(len(data) - 512 * 5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("change", "seq"), [(swap, 2), (remove, 2), (wipe, 2), (repeat, 3), (cut, 4)])
def test_frames_moved(tmp_path: Path, mode: Mode, change: Change, seq: int) -> None:
    """A frame that is gone, moved or doubled, and an end cut below the anchor, break the record that stood there."""
    home = short(tmp_path)
    data = bytearray(first(home).read_bytes())
    change(data)
    first(home).write_bytes(data)

    assert check(home, mode).line.startswith(f"broken: record {seq}: ")


def rewrite(home: Path, seq: int, key: Key, made: Record, *, follow: bool) -> None:
    """Replaces the frame of `seq`, signed by `key` under a right checksum; `follow` rebuilds all after it as well."""
    path = first(home)
    data = bytearray(path.read_bytes())
    header = segment.parse(bytes(data[:4096]))
    assert header
    at, head = seq + 1, b""
    while found := frame.parse(bytes(data), at * 512, 512, 1, at):
        records = (frame_data(made),) if found.first_seq == seq else found.records
        previous = head if follow and head else found.prev_head
        head = chain.follow(previous, records)
        if found.first_seq == seq or follow:
            signature = key.sign(chain.cp_bytes(Checkpoint(header.genesis[:16], found.next_seq, head)))
            made_frame = frame.build(1, at, 512, found.first_seq, previous, records, signature)
            data[at * 512 : (at + 1) * 512] = made_frame
        at = found.end
    path.write_bytes(data)


def frame_data(made: Record) -> bytes:
    from appliance.storage.record import encode

    return encode(made)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("follow", [False, True])
def test_forged(tmp_path: Path, mode: Mode, *, follow: bool) -> None:
    """A changed record under a right checksum is named, though it shows only at a later link or signature."""
    home = short(tmp_path)
    (home / "anchor").unlink()
    rewrite(home, 3, Key(bytes(32)), record(3, body={1: "forged"}), follow=follow)

    assert check(home, mode).line.startswith("broken: record 3: ")


def test_wrong_signature_in_the_middle(tmp_path: Path) -> None:
    """A signature alone, wrong under a right checksum, is what paranoid is for, and full sees it on a closing."""
    for kind, seen in ((TICKET, False), (CLOSE, True)):
        home = tmp_path / str(kind)
        home.mkdir()
        journal = opened(OsDisk(), home)
        fill(journal, 3)
        journal.append([record(3, kind)])
        fill(journal, 6)
        journal.close()
        path = first(home)
        data = path.read_bytes()
        found = frame.parse(data, 4 * 512, 512, 1, 4)
        assert found
        bad = frame.build(1, 4, 512, found.first_seq, found.prev_head, found.records, bytes(64))
        patch(path, 4 * 512, bad)

        assert check(home, "paranoid").line.startswith("broken: record 3: ")
        assert (check(home).code == BROKEN) is seen


def test_segments(tmp_path: Path) -> None:
    """A segment that is missing, renamed, doubled or from another till is named."""
    home = short(tmp_path / "a", 500)
    other = short(tmp_path / "b", 500)
    for do, says in (
        (lambda: first(home, 2).unlink(), "broken: segment 2: it is missing"),
        (lambda: first(home, 1).unlink(), "broken: segment 1: it is missing"),
        (lambda: first(home, 2).rename(first(home, 9)), "broken: segment 2: it is missing"),
        (lambda: shutil.copy(first(home, 2), first(home, 5)), "broken: segment 5: "),
        (lambda: shutil.copy(first(other, 2), first(home, 2)), "intact"),
        (lambda: shutil.copy(first(home, 3), first(home, 2)), "broken: segment 2: "),
    ):
        kept = tmp_path / "kept"
        shutil.copytree(home, kept)
        do()
        line = check(home).line
        shutil.rmtree(home)
        kept.rename(home)

        assert line.startswith(says), says


def torn(home: Path, *, stop: bool = False) -> Path:
    """A torn write after the tip of a journal of six records."""
    short(home, stop=stop)
    patch(first(home), 512 * 7 + 300, b"\x77" * 900)
    return home


def test_torn_tail(tmp_path: Path) -> None:
    """An unhealed tear is not damage, after a clean stop neither (the next start was cut); healed it is counted."""
    home = torn(tmp_path / "cut")
    for mode in MODES:
        verdict = check(home, mode)
        assert verdict.code == INTACT
        assert "torn tail: 1536 bytes after record 5" in verdict.lines[0]
    assert check(torn(tmp_path / "stopped", stop=True)).code == INTACT
    journal = opened(OsDisk(), home)
    journal.append([recovered(journal), record(7)])
    journal.close()
    for mode in MODES:
        assert (check(home, mode).code, check(home, mode).tears) == (INTACT, 1)


def test_gap_must_be_named(tmp_path: Path) -> None:
    """A gap whose bytes changed later, or that no record names, breaks the record after it."""
    home = torn(tmp_path)
    journal = opened(OsDisk(), home)
    journal.append([recovered(journal)])
    journal.close()
    patch(first(home), 512 * 7 + 301, b"\x78")
    for mode in MODES:
        assert check(home, mode).line.startswith("broken: record 6: ")


def test_recovered_without_a_gap(tmp_path: Path) -> None:
    """A record that names a tear where there is none is a lie."""
    home = short(tmp_path)
    rewrite(home, 3, KEY, record(3, RECOVERED, {1: 512, 2: bytes(32)}), follow=True)
    (home / "anchor").unlink()

    assert check(home).line == "broken: record 3: a recovered record stands where nothing was torn"


def test_too_large_a_gap(tmp_path: Path) -> None:
    """More than a frame's length after the tip is damage, near or far."""
    home = short(tmp_path, stop=False)
    patch(first(home), 512 * 7 + 33_000, b"\x77")
    assert check(home).line.startswith("broken: record 6: ")
    patch(first(home), 512 * 7, b"\x77" * 33_000)
    assert check(home).line.startswith("broken: record 6: ")


def test_key_of_another(tmp_path: Path) -> None:
    """The chain id pins the genesis record, and the genesis record pins the key."""
    home = tmp_path / "forger"
    home.mkdir()
    journal = opened(OsDisk(), home)
    journal._key = Key(bytes(32))
    with pytest.raises(ValueError, match="genesis record must name"):
        journal.append([genesis()])
    own = record(0, 1, {1: 1, 5: journal._key.public})
    journal._checked = lambda records: [frame_data(genesis())] if records == [own] else []  # type: ignore[method-assign]
    journal.append([own])
    journal.close()
    for mode in MODES:
        assert "broken: record 0: the genesis record names another key" in check(home, mode).line


class Fold:
    """Refuses the record with number 4."""

    def apply(self, record: Record) -> None:
        if record.seq == 4:
            raise ValueError("the total is wrong")

    def said(self) -> str:
        return "nothing"


def test_refold(tmp_path: Path) -> None:
    """What does not add up breaks the record that says it, in full and paranoid."""
    home = short(tmp_path)

    assert verify(home, refold=Fold).line == "broken: record 4: the total is wrong"
    assert verify(home, "paranoid", refold=Fold).line == "broken: record 4: the total is wrong"
    assert verify(home, "quick", refold=Fold).code == INTACT


def test_unreadable(tmp_path: Path) -> None:
    """Nothing there, nothing recorded yet, and a later format are exit 2, each with one sentence."""
    assert "cannot be read" in check(tmp_path / "none").line
    assert "holds no journal" in check(tmp_path).line
    (tmp_path / "note.txt").write_text("x")
    assert "is not a segment" in check(tmp_path / "note.txt").line
    opened(OsDisk(), tmp_path).close()
    assert "no record is there yet" in check(tmp_path).line
    home = short(tmp_path / "later")
    data = bytearray(first(home).read_bytes())
    data[18:20] = b"\0\x02"
    data[4:8] = crc32(data[8:512]).to_bytes(4, "big")
    first(home).write_bytes(data)
    verdict = check(home)
    assert (verdict.code, verdict.line) == (UNREADABLE, "journal written by format 2, this software reads 1: update it")


@pytest.mark.parametrize("mode", MODES)
def test_beside_a_writer(tmp_path: Path, mode: Mode) -> None:
    """A running till is never taken for a damaged one, and nothing is written by looking."""
    journal = opened(OsDisk(), tmp_path)
    fill(journal, 5)
    over = Event()

    def write() -> None:
        while not over.is_set():
            journal.append([record(journal.next_seq, body={1: bytes(700)})])
            for _ in journal.work():
                pass
            over.wait(0.002)

    thread = Thread(target=write)
    thread.start()
    try:
        for _ in range(15):
            verdict = verify(tmp_path, mode, kinds=NO_KINDS)
            assert verdict.code == INTACT, verdict.line
    finally:
        over.set()
        thread.join()
        journal.close()


def test_two_processes(tmp_path: Path) -> None:
    """Spread over processes the verdict is the same."""
    home = short(tmp_path, 500)

    assert verify(home, "quick", processes=2) == verify(home, "quick")


def test_reads_only(tmp_path: Path) -> None:
    """The folder is the same after every mode, to the name and the byte."""
    home = torn(tmp_path)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for mode in MODES:
        check(home, mode)

    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
