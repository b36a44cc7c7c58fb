"""`fold(events)`: records in order make the ledger, and nothing else does.

`apply` trusts its input: events are decided by `step` or come from a verified journal. Whether a stranger's journal
adds up is asked by `refold.py`, with these same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from appliance.core.event import Event
from appliance.core.folds import basket, drawer, exercise, machine, outfit, paper, period, person, upkeep, upstream
from appliance.core.ledger import Ledger

APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    **machine.APPLY,
    **person.APPLY,
    **basket.APPLY,
    **paper.APPLY,
    **drawer.APPLY,
    **period.APPLY,
    **exercise.APPLY,
    **upstream.APPLY,  # after them: a ticket is a sale first, and then waits for its receipt
    **upkeep.APPLY,
    **outfit.APPLY,  # last: what an owner sends down also ends what was laid over his older files
}


def fold(events: Iterable[Event], ledger: Ledger | None = None) -> Ledger:
    """Applies events in order to an empty ledger, or to the one given."""
    result = ledger or Ledger()
    for each in events:
        result = apply(result, each)
    return result


def apply(ledger: Ledger, event: Event) -> Ledger:
    """The ledger after one more record. An unknown kind changes only the position: newer kinds are additive."""
    moved = Ledger._make((event.seq + 1, event.t, event.tz, event.up, *ledger[4:]))
    change = APPLY.get(event.kind)
    return change(moved, event) if change else moved
