"""The control document: what an officer asks of a period.

Amounts in cents, times as (UTC ms, offset in minutes). `control_gather` fills it from the records, `control_text` says
it in French, `control_pdf` and `control_rows` put it on paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from appliance.audit.reading import Period
from appliance.audit.tally import Tally

LISTED: Final = 400  # entries of one section that are listed one by one; all are counted and summed


class Proof(NamedTuple):
    """What `verify` found just before. `record` and `why` are those of a chain that is broken."""

    intact: bool
    record: int | None
    why: str
    records: int
    chain: str  # hex
    head: str  # hex, after the last record of a chain that is intact
    pinned: bool  # the chain's id was given by the person who asked


class Entry(NamedTuple):
    """One act that an officer looks at. `ticket`: the number it is about, 0 for none."""

    record: int
    t: int
    tz: int
    operator: str
    text: str
    amount: int | None = None
    ticket: int = 0


@dataclass
class Section:
    """Acts of one sort in the period."""

    count: int = 0
    amount: int = 0
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.count += 1
        self.amount += entry.amount or 0
        if len(self.entries) < LISTED:
            self.entries.append(entry)


class Closed(NamedTuple):
    """A day of the period: its Z, or None for `gap` when nobody counted."""

    number: int
    date: str
    first: int
    last: int
    tickets: int
    total: int
    gap: int | None
    record: int
    t: int
    tz: int


class Software(NamedTuple):
    version: str
    t: int
    tz: int


SECTIONS: Final = (
    "altered",
    "lines",
    "orders",
    "changes",
    "discounts",
    "refunds",
    "fixes",
    "duplicates",
    "drawer",
    "cash_in",
    "cash_out",
    "gaps",
    "uncounted",
    "differences",
    "cuts",
    "tears",
    "clock",
    "defects",
    "training",
    "refusals",
)


@dataclass
class Control:
    """`period` is as asked; `first_day` and `last_day` are the business dates that it really holds."""

    period: Period
    proof: Proof
    identity: list[Any] = field(default_factory=list)
    till: str = ""
    activated: tuple[int, int] = (0, 0)
    first_record: int | None = None
    last_record: int | None = None
    first_day: str = ""
    last_day: str = ""
    made: tuple[int, int] = (0, 0)  # of the last record: a document says the same whenever it is made
    software: list[Software] = field(default_factory=list)
    sums: Tally = field(default_factory=Tally)
    whole: Tally = field(default_factory=Tally)  # since the first record that is here, up to the period's end
    since: int = 0  # that record: 0 unless what was before it was purged
    perpetual: int = 0
    absolute: int = 0
    days: list[Closed] = field(default_factory=list)
    open_day: str = ""  # of the period, not yet closed
    months: list[str] = field(default_factory=list)  # closed in the period
    years: list[str] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=lambda: {name: Section() for name in SECTIONS})
    missing: list[str] = field(default_factory=list)  # numbers that a sequence leaves out
    jet: dict[int, int] = field(default_factory=dict)  # code -> how often
    unsent: int = 0  # records of the period without a receipt of the collector
    enrolled: bool = False
    receipts: int = 0  # up to the last record read, also behind the period
    received: int = 0  # records below this one have a receipt
    waiting: int = 0  # tickets without one, of the whole journal
    witness: str = "C"
    unwitnessed: int = 0  # ms, the longest in the period
