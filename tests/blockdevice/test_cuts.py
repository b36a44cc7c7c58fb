"""A seeded sample of the disks that a power cut leaves of a logged block device; `make powerloss` mounts them all."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from random import Random

import pytest

from appliance.storage.flash import OsDisk
from tests.blockdevice.machine import MEMORY, folder_for, lacking
from tests.blockdevice.play import PLAYS, Marking, Play, a_disk, keyed
from tests.blockdevice.replay import Lost, State, judge, states
from tests.blockdevice.wire import FLUSH, WRITE, entries
from tests.storage.till import fill, opened

SEED = int(os.environ.get("SCEAU_SEED", "20261121"))
SAMPLE = {"journal": 60, "quarter": 8}

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking() or "all is there")


@cache
def play_of(name: str) -> Play:
    return PLAYS[name]()


@pytest.mark.parametrize("name", PLAYS)
def test_a_cut_of_the_device_loses_nothing_that_was_acknowledged(name: str) -> None:
    """Mounted again, ext4 and journal recovered, every record that a flush was answered for is there."""
    play = play_of(name)
    with folder_for("images", MEMORY) as folder:
        for state in Random(SEED).sample(list(states(play)), SAMPLE[name]):
            print(f"seed {SEED}: {state.name}")
            judge(play, state, folder / "image")


def test_a_commit_is_one_write_and_one_flush_of_the_device() -> None:
    """At the far side of ext4 a frame is 512 bytes and one flush: the file system's own journal stays out of it."""
    with a_disk() as (_, wire, folder):
        journal = opened(OsDisk(), folder)
        fill(journal, 20)
        before = len(list(entries(wire.log())))
        fill(journal, 40)
        log = list(entries(wire.log()))[before:]
        journal.close(clean=False)

    assert [entry.kind for entry in log] == [WRITE, FLUSH] * 20
    assert {len(entry.data) for entry in log if entry.kind == WRITE} == {512}


class Unflushed(Marking):
    """Says that a frame is durable and never asks the medium."""

    def fdatasync(self, handle: int) -> None:
        if handle in self._written:
            self._mark(f"{self._written.pop(handle)} ")


def test_the_judge_can_tell(tmp_path: Path) -> None:
    """Frames that are never flushed are missing on the device, and the judge says so."""
    with a_disk() as (image, wire, folder):
        journal = keyed(Unflushed(wire.mark), folder)
        fill(journal, 30)
        log = list(entries(wire.log()))
        journal.close(clean=False)
    play = Play("journal", image, log)

    with pytest.raises(Lost, match="30 records were acknowledged"):
        judge(play, State("journal", len(log), "none"), tmp_path / "image")
