"""A flow played once over a recording disk; every write, flush and outside event bears a number of one counter."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest import mock

from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from tests.storage.device import Fate, Fault, fate_of
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Recorder

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "samples" / "epicerie"
LONG = {
    "archives",
    "inspection",
    "stick",
    "carried",
    "pdf",
    "inspector",
    "downward",
    "technician-logs",
}  # long work, or writes beside the journal: tests/audit/test_archive_copy.py, tests/daemon/test_downward.py
FLOWS = [flow for flow in sorted((ROOT / "tests" / "flows").glob("*.flow")) if flow.stem not in LONG]
DATA = Path("/till")
SEGMENT = 256 << 10
SIZE = (800, 480)  # the smaller glass: painting is no part of what is judged
PRINTED = re.compile(r"Ticket n° (\d{6})")
PAID = re.compile(r"Payé et enregistré · ticket (\d{6})")


@dataclass(frozen=True)
class Outside:
    """Something that a bystander saw: a frame, a byte at the printer, a pulse of the drawer, a line on paper."""

    stamp: int
    name: str
    detail: str


@dataclass(frozen=True)
class Cut:
    """One power cut; `name` replays it to the byte: `python -m tests.powerloss NAME`."""

    flow: str
    stamp: int
    fate: Fate | Fault
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.flow}:{self.stamp}:{self.fate.value}:{self.seed}"

    @staticmethod
    def of(name: str) -> Cut:
        flow, stamp, fate, seed = name.split(":")
        return Cut(flow, int(stamp), fate_of(fate), int(seed))


@dataclass(frozen=True)
class Seen:
    """What a bystander knows up to a moment: the tickets he saw paid, those he has on paper, the drawer's pulses.

    Two cuts that leave equal media under equal knowledge are one state: nothing else is judged.
    """

    paid: frozenset[int]
    papers: frozenset[int]
    pulses: int

    @property
    def tickets(self) -> frozenset[int]:
        """What counts as acknowledged."""
        return self.paid | self.papers

    @staticmethod
    def of(outside: list[Outside]) -> Seen:
        pulses = sum(each.name == "pulse" for each in outside)
        return Seen(_numbers(outside, "frame", PAID), _numbers(outside, "line", PRINTED), pulses)


def _numbers(outside: list[Outside], name: str, sign: re.Pattern[str]) -> frozenset[int]:
    found = (sign.search(each.detail) for each in outside if each.name == name)
    return frozenset(int(each[1]) for each in found if each)


@dataclass
class Recording:
    flow: Path
    recorder: Recorder
    outside: list[Outside] = field(default_factory=list)
    clock: int = 0
    failure: str | None = None

    def until(self, stamp: int) -> Seen:
        return Seen.of([each for each in self.outside if each.stamp <= stamp])


@contextmanager
def known_chance(seed: str) -> Iterator[None]:
    """Keys and ids are drawn from `seed`, so that a recording is the same to the byte each time."""
    drawn = Random(seed).randbytes
    with mock.patch("os.urandom", drawn), mock.patch("random._urandom", drawn):
        yield


def record(flow: Path) -> Recording:
    """Plays a flow. The recording holds what the disk was told and what the outside saw, in one order."""
    count = 0

    def stamp() -> int:
        nonlocal count
        count += 1
        return count

    recording = Recording(flow, Recorder(stamp))

    def outside(name: str, detail: str) -> None:
        recording.outside.append(Outside(stamp(), name, detail))

    with known_chance("a till"):
        world = open_world(recording.recorder, outside)
        try:
            world.power_on()
            recording.failure = Player(world, cards.read(SHOP)).play(script.parse(flow))
            world.stop()
            world.power_on()  # a start after an orderly stop is cut as well
            world.stop()
        finally:
            world.close()
    recording.clock = world.clock.t
    return recording


def open_world(disk: MemoryDisk, outside: object = None) -> SimulatedWorld:
    heard = outside if callable(outside) else _unheard
    return SimulatedWorld(
        DATA, SHOP, SIZE, disk=disk, segment_size=SEGMENT, on_outside=heard, folder_of=lambda: export(disk)
    )


def _unheard(name: str, detail: str) -> None:
    """Nobody listens."""


EXPORTED: list[Path] = []


def export(disk: MemoryDisk) -> Path:
    """The disk's files as a folder, for `verify` and `dump`; removed by `forget`."""
    folder = Path(tempfile.mkdtemp(prefix="sceau-cut-", dir="/dev/shm"))
    EXPORTED.append(folder)
    for path, number in disk.names.items():
        target = folder / path.relative_to(DATA)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(disk.files[number])
    return folder


def forget() -> None:
    while EXPORTED:
        shutil.rmtree(EXPORTED.pop(), ignore_errors=True)
