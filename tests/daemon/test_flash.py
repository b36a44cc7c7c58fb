"""Flash that fails in the middle of a sale: nothing is claimed, nothing more is taken, nothing sold is lost."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.audit.dump import dump
from appliance.core.event import NAMES as NAMES_OF_KINDS
from appliance.daemon.keeping import StartError
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage.flash import Disk
from tests.daemon.world import kinds, play, seen, tap, world_on
from tests.storage.memory import MemoryDisk


class Failing(MemoryDisk):
    """A disk whose next write or flush fails once `fail` was called, and all that come after it."""

    def __init__(self) -> None:
        super().__init__()
        self.write_error = self.flush_error = 0

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        if self.write_error:
            raise OSError(self.write_error, "write")
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        if self.flush_error:
            raise OSError(self.flush_error, "flush")
        super().fdatasync(handle)

    def heal(self) -> None:
        self.write_error = self.flush_error = 0
        self.locked.clear()


def write_fails(code: int) -> Callable[[Failing], None]:
    return lambda disk: setattr(disk, "write_error", code)


def flush_fails(code: int) -> Callable[[Failing], None]:
    return lambda disk: setattr(disk, "flush_error", code)


FAULTS = [
    (write_fails(errno.ENOSPC), "Mémoire pleine."),
    (write_fails(errno.EDQUOT), "Mémoire pleine."),
    (write_fails(errno.EIO), "Enregistrement impossible."),
    (write_fails(errno.EROFS), "Enregistrement impossible."),
    (flush_fails(errno.EIO), "Enregistrement impossible."),
    (flush_fails(errno.ENOSPC), "Mémoire pleine."),
]
NAMES = ["write-ENOSPC", "write-EDQUOT", "write-EIO", "write-EROFS", "flush-EIO", "flush-ENOSPC"]


def sell(world: SimulatedWorld) -> None:
    play(world, 'login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no", "tear")


@pytest.mark.parametrize(("fail", "title"), FAULTS, ids=NAMES)
def test_a_failure_in_the_payment_claims_nothing(tmp_path: Path, fail: Callable[[Failing], None], title: str) -> None:
    """The screen says so: no drawer, no paper, no "paid"; after a restart what was sold is there."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk) as world:
        sell(world)
        play(world, 'ring "Baguette"')
        tap(world, "pay")
        fail(disk)
        tap(world, "give", 110)
        assert title in seen(world)
        assert "Payé" not in seen(world)
        nothing_more(world, title)
        assert world.drawer_openings() == 1
        assert world.paper() == ""
        world.power_cut()
        disk.heal()
        go_on(world, disk, tmp_path / "after")


def nothing_more(world: SimulatedWorld, title: str) -> None:
    """Scans, badges and touches change nothing."""
    world.scan("3017620422003")
    world.badge(bytes.fromhex("04B2C3D4E5F680"))
    for x, y in ((10, 10), (640, 400), (1200, 700)):
        world.touch(x, y)
    world.wait(10_000)
    assert world.glass().screen == "message"
    assert title in seen(world)
    assert world.glass().spots == ()


def go_on(world: SimulatedWorld, disk: Failing, folder: Path) -> None:
    world.power_on()
    play(world, 'login "Sophie"')
    kept = kinds_on(disk, folder / "before").count("ticket")
    if world.glass().screen == "print":
        tap(world, "decline")  # the write had reached the medium after all: the ticket stands, once
    elif world.glass().screen == "sale":
        play(world, "void ticket")
    play(world, 'ring "Café"', "pay cash 1.50", "print yes")
    assert f"Ticket n° {kept + 1:06d}" in world.paper()
    world.stop()
    export(disk, folder)
    assert verify_main([str(folder)]) == 0


def kinds_on(disk: Failing, folder: Path) -> list[str]:
    export(disk, folder)
    return [json.loads(line)["kind"] for line in dump(folder, NAMES_OF_KINDS)]


def export(disk: MemoryDisk, folder: Path) -> None:
    for path, number in disk.names.items():
        target = folder / path.relative_to("/till")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(disk.files[number])


def test_a_failure_while_ringing_is_said_at_once() -> None:
    """The line was drawn before its flush; the failure takes the screen, and the basket before it is kept."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk) as world:
        play(world, 'login "Sophie"', "open day float 100.00", 'ring "Café"')
        disk.write_error = errno.ENOSPC
        world.scan("3017620422003")
        assert "Mémoire pleine." in seen(world)
        world.power_cut()
        disk.heal()
        world.power_on()
        play(world, 'login "Sophie"', "expect total 1.50")


def test_a_failure_at_the_closing_prints_no_z() -> None:
    """The day stays open, the count is asked again after the restart."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk) as world:
        sell(world)
        for act in ("go", "close-day", "next"):
            tap(world, act, "more" if act == "go" else None)
        disk.flush_error = errno.EIO
        tap(world, "next")
        assert "Enregistrement impossible." in seen(world)
        assert world.paper() == ""
        world.power_cut()
        disk.heal()
        world.power_on()
        play(world, 'login "Sophie"')
        assert world.glass().screen in ("sale", "open-day", "message")


def test_an_orderly_stop_after_a_failure_ends(tmp_path: Path) -> None:
    """systemd asks the broken till to stop: it stops, and nothing is written."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk) as world:
        sell(world)
        disk.write_error = errno.ENOSPC
        play(world, 'ring "Café"')
        before = {number: bytes(data) for number, data in disk.files.items()}
        world.stop()

        assert {number: bytes(data) for number, data in disk.files.items()} == before


def test_a_real_disk_that_is_full_at_the_start_is_a_sentence(tmp_path: Path) -> None:
    """No room for the key: StartError names the folder and says what to do."""

    class Full(MemoryDisk):
        def pwrite(self, handle: int, data: bytes, offset: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    disk: Disk = Full()
    with world_on(Path("/till"), disk=disk, on=False) as world, pytest.raises(StartError, match="/till: No space left"):
        world.power_on()


def test_records_of_a_day_after_a_failure_have_no_gap(tmp_path: Path) -> None:
    """The numbers go on where the last acknowledged record stood."""
    with world_on(tmp_path / "data") as world:
        sell(world)
        world.power_cut()
        world.power_on()
        play(world, 'login "Sophie"', 'ring "Café"', "pay cash 1.50", "print no", "close day")

        assert [record["seq"] for record in world.records()] == list(range(len(kinds(world))))
