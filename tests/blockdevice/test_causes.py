"""Errors with their real cause below the file system: the journal says which, writes no more, and keeps what it said.

There is no device mapper in every kernel, so errors come through the FUSE file below the loop device. A loop device
cannot be taken away from under a mount (the kernel waits), so a vanished disk is the FUSE process killed. `mount -o
remount,ro` is refused while the journal has its files open; read-only comes as it does in a shop, by ext4's own
errors=remount-ro.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance.audit.command import _core
from appliance.audit.dump import dump
from appliance.audit.verify import INTACT, verify
from appliance.core.event import NAMES
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage.fault import JournalFailed
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.journal import Journal
from tests.blockdevice.machine import (
    MEMORY,
    MIB,
    Wired,
    ext4,
    folder_for,
    lacking,
    loop,
    mounted,
    remount_read_only,
    wired,
)
from tests.blockdevice.play import IMAGE, TILL, Marking, Play, a_disk, keyed, played
from tests.blockdevice.replay import State, judge
from tests.blockdevice.wire import entries
from tests.daemon.world import SAMPLE, seen, tap
from tests.storage.till import SEGMENT, fill, opened, record

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking() or "all is there")

_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN: as after an error that the file system cannot survive


class Stand(NamedTuple):
    """A journal's data folder on ext4 on a loop device on a wire."""

    image: bytes
    wire: Wired
    device: str
    folder: Path


@contextmanager
def stand() -> Iterator[Stand]:
    with folder_for("image", MEMORY) as place:
        ext4(place / "image", IMAGE)
        image = (place / "image").read_bytes()
        with wired(place / "image") as wire, loop(wire.disk) as device, mounted(device) as mount:
            (mount / TILL).mkdir()
            yield Stand(image, wire, device, mount / TILL)


class Counting(Marking):
    """Counts what would change the medium."""

    def __init__(self, mark: Callable[[str], None]) -> None:
        super().__init__(mark)
        self.asked = 0

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self.asked += 1
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        self.asked += 1
        super().fdatasync(handle)

    def fsync(self, handle: int) -> None:
        self.asked += 1
        super().fsync(handle)


def file_system_error(at: Stand) -> None:
    (Path("/sys/fs/ext4") / Path(at.device).name / "trigger_fs_error").write_text("a test")


def shut_down(at: Stand) -> None:
    handle = os.open(at.folder, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, _SHUTDOWN, struct.pack("=I", 1))
    finally:
        os.close(handle)


CAUSES: dict[str, tuple[Callable[[Stand], object], str]] = {
    "the disk answers a write with EIO": (lambda at: at.wire.fault("write 5"), "does not take writes"),
    "the disk answers a flush with EIO": (lambda at: at.wire.fault("flush 5"), "does not take writes"),
    "the disk has no room for a write": (lambda at: at.wire.fault("write 28"), "disk is full"),
    "the disk is shorter than it said": (lambda at: at.wire.shrink(5 * MIB), "does not take writes"),
    "the disk is pulled out": (lambda at: at.wire.vanish(), "does not take writes"),
    "ext4 found an error and became read-only": (file_system_error, "became read-only"),
    "ext4 shut down": (shut_down, "does not take writes"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_real_cause_is_final(cause: str, tmp_path: Path) -> None:
    """One sentence; no write and no flush after it; what was acknowledged is on the disk at the next start."""
    harm, says = CAUSES[cause]
    with stand() as at:
        disk = Counting(at.wire.mark)
        journal = keyed(disk, at.folder)
        fill(journal, 40)
        harm(at)
        with pytest.raises(JournalFailed, match=says) as caught:
            journal.append([record(40)])
        asked = disk.asked
        for attempt in (lambda: journal.append([record(40)]), journal.anchor, lambda: list(journal.work())):
            refuses(attempt, caught.value)
        journal.close()
        log = list(entries(at.wire.log()))

        assert disk.asked == asked
        assert journal.next_seq == 40
    for fate in ("none", "whole"):
        judge(Play("journal", at.image, log), State("journal", len(log), fate), tmp_path / "image")


def refuses(attempt: Callable[[], object], first: JournalFailed) -> None:
    try:
        attempt()
    except JournalFailed as again:
        if again is not first:
            raise


def test_a_remount_waits_for_the_journal() -> None:
    """The kernel does not make a file system read-only under files open for writing: the till is stopped first."""
    with stand() as at:
        journal = opened(OsDisk(), at.folder)
        fill(journal, 5)
        with pytest.raises(OSError, match="mount") as caught:
            remount_read_only(at.folder.parent)
        journal.close()
        remount_read_only(at.folder.parent)

        assert caught.value.errno == errno.EBUSY
        with pytest.raises(JournalFailed, match="became read-only"):
            opened(OsDisk(), at.folder)


def ballast(mount: Path) -> Path:
    """A file that takes all the room there is, to the last block."""
    path = mount / "ballast"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (1 << 16, 4096):
            while takes(handle, bytes(size)):
                pass
        os.fsync(handle)
    finally:
        os.close(handle)
    return path


def takes(handle: int, data: bytes) -> bool:
    try:
        return os.write(handle, data) > 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def test_a_full_disk_gives_what_was_held_back_and_goes_on_when_there_is_room() -> None:
    """Two blanks are written to the end; then one sentence; with room again the next start goes on."""
    with a_disk() as (_, _, folder):
        journal = opened(OsDisk(), folder)
        fill(journal, 5)
        stocked(journal)
        taken = ballast(folder.parent)
        with pytest.raises(JournalFailed, match="disk is full"):
            fill(journal, 1000)
        assert journal.low
        assert journal.next_seq == 3 * (SEGMENT // 512 - 1)
        journal.close()
        taken.unlink()
        again = opened(OsDisk(), folder)
        fill(again, 500)
        again.close()

        assert verify(folder).code == INTACT


def stocked(journal: Journal) -> None:
    for _ in journal.work():
        pass


@contextmanager
def till_on(folder: Path, disk: Disk | None = None) -> Iterator[SimulatedWorld]:
    world = SimulatedWorld(folder, SAMPLE, disk=disk, segment_size=SEGMENT)
    try:
        world.power_on()
        yield world
    finally:
        world.close()


def test_a_day_closes_on_a_full_disk() -> None:
    """The disk fills up in the morning; the shop sells on over the segments held back, and the Z is made."""
    with a_disk() as (_, _, folder), till_on(folder) as world:
        played(world, 'login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no")
        ballast(folder.parent)
        assert world.till is not None
        tickets = 1
        while not world.till.journal.low:
            played(world, *(['ring "Café"'] * 12), "pay cash 20.00", "print no")
            tickets += 1
        played(world, 'ring "Café"', "pay cash 2.00", "print no", "close day")
        world.stop()

        assert kinds_in(folder).count("ticket") == tickets + 1
        assert kinds_in(folder).count("day-close") == 1
        kinds, refold = _core()
        assert verify(folder, kinds=kinds, refold=refold).code == INTACT


def kinds_in(folder: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in dump(folder, NAMES)]


SAID = {
    "the disk answers a flush with EIO": "Enregistrement impossible.",
    "the disk has no room for a write": "Mémoire pleine.",
    "the disk is pulled out": "Enregistrement impossible.",
    "ext4 found an error and became read-only": "Enregistrement impossible.",
}


@pytest.mark.parametrize("cause", SAID)
def test_the_till_says_so(cause: str) -> None:
    """In the middle of a payment: the sentence stands on the screen, nothing is paid, printed or opened."""
    with stand() as at, till_on(at.folder) as world:
        played(world, 'login "Sophie"', "open day float 100.00", 'ring "Café"')
        tap(world, "pay")
        CAUSES[cause][0](at)
        tap(world, "give", 150)

        assert SAID[cause] in seen(world)
        assert "Payé" not in seen(world)
        assert world.drawer_openings() == 0
        assert world.paper() == ""
