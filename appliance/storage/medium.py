"""A medium that somebody plugged in: which one it is, and that it is not the till's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Final, NamedTuple

from appliance.storage.flash import Disk, durable_file

OWN_ID: Final = "sceau-medium.txt"  # written where a medium has no number of its own
_LONGEST: Final = 64


class MediumError(Exception):
    """Nothing can be copied there; the text is one sentence that says what to do."""


class Medium(NamedTuple):
    """`number` tells it from others: file system UUID and serial number, or what we wrote on it."""

    directory: Path
    number: str


def plugged(
    directory: Path, data: Path, disk: Disk, *, root: Path = Path("/"), device: Callable[[Path], int] | None = None
) -> Medium:
    """The medium that `directory` is on. Raises MediumError when it is the one that holds `data`, OSError.

    `root`, `device`: for tests; where sysfs and /dev are, and which device (st_dev) a path is on.
    """
    which = device or (lambda path: path.stat().st_dev)
    if not directory.is_dir():
        raise MediumError(f"{directory} is not there: plug the medium in and mount it")
    here, there = which(directory), which(data)
    if here == there or _whole(root, here) == _whole(root, there):
        raise MediumError(f"{directory} is on the till's own storage: plug in another medium and name its folder")
    return Medium(directory, _number(directory, here, root) or _written(directory, disk))


def mounted(place: Path) -> bool:
    """Whether a medium is there: its place is on another file system than the folder around it."""
    try:
        return place.stat().st_dev != place.parent.stat().st_dev
    except OSError:
        return False


def forget(path: Path) -> None:
    """Drops a flushed file from the page cache, so that the next reading reads the medium (posix_fadvise(2))."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _sysfs(root: Path, device: int) -> Path | None:
    """The kernel's folder of a block device; Documentation/ABI/stable/sysfs-block."""
    link = root / "sys/dev/block" / f"{os.major(device)}:{os.minor(device)}"
    return link.resolve() if link.exists() else None


def _whole(root: Path, device: int) -> str:
    """The disk that a partition belongs to; of what is no block device its number."""
    found = _sysfs(root, device)
    if found is None:
        return str(device)
    return found.parent.name if (found / "partition").exists() else found.name


def _number(directory: Path, device: int, root: Path) -> str:
    found = _sysfs(root, device)
    if found is None:
        return ""
    links = root / "dev/disk/by-uuid"
    names = sorted(links.iterdir()) if links.is_dir() else []
    uuid = next((each.name for each in names if each.readlink().name == found.name), "")
    parts = [part for part in (uuid, _serial(found)) if part]
    return "/".join(parts)[:_LONGEST]


def _serial(found: Path) -> str:
    """Of the USB device above a disk, or of the disk."""
    for folder in (found, *found.parents):
        for name in ("serial", "device/serial"):
            file = folder / name
            if file.is_file():
                return "".join(
                    each for each in file.read_text("ascii", "replace").strip() if each.isalnum() or each in "-_"
                )
    return ""


def _written(directory: Path, disk: Disk) -> str:
    """A number of our own, made once."""
    path = directory / OWN_ID
    if OWN_ID not in disk.listdir(directory):
        # If we stop here, the medium has no number yet; the next copy makes one (`durable_file`: all or nothing).
        durable_file(disk, path, f"{token_hex(8)}\n".encode())
    text = path.read_text("ascii", "replace").strip()
    if len(text) != 16 or not text.isalnum():
        raise MediumError(f"{path} does not hold a medium's number: remove it, or use another medium")
    return text
