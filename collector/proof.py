"""What should have come in a period, what came, and what exactly is missing. Pure: from what a store holds.

A chain is one line of records. All before a record that is stored are stored too, or there is a hole that this names.
What a till has recorded and never sent is not known here: so a chain is complete for a period only once a record made
after the period has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from appliance.sync import enrolment, registry
from appliance.sync.enrolment import Registration
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR, Entry
from collector.part import Broken, Closing, Fork, Part, day

# The worst first. `open`: nothing is missing, but nothing of after the period has come either.
BROKEN, FORK, MISSING, UNKNOWN, SILENT, REVOKED_OPEN, OPEN, COMPLETE = (
    "broken", "fork", "missing", "unknown", "silent", "revoked", "open", "complete"
)  # fmt: skip
WORST: Final = (BROKEN, FORK, MISSING, UNKNOWN, SILENT, REVOKED_OPEN, OPEN, COMPLETE)


class Period(NamedTuple):
    """First and last day, both within it: YYYY-MM-DD, the till's own dates."""

    first: str
    last: str

    def meets(self, first: str, last: str) -> bool:
        return first <= self.last and last >= self.first


ALWAYS: Final = Period("0000-00-00", "9999-99-99")


class Held(NamedTuple):
    """What the store holds of one chain, by first number; `registry`: its entries' bytes, none for an unknown chain."""

    chain_id: bytes
    registry: tuple[bytes, ...]
    parts: tuple[Part, ...]
    broken: tuple[Broken, ...]
    forks: tuple[Fork, ...]


class Hole(NamedTuple):
    """Records `since` to `until` - 1 are not stored; what surrounds them was recorded from `first` to `last`."""

    since: int
    until: int
    first: str
    last: str


class Chain(NamedTuple):
    """One chain as a whole. `registration` None: the registry does not know it. `jumps`: days that do not follow."""

    held: Held
    entries: tuple[Entry, ...]
    registration: Registration | None
    holes: tuple[Hole, ...]
    jumps: tuple[tuple[Closing, Closing], ...]

    @property
    def last(self) -> Part | None:
        return self.held.parts[-1] if self.held.parts else None

    @property
    def tz(self) -> int:
        return self.last.tz if self.last else 0

    @property
    def name(self) -> str:
        return next((part.name for part in reversed(self.held.parts) if part.name), "")

    @property
    def next_seq(self) -> int:
        return self.last.next_seq if self.last else 0

    def at(self, *what: str) -> int | None:
        """UTC ms of the first such entry of its registry."""
        return next((entry.at for entry in self.entries if entry.what in what), None)


class Missing(NamedTuple):
    """Records `since` to `until` - 1; `until` None: all from there on."""

    since: int
    until: int | None


class Finding(NamedTuple):
    """One chain in one period."""

    chain: Chain
    verdict: str
    missing: tuple[Missing, ...]
    parts: tuple[Part, ...]
    forks: tuple[Fork, ...]
    broken: tuple[Broken, ...]
    jumps: tuple[tuple[Closing, Closing], ...]
    closings: tuple[Closing, ...]


class Proof(NamedTuple):
    """`made` is UTC ms; `strangers`: chains that the registry names as successors and does not know."""

    period: Period
    made: int
    findings: tuple[Finding, ...]
    strangers: tuple[bytes, ...]
    log: KeyLog

    @property
    def complete(self) -> bool:
        return not self.strangers and all(finding.verdict == COMPLETE for finding in self.findings)


def judged(held: Held, log: KeyLog) -> Chain:
    """Raises ProtocolError when the registry of the chain is not what the collector has signed."""
    entries: tuple[Entry, ...] = ()
    registration = None
    if held.registry:
        entries = registry.read(held.registry, held.chain_id, log)
        registration, _ = enrolment.read_registration(registry.enrolled(entries[0])[1], log.root)
        if registration.chain_id != held.chain_id:
            raise ProtocolError("the registration is of another chain")
    holes = tuple(_holes(held))
    return Chain(held, entries, registration, holes, tuple(_jumps(held.parts, holes)))


def _holes(held: Held) -> Iterable[Hole]:
    """An object that does not hold leaves a hole too."""
    expected, last = 0, ALWAYS.first
    for part in held.parts:
        if part.first_seq != expected:
            yield Hole(expected, part.first_seq, last, part.first_day)
        expected, last = part.next_seq, part.last_day
    behind = [each.first_seq for each in held.broken if each.first_seq >= expected]
    if behind:
        yield Hole(expected, max(behind) + 1, last, ALWAYS.last)


def _jumps(parts: Sequence[Part], holes: Sequence[Hole]) -> Iterable[tuple[Closing, Closing]]:
    """A till numbers its days without a gap: a second count, where no record is missing between them."""
    days = [closing for part in parts for closing in part.closings if closing.what == "day"]
    for one, other in pairwise(days):
        if other.number != one.number + 1 and not any(one.seq < hole.since <= other.seq for hole in holes):
            yield one, other


def found(chain: Chain, period: Period, now: int) -> Finding | None:
    """None for a till that was not there in the period. `now` is UTC ms."""
    parts = _of(chain.held.parts, period)
    forks = tuple(fork for fork in chain.held.forks if period.meets(fork.first_day, fork.last_day))
    holes = [hole for hole in chain.holes if period.meets(hole.first, hole.last)]
    broken = tuple(each for each in chain.held.broken if _concerns(each, chain.holes, holes))
    jumps = tuple(pair for pair in chain.jumps if period.meets(pair[0].day, pair[1].day))
    ended, born = chain.at(RETIRED, SUCCESSOR), chain.entries[0].at if chain.entries else None
    if not (forks or holes or any(period.meets(part.first_day, part.last_day) for part in parts)):
        if ended is not None and day(ended, chain.tz) < period.first:
            return None
        if born is not None and day(born, chain.tz) > period.last:
            return None
    missing = [Missing(hole.since, hole.until) for hole in holes]
    tail = _tail(chain, period, now)
    if tail in (SILENT, OPEN, REVOKED_OPEN):
        missing.append(Missing(chain.next_seq, None))
    closings = tuple(each for part in parts for each in part.closings if period.meets(each.day, each.day))
    causes = ((BROKEN, broken or jumps), (FORK, forks), (MISSING, holes), (UNKNOWN, chain.registration is None))
    verdict = next((word for word, seen in causes if seen), tail)
    return Finding(chain, verdict, tuple(missing), parts, forks, broken, jumps, closings)


def _concerns(broken: Broken, every: Sequence[Hole], near: Sequence[Hole]) -> bool:
    """One that stands in no hole at all concerns every period: nobody can say what it was."""
    inside = [hole for hole in every if hole.since <= broken.first_seq < hole.until]
    return not inside or inside[0] in near


def _of(parts: tuple[Part, ...], period: Period) -> tuple[Part, ...]:
    """Those that hold something of the period, and the two around it, which prove its beginning and its end."""
    inside = [nth for nth, part in enumerate(parts) if period.meets(part.first_day, part.last_day)]
    if inside:
        return parts[max(inside[0] - 1, 0) : inside[-1] + 2]
    after = next((nth for nth, part in enumerate(parts) if part.first_day > period.last), None)
    return () if after is None else parts[max(after - 1, 0) : after + 1]


def _tail(chain: Chain, period: Period, now: int) -> str:
    """How the end of the period stands. A date is believed only when till and collector both give it."""
    last = chain.last
    if last and min(day(last.t, last.tz), day(last.received, last.tz)) > period.last:
        return COMPLETE
    ended = chain.at(RETIRED, SUCCESSOR)
    if ended is not None and day(ended, chain.tz) <= period.last:
        return COMPLETE
    if chain.at(REVOKED) is not None:
        return REVOKED_OPEN
    return SILENT if silent(chain, now) else OPEN


def silent(chain: Chain, now: int) -> bool:
    """Longer than the policy that the till was given allows."""
    if chain.registration is None or chain.at(RETIRED, SUCCESSOR, REVOKED) is not None:
        return False
    since = chain.last.received if chain.last else chain.entries[0].at
    return now - since > chain.registration.policy.silence * 1000


def prove(chains: Sequence[Chain], period: Period, now: int, log: KeyLog) -> Proof:
    """Sorted by shop, till and chain: the same store at the same time gives the same proof."""
    findings = [finding for chain in chains if (finding := found(chain, period, now))]
    findings.sort(key=lambda it: (*place(it.chain), it.chain.held.chain_id))
    known = {chain.held.chain_id for chain in chains}
    named = {entry.details for chain in chains for entry in chain.entries if entry.what == SUCCESSOR}
    return Proof(period, now, tuple(findings), tuple(sorted(named - known)), log)


def place(chain: Chain) -> tuple[str, str]:
    """SIRET and till; both empty for a chain that the registry does not know."""
    return (chain.registration.siret, chain.registration.till) if chain.registration else ("", "")
