"""A till with a TPM: its counter is advanced as the journal says, and a journal that was put back is found out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.command import main
from appliance.core import event as ev
from appliance.daemon.config import DeviceConfig
from appliance.daemon.virtual import SimulatedWorld
from appliance.drivers.witness.tpm import TpmOptions, TpmWitness
from tests.daemon.world import SAMPLE, SMALL, play, seen, tap
from tests.drivers.loop import TestLoop, VirtualClock
from tests.drivers.swtpm import SoftTpm, soft_tpm

LOOP = TestLoop(VirtualClock())
DAY = ('login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no", "close day")


@pytest.fixture
def tpm() -> Iterator[SoftTpm]:
    with soft_tpm() as found:
        yield found


@contextmanager
def till_on(data: Path, tpm: Path | None) -> Iterator[SimulatedWorld]:
    beside = {"witness": DeviceConfig("tpm", {"path": str(tpm)})} if tpm else None
    world = SimulatedWorld(data, SAMPLE, segment_size=SMALL, beside=beside)
    try:
        world.power_on()
        yield world
    finally:
        world.close()


def counter(tpm: SoftTpm) -> int:
    device = TpmWitness(TpmOptions(str(tpm.path)), LOOP)
    device.open()
    try:
        return device.read()
    finally:
        device.close()


def said(world: SimulatedWorld) -> list[int]:
    """The counters that the journal names."""
    journal = world.till.journal if world.till else None
    assert journal
    return [int(str(it.record.body[2])) for it in journal.past() if it.record.kind == ev.WITNESS]


def test_each_day_is_witnessed(tmp_path: Path, tpm: SoftTpm) -> None:
    """At the start, the opening, the closing and the stop; genesis says class A; record and counter agree."""
    with till_on(tmp_path / "data", tpm.path) as world:
        play(world, *DAY)
        steps = said(world)
        genesis = next(iter(world.records()))
        tap(world, "go", "more")
        tap(world, "go", "technician")
        tap(world, "go", "memory")
        page = seen(world)
        world.stop()

    assert genesis["body"]["witness_class"] == "A"
    assert steps == list(range(steps[0], steps[0] + 3))
    assert counter(tpm) == steps[-1] + 1
    assert f"classe A, compteur {steps[-1]}" in page
    assert main(["verify", str(tmp_path / "data")]) == 0


def test_a_whole_data_folder_put_back_is_found_out(tmp_path: Path, tpm: SoftTpm) -> None:
    """Journal, anchor and keys of yesterday: only the counter knows. Nothing is sold before a manager has decided."""
    data, older = tmp_path / "data", tmp_path / "older"
    with till_on(data, tpm.path) as world:
        play(world, *DAY)
        world.stop()
    shutil.copytree(data, older)
    with till_on(data, tpm.path) as world:
        play(world, *DAY)
        world.stop()
    with till_on(older, tpm.path) as world:
        play(world, 'login "Sophie"')

        assert "Journal incomplet." in seen(world)
        play(world, "logout", 'login "Marc"', 'tap "Reprendre la vente"')
        play(world, *DAY[1:])
        world.stop()
    assert main(["verify", str(older)]) == 1


def test_a_cut_between_record_and_counter_is_made_good(tmp_path: Path, tpm: SoftTpm) -> None:
    """The record was flushed and the counter not yet advanced: the next start advances it, and nothing is suspected."""
    data = tmp_path / "data"
    with till_on(data, tpm.path) as world:
        play(world, 'login "Sophie"')
        world.after_flushes(1)
        play(world, "open day float 100.00")
        assert not world.alive
        before = counter(tpm)
        world.power_on()

        assert said(world)[-2:] == [before + 1, before + 2]  # what was cut, and this start
        assert "defect" not in [str(record["kind"]) for record in world.records()]
        assert counter(tpm) == said(world)[-1]


def test_a_till_without_its_witness_sells_on_and_says_so(tmp_path: Path) -> None:
    """The TPM is gone: a banner, the technician's page, and no witness record."""
    with soft_tpm() as tpm, till_on(tmp_path / "data", tpm.path) as world:
        play(world, *DAY[:2])
        tpm.kill()
        play(world, *DAY[2:])
        world.wait(1000)

        assert "Témoin muet." in seen(world)
        steps = said(world)
        world.stop()
    assert main(["verify", str(tmp_path / "data")]) == 0
    assert len(steps) >= 2
