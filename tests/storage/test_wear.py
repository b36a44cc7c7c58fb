"""What passes to the medium is counted, what the medium says is read, and years come out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.flash import Disk, OsDisk
from appliance.storage.wear import (
    CYCLES,
    NAND_PAGE,
    Health,
    Medium,
    MeteredDisk,
    budget_years,
    medium,
    medium_health,
    programmed,
)
from tests.storage.device import Act
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Recorder
from tests.storage.till import HOME, fill, genesis, opened, record

GB = 10**9
MMC = "devices/platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:0001"
UFS = "devices/platform/soc/1d84000.ufshc"
NVME = "devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0"


def test_counts_what_a_journal_gives() -> None:
    """Against a disk that writes down every call: prefilled zeros, headers, frames, the anchor, and every flush.

    But the one that makes the folder at the first start: it is inside the disk's own mkdir.
    """
    below = Recorder()
    meter = MeteredDisk(below)
    journal = opened(meter)
    fill(journal, 20)
    list(journal.work())
    journal.anchor()
    journal.close()
    writes = [op for op in below.ops if op.act is Act.WRITE]
    flushes = [op for op in below.ops if op.act in (Act.FLUSH, Act.FLUSH_NAMES)]

    assert meter.bytes == sum(len(op.data) for op in writes) > 3 * 64 * 1024
    assert meter.flushes == len(flushes) - 1 >= 20


def test_one_commit_is_one_unit_and_one_flush() -> None:
    meter = MeteredDisk(MemoryDisk())
    journal = opened(meter)
    journal.append([genesis()])
    list(journal.work())
    before = meter.bytes, meter.flushes
    journal.append([record(1)])

    assert (meter.bytes - before[0], meter.flushes - before[1]) == (512, 1)


def test_a_failed_write_counts() -> None:
    """It may have reached the medium."""

    class Full(MemoryDisk):
        def pwrite(self, handle: int, data: bytes, offset: int) -> None:
            raise OSError(28, "full")

    meter = MeteredDisk(Full())
    with pytest.raises(OSError, match="full"):
        meter.pwrite(3, bytes(7), 0)

    assert meter.bytes == 7


def test_it_is_a_disk(tmp_path: Path) -> None:
    """A journal lives on it as on the one below, lock and direct writes included."""
    disk: Disk = MeteredDisk(OsDisk())
    journal = opened(disk, tmp_path)
    fill(journal, 5)
    journal.close()
    again = opened(OsDisk(), tmp_path)

    assert again.next_seq == 5
    again.close()
    assert tmp_path != HOME


def tree(root: Path, files: dict[str, str], links: dict[str, str]) -> Path:
    """A piece of /sys: the node of the test's own device leads where `links` say."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, target in links.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(root / target)
    return root


def node(path: Path) -> str:
    device = path.stat().st_dev
    return f"dev/block/{os.major(device)}:{os.minor(device)}"


def emmc(root: Path, path: Path, life: str = "0x01 0x02\n", end: str = "0x01\n") -> Path:
    """A partition of a soldered eMMC, as on a Raspberry Pi's compute module."""
    disk = f"{MMC}/block/mmcblk0"
    files = {
        f"{disk}/size": "61071360\n",
        f"{disk}/mmcblk0p3/partition": "3\n",
        f"{MMC}/life_time": life,
        f"{MMC}/pre_eol_info": end,
        f"{MMC}/type": "MMC\n",
    }
    return tree(root, files, {f"{disk}/device": MMC, node(path): f"{disk}/mmcblk0p3"})


def test_emmc(tmp_path: Path) -> None:
    sys = emmc(tmp_path / "sys", tmp_path)

    assert medium(tmp_path, sys) == Medium("mmcblk0", 61071360 * 512, Health(1, 2, 1))
    assert medium_health(tmp_path, sys) == Health(1, 2, 1)


@pytest.mark.parametrize(
    ("life", "end", "health"),
    [
        ("0x0b 0x01\n", "0x03\n", Health(11, 1, 3)),
        ("0x00 0x0a\n", "0x02\n", Health(0, 10, 2)),
        ("0x00 0x00\n", "0x00\n", None),
        ("0x01 0x01\n", "", Health(1, 1, 0)),
        ("", "0x01\n", None),
        ("0x01\n", "0x01\n", None),
        ("words here\n", "0x01\n", None),
        ("\xff\xfe", "0x01\n", None),
    ],
)
def test_what_an_emmc_may_say(tmp_path: Path, life: str, end: str, health: Health | None) -> None:
    assert medium_health(tmp_path, emmc(tmp_path / "sys", tmp_path, life, end)) == health


@pytest.mark.parametrize(("health", "used"), [(Health(1, 2, 1), 20), (Health(11, 1, 1), 110), (Health(0, 0, 1), None)])
def test_how_much_is_used(health: Health, used: int | None) -> None:
    assert health.used == used


def test_ufs(tmp_path: Path) -> None:
    """As a terminal with Android's storage has it: the host tells, far above the disk."""
    disk = f"{UFS}/host0/target0:0:0/0:0:0:0/block/sda"
    told = {"life_time_estimation_a": "0x02\n", "life_time_estimation_b": "0x01\n", "eol_info": "0x01\n"}
    files = {f"{disk}/size": "249737216\n", f"{disk}/sda5/partition": "5\n"}
    files |= {f"{UFS}/health_descriptor/{name}": text for name, text in told.items()}
    sys = tree(tmp_path / "sys", files, {node(tmp_path): f"{disk}/sda5"})

    assert medium(tmp_path, sys) == Medium("sda", 249737216 * 512, Health(2, 1, 1))


@pytest.mark.parametrize(
    ("disk", "files"),
    [
        ("devices/platform/soc/fe340000.mmc/mmc_host/mmc1/mmc1:aaaa/block/mmcblk1", {}),  # a card in its slot
        (f"{NVME}/nvme0n1", {f"{NVME}/model": "SSD\n"}),
        ("devices/virtual/block/loop0", {}),
    ],
)
def test_media_that_say_nothing(tmp_path: Path, disk: str, files: dict[str, str]) -> None:
    """SD cards have no such register; NVMe and SATA tell theirs only to root, through ioctls."""
    sys = tree(tmp_path / "sys", {f"{disk}/size": "2048\n", **files}, {node(tmp_path): disk})

    assert medium(tmp_path, sys) == Medium(Path(disk).name, 2048 * 512, None)


def test_under_an_encrypted_mapping(tmp_path: Path) -> None:
    sys = emmc(tmp_path / "sys", tmp_path)
    (sys / node(tmp_path)).unlink()
    mapped = "devices/virtual/block/dm-0"
    links = {node(tmp_path): mapped, f"{mapped}/slaves/mmcblk0p3": f"{MMC}/block/mmcblk0/mmcblk0p3"}
    tree(sys, {f"{mapped}/size": "4096\n"}, links)

    assert medium(tmp_path, sys) == Medium("mmcblk0", 61071360 * 512, Health(1, 2, 1))


def test_on_several_or_on_none(tmp_path: Path) -> None:
    """A mirror of two disks, a file system without a device."""
    mapped = "devices/virtual/block/md0"
    files = {f"{mapped}/size": "4096\n", "block/sda/size": "1\n", "block/sdb/size": "1\n"}
    links = {node(tmp_path): mapped, f"{mapped}/slaves/sda": "block/sda", f"{mapped}/slaves/sdb": "block/sdb"}

    assert medium(tmp_path, tree(tmp_path / "sys", files, links)) is None
    assert medium(tmp_path, tmp_path / "nothing") is None
    assert medium_health(tmp_path, tmp_path / "nothing") is None


def test_this_machine(tmp_path: Path) -> None:
    """Whatever it is on, asking does not fail."""
    found = medium(tmp_path)

    assert found is None or found.capacity > 0


def test_years() -> None:
    """An 8 GB card, 1,000 sales a day of 9 flushes each at 512 bytes, is 152 MB of cells a day, four times over."""
    day = programmed(9000 * 512, 9000)

    assert day == 9000 * (512 + NAND_PAGE)
    assert budget_years(day, 8 * GB) == pytest.approx(8 * GB * CYCLES / (day * 4 * 365.25))
    assert 35 < budget_years(day, 8 * GB) < 37
    assert budget_years(day, 8 * GB, 3000, 1.0) == pytest.approx(12 * budget_years(day, 8 * GB))
    assert budget_years(0, 8 * GB) == float("inf")


@given(st.floats(1, 1e12), st.integers(10**6, 10**13))
def test_years_shrink_with_use(day: float, capacity: int) -> None:
    assert budget_years(2 * day, capacity) < budget_years(day, capacity) < budget_years(day, 2 * capacity)
