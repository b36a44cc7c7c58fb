"""How the journal itself stands: who vouches for it, what it lacks, what it has cost its medium."""

from __future__ import annotations

from typing import NamedTuple


class Witnessed(NamedTuple):
    """What stands outside the journal: `t` of the last word, and the longest time that went without one, in ms."""

    letter: str = "C"
    counter: int | None = None  # None: it has not spoken yet
    t: int = 0
    longest: int = 0

    def spoke(self, letter: str, counter: int, t: int) -> Witnessed:
        return Witnessed(letter, counter, t, self.unwitnessed(t))

    def unwitnessed(self, t: int) -> int:
        """The longest interval as it stands at `t`: the one that runs counts too."""
        return max(self.longest, t - self.t)


class Defect(NamedTuple):
    """`seq` of the record that names it; `record`: the first not proven; `until`: the first proven again, if known."""

    seq: int
    record: int
    until: int | None = None


class Worn(NamedTuple):
    """What the journal has cost the medium since birth, as the last `wear` record says."""

    bytes: int = 0
    flushes: int = 0
    t: int = 0


class Archived(NamedTuple):
    """The last archive: its record, level, last business date, time in ms, and when a copy last left the device.

    `due`: levels and names of closed periods that have no archive yet, oldest first.
    """

    record: int = 0
    level: str = ""
    until: str = ""
    t: int = 0
    copied: int = 0
    due: tuple[tuple[str, str], ...] = ()

    def closed(self, level: str, period: str) -> Archived:
        return self._replace(due=(*self.due, (level, period)))

    def made(self, record: int, level: str, until: str, t: int) -> Archived:
        """What an archive could not be made of stands in the next one above: nothing older is due any more."""
        left = tuple(each for each in self.due if each[0] != level or each[1] > until)
        return Archived(record, level, until, t, self.copied, left)
