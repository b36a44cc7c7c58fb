"""Frames and headers moved, cut, spliced and forged in a long journal: all refused, and the first record named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from appliance.audit.verify import BROKEN
from appliance.storage import chain, frame, segment
from appliance.storage.chain import Checkpoint
from appliance.storage.frame import Frame
from appliance.storage.keys import Key
from appliance.storage.segment import Header
from appliance.storage.trail import Trail
from tests.audit.checking import check
from tests.audit.scribe import UNIT, Scribe, days, key_of

SEED = 20261123
STRANGER = Key(b"s" * 32)


@dataclass
class Victim:
    """One segment of a journal: its bytes, its header, its frames."""

    path: Path
    data: bytearray
    header: Header
    frames: list[Frame]

    @staticmethod
    def read(home: Path, number: int) -> Victim:
        path = home / "journal" / segment.name(number)
        data = path.read_bytes()
        header = segment.parse(data)
        assert header
        trail = Trail(lambda size, offset: data[offset : offset + size], number, len(data), UNIT)
        return Victim(path, bytearray(data), header, [it for it in trail.frames() if isinstance(it, Frame)])

    def bytes_of(self, found: Frame) -> bytes:
        return bytes(self.data[found.start * UNIT : found.end * UNIT])

    def put(self, unit: int, data: bytes) -> None:
        self.data[unit * UNIT : unit * UNIT + len(data)] = data

    def sum_again(self, found: Frame) -> None:
        """A right checksum over whatever the frame's bytes are now."""
        at, end = found.start * UNIT, found.end * UNIT
        self.data[at + 4 : at + 8] = crc32(self.data[at + 8 : end]).to_bytes(4, "big")


Mutation = Callable[[Victim, Random], str]
MUTATIONS: dict[str, Mutation] = {}
UNSEEN_BY_QUICK = {"zero_field", "padding", "checksum"}  # it looks at what the signature covers, and at places


def mutation(do: Mutation) -> Mutation:
    MUTATIONS[do.__name__] = do
    return do


def two_alike(victim: Victim, random: Random) -> tuple[Frame, Frame]:
    """Two neighbours of one length, so that either fits the other's place."""
    pairs = [
        (one, two)
        for one, two in zip(victim.frames, victim.frames[1:], strict=False)
        if one.end - one.start == two.end - two.start
    ]
    return random.choice(pairs)


@mutation
def swap(victim: Victim, random: Random) -> str:
    one, two = two_alike(victim, random)
    first, second = victim.bytes_of(one), victim.bytes_of(two)
    victim.put(one.start, second)
    victim.put(two.start, first)
    return f"record {one.first_seq}"


@mutation
def swap_with_right_places(victim: Victim, random: Random) -> str:
    """Their heads say where they stand now, under a right checksum."""
    one, two = two_alike(victim, random)
    for found, place in ((one, two.start), (two, one.start)):
        built = frame.build(
            victim.header.number, place, UNIT, found.first_seq, found.prev_head, found.records, found.signature
        )
        victim.put(place, built)
    return f"record {one.first_seq}"


@mutation
def drop(victim: Victim, random: Random) -> str:
    gone = random.choice(victim.frames[1:-1])
    del victim.data[gone.start * UNIT : gone.end * UNIT]
    victim.data += bytes((gone.end - gone.start) * UNIT)
    return f"record {gone.first_seq}"


@mutation
def drop_with_right_places(victim: Victim, random: Random) -> str:
    """All frames behind the one that is gone are moved up and given right heads of their places."""
    at = random.randrange(1, len(victim.frames) - 1)
    gone = victim.frames[at]
    rest = victim.frames[at + 1 :]
    victim.data[gone.start * UNIT :] = bytes(len(victim.data) - gone.start * UNIT)
    place = gone.start
    for found in rest:
        number = victim.header.number
        victim.put(
            place, frame.build(number, place, UNIT, found.first_seq, found.prev_head, found.records, found.signature)
        )
        place += found.end - found.start
    return f"record {gone.first_seq}"


@mutation
def double(victim: Victim, random: Random) -> str:
    one, two = two_alike(victim, random)
    victim.put(two.start, victim.bytes_of(one))
    return f"record {two.first_seq}"


@mutation
def wipe(victim: Victim, random: Random) -> str:
    gone = random.choice(victim.frames[:-1])
    victim.put(gone.start, bytes((gone.end - gone.start) * UNIT))
    return f"record {gone.first_seq}"


@mutation
def cut(victim: Victim, random: Random) -> str:
    kept = random.choice(victim.frames[1:-1])
    victim.data[kept.end * UNIT :] = bytes(len(victim.data) - kept.end * UNIT)
    return f"record {kept.next_seq}"


@mutation
def edit_under_a_right_checksum(victim: Victim, random: Random) -> str:
    found = random.choice(victim.frames)
    victim.data[found.start * UNIT + 66 + random.randrange(len(found.records[0]))] ^= random.randrange(1, 256)
    victim.sum_again(found)
    return f"record {found.first_seq}"


@mutation
def head_under_a_right_checksum(victim: Victim, random: Random) -> str:
    """The number of the first record, or the head before it."""
    found = random.choice(victim.frames)
    victim.data[found.start * UNIT + random.choice((23, *range(32, 64)))] ^= 1
    victim.sum_again(found)
    seq = int.from_bytes(victim.data[found.start * UNIT + 16 : found.start * UNIT + 24], "big")
    return f"record {min(seq, found.first_seq)}"


@mutation
def last_signature(victim: Victim, random: Random) -> str:
    found = victim.frames[-1]
    used = int.from_bytes(victim.data[found.start * UNIT + 14 : found.start * UNIT + 16], "big")
    victim.data[found.start * UNIT + used - random.randrange(1, 65)] ^= 1
    victim.sum_again(found)
    return f"record {found.first_seq}"


@mutation
def tail_signed_by_a_stranger(victim: Victim, random: Random) -> str:
    """From one frame on all is made anew under another key, the first record changed."""
    at = random.randrange(1, len(victim.frames) - 1)
    head = victim.frames[at].prev_head
    first = victim.frames[at]
    for found in victim.frames[at:]:
        records = list(found.records)
        if found is first:
            records[0] = records[0][:-1] + bytes([records[0][-1] ^ 1])
        before, head = head, chain.follow(head, records)
        cp = Checkpoint(chain.chain_id(victim.header.genesis), found.next_seq, head)
        signature = STRANGER.sign(chain.cp_bytes(cp))
        built = frame.build(victim.header.number, found.start, UNIT, found.first_seq, before, records, signature)
        victim.put(found.start, built)
    return f"record {first.first_seq}"


@mutation
def zero_field(victim: Victim, random: Random) -> str:
    found = random.choice(victim.frames)
    victim.data[found.start * UNIT + 26 + random.randrange(6)] ^= 1
    victim.sum_again(found)
    return f"record {found.first_seq}"


@mutation
def padding(victim: Victim, random: Random) -> str:
    found = random.choice(victim.frames)
    victim.data[found.end * UNIT - 1] ^= 1
    victim.sum_again(found)
    return f"record {found.first_seq}"


@mutation
def checksum(victim: Victim, random: Random) -> str:
    found = random.choice(victim.frames)
    victim.data[found.start * UNIT + 4 + random.randrange(4)] ^= 1
    return f"record {found.first_seq}"


@mutation
def header_under_a_right_checksum(victim: Victim, random: Random) -> str:
    victim.data[random.choice((*range(8, 17), *range(20, 200)))] ^= random.randrange(1, 128)
    victim.data[4:8] = crc32(victim.data[8:UNIT]).to_bytes(4, "big")
    return f"segment {victim.header.number}"


@mutation
def header_of_a_stranger(victim: Victim, random: Random) -> str:
    victim.data[:UNIT] = segment.build(victim.header._replace(key=STRANGER.public), STRANGER.sign)
    return f"segment {victim.header.number}"


@mutation
def header_signed_right_says_wrong(victim: Victim, random: Random) -> str:
    """The key's holder says something else of the segment before: only that does not fit."""
    header = victim.header
    wrong = random.choice(
        [{"first_seq": header.first_seq + 1}, {"prev_head": bytes(32)}, {"before": header.before + 1}]
    )
    victim.data[:UNIT] = segment.build(header._replace(**wrong), key_of(header.number).sign)  # type: ignore[arg-type]
    return f"record {header.first_seq}"


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scribe = Scribe(tmp_path_factory.mktemp("long") / "till")
    days(scribe, 50, per_day=6)
    return scribe.save(anchored=True)


def refused(home: Path, victim: Victim, named: str, *, quick: bool) -> None:
    """By every check, at the same place."""
    good = victim.path.read_bytes()
    victim.path.write_bytes(victim.data)
    try:
        verdicts = {"full": check(home), "paranoid": check(home, "paranoid"), "two": check(home, processes=2)}
        if quick:
            verdicts |= {"quick": check(home, "quick"), "quick two": check(home, "quick", 2)}
    finally:
        victim.path.write_bytes(good)
    for mode, verdict in verdicts.items():
        assert (verdict.code, verdict.line.split(": ")[1]) == (BROKEN, named), (mode, verdict.line)


@pytest.mark.parametrize("name", MUTATIONS)
def test_refused(long: Path, name: str) -> None:
    """In an early segment and in one behind the middle, each with its own draw."""
    random = Random(f"{SEED} {name}")
    for number in (2, 4):
        victim = Victim.read(long, number)
        named = MUTATIONS[name](victim, random)
        refused(long, victim, named, quick=name not in UNSEEN_BY_QUICK)


def test_splice(long: Path, tmp_path: Path) -> None:
    """A segment of a twin that lived on otherwise: same keys, same chain, right signatures, another past."""
    twin = Scribe(tmp_path / "twin")
    days(twin, 50, per_day=5)
    twin.save(anchored=True)
    for number in (2, 4):
        victim, other = Victim.read(long, number), Victim.read(twin.home, number)
        assert victim.header.genesis == other.header.genesis
        victim.data = other.data
        named = min(victim.header.first_seq, other.header.first_seq)
        refused(long, victim, f"record {named}", quick=True)


def test_segments_in_another_order(long: Path, tmp_path: Path) -> None:
    """Files renamed: each says which number it has."""
    home = tmp_path / "copy"
    shutil.copytree(long, home)
    one, two = (home / "journal" / segment.name(number) for number in (2, 3))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)

    assert {check(home, mode).line.split(": ")[1] for mode in ("quick", "full", "paranoid")} == {"segment 2"}
