"""What the pages say of a chain: a state with a sign, sentences, and its days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR
from collector import proof
from collector.office.say import Say
from collector.part import Closing, Part
from collector.proof import Chain, Finding, Hole, Missing

WELL, CARE, BAD, OVER = "well", "care", "bad", "over"  # the four signs
SIGNS: Final = {
    "well": WELL,
    proof.COMPLETE: WELL,
    proof.OPEN: CARE,
    proof.SILENT: CARE,
    "new": CARE,
    proof.REVOKED_OPEN: CARE,
    proof.UNKNOWN: BAD,
    proof.MISSING: BAD,
    proof.FORK: BAD,
    proof.BROKEN: BAD,
    "retired": OVER,
}


class Shop(NamedTuple):
    """`name` as its tills gave it last; tills in the order of their names."""

    siret: str
    name: str
    tills: tuple[Chain, ...]


class Day(NamedTuple):
    """What was recorded on a day; `parts` begin on it."""

    day: str
    parts: tuple[Part, ...]

    @property
    def closings(self) -> tuple[Closing, ...]:
        return tuple(closing for part in self.parts for closing in part.closings)


def shops(chains: Sequence[Chain]) -> list[Shop]:
    ordered = sorted(chains, key=lambda it: (*proof.place(it), it.held.chain_id))
    found = [(siret, tuple(tills)) for siret, tills in groupby(ordered, key=lambda it: proof.place(it)[0])]
    return [Shop(siret, next((till.name for till in tills if till.name), ""), tills) for siret, tills in found]


def state(chain: Chain, now: int) -> str:
    """The worst that is known of it: a key of SIGNS and of the words."""
    held = chain.held
    causes = (
        (proof.BROKEN, held.broken or chain.jumps),
        (proof.FORK, held.forks),
        (proof.MISSING, chain.holes),
        (proof.UNKNOWN, chain.registration is None),
        ("revoked", chain.at(REVOKED)),
        ("retired", chain.at(RETIRED, SUCCESSOR)),
        ("new", not held.parts),
        (proof.SILENT, proof.silent(chain, now)),
    )
    return next((word for word, seen in causes if seen), "well")


def remarks(chain: Chain, say: Say) -> list[str]:
    """Counts, for the list of tills."""
    held = chain.held
    counts = {
        "holes_n": len(chain.holes),
        "forks_n": len(held.forks),
        "broken_n": len(held.broken),
        "jumps_n": len(chain.jumps),
        "quarantine_n": quarantined(held.parts),
        "defects_n": sum(len(part.defects) for part in held.parts),
    }
    return [say(key, n=count) for key, count in counts.items() if count]


def quarantined(parts: Iterable[Part]) -> int:
    return sum(part.quarantined for part in parts)


def wrongs(chain: Chain, say: Say) -> Iterator[str]:
    """Sentences, for the page of one till."""
    for hole in chain.holes:
        yield _hole(hole, say)
    for broken in chain.held.broken:
        yield say("broken_one", seq=broken.first_seq, why=broken.why)
    for one, other in chain.jumps:
        yield say("jump", one=one.number, other=other.number)
    for part in chain.held.parts:
        for seq in part.defects:
            yield say("defect", seq=seq)
    if count := quarantined(chain.held.parts):
        yield say("quarantine", n=count)


def _hole(hole: Hole, say: Say) -> str:
    since, until = hole.since, hole.until - 1
    if hole.first == proof.ALWAYS.first or hole.last == proof.ALWAYS.last:
        return say("hole", since=since, until=until)
    return say("hole_days", since=since, until=until, first=say.date(hole.first), last=say.date(hole.last))


def missing(finding: Finding, say: Say) -> list[str]:
    """Of one till in a period, exactly."""
    found = [_missing(each, say) for each in finding.missing]
    found += [say("broken_one", seq=each.first_seq, why=each.why) for each in finding.broken]
    found += [say("jump", one=one.number, other=other.number) for one, other in finding.jumps]
    return found + ([say("forks_n", n=len(finding.forks))] if finding.forks else [])


def _missing(it: Missing, say: Say) -> str:
    if it == Missing(0, None):
        return say("tail_all")
    if it.until is None:
        return say("tail", since=it.since)
    return say("hole", since=it.since, until=it.until - 1)


def runs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """(first, last) record of each run without a hole."""
    found: list[tuple[int, int]] = []
    for part in parts:
        if found and found[-1][1] == part.first_seq - 1:
            found[-1] = found[-1][0], part.next_seq - 1
        else:
            found.append((part.first_seq, part.next_seq - 1))
    return found


def days(parts: Sequence[Part], month: str) -> list[Day]:
    """Of a month, YYYY-MM, the latest first."""
    own = sorted((part for part in parts if part.first_day.startswith(month)), key=lambda it: it.first_day)
    return [Day(day, tuple(some)) for day, some in groupby(own, key=lambda it: it.first_day)][::-1]


def months(parts: Sequence[Part], month: str) -> tuple[str | None, str | None]:
    """The months before and after in which something was recorded."""
    known = sorted({part.first_day[:7] for part in parts})
    return max((each for each in known if each < month), default=None), min(
        (each for each in known if each > month), default=None
    )


def closing(it: Closing, say: Say) -> str:
    return say(f"closing_{it.what}", number=it.number, period=say.date(it.period))
