"""Who may change the shop at the till; who asked and may not is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.turn import Turn


def manager(turn: Turn, what: str) -> bool:
    """Whether a manager stands here; who is not is told, and the asking is recorded."""
    if turn.person is not None and turn.person.role == "manager":
        return True
    turn.emit(ev.REFUSED, {1: what, 2: "role"})
    turn.beep("refused")
    turn.say(Message("Responsable seulement.", ("Un responsable doit s'identifier pour ce changement.",)))
    return False
