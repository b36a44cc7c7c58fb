"""A shop's journal written by hand, with its seals: no rule of the till is asked, so that wrong ones can be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.audit.check import Kinds
from appliance.core import event as ev
from appliance.core import signed
from appliance.core.event import Event
from appliance.core.vat import extract
from appliance.storage import purge, rotation
from appliance.storage.keys import Key
from appliance.storage.record import Record
from tests.audit.scribe import Scribe, key_of

SIRET = "73282932000074"
TILL = "B01"
IDENTITY: list[Any] = ["Épicerie du Canal", ["12 quai de la Loire"], SIRET, "4711B", "FR44732829320", "real", []]
SOFTWARE = "0.1.0"


class Nothing:
    """A fold without rules."""

    def __init__(self, record: Record | None = None) -> None: ...

    def apply(self, record: Record) -> None: ...

    @property
    def owes(self) -> bool:
        return False

    def signed(self) -> list[tuple[bytes, bytes]]:
        return []

    def said(self) -> str:
        return ""


KINDS = Kinds(
    ticket=ev.TICKET, closings=(ev.DAY_CLOSE,), defect=ev.DEFECT, snapshot=ev.SNAPSHOT, predecessor=9, restore=Nothing
)


class Sums:
    """Of a day or a month, tickets at one rate, paid in cash."""

    def __init__(self) -> None:
        self.tickets = self.sales = self.refunds = self.refund_count = self.ht = self.vat = 0

    def add(self, amount: int, ht: int, vat: int) -> None:
        self.tickets += 1
        self.sales += max(amount, 0)
        self.refunds += min(amount, 0)
        self.refund_count += amount < 0
        self.ht, self.vat = self.ht + ht, self.vat + vat

    @property
    def total(self) -> int:
        return self.sales + self.refunds

    def fields(self, first: int) -> dict[int, Any]:
        """Seven fields of a closing from key `first` on."""
        vat, means = [[1000, self.ht, self.vat, self.total]], [["Espèces", "cash", self.tickets, self.total]]
        said = [self.tickets, self.sales, self.refunds, self.refund_count, self.total, vat, means]
        return dict(enumerate(said, start=first))


class Shop:
    """Days of sales; each act is one frame, its seal with it. A segment that is full gives way to a new key."""

    def __init__(self, home: Path, first: date = date(2026, 11, 21), size: int = 64 * 1024, unit: int = 512) -> None:
        self.scribe = Scribe(home, unit, size)
        self.today = first
        self.month = first.isoformat()[:7]
        self.day = self.order = self.ticket = self.events = 0
        self.months = self.perpetual = self.absolute = self.year_total = 0
        self.today_sums, self.month_sums = Sums(), Sums()
        self.month_from = (1, 1)  # first day and first ticket of the month
        self.links: dict[int, signed.Link] = {}
        self.session = 0
        self.closings: list[int] = []  # the record after each day's closing
        self._t = 0
        self._pending = 0  # records of the frame that is being made
        self.starts: list[tuple[int, bytes]] = [(0, bytes(32))]  # first record and head before it, of each segment
        self.scribe.segment(key_of(1))
        self._clock(8)
        genesis = {
            1: 1,
            2: SOFTWARE,
            3: TILL,
            4: SIRET,
            5: key_of(1).public,
            6: 1,
            7: 1,
            8: "C",
            9: None,
            10: bytes(16),
        }
        self.write([(ev.GENESIS, {**genesis, 11: b"", 12: self.key.certificate})])
        self.write([(ev.START, {1: SOFTWARE, 2: "first start", 3: b""})])

    @property
    def key(self) -> Key:
        return self.scribe.key

    def write(self, facts: Sequence[tuple[int, dict[int, Any]]]) -> int:
        """One frame; the number of its first record."""
        records = [record for kind, body in facts for record in self._sealed(kind, body)]
        self._frame(records)
        return records[0].seq

    def _frame(self, records: Sequence[Record]) -> None:
        self._pending = 0
        self.scribe.frame(records)

    def _sealed(self, kind: int, body: dict[int, Any]) -> Iterator[Record]:
        fact = self._record(kind, body)
        yield fact
        if kind == ev.DAY_CLOSE:
            self.session = 0
        due = signed.types(kind, body)
        if due:
            yield self._record(ev.SEAL, {1: fact.seq, 2: [self._entry(fact, each) for each in due]})

    def _entry(self, fact: Record, kind: int) -> list[Any]:
        link = self.links.get(kind, signed.Link())
        text = signed.string(Event(*fact), kind, link.number + 1, link.signature)
        self.links[kind] = signed.Link(link.number + 1, self.key.sign(text.encode()))
        return [kind, link.number + 1, 1, self.links[kind].signature]

    def _record(self, kind: int, body: dict[int, Any]) -> Record:
        self._t += 1700
        seq = self.scribe.seq + self._pending
        self._pending += 1
        return Record(seq, self._t, 60, self._t - 1_700_000_000_000, TILL, "S1", self.session, kind, body)

    def _clock(self, hour: int) -> None:
        at = datetime(self.today.year, self.today.month, self.today.day, hour, tzinfo=UTC)
        self._t = max(self._t, int(at.timestamp() * 1000))

    def live(self, sales: int, *, month: bool = False) -> None:
        """One day, from its opening to its closing."""
        self.open()
        for _ in range(sales):
            self.sell()
        self.close(month=month)

    def open(self) -> None:
        self._clock(9)
        self.day += 1
        self.today_sums, self.first = Sums(), self.ticket
        self.write([(ev.LOGIN, {1: "nfc", 2: "cashier"})])
        self.write([(ev.DAY_OPEN, {1: self.day, 2: 10_000, 3: self.today.isoformat(), 4: IDENTITY})])
        self.session = self.day

    def sell(self, label: str = "Café", amount: int = 150) -> int:
        self._turn_if_full()
        self.order += 1
        self.ticket += 1
        ht, vat = extract(amount, 1000)
        for sums in (self.today_sums, self.month_sums):
            sums.add(amount, ht, vat)
        self.year_total += amount
        self.perpetual += amount
        self.absolute += abs(amount)
        kind = "sale" if amount >= 0 else "refund"
        line = [1, label, 1000 if amount >= 0 else -1000, abs(amount), amount, 1000, ht, vat]
        body = {1: self.ticket, 2: kind, 3: self.order, 4: amount, 5: [[*line, "", "goods", "piece", 0, 0]]}
        body |= {6: [[1000, ht, vat, amount]], 7: [["Espèces", "cash", amount]], 8: 1}
        body |= {
            9: self.perpetual,
            10: self.absolute,
            11: IDENTITY,
            12: [2000, 1000],
            13: [],
            14: SOFTWARE,
            17: "sans certificat ni attestation",
        }
        self.write([(ev.ORDER, {1: self.order})])
        return self.write([(ev.TICKET, body), (ev.DRAWER, {1: "sale", 2: "", 3: self.scribe.seq})])

    def close(self, *, month: bool = False) -> None:
        self._turn_if_full()
        body: dict[int, Any] = {1: self.day, 2: self.today.isoformat(), 3: [self._t, 60], 4: self.first + 1}
        body |= {5: self.ticket, **self.today_sums.fields(6), **dict.fromkeys(range(13, 20), 0), 20: [0] * 7}
        body |= {21: self.month, 22: self.month_sums.total, 23: "2026-01", 24: self.year_total}
        body |= {
            25: self.perpetual,
            26: self.absolute,
            27: IDENTITY,
            28: [2000, 1000],
            29: SOFTWARE,
            30: [0, 0],
            31: [],
            32: "sans certificat ni attestation",
        }
        facts = [(ev.DAY_CLOSE, body)]
        if month:
            facts.append((ev.MONTH_CLOSE, self._month()))
        self._closed(facts)
        self.closings.append(self.scribe.seq)
        self.today += timedelta(days=1)
        self.month = self.today.isoformat()[:7]

    def _month(self) -> dict[int, Any]:
        self.months += 1
        first, ticket = self.month_from
        body: dict[int, Any] = {
            1: self.months,
            2: self.month,
            3: first,
            4: self.day,
            5: self.day + 1 - first,
            6: ticket,
        }
        body |= {7: self.ticket, **self.month_sums.fields(8), 15: self.perpetual, 16: self.absolute, 17: IDENTITY}
        self.month_from, self.month_sums = (self.day + 1, self.ticket + 1), Sums()
        return {**body, 18: [2000, 1000], 19: SOFTWARE, 20: [], 21: "sans certificat ni attestation"}

    def _closed(self, facts: list[tuple[int, dict[int, Any]]]) -> None:
        records = [record for kind, body in facts for record in self._sealed(kind, body)]
        seals = [[kind, *self.links[kind]] for kind in sorted(self.links)]
        counters = [self.day, 10_000, self.order, self.ticket, 0, 0]
        sums = [self.perpetual, self.absolute]
        state = {1: 2, 2: SIRET, 3: SOFTWARE, 10: counters, 17: sums, 20: ["C", None, 1_795_000_000_000, 5], 24: seals}
        records.append(self._record(ev.SNAPSHOT, state))
        self._frame(records)

    def _turn_if_full(self) -> None:
        if not self.scribe.room(8 * 1024):
            self.turn()

    def turn(self) -> None:
        """A key record ends the segment."""
        after = key_of(len(self.scribe.files) + 1)
        text = rotation.statement(self.scribe.cp.chain_id, self.key.public, after.public)
        self.write([(ev.KEY, {1: after.public, 2: after.sign(text), 3: after.certificate})])
        self.starts.append((self.scribe.seq, self.scribe.head))
        self.scribe.segment(after)

    def purge(self, last_segment: int) -> purge.Order:
        """The record that orders it; the files are still whole."""
        follows = self.starts[last_segment]
        body = {
            1: 1,
            2: last_segment,
            3: 0,
            4: follows[0] - 1,
            5: follows[1],
            6: [bytes(32)],
            7: ["USB"],
            8: follows[0],
        }
        self.write([(ev.PURGE, body)])
        return purge.Order(last_segment, follows[0] - 1, follows[1])

    def save(self) -> Path:
        return self.scribe.save(anchored=True)
