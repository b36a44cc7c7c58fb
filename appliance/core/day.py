"""An open day session: its float, its sums, and the traces that an owner looks at first."""

from __future__ import annotations

from typing import NamedTuple

from appliance.core.shop import Identity
from appliance.core.totals import Perpetual, Totals


class Traces(NamedTuple):
    """Counts of a day that an owner looks at first (TIC-06)."""

    void_lines: int = 0
    void_orders: int = 0
    drawer: int = 0
    duplicates: int = 0
    refused_logins: int = 0
    power_cuts: int = 0
    no_prints: int = 0
    discounts: int = 0
    changes: int = 0
    fixes: int = 0


class Day(NamedTuple):
    """An open day session. `cash_in` and `cash_out` are positive sums, `movements` their counts."""

    number: int
    float: int
    date: str  # business date, ISO
    opened: int
    opened_tz: int
    identity: Identity
    totals: Totals = Totals()
    first_ticket: int = 0
    last_ticket: int = 0
    cash_in: int = 0
    cash_out: int = 0
    movements: tuple[int, int] = (0, 0)
    traces: Traces = Traces()
    counted: int | None = None
    fixed: tuple[int, ...] = ()  # records of tickets whose payment was corrected
    start: Perpetual = Perpetual()  # as they stood when the day was opened

    @property
    def expected(self) -> int:
        return self.float + self.totals.cash + self.cash_in - self.cash_out
