"""What runs here, as its kernel was told (`/proc/cmdline`), and what lies in the slot beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import environment, program

CMDLINE: Final = Path("/proc/cmdline")
BOOTS: Final = Path("/dev/disk/by-partlabel")
POINT: Final = Path("/run/sceau-system/boot")
NOTHING: Final = "-"
_VERSION = re.compile(r"sceau\.version=([0-9]+\.[0-9]+\.[0-9]+)(?=[\s\"]|$)")
_SLOT = re.compile(r"(?:^|\s)rauc\.slot=([AB])(?=\s|$)")


class Running(NamedTuple):
    """`slot`: A or B, `version`: of the image."""

    slot: str
    version: str


def running(cmdline: Path = CMDLINE) -> Running:
    """Raises ValueError where no boot loader of ours has started this system."""
    text = cmdline.read_text("ascii", "replace")
    slot, version = _SLOT.search(text), _VERSION.search(text)
    if not slot or not version:
        raise ValueError(f"{cmdline} names no slot and version: this system was not started from one")
    return Running(slot[1], version[1])


def other(name: str) -> str:
    (found,) = (each for each in environment.NAMES if each != name)
    return found


def version_in(name: str, boots: Path = BOOTS, point: Path = POINT) -> str:
    """Of the image in a slot, from its `slot.cfg`; NOTHING where none can be read."""
    point.mkdir(parents=True, exist_ok=True)
    device = boots / f"boot-{name.lower()}"
    if program.run(["mount", "-t", "vfat", "-o", "ro", device, point]).returncode:
        return NOTHING
    try:
        return version_of(point / "slot.cfg")
    finally:
        program.done(["umount", point])


def version_of(file: Path) -> str:
    try:
        found = _VERSION.search(file.read_text("ascii", "replace"))
    except OSError:
        return NOTHING
    return found[1] if found else NOTHING


def slots(running: Running, beside: str, variables: Mapping[str, str]) -> str:
    """The file `slots` (image/FORMAT.md). `beside`: the version in the other slot."""
    following = environment.starts_next(variables)
    lines = []
    for name in environment.NAMES:
        here = name == running.slot
        words = [running.version if here else beside, _state(variables, name, here=here)]
        words += ["booted"] * here + ["next"] * (name == following and not here)
        lines.append(f"{name}={' '.join(words)}\n")
    return "".join(lines)


def _state(variables: Mapping[str, str], name: str, *, here: bool) -> str:
    counted = environment.left(variables, name)
    if here and counted < environment.STARTS:
        return "tried"
    return "good" if counted else "bad"


def above(version: str, than: str) -> bool:
    """Whether a version is newer; both are three numbers."""
    return _numbers(version) > _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    """Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){2}", version):
        raise ValueError(f"{version!r} is no version of three numbers")
    return tuple(int(each) for each in version.split("."))
