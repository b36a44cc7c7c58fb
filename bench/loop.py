"""A block device of one's own: a file behind a loop device, ext4 as the data partition has it, and its counters."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

OPTIONS = "noatime,commit=3600,errors=remount-ro"
IMAGE = 64 * 1024 * 1024
SECTOR = 512  # the unit of /sys/block/*/stat


class Spent(NamedTuple):
    """What went over a block device's wire: Documentation/block/stat.rst."""

    read: int  # bytes
    written: int  # bytes
    flushes: int

    def since(self, before: Spent) -> Spent:
        return Spent(*(now - old for now, old in zip(self, before, strict=True)))


class Mounted:
    """`folder` is an empty ext4 on `device`."""

    def __init__(self, device: str, folder: Path) -> None:
        self.device, self.folder = device, folder

    @property
    def spent(self) -> Spent:
        fields = [int(word) for word in Path(f"/sys/block/{Path(self.device).name}/stat").read_text().split()]
        return Spent(fields[2] * SECTOR, fields[6] * SECTOR, fields[15])

    def settle(self) -> None:
        """Everything that waits in memory, so that what is counted next is what is done next."""
        run("sync", "-f", str(self.folder))

    def forget(self) -> None:
        """Mounted again: nothing of it is in memory."""
        run("umount", str(self.folder))
        run("mount", "-o", OPTIONS, self.device, str(self.folder))


@contextmanager
def mounted(place: Path, name: str) -> Iterator[Mounted]:
    """A fresh ext4 with 4 KiB blocks and the journal's mount options. Needs root and a free loop device."""
    image, folder = place / f"{name}.img", place / name
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE)
    run("mkfs.ext4", "-q", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
    device = run("losetup", "-f", "--show", str(image))
    try:
        run("mount", "-o", OPTIONS, device, str(folder))
        try:
            yield Mounted(device, folder)
        finally:
            run("umount", str(folder))
    finally:
        run("losetup", "-d", device)


def can_mount() -> bool:
    return os.geteuid() == 0 and Path("/dev/loop-control").exists()


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
