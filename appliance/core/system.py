"""The system below the till, in its own words: slots, an order that runs, updates that lie ready. Moments, no records.

The files that say it: image/FORMAT.md.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_VERSION: Final = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})")


class Slot(NamedTuple):
    """`version` "-" when none was ever written; `health` good, bad or tried; `next`: it starts next, and is not the one
    that runs."""

    name: str
    version: str
    health: str
    booted: bool = False
    next: bool = False


class Outcome(NamedTuple):
    """`do` install or off; `state` running, done, refused or failed; `code` of a refusal or a failure."""

    do: str
    state: str
    version: str = ""
    percent: int = 0
    code: str = ""


class Bundle(NamedTuple):
    """An update that lies whole somewhere; `source` collector or stick."""

    source: str
    version: str
    path: str


class Strangers(NamedTuple):
    """Updates lie somewhere, and none is for this machine: its model `own`, and those that they are for."""

    own: str
    boards: tuple[str, ...]


class Offer(NamedTuple):
    """What is published for this machine, as it is known here. `published`: the highest version for its model in the
    publisher's register, "" for none, and when it was `issued`. Then what the owner wants: `stage` "" nothing, later
    (other tills go first, or its time is to come), fetching, whole; its `version`, "" while unknown, the pointer's
    `number`, `since` when it holds; bytes that are here of `size`; `share` of the tills, per mille. Times: UTC ms."""

    published: str = ""
    issued: int = 0
    stage: str = ""
    version: str = ""
    number: int = 0
    since: int = 0
    done: int = 0
    size: int = 0
    share: int = 1000


class System(NamedTuple):
    """`running`: an order that has not failed; `since`: CLOCK_BOOTTIME ms at which it moved last; `strangers`: a stick
    is plugged in that holds updates for other models alone; `offer` None: nobody follows what is published."""

    slots: tuple[Slot, ...] = ()
    ready: tuple[Bundle, ...] = ()
    running: Outcome | None = None
    since: int = 0
    strangers: Strangers | None = None
    offer: Offer | None = None

    @property
    def best(self) -> Bundle | None:
        """The highest version; of two that are the same the collector's, which no hand pulls out."""
        fit = [each for each in self.ready if numbers(each.version)]
        return max(fit, key=lambda each: (numbers(each.version), each.source == "collector"), default=None)

    def slot(self, version: str) -> Slot | None:
        return next((each for each in self.slots if each.version == version), None)


def numbers(version: str) -> tuple[int, ...]:
    """`(0, 10, 2)` of `0.10.2`; empty for any other form."""
    found = _VERSION.fullmatch(version)
    return tuple(map(int, found.groups())) if found else ()


def newer(version: str, than: str) -> bool:
    """False unless both are versions: what cannot be compared is not installed."""
    return bool(numbers(than)) and numbers(version) > numbers(than)
