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

# MEN-05. References to the CGI remain valid until 2028-06-30 although the CIBS takes over on 2027-01-01.
FRANCHISE = Dated(((date(2018, 1, 1), "TVA non applicable, art. 293 B du CGI"),))

# TIC-10: C. conso. D211-6 asks for the mention on the ticket of durable goods.
WARRANTY = Dated(((date(2021, 10, 1), "Garantie légale de conformité : 2 ans"),))

# VER-05: what proves that a till satisfies the four conditions. LF 2016 art. 88; LF 2025 art. 43 (from 2025-02-16);
# LF 2026 art. 125 (from 2026-02-21). The text of 2027 names no attestation: until a decree does, only a certificate.
PROOFS: Dated[tuple[str, ...]] = Dated(
    (
        (date(2018, 1, 1), ("certificate", "attestation")),
        (date(2025, 2, 16), ("certificate",)),
        (date(2026, 2, 21), ("certificate", "attestation")),
        (date(2027, 1, 1), ("certificate",)),
    )
)

# The article that asks for the four conditions: ord. 2025-1247 and 2026-671 move it on 2027-01-01.
FOUR_CONDITIONS = Dated(
    (
        (date(2018, 1, 1), "3° bis du I de l'article 286 du code général des impôts"),
        (date(2027, 1, 1), "article L. 216-40 du code des impositions sur les biens et services"),
    )
)

# What the model of the attestation recalls at its foot.
FALSE_ATTESTATION = Dated(
    ((date(2018, 1, 1), "3 ans d'emprisonnement et de 45 000 € d'amende (code pénal, art. 441-1)"),)
)
