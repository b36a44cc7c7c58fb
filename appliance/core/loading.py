"""A manager loads catalogue and people from a stick: seen first, taken then, in use from the next opening on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.effect import Work
from appliance.core.guard import manager
from appliance.core.ui import Choice, Message

if TYPE_CHECKING:
    from appliance.core.event import Value
    from appliance.core.turn import Handler, Turn

SHOWN: Final = 4  # faults on the screen
NAMES: Final = {"load": "Chargement"}
SCOPES: Final = {"catalogue": "Articles", "operators": "Personnes"}


def load(turn: Turn, act: Act) -> None:
    """Reads what is on the stick; nothing changes before it was seen."""
    if not manager(turn, "load"):
        return
    if not turn.state.stick:
        turn.beep("refused")
        turn.say(Message("Pas de clé USB.", ("Brancher une clé USB sur la caisse, puis recommencer.",)))
    elif turn.ui.work:
        turn.beep("refused")
    else:
        turn.set(work="load", percent=0)
        turn.effect(Work("load", (turn.state.stick, turn.local.date().isoformat())))


def planned(turn: Turn, facts: dict[str, Any]) -> None:
    """`faults`: file, line and why; or `plan`: [scope, SHA-256, added, altered, removed] of what would be taken."""
    faults, plan = list(facts["faults"]), list(facts["plan"])
    if faults:
        turn.emit(ev.REFUSED, {1: "load", 2: str(faults[0])[:200]})
        turn.beep("refused")
        more = len(faults) - SHOWN
        rest = (f"Autres fautes dans ces fichiers\u00a0: {more}.",) if more > 0 else ()
        turn.say(Message("Fichiers de la clé USB faux.", (*map(str, faults[:SHOWN]), *rest)))
    elif not any(added or altered or removed for _, _, added, altered, removed in plan):
        turn.say(Message("Rien de nouveau.", ("La clé USB contient ce que la caisse a déjà.",), grave=False))
    else:
        turn.set(plan={at: list(each) for at, each in enumerate(plan)})
        text = (*map(_counts, plan), "En place à la prochaine ouverture de journée.")
        choices = (Choice("Charger", Act("load-do")), Choice("Annuler", Act("close")))
        turn.say(Message("Charger ces fichiers\u00a0?", text, "", choices, grave=False))


def _counts(row: list[Any]) -> str:
    scope, _, added, altered, removed = row
    return f"{SCOPES[scope]}\u00a0: {added} en plus, {altered} changés, {removed} en moins."


def confirmed(turn: Turn, act: Act) -> None:
    """The record decides: what was read lies on flash already, and an opening puts it in place."""
    plan = turn.ui.plan
    turn.set(message=None, plan=None)
    if plan is None or not manager(turn, "load"):
        return
    for at in sorted(plan):
        scope, digest, *counts = cast("list[Value]", plan[at])
        if any(counts):
            said = (scope, bytes.fromhex(str(digest)), *counts)
            turn.emit(ev.LOADED, dict(enumerate(said, start=1)))
    turn.beep("accepted")
    turn.say(Message("Fichiers chargés.", ("En place à la prochaine ouverture de journée.",), grave=False))


MANAGE: dict[str, Handler] = {"load": load}
DONE = {"load": planned}
