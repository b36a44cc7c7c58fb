"""The power goes at any block write of a machine's first day: what it had shown to anybody is there afterwards."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.blockdevice.play import Play
from tests.blockdevice.replay import Lost, State, states
from tests.blockdevice.wire import FLUSH, MARK, WRITE, Entry
from tests.image import medium
from tests.image.cuts import Disks, judge, taken_out
from tests.image.world import MachineWorld
from tests.image.writes import entries

pytestmark = pytest.mark.xdist_group("day")
SEED = int(os.environ.get("SCEAU_SEED", "20261121"))
SAMPLE = int(os.environ.get("SCEAU_CUTS", "160"))


@pytest.fixture(scope="module")
def day(world: MachineWorld) -> Play:
    """The first start and all that followed up to the first cut of the mains, as the journal's partition saw it."""
    part = medium.parts(world.disk)["data"]
    log = entries(world.logs[0], part, world.noticed[0])
    fresh = medium.read(medium.BUILT / "disk.img", medium.parts(medium.BUILT / "disk.img")["data"])
    play = Play("machine", fresh, log)
    kinds = Counter(entry.kind for entry in log)
    print(f"\n{kinds[WRITE]} writes, {kinds[FLUSH]} flushes, {kinds[MARK]} things seen")
    assert kinds[MARK] >= 10
    return play


def test_no_cut_loses_what_was_seen(day: Play, tmp_path: Path) -> None:
    """Prefixes, torn writes, writes out of order inside a flush: repaired, verified, opened with the machine's key."""
    every = list(states(day))
    chosen = Random(SEED).sample(every, min(SAMPLE, len(every)))
    print(f"\n{len(chosen)} of {len(every)} states, seed {SEED}")
    wrong = []
    disks = Disks(day, tmp_path)
    for state in sorted(chosen, key=lambda each: each.length):
        try:
            judge(day, state, disks, tmp_path)
        except Lost as lost:
            wrong.append(str(lost))

    assert wrong == []


def test_the_judge_can_tell(day: Play, tmp_path: Path) -> None:
    """A disk that throws away what comes after its first ten flushes, and says that it flushed, is found out."""
    flushes, kept = 0, []
    for entry in day.log:
        flushes += entry.kind == FLUSH
        if flushes < 10 or entry.kind == MARK:
            kept.append(entry)
    lying = Play("machine", day.image, [*kept, Entry(FLUSH, 0, b"")])

    with pytest.raises(Lost):
        judge(lying, State("machine", len(lying.log), "whole"), Disks(lying, tmp_path), tmp_path)


def test_the_log_is_the_disk(world: MachineWorld, day: Play, tmp_path: Path) -> None:
    """The whole log played onto the fresh partition gives what the machine's next start found there."""
    whole = Disks(day, tmp_path).of(State("machine", len(day.log), "whole"))

    assert (taken_out(whole, tmp_path) / "key").exists()
