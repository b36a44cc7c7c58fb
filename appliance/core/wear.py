"""What the journal costs its medium: counted below it, recorded at each closing and orderly stop."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from appliance.core import event as ev

if TYPE_CHECKING:
    from appliance.core.event import Value
    from appliance.core.turn import Turn


def record(turn: Turn) -> None:
    """Bytes and flushes since the last `wear` record of this process, and since birth.

    What was written between that record and a power cut is in no count: the sum is a lower bound.
    """
    meter, before, worn = turn.state.meter, turn.state.metered, turn.ledger.worn
    if meter is None:
        return
    written, flushed = meter.bytes - before.bytes, meter.flushes - before.flushes
    health: Value = list[Value](meter.health) if meter.health else None
    turn.emit(
        ev.WEAR,
        {1: written, 2: flushed, 3: worn.bytes + written, 4: worn.flushes + flushed, 5: health},
        operator="",
    )
    turn.state = replace(turn.state, metered=meter)
