"""A new version that runs and was never found good: when the machine starts again, and when it lets people work.

It is asked again and again (`sceau-unfit.timer`). Each start is one of the slot's three, which GRUB counts; behind the
third the other slot takes over. What the till says of itself: image/FORMAT.md, `/run/sceau/use`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import environment, machine, word
from appliance.slots.machine import Running

FILE: Final = Path("/run/sceau/use")
FRESH: Final = 180_000  # ms: the till says it each minute, and one that is starting needs as long for its first word
QUIET: Final = 120_000  # ms that nobody has been there
EACH: Final = 5.0  # seconds between two looks for a word that is missing


class Verdict(Enum):
    """What is done; its value is what the log says."""

    NEVER = "it is good, or nothing could take over: not asked again"
    USED = "not found good, but in use: looked at again later"
    AGAIN = "this version never said that it is good, and nobody is there: starting again"
    DEAD = "this version never said that it is good, and its till says nothing: starting again"


class Use(NamedTuple):
    """The file `use`, in ms of CLOCK_BOOTTIME: since when `held` is so, and when it was written."""

    held: bool
    since: int
    at: int


def uptime() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def read(said: Mapping[str, str]) -> Use:
    """Raises ValueError."""
    if said.get("use") not in ("held", "free") or set(said) != {"use", "since", "at"}:
        raise ValueError("not the form of image/FORMAT.md")
    since, at = said["since"], said["at"]
    if not (since.isdecimal() and at.isdecimal()):
        raise ValueError("a time of the till's is no number")
    return Use(said["use"] == "held", int(since), int(at))


def hopeless(running: Running, variables: Mapping[str, str]) -> bool:
    """Whether a start could help: this slot never was good, and the other one can take over."""
    new = variables.get(f"{running.slot}_NEW") == "1"
    return new and environment.left(variables, machine.other(running.slot)) > 0


def judge(use: Use | None, now: int) -> Verdict:
    """`now`: ms of CLOCK_BOOTTIME. A word from the future is none."""
    if use is None or not use.since <= use.at <= now < use.at + FRESH:
        return Verdict.DEAD
    return Verdict.USED if use.held or now < use.since + QUIET else Verdict.AGAIN


def look(
    running: Running,
    variables: Mapping[str, str],
    file: Path = FILE,
    up: Callable[[], int] = uptime,
    pause: Callable[[float], None] = time.sleep,
) -> Verdict:
    """A till between two processes has no word for a while, and a day may be open on it: it is waited for."""
    if not hopeless(running, variables):
        return Verdict.NEVER
    end = up() + FRESH
    use = heard(file)
    while use is None and up() < end:
        pause(EACH)
        use = heard(file)
    return judge(use, up())


def heard(file: Path) -> Use | None:
    """None for no word, and for one that is none."""
    try:
        return read(word.read(file))
    except (OSError, ValueError):
        return None
