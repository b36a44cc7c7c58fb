"""Copies on other media, and power cuts at every write of an archive and of a copy."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.audit.archive import create
from appliance.audit.archive_copy import copy
from appliance.audit.archive_period import Asked, Refusal
from appliance.storage.flash import OsDisk
from appliance.storage.medium import OWN_ID, Medium, MediumError, forget, plugged
from tests.audit.archiving import made, order
from tests.audit.shop import Shop
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

STICK = Path("/stick")
ARCHIVES = Path("/archives")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    found = Shop(tmp_path_factory.mktemp("shop"))
    found.live(2)
    found.save()
    return found


@pytest.fixture(scope="module")
def archive(shop: Shop) -> Path:
    return made(shop, Asked("day")).path


def kept(archive: Path) -> MemoryDisk:
    """A disk in memory that holds the archive and an empty stick."""
    disk = MemoryDisk()
    put(disk, archive, archive.read_bytes())
    return disk


def put(disk: MemoryDisk, path: Path, data: bytes) -> None:
    disk.make(path)
    disk.put(disk.names[path], data, 0)


def copied(archive: Path, disk: MemoryDisk, forget: Callable[[Path], None] = lambda path: None) -> bytes:
    digest = sha256(archive.read_bytes()).digest()
    done = copy(archive, Medium(STICK, "7"), disk, record=9, recorded=digest, forget=forget)
    assert done.body == {1: 9, 2: digest, 3: "7", 4: "intact"}
    return bytes(disk.files[disk.names[done.path]])


def test_a_copy_is_the_archive(archive: Path) -> None:
    assert copied(archive, kept(archive)) == archive.read_bytes()


def test_a_real_copy(archive: Path, tmp_path: Path) -> None:
    digest = sha256(archive.read_bytes()).digest()
    done = copy(archive, Medium(tmp_path, "7"), OsDisk(), record=9, recorded=digest, forget=forget)

    assert done.path.read_bytes() == archive.read_bytes()
    assert [it.name for it in tmp_path.iterdir()] == [archive.name]


def test_a_medium_that_does_not_keep_what_it_takes(archive: Path) -> None:
    """A byte differs when the page cache is dropped: nothing is recorded, and the bad copy is gone."""
    disk = kept(archive)

    def rot(path: Path) -> None:
        disk.files[disk.names[path]][100] ^= 1

    with pytest.raises(Refusal, match="is not what was written: use another medium"):
        copied(archive, disk, rot)
    assert disk.listdir(STICK) == []


def test_another_archive_is_not_copied(archive: Path) -> None:
    disk = kept(archive)
    disk.files[disk.names[archive]][50] ^= 1
    with pytest.raises(Refusal, match="is not the archive that the till recorded"):
        copied(archive, disk)
    assert disk.listdir(STICK) == []


def test_a_full_stick(archive: Path) -> None:
    class Full(MemoryDisk):
        def pwrite(self, handle: int, data: bytes, offset: int) -> None:
            raise OSError(28, "No space left on device")

    disk = Full()
    put(disk, archive, archive.read_bytes())
    with pytest.raises(Refusal, match="it is full: use another medium"):
        copied(archive, disk)


FATES = (Fate.DONE, Fate.LOST, Fate.TORN, Fate.SHREDDED, Fate.REORDERED)


def media(disk: Recorder) -> list[MemoryDisk]:
    """Every different medium that a cut at any act leaves."""
    found: dict[bytes, MemoryDisk] = {}
    for op in disk.ops:
        for fate in FATES:
            for seed in range(3 if fate is Fate.REORDERED else 1):
                left = disk.cut(op.stamp, fate, seed)
                names = {str(path): bytes(left.files[number]) for path, number in sorted(left.names.items())}
                found[sha256(repr(names).encode()).digest()] = left
    return list(found.values())


def test_a_copy_cut_at_every_act(archive: Path) -> None:
    """Under its name stands the whole archive or nothing; the next copy puts it right."""
    disk = Recorder(on=kept(archive))
    copied(archive, disk)
    whole, left = archive.read_bytes(), media(disk)

    assert len(left) > 5
    for each in left:
        for name in each.listdir(STICK):
            assert name.endswith(".tmp") or each.files[each.names[STICK / name]] == whole
        assert copied(archive, each) == whole
        assert each.listdir(STICK) == [archive.name]


def test_an_archive_cut_at_every_act(shop: Shop, archive: Path) -> None:
    """Under a name that is not `.tmp` stands the whole archive or nothing; the next one starts over."""
    disk = Recorder()
    asked = order(shop, Asked("day"))._replace(archives=ARCHIVES)
    create(asked, disk)
    whole, left = archive.read_bytes(), media(disk)

    assert len(left) > 40
    for number, each in enumerate(left):
        for name in each.listdir(ARCHIVES):
            assert name.endswith(".tmp") or each.files[each.names[ARCHIVES / name]] == whole
        if number % 8 == 0:
            found = create(asked, each, replace=True)
            assert each.files[each.names[found.path]] == whole
            assert each.listdir(ARCHIVES) == [archive.name]


def test_a_full_disk_makes_no_archive(shop: Shop) -> None:
    """Whenever it fills up: nothing under the archive's name, and the next one works."""
    asked = order(shop, Asked("day"))._replace(archives=ARCHIVES)
    whole = Recorder()
    create(asked, whole)
    writes = sum(op.data != b"" for op in whole.ops)

    class Filling(MemoryDisk):
        left = 0

        def pwrite(self, handle: int, data: bytes, offset: int) -> None:
            if self.left == 0:
                raise OSError(28, "No space left on device")
            self.left -= 1
            super().pwrite(handle, data, offset)

    for room in range(0, writes, 5):
        disk = Filling()
        disk.left = room
        with pytest.raises(Refusal, match="the disk is full: free space"):
            create(asked, disk)
        assert disk.listdir(ARCHIVES) == []
        disk.left = 1 << 30
        assert create(asked, disk).path.name in disk.listdir(ARCHIVES)


def test_a_medium_that_gives_back_other_bytes(shop: Shop) -> None:
    disk = MemoryDisk()
    asked = order(shop, Asked("day"))._replace(archives=ARCHIVES)

    def rot(path: Path) -> None:
        disk.files[disk.names[path]][-1] ^= 1

    with pytest.raises(Refusal, match="replace the medium, then archive again"):
        create(asked, disk, forget=rot)
    assert not any(name.endswith(".zip") for name in disk.listdir(ARCHIVES))


def test_every_write_says_what_a_cut_leaves() -> None:
    """House rule: at each write to flash a comment says what is there if the power goes."""
    root = Path(__file__).resolve().parents[2] / "appliance"
    for name in ("audit/archive.py", "audit/archive_parts.py", "audit/archive_copy.py", "storage/purge.py"):
        lines = (root / name).read_text("utf-8").splitlines()
        for at, line in enumerate(lines):
            if re.search(r"disk\.(pwrite|fsync_directory)\(|durable_file\(disk", line):
                assert any("If we stop here" in each for each in lines[max(0, at - 4) : at]), f"{name}:{at + 1}"


# --- which medium --------------------------------------------------------------------------------------------------


class Machine:
    """sysfs and /dev as a kernel shows them: the till's eMMC, and a stick with a file system and a serial number."""

    def __init__(self, root: Path, *, uuid: str = "", serial: str = "") -> None:
        self.root = root
        self.data, self.stick = root / "data", root / "stick"
        self.devices = {self.data: os.makedev(179, 4), self.stick: os.makedev(8, 1)}
        self.data.mkdir(parents=True)
        self.stick.mkdir()
        self._block("179:4", "devices/mmc0/block/mmcblk0/mmcblk0p4")
        self._block("179:3", "devices/mmc0/block/mmcblk0/mmcblk0p3")
        self._block("8:1", "devices/usb1/1-2/host/block/sda/sda1")
        if serial:
            (root / "sys/devices/usb1/1-2/serial").write_text(f"{serial}\n", "ascii")
        if uuid:
            links = root / "dev/disk/by-uuid"
            links.mkdir(parents=True)
            (links / uuid).symlink_to("../../sda1")

    def _block(self, number: str, place: str) -> None:
        folder = self.root / "sys" / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "partition").write_text("1\n", "ascii")
        link = self.root / "sys/dev/block" / number
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder)

    def plugged(self) -> Medium:
        return plugged(self.stick, self.data, OsDisk(), root=self.root, device=lambda path: self.devices[path])


def test_a_stick_is_known_by_its_numbers(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uuid="1A2B-3C4D", serial="4C530001")

    assert machine.plugged() == Medium(machine.stick, "1A2B-3C4D/4C530001")
    assert list(machine.stick.iterdir()) == []


def test_a_stick_without_numbers_is_given_one(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    number = machine.plugged().number

    assert re.fullmatch("[0-9a-f]{16}", number)
    assert machine.plugged().number == number
    (machine.stick / OWN_ID).write_text("mine\n", "ascii")
    with pytest.raises(MediumError, match="does not hold a medium's number"):
        machine.plugged()


@pytest.mark.parametrize("device", [os.makedev(179, 4), os.makedev(179, 3)])
def test_the_tills_own_storage_is_no_other_medium(tmp_path: Path, device: int) -> None:
    """The same partition, or another one of the same disk."""
    machine = Machine(tmp_path)
    machine.devices[machine.stick] = device
    with pytest.raises(MediumError, match="is on the till's own storage: plug in another medium"):
        machine.plugged()


def test_no_stick(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    shutil.rmtree(machine.stick)
    with pytest.raises(MediumError, match="plug the medium in and mount it"):
        machine.plugged()


def test_forget_leaves_the_file_as_it_is(archive: Path) -> None:
    before = archive.read_bytes()
    forget(archive)

    assert archive.read_bytes() == before
