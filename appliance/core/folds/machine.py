"""Folds what a process, its clock, its keys and its medium do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.ledger import NAMED, Ledger
from appliance.core.shop import Means
from appliance.core.signed import Link
from appliance.core.standing import Defect, Witnessed, Worn


def _genesis(ledger: Ledger, event: Event) -> Ledger:
    witness = Witnessed(cast(str, event.body[8]), None, event.t)
    return ledger._replace(till=cast(str, event.body[3]), siret=cast(str, event.body[4]), witness=witness, born=event.t)


def _start(ledger: Ledger, event: Event) -> Ledger:
    """What was ordered and not confirmed when the till died becomes a question (a doubt), never a second order."""
    cut = ledger.running
    doubts = (*ledger.doubts, *(paper._replace(why="cut") for paper in ledger.papers if paper.type != "test"))
    day = ledger.day
    if day is not None and cut:
        day = day._replace(traces=day.traces._replace(power_cuts=day.traces.power_cuts + 1))
    software = cast(str, event.body[1])
    return ledger._replace(running=True, software=software, papers=(), doubts=doubts, day=day)


def _stop(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(running=False)


def _clock(ledger: Ledger, event: Event) -> Ledger:
    why = event.body[3]
    return ledger._replace(offset=cast(int, event.body[4]), trusted=why not in ("jump", "behind", "implausible"))


def _defect(ledger: Ledger, event: Event) -> Ledger:
    record, until, source = cast("tuple[int, int | None, str]", (event.body[1], event.body[3], event.body[4]))
    named = (*ledger.named[1 - NAMED :], record)
    return ledger._replace(defect=Defect(event.seq, record, until, source), named=named)


def _resumed(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(defect=None)


def _witness(ledger: Ledger, event: Event) -> Ledger:
    letter, counter = cast("tuple[str, int]", (event.body[1], event.body[2]))
    return ledger._replace(witness=ledger.witness.spoke(letter, counter, event.t))


def _wear(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(worn=Worn(cast(int, event.body[3]), cast(int, event.body[4]), event.t))


def _config(ledger: Ledger, event: Event) -> Ledger:
    return configured(ledger, event.body)


def configured(ledger: Ledger, config: Mapping[int, ev.Value]) -> Ledger:
    """The ledger under the body of a `config` record."""
    means = tuple(Means.of(each) for each in cast("list[ev.Value]", config[2]))
    rates = tuple(cast("list[int]", config[4]))
    return ledger._replace(config=config, means=means, rates=rates, fiscal_year_start=cast(int, config[7]))


def _seal(ledger: Ledger, event: Event) -> Ledger:
    strings = cast("list[tuple[int, int, int, bytes]]", event.body[2])
    return ledger.changed(seals={**ledger.seals, **{kind: Link(number, signed) for kind, number, _, signed in strings}})


def _attestation(ledger: Ledger, event: Event) -> Ledger:
    mode, number = cast("tuple[str, str]", (event.body[1], event.body[2]))
    return ledger._replace(attested=(mode, number))


def _archive(ledger: Ledger, event: Event) -> Ledger:
    level, until = cast("tuple[str, str]", (event.body[1], event.body[3]))
    return ledger._replace(archived=ledger.archived.made(event.seq, level, until, event.t))


def _archive_copy(ledger: Ledger, event: Event) -> Ledger:
    if event.body[4] != "intact":
        return ledger
    return ledger._replace(archived=ledger.archived._replace(copied=event.t))


def _snapshot(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(settled=event.seq)


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.GENESIS: _genesis,
    ev.START: _start,
    ev.STOP: _stop,
    ev.CLOCK: _clock,
    ev.DEFECT: _defect,
    ev.RESUMED: _resumed,
    ev.WITNESS: _witness,
    ev.WEAR: _wear,
    ev.CONFIG: _config,
    ev.ATTESTATION: _attestation,
    ev.ARCHIVE: _archive,
    ev.ARCHIVE_COPY: _archive_copy,
    ev.SEAL: _seal,
    ev.SNAPSHOT: _snapshot,
}
