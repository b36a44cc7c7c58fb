"""What the records of a period say about themselves: the manifest and the `archive` record are made of it."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from appliance.audit.source import Broken
from appliance.core import event as ev
from appliance.core.event import Value
from appliance.core.standing import Witnessed
from appliance.storage.record import Record


class Sums(NamedTuple):
    """Of the closings in a period; `vat` = [rate bp, ht, vat, ttc] in cents, highest rate first."""

    vat: list[Value]
    total: int
    tickets: int


class Facts:
    """`record` takes those of the period in order."""

    def __init__(self) -> None:
        self.first = self.last = -1
        self.records = self.tickets = 0
        self.till = self.siret = ""
        self.days: list[date] = []
        self.perpetual: tuple[int, int] | None = None  # after the last closing
        self.moved = (0, 0)  # by the tickets: algebraic and absolute
        self.kinds: set[int] = set()
        self._witness: Witnessed | None = None
        self._t = 0
        self._vat: dict[int, list[int]] = {}
        self._total = self._tickets = 0

    def record(self, record: Record) -> None:
        """Raises Broken."""
        self.first = record.seq if self.first < 0 else self.first
        self.last, self._t, self.till = record.seq, record.t, record.till
        self.records += 1
        self.kinds.add(record.kind)
        body: Any = record.body
        try:
            if record.kind == ev.TICKET:
                self._ticket(body)
            elif record.kind == ev.DAY_CLOSE:
                self._closed(body)
            elif record.kind == ev.GENESIS:
                self._siret(body[4])
                self._witness = Witnessed(body[8], None, record.t, 0)
            elif record.kind == ev.SNAPSHOT:
                self._siret(body[2])
                self._witness = Witnessed(*body[20])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise Broken(record.seq, f"its body does not fit its kind ({error})") from error

    def _siret(self, siret: str) -> None:
        if self.siret not in ("", siret):
            raise ValueError("it names another SIRET")
        self.siret = siret

    def _ticket(self, body: Any) -> None:  # noqa: ANN401
        self.tickets += 1
        self.moved = (self.moved[0] + body[4], self.moved[1] + abs(body[4]))

    def _closed(self, body: Any) -> None:  # noqa: ANN401
        self.days.append(date.fromisoformat(body[2]))
        self.perpetual = (body[25], body[26])
        self._total += body[10]
        self._tickets += body[6]
        for rate, *sums in body[11]:
            self._vat[rate] = [one + more for one, more in zip(self._vat.get(rate, (0, 0, 0)), sums, strict=True)]

    @property
    def sums(self) -> Sums:
        rows: list[Value] = [[rate, *self._vat[rate]] for rate in sorted(self._vat, reverse=True)]
        return Sums(rows, self._total, self._tickets)

    @property
    def witness(self) -> tuple[str, int] | None:
        """The class, and the longest time without a word, in ms; None when nothing in the period tells."""
        return (self._witness.letter, self._witness.unwitnessed(self._t)) if self._witness else None
