"""How the journal itself stands: who vouches for it, what it lacks, what it has cost its medium."""

from __future__ import annotations

from typing import Final, NamedTuple

BUNDLES: Final = 128  # beyond, the two smallest neighbours are counted as one: a snapshot stays small


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
    source: str = ""  # flash, anchor, witness, collector


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


class Bundle(NamedTuple):
    """Tickets that wait for a receipt: records of the first and of the last, `t` of the first in ms, how many."""

    first: int
    last: int
    t: int
    tickets: int

    def with_next(self, other: Bundle) -> Bundle:
        return Bundle(self.first, other.last, self.t, self.tickets + other.tickets)


class Carried(NamedTuple):
    """What stands on the stick that is plugged in: records below `next_seq`, tickets up to `ticket`; or why nothing.

    `contradicted`: an answer on it told another history, which was recorded.
    """

    next_seq: int = 0
    ticket: int = 0
    fault: str = ""
    contradicted: bool = False


class Upstream(NamedTuple):
    """What the collector has. Empty `url`: the till is not enrolled, and nothing waits for anybody.

    `next_seq`, `received` (ms by its clock) and `record` are the last receipt's. `applied`: versions by scope.
    `stopped`: fork or rollback; nothing is sent any more under this enrolment.
    """

    url: str = ""
    root: bytes = b""
    network_key: bytes = b""
    next_seq: int = 0
    received: int = 0
    record: int = 0
    waiting: tuple[Bundle, ...] = ()
    applied: tuple[tuple[str, int], ...] = ()
    stopped: str = ""

    @property
    def enrolled(self) -> bool:
        return bool(self.url)

    @property
    def unsent(self) -> int:
        """Tickets without a receipt. After weeks offline a bundle counts whole until its last ticket has one."""
        return sum(bundle.tickets for bundle in self.waiting)

    @property
    def since(self) -> int:
        """`t` of the first of them, 0 when none waits."""
        return self.waiting[0].t if self.waiting else 0

    def sold(self, record: int, t: int) -> Upstream:
        waiting = self.waiting
        if len(waiting) >= BUNDLES:
            at = min(range(len(waiting) - 1), key=lambda place: waiting[place].tickets + waiting[place + 1].tickets)
            waiting = (*waiting[:at], waiting[at].with_next(waiting[at + 1]), *waiting[at + 2 :])
        return self._replace(waiting=(*waiting, Bundle(record, record, t, 1)))

    def received_up_to(self, next_seq: int, received: int, record: int) -> Upstream:
        """A receipt of what was received before, as after a loss of the collector's, takes nothing back."""
        reached = max(self.next_seq, next_seq)
        left = tuple(bundle for bundle in self.waiting if bundle.last >= reached)
        return self._replace(next_seq=reached, received=received, record=record, waiting=left)

    def version(self, scope: str) -> int:
        """Of what was applied last; 0 for nothing."""
        return dict(self.applied).get(scope, 0)

    def with_version(self, scope: str, version: int) -> Upstream:
        return self._replace(applied=tuple(sorted({**dict(self.applied), scope: version}.items())))
