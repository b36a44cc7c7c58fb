"""What the till tells its technician about the medium under the journal."""

from __future__ import annotations

from pathlib import Path

from appliance.core.input import MediumSaid
from appliance.core.ledger import Ledger
from appliance.storage import mount
from appliance.storage.wear import budget_years, medium, programmed

FOREVER = 999  # years


def said(data: Path, ledger: Ledger) -> MediumSaid | None:
    """Years at the pace of all closed days; None where the folder cannot be looked at."""
    try:
        below = medium(data)
        faults = tuple(fault.code for fault in mount.faults(data))
    except OSError:
        return None
    if below is None:
        return MediumSaid("inconnue", faults=faults)
    health = below.health
    return MediumSaid(
        below.name,
        health.used if health else None,
        health.end if health else 0,
        _years(ledger, below.capacity),
        faults,
    )


def _years(ledger: Ledger, capacity: int) -> int | None:
    if not ledger.day_number or not ledger.worn.bytes or not capacity:
        return None
    moved = programmed(ledger.worn.bytes, ledger.worn.flushes) / ledger.day_number
    return int(min(budget_years(moved, capacity), FOREVER))
