"""What somebody does who wants other figures, and what stops it. Each test is named after the attack."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest

from appliance.audit.command import verify_main
from appliance.audit.verify import BROKEN, INTACT, UNREADABLE
from appliance.core import event as ev
from appliance.storage import anchor, frame, segment
from appliance.storage.anchor import Anchor
from appliance.storage.frame import Frame
from appliance.storage.keys import Key
from appliance.storage.record import Record, Value, decode, encode
from appliance.storage.trail import Trail
from bench.verify import Till
from tests.audit.checking import MODES, broken, check, everywhere
from tests.audit.scribe import UNIT, Scribe, days, key_of

THIEF = Key(b"t" * 32)


def lived(home: Path, sales: int = 30, *, rotating: bool = True, anchored: bool = True) -> Scribe:
    scribe = Scribe(home)
    days(scribe, sales, rotating=rotating)
    scribe.save(anchored=anchored)
    return scribe


def frames(home: Path, number: int) -> list[Frame]:
    data = (home / "journal" / segment.name(number)).read_bytes()
    trail = Trail(lambda size, offset: data[offset : offset + size], number, len(data), UNIT)
    return [found for found in trail.frames() if isinstance(found, Frame)]


def segments(home: Path) -> list[int]:
    return [int(path.stem, 16) for path in sorted((home / "journal").glob("*.seg")) if any(path.read_bytes())]


def path_of(home: Path, number: int) -> Path:
    return home / "journal" / segment.name(number)


def test_rebuild_all_under_a_new_key(tmp_path: Path) -> None:
    """Without a pin a chain made anew is coherent, and said to be no more; with the id of the first it is broken."""
    pin = check(lived(tmp_path / "true", anchored=False).home).chain_id.hex()
    forged = Scribe(tmp_path / "forged")
    forged.segment(THIEF)
    till = Till(THIEF)
    for batch in (till.birth(), till.opening(), *till.sale()):
        forged.frame(batch)
    forged.save(anchored=True)
    for mode in MODES:
        verdict = check(forged.home, mode)
        assert (verdict.code, verdict.lines[0].endswith("compare with a Z ticket")) == (INTACT, True)
        assert check(forged.home, mode, chain_id=pin).line.startswith("broken: record 0: the chain is ")
        assert check(tmp_path / "true", mode, chain_id=pin).code == INTACT


@pytest.mark.parametrize("mode", MODES)
def test_cut_the_tail(tmp_path: Path, mode: str) -> None:
    """Whole frames taken off the end are missed by the anchor; so is an older copy of the folder's journal."""
    scribe = lived(tmp_path)
    number = segments(tmp_path)[-1]
    kept = frames(tmp_path, number)[-3]
    data = bytearray(path_of(tmp_path, number).read_bytes())
    data[kept.end * UNIT :] = bytes(len(data) - kept.end * UNIT)
    path_of(tmp_path, number).write_bytes(data)
    verdict = check(tmp_path, mode)  # type: ignore[arg-type]

    assert (verdict.code, verdict.seq) == (BROKEN, kept.next_seq)
    assert f"the anchor names record {scribe.seq - 1}" in verdict.why


def test_put_back_an_older_state(tmp_path: Path) -> None:
    """With its own older anchor a rolled-back folder is coherent: only what left the till tells, here another copy."""
    scribe = Scribe(tmp_path / "now")
    till = days(scribe, 10)
    scribe.save(anchored=True)
    shutil.copytree(tmp_path / "now", tmp_path / "older")
    before = scribe.seq
    for batch in (till.opening(), *till.sale()):
        scribe.frame(batch)
    scribe.save(anchored=True)

    assert check(tmp_path / "older").code == INTACT
    assert verify_main([str(tmp_path / "older"), str(tmp_path / "now")]) == 0  # the one is a prefix of the other
    shutil.copy(tmp_path / "now" / "anchor", tmp_path / "older" / "anchor")
    assert broken(tmp_path / "older") == f"record {before}"


def test_wipe_and_start_anew(tmp_path: Path) -> None:
    """A till begun again names the chain before it and what its totals were, and verify repeats it."""
    scribe, till = Scribe(tmp_path), Till(key_of(1))
    scribe.segment(key_of(1))
    genesis, *rest = till.birth()
    named: dict[int, Value] = {**genesis.body, 9: [b"\xaa" * 16, b"\xbb" * 32, 123_456, 123_456]}
    scribe.frame([genesis._replace(body=named), *rest])
    scribe.save()
    for mode in MODES:
        verdict = check(tmp_path, mode)
        assert verdict.predecessor == [b"\xaa" * 16, b"\xbb" * 32, 123_456, 123_456]
        assert verdict.lines[0].startswith(f"it follows chain {'aa' * 16}, whose perpetual total was 123456 cents")


def test_wipe_without_a_word(tmp_path: Path) -> None:
    """The new chain has another id: the pin that a Z ticket of the old one prints does not fit."""
    pin = check(lived(tmp_path, 3).home).chain_id.hex()
    shutil.rmtree(tmp_path)
    scribe, till = Scribe(tmp_path), Till(key_of(7))
    scribe.segment(key_of(7))
    scribe.frame(till.birth())

    assert check(scribe.save(), chain_id=pin).code == BROKEN


def test_stolen_key_cannot_rewrite_earlier_segments(tmp_path: Path) -> None:
    """Who holds today's key signs today's segment; a frame of an earlier one, signed with it, is named."""
    scribe = lived(tmp_path)
    today = scribe.key
    assert len(segments(tmp_path)) > 2
    number = segments(tmp_path)[1]
    victim = frames(tmp_path, number)[3]
    data = bytearray(path_of(tmp_path, number).read_bytes())
    head, later = b"", victim
    for at, found in enumerate(frames(tmp_path, number)[3:]):
        records = [
            decode(raw)._replace(operator="S2") if at == 0 else raw for raw in found.records
        ]  # the thief changes one record and signs everything after it anew
        raws = [frame_bytes(each) for each in records]
        before = head or found.prev_head
        head = chained(before, raws)
        signature = today.sign(statement(scribe, found.next_seq, head))
        built = frame.build(number, found.start, UNIT, found.first_seq, before, raws, signature)
        data[found.start * UNIT : found.end * UNIT] = built
        later = found
    assert later.next_seq > victim.next_seq
    path_of(tmp_path, number).write_bytes(data)
    for mode in MODES:
        assert broken(tmp_path, mode) == f"record {victim.first_seq}"


def frame_bytes(value: Record | bytes) -> bytes:
    return value if isinstance(value, bytes) else encode(value)


def chained(head: bytes, raws: Sequence[bytes]) -> bytes:
    for raw in raws:
        head = sha256(b"\x01" + head + raw).digest()
    return head


def statement(scribe: Scribe, next_seq: int, head: bytes) -> bytes:
    return b"sceau/cp/1\0" + scribe.genesis[:16] + next_seq.to_bytes(8, "big") + head


def test_key_read_by_root(tmp_path: Path) -> None:
    """The stolen key of the tip writes a lie at the tip that no check can see: an anchor or a witness is what tells."""
    scribe = Scribe(tmp_path)
    till = days(scribe, 3)
    scribe.save(anchored=True)
    honest = scribe.cp
    scribe.frame(till.sealed([till.record(ev.LOGOUT, {1: "person"})]))
    lie = scribe.save()

    assert check(lie).code == INTACT  # the anchor may be behind
    assert anchor.newest((lie / "anchor").read_bytes())[1] == Anchor(
        honest, frames(lie, segments(lie)[-1])[-2].signature
    )


def torn_journal(home: Path, *, named: bool) -> Scribe:
    scribe, till = Scribe(home), Till(key_of(1))
    scribe.segment(key_of(1))
    scribe.frame(till.birth())
    scribe.frame(till.opening())
    torn = b"\x5a" * 700
    scribe.gap(torn)
    digest = sha256(torn.ljust(1024, b"\0")).digest()
    if named:
        scribe.frame(till.sealed([till.record(ev.RECOVERED, {1: 1024, 2: digest})]))
    else:
        scribe.frame(till.sealed([till.record(ev.START, {1: "0.1.0", 2: "power cut", 3: b""})]))
    scribe.save()
    return scribe


def test_forged_torn_tail(tmp_path: Path) -> None:
    """A record made illegible passes for a tear only if the next one names it."""
    assert everywhere(torn_journal(tmp_path / "true", named=True).home).tears == 1
    for mode in MODES:
        assert broken(torn_journal(tmp_path / f"unnamed {mode}", named=False).home, mode) == "record 9"


def test_forged_recovered(tmp_path: Path) -> None:
    """A `recovered` record where nothing is torn, or with another length or hash than the gap's."""
    bodies: tuple[tuple[str, dict[int, ev.Value]], ...] = (
        ("length", {1: 512, 2: bytes(32)}),
        ("hash", {1: 1024, 2: bytes(32)}),
    )
    for name, body in bodies:
        scribe, till = Scribe(tmp_path / name), Till(key_of(1))
        scribe.segment(key_of(1))
        scribe.frame(till.birth())
        scribe.gap(b"\x5a" * 700)
        scribe.frame(till.sealed([till.record(ev.RECOVERED, body)]))
        scribe.save()
        assert {broken(scribe.home, mode) for mode in MODES} == {"record 4"}
    scribe, till = Scribe(tmp_path / "none"), Till(key_of(1))
    scribe.segment(key_of(1))
    scribe.frame(till.birth())
    scribe.frame(till.sealed([till.record(ev.RECOVERED, {1: 512, 2: bytes(32)})]))
    scribe.save()
    assert {broken(scribe.home, mode) for mode in MODES[1:]} == {"record 4"}


def test_an_acknowledged_record_made_to_look_torn(tmp_path: Path) -> None:
    """The last two frames are scratched: the head of the last one betrays that more stood there."""
    scribe = lived(tmp_path, 3, anchored=False)
    number = segments(tmp_path)[-1]
    before, last = frames(tmp_path, number)[-2:]
    data = bytearray(path_of(tmp_path, number).read_bytes())
    data[before.start * UNIT + 70] ^= 1
    data[last.start * UNIT + 70] ^= 1
    path_of(tmp_path, number).write_bytes(data)

    assert {broken(tmp_path, mode) for mode in MODES} == {f"record {before.first_seq}"}
    assert scribe.seq > last.first_seq


def poisoned(home: Path, change: dict[int, ev.Value]) -> tuple[Scribe, int]:
    """A journal whose first snapshot says something else, signed by the till's own key."""
    scribe, till = Scribe(home), Till(key_of(1))
    scribe.segment(key_of(1))
    scribe.frame(till.birth())
    scribe.frame(till.opening())
    for batch in till.sale():
        scribe.frame(batch)
    closing = till.closing()
    scribe.frame([*closing[:-1], closing[-1]._replace(body={**closing[-1].body, **change})])
    scribe.frame(till.opening())
    scribe.save()
    return scribe, closing[-1].seq


@pytest.mark.parametrize(
    "change",
    [{17: [5, 5]}, {18: ["2026-11", 1]}, {10: [9, 0, 9, 9, 0, 0]}, {12: []}, {21: 3}, {22: [0, 0, 0]}, {99: None}],
    ids=["perpetual", "month", "counters", "tickets", "defect", "wear", "more"],
)
def test_poisoned_snapshot(tmp_path: Path, change: dict[int, ev.Value]) -> None:
    """A snapshot that is not what the records before it add up to breaks where it stands, though the till signed it."""
    if change == {22: [0, 0, 0]}:
        change = {22: [1, 1, 1]}
    scribe, seq = poisoned(tmp_path, change)

    assert {broken(tmp_path, mode) for mode in ("full", "paranoid")} == {f"record {seq}"}
    assert check(tmp_path, processes=2) == check(tmp_path)
    assert scribe.seq > seq


def test_downgrade_of_the_format(tmp_path: Path) -> None:
    """A format above ours is said to be one, not damage; below ours there is none, and no other algorithm is taken."""
    lived(tmp_path, 3)
    good = path_of(tmp_path, 1).read_bytes()
    for offset, value, code in (
        (18, b"\0\x02", UNREADABLE),
        (18, b"\0\0", BROKEN),
        (20, b"\2", BROKEN),
        (21, b"\0", BROKEN),
    ):
        data = bytearray(good)
        data[offset : offset + len(value)] = value
        data[4:8] = crc32(data[8:UNIT]).to_bytes(4, "big")
        path_of(tmp_path, 1).write_bytes(data)
        assert {check(tmp_path, mode).code for mode in MODES} == {code}, (offset, value)


def test_clone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two tills that go on from one copy, with one key: each is coherent, together they are a fork."""
    scribe = Scribe(tmp_path / "one")
    till = days(scribe, 4)
    scribe.save()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    apart = scribe.seq
    scribe.frame(till.sealed([till.record(ev.LOGOUT, {1: "person"})]))
    scribe.save()
    other = Scribe(tmp_path / "two")
    till = days(other, 4)
    other.frame(till.sealed([till.record(ev.LOGOUT, {1: "idle"})]))
    other.frame(till.sealed([till.record(ev.LOGIN, {1: "pin", 2: "cashier"})]))
    other.save()

    assert [check(home).code for home in (scribe.home, other.home)] == [INTACT, INTACT]
    assert verify_main(["--quick", str(scribe.home), str(other.home)]) == BROKEN
    said = capsys.readouterr().out.splitlines()[-1]
    heads = [
        chained(frames(home, segments(home)[-1])[at].prev_head, frames(home, segments(home)[-1])[at].records[:1])
        for home, at in ((scribe.home, -1), (other.home, -2))
    ]
    assert said.startswith(
        f"fork: chain {scribe.genesis[:16].hex()} parts at record {apart}: head {heads[0].hex()} in "
    )
    assert heads[1].hex() in said


def test_batch_of_another_shop(tmp_path: Path) -> None:
    """A segment of another till, put in place of one's own, names another chain."""
    lived(tmp_path / "own")
    other = Scribe(tmp_path / "other")
    till = Till(key_of(1))
    till._t += 777
    other.segment(key_of(1))
    other.frame(till.birth())
    other.segment(key_of(1))
    for batch in (till.opening(), *till.sale()):
        other.frame(batch)
    other.save()
    shutil.copy(path_of(tmp_path / "other", 2), path_of(tmp_path / "own", 2))

    assert {broken(tmp_path / "own", mode) for mode in MODES} == {"segment 2"}


@pytest.mark.parametrize("back", [1, 3_600_000])
def test_back_dating(tmp_path: Path, back: int) -> None:
    """A record dated before the one before it is refused, though chain and signatures are right."""
    scribe, till = Scribe(tmp_path), Till(key_of(1))
    scribe.segment(key_of(1))
    scribe.frame(till.birth())
    record = till.record(ev.LOGIN, {1: "badge", 2: "cashier"})
    scribe.frame([record._replace(t=record.t - 1900 - back)])
    scribe.save()

    assert {check(tmp_path, mode).line for mode in ("full", "paranoid")} == {
        "broken: record 4: it is dated before the record before it"
    }


def test_defect_cannot_be_forgotten(tmp_path: Path) -> None:
    """Once the till has recorded that something is not proven, every check says so, whatever was repaired since."""
    scribe = Scribe(tmp_path)
    till = days(scribe, 3)
    found = till.record(ev.DEFECT, {1: 7, 2: "the anchor is ahead", 3: 9, 4: "anchor"})
    scribe.frame([found])
    scribe.frame(till.sealed([till.record(ev.RESUMED, {1: found.seq})]))
    scribe.save()
    for mode in MODES:
        verdict = check(tmp_path, mode)
        assert (verdict.code, verdict.seq) == (BROKEN, 7)
        assert f"record {found.seq}" in verdict.why
        assert verdict == check(tmp_path, mode, 2)
