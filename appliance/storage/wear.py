"""What the journal costs its medium: counted as it is written, as the medium itself tells it, and the years left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from appliance.storage.flash import Disk, Mode

NAND_PAGE = 16 * 1024  # bytes that a flush may have to program, however few it was given
CYCLES = 1000  # program and erase cycles of a cell: TLC, the low end of what makers state (MLC 3,000, SLC 50,000)
AMPLIFICATION = 4.0  # bytes the medium moves for each one it programs for us: an assumption, on the safe side
_SECTOR = 512  # the unit of /sys/block/*/size, whatever the device's own
_DAYS = 365.25


class MeteredDisk:
    """A `Disk` that counts what passes through it to another: `bytes` given to pwrite, and `flushes` of any kind.

    One thread writes; others may read the two numbers, which only grow. What fails counts too: it may have reached the
    medium. The file system's own writes are not seen here (docs/decisions/0009-wear.md says how many there are).
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.bytes = self.flushes = 0

    def open(self, path: Path, mode: Mode) -> int:
        return self._disk.open(path, mode)

    def close(self, handle: int) -> None:
        self._disk.close(handle)

    def size(self, handle: int) -> int:
        return self._disk.size(handle)

    def permissions(self, handle: int) -> int:
        return self._disk.permissions(handle)

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        return self._disk.pread(handle, size, offset)

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self.bytes += len(data)
        self._disk.pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        self.flushes += 1
        self._disk.fdatasync(handle)

    def fsync(self, handle: int) -> None:
        self.flushes += 1
        self._disk.fsync(handle)

    def fsync_directory(self, path: Path) -> None:
        self.flushes += 1
        self._disk.fsync_directory(path)

    def unwritten(self, handle: int) -> bool:
        return self._disk.unwritten(handle)

    def direct(self, path: Path) -> bool:
        return self._disk.direct(path)

    def rename(self, old: Path, new: Path) -> None:
        self._disk.rename(old, new)

    def unlink(self, path: Path) -> None:
        self._disk.unlink(path)

    def listdir(self, path: Path) -> list[str]:
        return self._disk.listdir(path)

    def mkdir(self, path: Path) -> None:
        self._disk.mkdir(path)

    def lock(self, path: Path) -> int:
        return self._disk.lock(path)


class Health(NamedTuple):
    """What the medium says of itself (JEDEC JESD84-B51, eMMC 5.1, EXT_CSD 267 to 269).

    `life_a`, `life_b`: 0 not said, 1 up to 10 % used, 2 up to 20 %… 10 up to 100 %, 11 beyond; makers differ in what
    is A and B. `end`, of the spare blocks: 0 not said, 1 normal, 2 warning (80 % used), 3 urgent.
    """

    life_a: int
    life_b: int
    end: int

    @property
    def used(self) -> int | None:
        """Percent of the life that is used at most; None when it is not said."""
        return max(self.life_a, self.life_b) * 10 or None


class Medium(NamedTuple):
    """The device below a folder: its name in /sys/block, bytes of the whole of it, what it says of itself."""

    name: str
    capacity: int
    health: Health | None


def medium_health(path: Path, sys: Path = Path("/sys")) -> Health | None:
    """What the medium that holds `path` says of its wear; None where it says nothing."""
    found = medium(path, sys)
    return found.health if found else None


def medium(path: Path, sys: Path = Path("/sys")) -> Medium | None:
    """None for what is on no block device (tmpfs, overlay, network) or on several."""
    device = path.stat().st_dev
    disk = _disk(sys / "dev/block" / f"{os.major(device)}:{os.minor(device)}")
    if disk is None:
        return None
    return Medium(disk.name, int(_read(disk / "size") or 0) * _SECTOR, _emmc(disk) or _ufs(disk))


def programmed(written: int, flushes: int) -> int:
    """Bytes of NAND that so many bytes in so many flushes program at most: each flush leaves one page part empty."""
    return written + flushes * NAND_PAGE


def budget_years(
    bytes_per_day: float, capacity: int, cycles: int = CYCLES, amplification: float = AMPLIFICATION
) -> float:
    """Years until every cell of a medium of `capacity` bytes has seen `cycles`, if it spreads its writes evenly.

    `bytes_per_day` as `programmed` gives them. Infinite for nothing written. Cards that do not level their wear
    last less, and nobody can tell which those are.
    """
    moved = bytes_per_day * amplification * _DAYS
    return capacity * cycles / moved if moved else float("inf")


def _disk(node: Path) -> Path | None:
    """The whole disk under a partition, and under a mapping (dm-crypt) over one partition."""
    if not node.exists():
        return None
    found = node.resolve()
    if (found / "partition").exists():
        found = found.parent
    below = sorted((found / "slaves").iterdir()) if (found / "slaves").is_dir() else []
    if not below:
        return found
    return _disk(below[0]) if len(below) == 1 else None


def _emmc(disk: Path) -> Health | None:
    """`life_time`, `pre_eol_info`: the kernel's Documentation/driver-api/mmc/mmc-dev-attrs.rst, eMMC 5.0 and later."""
    life = _bands(_read(disk / "device/life_time"))
    end = _bands(_read(disk / "device/pre_eol_info"))
    return _said(life[0], life[1], end[0] if end else 0) if len(life) == 2 else None


def _ufs(disk: Path) -> Health | None:
    """`health_descriptor` of the host: the kernel's Documentation/ABI/testing/sysfs-driver-ufs, the same bands."""
    host = next((it / "health_descriptor" for it in disk.parents if (it / "health_descriptor").is_dir()), None)
    if host is None:
        return None
    names = ("life_time_estimation_a", "life_time_estimation_b", "eol_info")
    found = [band for name in names for band in _bands(_read(host / name))]
    return _said(*found) if len(found) == len(names) else None


def _said(life_a: int, life_b: int, end: int) -> Health | None:
    return Health(life_a, life_b, end) if life_a or life_b or end else None


def _bands(text: str) -> list[int]:
    """0x01 0x02 -> [1, 2]; nothing for what is no such text."""
    try:
        return [int(word, 16) for word in text.split()]
    except ValueError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
