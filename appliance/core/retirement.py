"""The end of a till: its periods closed for good, its counters recorded; this chain sells nothing again (CON-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appliance.core import event as ev
from appliance.core import periods

if TYPE_CHECKING:
    from appliance.core.event import Value
    from appliance.core.input import Retire
    from appliance.core.turn import Turn


def close_all(turn: Turn) -> None:
    """The month and the fiscal year that are open, between two days only."""
    if turn.ledger.day is not None:
        return
    if turn.ledger.month.name:
        periods.close_month(turn)
    if turn.ledger.year.name:
        periods.close_year(turn)


def retire(turn: Turn, what: Retire) -> None:
    """Once; the counters as they stand."""
    ledger = turn.ledger
    if ledger.outfit.retired or ledger.day is not None or ledger.month.name or ledger.year.name:
        return
    perpetual = ledger.perpetual
    said: dict[int, Value] = {1: what.why, 2: perpetual.algebraic, 3: perpetual.absolute, 4: ledger.ticket_number}
    turn.emit(ev.RETIRED, {**said, 5: what.archive, 6: list[Any](what.media)}, operator="")
