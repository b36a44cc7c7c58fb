"""How the data folder is mounted, and what each wrong option costs.

The figures are of one durable act in 6.5 seconds on ext4 (docs/decisions/0009-wear.md). The form of mountinfo is in
proc_pid_mountinfo(5); /proc/fs/ext4/*/options tells also the options that mountinfo leaves out as the default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

GOOD = "noatime,commit=3600,errors=remount-ro"
COMMIT = 3600  # seconds
BLOCK = 4096
FAT = ("vfat", "msdos", "exfat")
_DEFAULT_COMMIT = 5
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Sentence(NamedTuple):
    """`code` is a stable word for a page that has its own words; `text` says what it costs and what to do."""

    code: str
    text: str


class Mount(NamedTuple):
    """One line of mountinfo."""

    device: str  # 179:4
    inside: str  # the folder of the file system that is mounted: "/" for all of it
    point: Path
    kind: str
    source: str
    options: Mapping[str, str]  # of the mount and of the file system; "" for those without a value


def parse(text: str) -> list[Mount]:
    """mountinfo, in its order; lines that are none are left out."""
    return [mount for line in text.splitlines() if (mount := _line(line))]


def holding(path: Path, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that `path`, absolute and resolved, is on: the deepest, of several at one place the last."""
    best = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (best is None or mount.point.is_relative_to(best.point)):
            best = mount
    return best


def on_fat(path: Path, proc: Path = Path("/proc")) -> bool:
    """Whether `path` lies on what sticks are sold with; False where it cannot be told."""
    try:
        found = holding(path.resolve(), parse((proc / "self/mountinfo").read_text("utf-8", "surrogateescape")))
    except OSError:
        return False
    return found is not None and found.kind in FAT


def faults(path: Path, proc: Path = Path("/proc")) -> list[Sentence]:
    """What is wrong with where `path` lies; empty when all is well, and where it cannot be told."""
    try:
        mounts = parse((proc / "self/mountinfo").read_text("utf-8", "surrogateescape"))
        block = os.statvfs(path).f_bsize
        mount = holding(path.resolve(), mounts)
    except OSError:
        return []
    if mount is None:
        return []
    root = holding(Path("/"), mounts)
    return judge(_whole(mount, proc), block, root.device if root else "")


def judge(mount: Mount, block: int, root: str) -> list[Sentence]:
    """`block` in bytes; `root` is the device of the system's own file system."""
    if mount.kind != "ext4":
        return [Sentence("kind", _kind(mount))]
    checks = (_partition(mount, root), _block(block), _atime(mount), _commit(mount), _errors(mount), *_dangers(mount))
    return [found for found in checks if found]


def _kind(mount: Mount) -> str:
    if mount.kind in ("tmpfs", "ramfs"):
        return f"it is in memory ({mount.kind}): all is gone with the power; give it a partition with ext4"
    return f"it is on {mount.kind}: what a power cut leaves was proven on ext4 only; give it a partition with ext4"


def _partition(mount: Mount, root: str) -> Sentence | None:
    if mount.device != root and mount.inside == "/":
        return None
    why = "it has no partition of its own: other programs fill it, flush it and wear it"
    return Sentence("partition", f"{why}; give it one, mounted with {GOOD}")


def _block(block: int) -> Sentence | None:
    if block == BLOCK:
        return None
    return Sentence("block", f"its blocks are of {block} bytes: nothing was measured on them; mkfs.ext4 -b {BLOCK}")


def _atime(mount: Mount) -> Sentence | None:
    if "noatime" in mount.options:
        return None
    name = next((it for it in ("strictatime", "relatime") if it in mount.options), "atime")
    return Sentence(
        "atime", f"{name}: the first reading after a write costs 12 KB and 2 flushes more; mount with noatime"
    )


def _commit(mount: Mount) -> Sentence | None:
    """The interval at which ext4 writes the times of a file that was written, also in place."""
    seconds = int(mount.options.get("commit") or _DEFAULT_COMMIT)
    if seconds >= COMMIT:
        return None
    cost = "12.8 KB and 3 flushes an act in place of 0.5 KB and 1" if seconds < 60 else "12 KB more in each interval"
    return Sentence("commit", f"commit={seconds}: {cost}; mount with commit={COMMIT}")


def _errors(mount: Mount) -> Sentence | None:
    said = mount.options.get("errors", "continue")
    if said == "remount-ro":
        return None
    what = "stops the machine on damage" if said == "panic" else "goes on writing on a damaged file system"
    return Sentence("errors", f"errors={said}: {what}; mount with errors=remount-ro")


def _dangers(mount: Mount) -> Iterable[Sentence | None]:
    options = mount.options
    if "ro" in options:
        yield Sentence("ro", "it is read-only: nothing can be sold; check the medium, run fsck, mount it again")
    if "nobarrier" in options or options.get("barrier") == "0":
        yield Sentence("barrier", "nobarrier: a flush does not reach the medium, a cut loses paid sales; take it away")
    if options.get("data") == "journal":
        yield Sentence("data", "data=journal: everything is written twice, 18 KB and 3 flushes an act; take it away")


def _whole(mount: Mount, proc: Path) -> Mount:
    """With every option that ext4 runs with, where the kernel tells them."""
    try:
        lines = (proc / "fs/ext4" / Path(mount.source).name / "options").read_text("ascii").split()
    except (OSError, UnicodeDecodeError):
        return mount
    return mount._replace(options={**mount.options, **_options(",".join(lines))})


def _line(line: str) -> Mount | None:
    """36 35 98:0 / /data rw,noatime shared:1 - ext4 /dev/mmcblk0p4 rw,commit=3600; the seventh field may be missing."""
    before, dash, after = line.partition(" - ")
    first, last = before.split(" "), after.split(" ")
    if not dash or len(first) < 6 or len(last) < 3:
        return None
    options = {**_options(last[2]), **_options(first[5])}
    if "ro" in _options(last[2]):
        options["ro"] = ""
    return Mount(first[2], _plain(first[3]), Path(_plain(first[4])), last[0], _plain(last[1]), options)


def _options(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in text.split(",") if word)}


def _plain(text: str) -> str:
    """Spaces, tabs, new lines and backslashes stand as three octal digits."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)
