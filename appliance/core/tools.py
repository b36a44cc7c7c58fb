"""What a technician asks of the machine: what stands on its network, which software it runs, its logs on a stick."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from appliance.core import event as ev
from appliance.core import settings
from appliance.core.effect import Look, Work
from appliance.core.stick import begin, plugged
from appliance.core.ui import Message
from appliance.core.visit import GO

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.input import Looked
    from appliance.core.turn import Handler, Turn

PLACES = ("network", "software")
LOGS = 971  # JET


def look(turn: Turn, act: Act) -> None:
    """The page stands at once; what the machine says comes to it."""
    if act.value in PLACES:
        turn.show("look", subject=str(act.value))
        turn.effect(Look(str(act.value)))


def looked(turn: Turn, what: Looked) -> None:
    if turn.ui.screen == "look" and turn.ui.subject == what.what:
        turn.set(looked=what.rows)


def logs(turn: Turn, act: Act) -> None:
    """To the stick that is plugged in: how the machine is, never what was sold nor who stood here (GDP-04)."""
    if plugged(turn):
        begin(turn, Work("logs", (turn.state.stick, turn.ledger.till, json.dumps(_facts(turn)))))


def _facts(turn: Turn) -> dict[str, Any]:
    state, ledger = turn.state, turn.ledger
    return {
        "at": turn.t,
        "software": ledger.software,
        "devices": [[each.kind, each.level, each.code] for each in state.devices.values()],
        "errors": [[t, text] for t, _, text in state.errors],
        "settings": [list(each) for each in ledger.upkeep.settings],
        "wear": [ledger.worn.bytes, ledger.worn.flushes],
        "clock": [ledger.offset, int(ledger.trusted)],
        "queue": [ledger.seq - ledger.upstream.next_seq, ledger.upstream.unsent] if ledger.upstream.enrolled else [],
    }


def logged(turn: Turn, facts: dict[str, Any]) -> None:
    turn.emit(ev.JET, {1: LOGS, 2: str(facts["name"]), 3: None})
    text = ("Le fichier est enregistré et relu.",)
    turn.say(Message("Journaux sur la clé USB.", text, str(facts["name"]), grave=False))


DONE = {"logs": logged}
HOME: dict[str, Handler] = {**GO, "look": look, "logs": logs, "reset": settings.ask_reset}
