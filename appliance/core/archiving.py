"""Archives as the till knows them: what was made is a record, what could not be made is said (ARC-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.input import ArchiveMade
    from appliance.core.turn import Turn


def made(turn: Turn, what: ArchiveMade) -> None:
    """The archive is whole on flash before its record is written."""
    if what.body is not None:
        turn.emit(ev.ARCHIVE, dict(what.body))
        return
    turn.emit(ev.REFUSED, {1: "archive", 2: what.why[:200]})
    if not turn.ui.message:
        turn.say(Message("Archive impossible.", (what.why,)))
