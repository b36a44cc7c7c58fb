"""Rates, thresholds and legal wordings as dated data: the law changes, records keep what held on their day.

A row holds from its date on, until the next row. Dates are local dates of the till.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Values by the date from which they hold, oldest first."""

    rows: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T:
        """The value that holds on `day`; before the first row, the first row's (a clock from 1970 must not stop)."""
        value = self.rows[0][1]
        for start, candidate in self.rows:
            if start <= day:
                value = candidate
        return value


# PAY-02: C. mon. fin. D112-3, debtor resident in France or acting professionally; kept in cash, per ticket (PAY-04).
CASH_CAP = Dated(((date(2015, 9, 1), 100_000),))

# VAT-01: rates of metropolitan France in basis points. Other territories come with provisioning (VAT-02/03).
RATES = Dated(((date(2014, 1, 1), (2000, 1000, 550, 210)),))

# MEN-05. References to the CGI remain valid until 2028-06-30 although the CIBS takes over on 2027-01-01.
FRANCHISE = Dated(((date(2018, 1, 1), "TVA non applicable, art. 293 B du CGI"),))

# TIC-10: C. conso. D211-6 asks for the mention on the ticket of durable goods.
WARRANTY = Dated(((date(2021, 10, 1), "Garantie légale de conformité : 2 ans"),))
