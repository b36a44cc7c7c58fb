"""Gathers the control document from the records, in one pass and in memory that does not grow with them. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from appliance.audit.control import Control, Entry, Proof, Software
from appliance.audit.control_acts import RULES, Body, fixed, sold
from appliance.audit.reading import Calendar, Period
from appliance.core import event as ev
from appliance.core import jet
from appliance.storage.record import Record


def gather(records: Iterable[Record], period: Period, proof: Proof) -> Control:
    """Raises ValueError for a record whose body does not fit its kind."""
    folding = _Folding(Control(period, proof))
    for record in records:
        try:
            folding.apply(record)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError(f"the body of record {record.seq} does not fit its kind") from error
    return folding.done()


class Waiting:
    """What the collector has not: receipts come later than what they are for, so the whole journal is asked."""

    def __init__(self) -> None:
        self._enrolled: int | None = None  # that record
        self._before = 0  # tickets before it
        self._tickets: deque[int] = deque()
        self._receipts = self._next = 0

    def record(self, record: Record) -> None:
        if record.kind == ev.ENROLMENT:
            self._enrolled = record.seq
        elif record.kind == ev.TICKET and self._enrolled is None:
            self._before += 1
        elif record.kind == ev.TICKET:
            self._tickets.append(record.seq)
        elif record.kind == ev.RECEIPT:
            self._receipts, self._next = self._receipts + 1, max(self._next, dict[int, Any](record.body)[2])
            if self._enrolled is not None and self._next > self._enrolled:
                self._before = 0
            while self._tickets and self._tickets[0] < self._next:
                self._tickets.popleft()

    def tell(self, found: Control) -> None:
        found.enrolled, found.receipts, found.received = self._enrolled is not None, self._receipts, self._next
        found.waiting = self._before + len(self._tickets)
        if found.first_record is not None and found.last_record is not None:
            found.unsent = max(0, found.last_record + 1 - max(found.first_record, self._next))


class _Folding:
    """Keeps what leads up to the period as well: identity, software, the numbers of the sequences."""

    def __init__(self, found: Control) -> None:
        self.found = found
        self._calendar = Calendar()
        self._ticket = self._day = 0
        self._version: Software | None = None
        self._witnessed = 0  # t of the witness's last word
        self._from = 0  # t of the period's first record
        self._any = False
        self._waiting = Waiting()

    def apply(self, record: Record) -> None:
        found, date = self.found, self._calendar.date(record)
        self._waiting.record(record)
        if found.period.last and date > found.period.last:
            return
        self._stand(record)
        self._sums(record)
        if not found.period.holds(date):
            self._witnessed = record.t
            return
        self._inside(record, date)

    def done(self) -> Control:
        found = self.found
        if not found.proof.intact:
            seq = found.proof.record if found.proof.record is not None else 0
            found.sections["altered"].add(Entry(seq, *found.made, "", found.proof.why))
        if found.witness == "C":
            self._witnessed = self._from
        self._waiting.tell(found)
        found.unwitnessed = max(found.unwitnessed, found.made[0] - self._witnessed) if self._any else 0
        return found

    def _stand(self, record: Record) -> None:
        """Who sells, with what software, up to here."""
        found, body = self.found, dict[int, Any](record.body)
        if not found.till:
            found.till, found.since = record.till, record.seq
        found.made = (record.t, record.tz)
        if record.kind == ev.GENESIS:
            found.activated, found.witness = (record.t, record.tz), body[8]
        elif record.kind == ev.WITNESS:
            found.witness = body[1]
        elif record.kind == ev.CONFIG:
            found.identity = body[1]
        elif record.kind == ev.DAY_OPEN:
            found.identity = body[4]
        elif record.kind == ev.START and (self._version is None or self._version.version != body[1]):
            self._version = Software(body[1], record.t, record.tz)
            if found.first_record is not None:
                found.software.append(self._version)

    def _sums(self, record: Record) -> None:
        found, body = self.found, dict[int, Any](record.body)
        if record.kind == ev.TICKET:
            sold(found.whole, body)
            found.perpetual, found.absolute = body[9], body[10]
        elif record.kind == ev.PAYMENT_FIX:
            fixed(found.whole, body)
        elif record.kind == ev.DAY_CLOSE:
            found.perpetual, found.absolute = body[25], body[26]

    def _inside(self, record: Record, date: str) -> None:
        found, body = self.found, dict[int, Any](record.body)
        if found.first_record is None:
            self._begin(record, date)
        self._any = True
        found.last_record, found.last_day = record.seq, max(found.last_day, date)
        code = jet.code(record.kind, body)
        if code is not None:
            found.jet[code] = found.jet.get(code, 0) + 1
        if record.kind == ev.WITNESS:
            found.unwitnessed = max(found.unwitnessed, record.t - self._witnessed)
            self._witnessed = record.t
        self._numbered(record, body)
        rule = RULES.get(record.kind)
        if rule:
            rule(found, record, body)

    def _begin(self, record: Record, date: str) -> None:
        found = self.found
        found.first_record, found.first_day = record.seq, date
        self._witnessed = self._from = record.t
        if self._version:
            found.software.append(self._version)

    def _numbered(self, record: Record, body: Body) -> None:
        """Tickets and days follow one another without a gap; the first one seen begins."""
        if record.kind == ev.TICKET:
            self._follows("ticket", self._ticket, body[1])
            self._ticket = body[1]
        elif record.kind == ev.DAY_OPEN:
            self._follows("journée", self._day, body[1])
            self._day = body[1]

    def _follows(self, what: str, before: int, number: int) -> None:
        if before and number != before + 1:
            self.found.missing.append(f"{what} {number} après {before}")
