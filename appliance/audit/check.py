"""The careful check of a journal, or of a part of it: every frame followed, every record decoded and folded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from appliance.audit import quick
from appliance.audit.signatory import Signatory
from appliance.audit.source import Broken
from appliance.audit.walk import Place, Step, Walk
from appliance.storage import chain
from appliance.storage.certificate import Certified
from appliance.storage.chain import Checkpoint
from appliance.storage.record import Record, RecordError, decode

Mode = Literal["full", "quick", "paranoid"]


class Refold(Protocol):
    """Holds each record against what all before it add up to."""

    def apply(self, record: Record) -> None:
        """Raises ValueError with the reason why `record` cannot follow."""

    def said(self) -> str:
        """One line on what stands outside the journal, after the last record."""


@runtime_checkable
class Strings(Protocol):
    """A fold that also knows which strings each record's seal signs."""

    @property
    def owes(self) -> bool:
        """Whether the record just applied asks for a seal."""

    def signed(self) -> list[tuple[bytes, bytes]]:
        """Of a seal just applied: its strings and their signatures."""


class Kinds(NamedTuple):
    """Numbers of the kinds that the check must know, and the predecessor's key in a genesis body; none by default.

    `restore` makes the fold after a `snapshot` record; None when it cannot be used.
    """

    ticket: int | None = None
    closings: Collection[int] = ()
    defect: int | None = None
    snapshot: int | None = None
    predecessor: int | None = None
    restore: Callable[[Record], Refold | None] | None = None


NO_KINDS = Kinds()


class Awaiting:
    """Folds from the first snapshot on that `restore` takes: of what stands before it the ledger is not known."""

    def __init__(self, restore: Callable[[Record], Refold | None], snapshot: int | None) -> None:
        self._restore, self._snapshot = restore, snapshot
        self._fold: Any = None  # a Refold that may know Strings as well

    def apply(self, record: Record) -> None:
        if self._fold:
            self._fold.apply(record)
        elif record.kind == self._snapshot:
            self._fold = self._restore(record)

    @property
    def owes(self) -> bool:
        return isinstance(self._fold, Strings) and bool(self._fold.owes)

    def signed(self) -> list[tuple[bytes, bytes]]:
        return list(self._fold.signed()) if isinstance(self._fold, Strings) else []

    def said(self) -> str:
        return str(self._fold.said()) if self._fold else ""


class Passed(NamedTuple):
    """What holds from where the walk began to `place`."""

    place: Place
    records: int
    tickets: int = 0
    tears: int = 0
    notes: tuple[str, ...] = ()
    said: str = ""


def check(walk: Walk, mode: Mode, kinds: Kinds, fold: Refold | None, certified: Certified | None = None) -> Passed:
    """`certified`: the P-256 key that signs strings where the walk begins. Raises Broken, Unreadable."""
    last: Step | None = None
    signatory = Signatory(certified)
    strings: Strings | None = fold if isinstance(fold, Strings) else None
    tickets, closings, all_signatures = 0, frozenset(kinds.closings), mode == "paranoid"
    for step in walk.steps():
        if last and last.header is not step.header:
            seal(walk, last)
        records = step.records or _marked(step, kinds)
        careful = all_signatures or any(record.kind in closings for record in records)
        if careful:
            seal(walk, step)
        if mode == "quick":
            tickets += sum(quick.kind_of(data) == kinds.ticket for data in step.frame.records)
        for record in records:
            if record.kind == kinds.ticket and step.records:
                tickets += 1
            elif record.kind == kinds.defect:
                _recorded(record)
            signatory.record(record)
            if fold:
                _apply(fold, record)
            if careful and strings:
                _signed(strings, record, step.header.key, signatory)
        if strings and strings.owes and records:
            raise Broken(records[-1].seq, "a seal is missing after it")  # it stands in its fact's frame
        last = step
    if last:
        seal(walk, last)
    place = walk.place or Place(0, 0, walk.seq, walk.head, walk.genesis, b"")
    return Passed(place, walk.seq - walk.first, tickets, walk.tears, tuple(walk.notes), fold.said() if fold else "")


def _marked(step: Step, kinds: Kinds) -> tuple[Record, ...]:
    """Of an undecoded frame, the records that say a defect was found."""
    found = []
    for data in step.frame.records:
        if kinds.defect is not None and quick.kind_of(data) == kinds.defect:
            try:
                found.append(decode(data))
            except RecordError:
                continue
    return tuple(found)


def _apply(fold: Refold, record: Record) -> None:
    try:
        fold.apply(record)
    except ValueError as error:
        raise Broken(getattr(error, "seq", record.seq), str(error)) from error


def _signed(strings: Strings, record: Record, key: bytes, signatory: Signatory) -> None:
    """The signatures of a seal's strings as well."""
    for said, signature in strings.signed():
        if not signatory.holds(key, said, signature):
            raise Broken(record.seq - 1, "its seal does not sign what it says")


def _recorded(record: Record) -> None:
    """The till itself found that something is not proven, and said so in the chain: that is final."""
    first, why = record.body.get(1), record.body.get(2)
    lowest = first if isinstance(first, int) and 0 <= first <= record.seq else record.seq
    raise Broken(lowest, f"the till found it not proven and says so in record {record.seq} ({why!r})")


def seal(walk: Walk, step: Step) -> None:
    """Raises Broken unless the step's frame is signed by its segment's key."""
    cp = Checkpoint(chain.chain_id(walk.genesis), step.frame.next_seq, step.head)
    if not chain.signed(step.header.key, chain.cp_bytes(cp), step.frame.signature):
        raise Broken(step.frame.first_seq, "its frame's checksum is right and its signature is wrong")
