"""The disks that a power cut can leave of a log, and what has to be true on each once it is mounted again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from appliance.audit.command import _core
from appliance.audit.verify import BROKEN, INTACT, verify
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage.flash import OsDisk
from tests.blockdevice.machine import mounted_image
from tests.blockdevice.play import TILL, Play, keyed
from tests.blockdevice.wire import FLUSH, MARK, WRITE, Entry
from tests.powerloss.recording import SHOP, SIZE, known_chance
from tests.storage.till import SEGMENT

SECTOR = 512
DRAWN = 2  # draws of a torn or reordered state


class Lost(AssertionError):
    """What was acknowledged is not there, or what is there does not hold."""


class State(NamedTuple):
    """After the first `length` entries of a log; `name` replays it: `python -m tests.blockdevice NAME`."""

    play: str
    length: int
    fate: str
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.play}:{self.length}:{self.fate}:{self.seed}"

    @staticmethod
    def of(name: str) -> State:
        play, length, fate, seed = name.split(":")
        return State(play, int(length), fate, int(seed))


def states(play: Play) -> Iterator[State]:
    """Every prefix, whole and with nothing of what flies; torn and out of order where something flies."""
    flying = 0
    for length, entry in enumerate(play.log, start=1):
        flying = flying + 1 if entry.kind == WRITE else 0 if entry.kind == FLUSH else flying
        if entry.kind == MARK:
            yield State(play.name, length, "none")
        if entry.kind == WRITE:
            yield State(play.name, length, "whole")
            yield from (State(play.name, length, "torn", length * DRAWN + at) for at in range(DRAWN))
            if flying > 1:
                yield from (State(play.name, length, "reordered", length * DRAWN + at) for at in range(DRAWN))


def disk_of(play: Play, state: State) -> bytearray:
    """The image with all that was flushed, and of what flies what the state's fate and seed say."""
    disk = bytearray(play.image)
    flying: list[Entry] = []
    for entry in play.log[: state.length]:
        if entry.kind == WRITE:
            flying.append(entry)
        elif entry.kind == FLUSH:
            _put(disk, flying)
            flying = []
    _put(disk, landing(flying, state))
    return disk


def _put(disk: bytearray, writes: Sequence[Entry]) -> None:
    for write in writes:
        disk[write.offset : write.offset + len(write.data)] = write.data


def landing(flying: list[Entry], state: State) -> list[Entry]:
    """Of what had not been flushed, what reaches the disk by the state's fate."""
    random = Random(state.seed)
    if state.fate == "whole":
        return flying
    if state.fate == "torn":
        return flying[:-1] + _torn(flying[-1:], random)
    if state.fate == "reordered":
        return _torn([write for write in flying if random.random() < 0.5], random)
    return []


def _torn(writes: Sequence[Entry], random: Random) -> list[Entry]:
    """Some sectors of each: a sector is atomic, a write is not."""
    return [
        Entry(WRITE, write.offset + at, write.data[at : at + SECTOR])
        for write in writes
        for at in range(0, len(write.data), SECTOR)
        if random.random() < 0.5
    ]


def acknowledged(play: Play, state: State) -> int:
    """How many records a flush had been answered for."""
    marks = [entry.data for entry in play.log[: state.length] if entry.kind == MARK]
    return int(marks[-1]) if marks else 0


def judge(play: Play, state: State, image: Path) -> None:
    """Mounts the state (ext4 replays its own journal), starts on it, and compares. Raises Lost with the id."""
    image.write_bytes(disk_of(play, state))
    try:
        with mounted_image(image) as mount:
            (mount / TILL).mkdir(exist_ok=True)
            kept = _start_journal(mount / TILL) if play.name == "journal" else _start_till(mount / TILL)
    except Exception as error:
        raise Lost(f"{state.name}: {error}") from error
    if kept < acknowledged(play, state):
        raise Lost(f"{state.name}: {acknowledged(play, state)} records were acknowledged, {kept} are there")


def _start_journal(folder: Path) -> int:
    before = verify(folder, pause=lambda: None).records
    journal = keyed(OsDisk(), folder)
    try:
        kept = sum(1 for _ in journal.past())
        if journal.flaw or kept - before not in (0, 1):  # a journal without a record has begun
            raise Lost(f"{before} records before the start, {kept} after it, {journal.flaw}")
        verdict = verify(folder, pause=lambda: None)
        if verdict.code != INTACT:
            raise Lost(verdict.line)
        return before
    finally:
        journal.close(clean=False)


def _start_till(folder: Path) -> int:
    """What stood there before this start wrote its own first records."""
    kinds, refold = _core()
    before = verify(folder, kinds=kinds, refold=refold, pause=lambda: None)
    if before.code == BROKEN:
        raise Lost(before.line)
    with known_chance("another start"):
        world = SimulatedWorld(folder, SHOP, SIZE, segment_size=SEGMENT)
        try:
            world.power_on()
        finally:
            world.close()
    after = verify(folder, kinds=kinds, refold=refold, pause=lambda: None)
    if after.code != INTACT:
        raise Lost(after.line)
    return before.records
