"""The verdict on a journal: intact, broken from a record on, or nothing that can be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from appliance.audit import quick
from appliance.audit.quick import Tip
from appliance.audit.source import Broken, Source, Unreadable, find
from appliance.audit.walk import Step, Walk, wait
from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.record import Record

Mode = Literal["full", "quick", "paranoid"]

INTACT, BROKEN, UNREADABLE = 0, 1, 2


class Refold(Protocol):
    """Holds each record against what all before it add up to."""

    def apply(self, record: Record) -> None:
        """Raises ValueError with the reason why `record` cannot follow."""


class Kinds(NamedTuple):
    """Numbers of the kinds that the check must know; the defaults know none."""

    ticket: int | None = None
    closings: Collection[int] = ()
    stop: int | None = None


NO_KINDS = Kinds()


class Verdict(NamedTuple):
    """`code` is the exit code. `seq` or `segment` say where it broke; `notes` come before the last line."""

    code: int
    why: str = ""
    seq: int | None = None
    segment: int | None = None
    records: int = 0
    tickets: int = 0
    tears: int = 0
    head: bytes = b""
    chain_id: bytes = b""
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        if self.code == INTACT:
            return f"intact: {self.records} records, {self.tickets} tickets, head {self.head.hex()}"
        if self.code == UNREADABLE:
            return self.why
        where = f"record {self.seq}" if self.segment is None else f"segment {self.segment}"
        return f"broken: {where}: {self.why}"

    @property
    def lines(self) -> list[str]:
        return [*self.notes, self.line]


def verify(
    path: Path,
    mode: Mode = "full",
    chain_id: str | None = None,
    refold: Callable[[], Refold] | None = None,
    progress: Callable[[int, int], None] | None = None,
    kinds: Kinds = NO_KINDS,
    *,
    processes: int = 1,
    pause: Callable[[], None] = wait,
) -> Verdict:
    """Reads only. `refold` makes a fresh fold, used in full and paranoid; `progress` gets (segments done, of all).

    `pause` lets a running till finish a write before what does not hold is looked at again. `chain_id`: 32
    hex digits that pin the chain. `processes` > 1 spreads a quick check over that many.
    """
    try:
        pin = _pin(chain_id)
        source = find(path)
        try:
            if mode == "quick" and (tip := quick.scan(source, kinds.ticket, processes)):
                return _intact(tip, pin, tip.tickets, 0, [])
            return _careful(source, mode, pin, kinds, refold, progress, pause)
        except Broken as broken:
            return _broken(_lowest(source, kinds, broken))
    except Unreadable as error:
        return Verdict(UNREADABLE, str(error))


def _careful(
    source: Source,
    mode: Mode,
    pin: bytes | None,
    kinds: Kinds,
    refold: Callable[[], Refold] | None,
    progress: Callable[[int, int], None] | None,
    pause: Callable[[], None],
) -> Verdict:
    walk = Walk(source, decoding=mode != "quick", stop=kinds.stop, pause=pause)
    fold = refold() if refold and mode != "quick" and not source.only else None
    last: Step | None = None
    tickets = 0
    for step in walk.steps():
        if last is None or last.header.number != step.header.number:
            _seal(walk, last)
            _tell(source, progress, step.header.number)
        if mode == "paranoid" or any(record.kind in kinds.closings for record in step.records):
            _seal(walk, step)
        tickets += _fold(step, fold, kinds.ticket)
        last = step
    _seal(walk, last)
    return _intact(
        Tip(walk.seq - walk.first, walk.head, chain.chain_id(walk.genesis)), pin, tickets, walk.tears, walk.notes
    )


def _seal(walk: Walk, step: Step | None) -> None:
    if step is None:
        return
    cp = Checkpoint(chain.chain_id(walk.genesis), step.frame.next_seq, step.head)
    if not chain.signed(step.header.key, chain.cp_bytes(cp), step.frame.signature):
        raise Broken(step.frame.first_seq, "its frame's checksum is right and its signature is wrong")


def _fold(step: Step, fold: Refold | None, ticket: int | None) -> int:
    """The tickets among the step's records, each of which the fold has taken."""
    for record in step.records:
        try:
            if fold:
                fold.apply(record)
        except ValueError as error:
            raise Broken(record.seq, str(error)) from error
    if step.records:
        return sum(record.kind == ticket for record in step.records)
    return sum(quick.kind_of(data) == ticket for data in step.frame.records)


def _tell(source: Source, progress: Callable[[int, int], None] | None, number: int) -> None:
    if progress:
        progress(number, len(source.numbers()))


def _lowest(source: Source, kinds: Kinds, broken: Broken) -> Broken:
    """Looks again with every signature: a frame that was forged whole shows only there, before what it broke."""
    walk = Walk(source, decoding=False, stop=kinds.stop, pause=lambda: None)
    try:
        for step in walk.steps():
            _seal(walk, step)
    except Broken as again:
        return again if again.seq < broken.seq else broken
    return broken


def _broken(broken: Broken) -> Verdict:
    return Verdict(BROKEN, broken.why, broken.seq, broken.number)


def _intact(tip: Tip, pin: bytes | None, tickets: int, tears: int, notes: list[str]) -> Verdict:
    said = list(notes)
    if pin is None:
        said.append(f"chain {tip.chain_id.hex()}: compare with a Z ticket")
    elif pin != tip.chain_id:
        return Verdict(BROKEN, f"the chain is {tip.chain_id.hex()}, not the one asked for", 0)
    return Verdict(INTACT, "", None, None, tip.records, tickets, tears, tip.head, tip.chain_id, tuple(said))


def _pin(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        pin = bytes.fromhex(text.replace("-", " "))
    except ValueError:
        pin = b""
    if len(pin) != chain.ID_SIZE:
        raise Unreadable(f"{text!r} is no chain id: give the 32 hex digits that a Z ticket prints")
    return pin
