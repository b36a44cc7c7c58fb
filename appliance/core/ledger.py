"""The state that the journal implies. There is no other truth about sales; `fold.py` says how records make it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from appliance.core import event as ev
from appliance.core.day import Day
from appliance.core.document import Paper, TicketRef
from appliance.core.outfit import Outfit
from appliance.core.recent import Recent
from appliance.core.sale import Order
from appliance.core.school import FIELDS, School
from appliance.core.shop import Means
from appliance.core.signed import Link
from appliance.core.standing import Archived, Defect, Upstream, Witnessed, Worn
from appliance.core.totals import Perpetual, Span
from appliance.core.upkeep import Upkeep

NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})
NAMED = 16  # defects that are known again when they are found again
REMEMBERED = 1000  # tickets that the reprint screen reaches without reading the journal


class Ledger(NamedTuple):
    """`seq` is the next record's; `t`, `tz`, `up` are the last record's."""

    seq: int = 0
    t: int = 0
    tz: int = 0
    up: int = 0
    till: str = ""
    siret: str = ""
    software: str = ""
    config: Mapping[int, ev.Value] = NOTHING
    means: tuple[Means, ...] = ()
    rates: tuple[int, ...] = ()
    fiscal_year_start: int = 1
    running: bool = False  # started and not stopped: a start now is an after-cut start
    offset: int = 0  # ms that a person added to the machine's clock
    trusted: bool = True
    operator: str = ""
    failures: Mapping[str, int] = NOTHING
    locked_until: Mapping[str, int] = NOTHING
    day: Day | None = None
    day_number: int = 0
    last_float: int = 0  # what was counted at the last closing
    last_close: tuple[int, int, int] = (0, 0, 0)  # Z number, t, tz
    order: Order | None = None
    order_number: int = 0
    ticket_number: int = 0
    tickets: Recent[TicketRef] = Recent(REMEMBERED)
    question: TicketRef | None = None  # final, and nobody has said whether to print it
    change: int = 0  # of that ticket, positive
    given: int = 0
    papers: tuple[Paper, ...] = ()
    doubts: tuple[Paper, ...] = ()
    copies: Mapping[int, int] = NOTHING
    perpetual: Perpetual = Perpetual()
    month: Span = Span()
    year: Span = Span()
    witness: Witnessed = Witnessed()
    defect: Defect | None = None  # on which a manager has not decided
    worn: Worn = Worn()
    named: tuple[int, ...] = ()  # by the last defects: the first record that each could not prove
    seals: Mapping[int, Link] = NOTHING  # the last signed string of each type
    parked: tuple[Order, ...] = ()
    school: School | None = None  # while it is on, the fields of a sale are those of the exercise
    schooled: tuple[int, int, int, int] = (0, 0, 0, 0)  # exercises, their tickets, both their perpetual totals
    closings: tuple[int, int] = (0, 0)  # number of the last month's closing and of the last year's
    closed: tuple[str, str] = ("", "")  # the last month and the last year that were closed
    archived: Archived = Archived()
    credits: Mapping[int, int] = NOTHING  # ticket number of a credit note -> what is left of it
    attested: tuple[str, str] = ("none", "")  # mode and number of the publisher's proof
    born: int = 0  # t of genesis, ms
    refunded: Mapping[int, tuple[int, ...]] = NOTHING  # record of a ticket -> its lines that were given back
    upstream: Upstream = Upstream()
    outfit: Outfit = Outfit()
    upkeep: Upkeep = Upkeep()
    settled: int = 0  # the last snapshot's record: what stands before it is closed

    @property
    def proof(self) -> str:
        """What papers say of certificate or attestation (VER-03)."""
        mode, number = self.attested
        if mode == "none":
            return "sans certificat ni attestation"
        return f"certificat {number}" if mode == "certificate" else f"attestation n° {number}"

    @property
    def tickets_sold(self) -> int:
        """The last real ticket's number; in an exercise it stands aside."""
        if self.school is None:
            return self.ticket_number
        return int(self.school.kept[FIELDS.index("ticket_number")])

    def changed(self, **changes: object) -> Ledger:
        """`_replace` in a quarter of its time, for what comes with every sale: a check folds millions of records."""
        values: list[Any] = list(self)
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return Ledger._make(values)

    def still_original(self, ref: TicketRef) -> bool:
        """Whether a first paper of this ticket, asked for now, is the original: by the shop's policy, and when none
        was ever ordered (TIC-04). A paper of which nobody knows was ordered."""
        ordered = ref.printed or ref.record in self.copies or any(each.fact == ref.record for each in self.papers)
        return self.config.get(10) == "original" and not ordered

    def traced(self, **counts: int) -> Ledger:
        """One more of what an owner looks at first, while a day is open."""
        if self.day is None:
            return self
        traces = self.day.traces
        grown = traces._replace(**{name: getattr(traces, name) + count for name, count in counts.items()})
        return self._replace(day=self.day._replace(traces=grown))


_PLACES: Final = {name: place for place, name in enumerate(Ledger._fields)}
