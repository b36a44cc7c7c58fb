"""The signed strings of a journal, followed type by type: number, link to the one before, signature (SEC-03)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from appliance.audit.signatory import Signatory
from appliance.audit.source import Broken
from appliance.core import event as ev
from appliance.core import signed
from appliance.core.event import Event
from appliance.storage import chain
from appliance.storage.certificate import Certified
from appliance.storage.record import Record

_SNAPSHOT_SEALS = 24


class Signed(NamedTuple):
    """One entry of a seal: `fact` is the record it is for, `text` the string that was signed."""

    kind: int
    number: int
    form: int
    fact: int
    text: str
    signature: bytes


class Seals:
    """`record` takes the records in order; the first must be genesis, or a snapshot comes, or `before` is asked.

    `before` gives the signature that the entry (type, number) followed, from outside the journal; None: it cannot be
    known, and this one entry is not proven. `certified`: the P-256 key that signs where the records begin.
    """

    def __init__(
        self,
        before: Callable[[int, int], bytes | None] = lambda kind, number: None,
        certified: Certified | None = None,
    ) -> None:
        self._before, self._signatory = before, Signatory(certified)
        self._links: dict[int, signed.Link] = {}
        self._whole = False  # whether every type that is not in `_links` has never been used
        self._fact: Record | None = None  # waits for its seal
        self._due: tuple[int, ...] = ()

    def record(self, record: Record, key: bytes) -> Sequence[Signed]:
        """The entries of a seal, proven under `key`; nothing for any other record. Raises Broken."""
        fact, due = self._fact, self._due
        self._fact, self._due = None, ()
        self._signatory.record(record)
        if record.kind == ev.SEAL:
            return self._sealed(fact, due, record, key)
        if fact:
            raise Broken(fact.seq, "no seal stands after it")
        if record.kind == ev.GENESIS:
            self._whole = True
        elif record.kind == ev.SNAPSHOT:
            self._snapshot(record)
        self._due = _types(record)
        self._fact = record if self._due else None
        return ()

    def frame_ends(self) -> None:
        """A seal stands in its fact's frame."""
        if self._fact:
            raise Broken(self._fact.seq, "no seal stands after it")

    def _sealed(self, fact: Record | None, due: tuple[int, ...], seal: Record, key: bytes) -> Sequence[Signed]:
        if fact is None or seal.body.get(1) != fact.seq:
            raise Broken(seal.seq if fact is None else fact.seq, "a seal stands where none is due")
        entries = _entries(seal)
        if tuple(entry[0] for entry in entries) != due or any(entry[2] != signed.FORMAT for entry in entries):
            raise Broken(fact.seq, "its seal does not hold the strings that it asks for")
        return [self._entry(fact, entry, key) for entry in entries]

    def _entry(self, fact: Record, entry: tuple[int, int, int, bytes], key: bytes) -> Signed:
        kind, number, form, signature = entry
        before = self._previous(fact, kind, number)
        self._links[kind] = signed.Link(number, signature)
        if before is None:
            return Signed(kind, number, form, fact.seq, "", signature)
        try:
            text = signed.string(Event(*fact), kind, number, before)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise Broken(fact.seq, f"its body does not fit its kind ({error})") from error
        if not self._signatory.holds(key, text.encode(), signature):
            raise Broken(fact.seq, f"the signature of its {signed.NAMES[kind]} string is wrong")
        return Signed(kind, number, form, fact.seq, text, signature)

    def _previous(self, fact: Record, kind: int, number: int) -> bytes | None:
        link = self._links.get(kind)
        if link is None and not self._whole:
            return b"" if number == 1 else self._before(kind, number)
        link = link or signed.Link()
        if number != link.number + 1:
            raise Broken(fact.seq, f"its {signed.NAMES[kind]} number is {number} where {link.number + 1} comes next")
        return link.signature

    def _snapshot(self, record: Record) -> None:
        rows: Any = record.body.get(_SNAPSHOT_SEALS)
        if rows is None:
            return
        try:
            said: dict[int, signed.Link] = {kind: signed.Link(number, before) for kind, number, before in rows}
        except (ValueError, TypeError) as error:
            raise Broken(record.seq, "its body does not fit its kind") from error
        if any(said.get(kind) != link for kind, link in self._links.items()) or (self._whole and said != self._links):
            raise Broken(record.seq, "it does not hold the last signature of each type")
        self._links, self._whole = said, True


def _types(record: Record) -> tuple[int, ...]:
    try:
        return signed.types(record.kind, record.body)
    except (KeyError, ValueError, TypeError) as error:
        raise Broken(record.seq, f"its body does not fit its kind ({error})") from error


def _entries(seal: Record) -> list[tuple[int, int, int, bytes]]:
    rows: Any = seal.body.get(2)
    if not isinstance(rows, list) or list(seal.body) != [1, 2] or not all(map(_fits, rows)):
        raise Broken(seal.seq, "its body does not fit its kind")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _fits(row: Any) -> bool:  # noqa: ANN401
    shape = [int, int, int, bytes]
    return isinstance(row, list) and [type(each) for each in row] == shape and len(row[3]) == chain.SIGNATURE_SIZE
