"""Archives as the till knows them: what was made is a record, what could not be made is said (ARC-07, CON-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.effect import Work
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.turn import Turn

YEAR = 366 * 86_400_000


def due(turn: Turn) -> None:
    """The oldest closed period without an archive is asked for; its answer asks for the next."""
    waiting = turn.ledger.archived.due
    if waiting:
        turn.effect(Work("archive", (waiting[0][0],)))


def made(turn: Turn, body: dict[int, ev.Value]) -> None:
    """The archive is whole on flash before its record is written."""
    turn.emit(ev.ARCHIVE, body, operator="")
    due(turn)


def failed(turn: Turn, why: str) -> None:
    """Asked for again at the next closing or start."""
    turn.emit(ev.REFUSED, {1: "archive", 2: why[:200]}, operator="")
    if not turn.ui.message:
        turn.say(Message("Archive impossible.", (why,)))


def overdue(turn: Turn) -> bool:
    """Whether a year's sales have no archive, or no archive ever left this device in a year (CON-06)."""
    ledger = turn.ledger
    kept = ledger.archived
    return bool(ledger.last_close[0]) and turn.t - max(min(kept.t, kept.copied), ledger.born) > YEAR
