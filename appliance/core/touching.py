"""The touch panel is set right: four crosses are touched, a fifth proves it, or nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import settings
from appliance.core.aim import TARGETS, Correction, correction, holds
from appliance.core.ui import Message
from appliance.core.visit import GO

if TYPE_CHECKING:
    from appliance.core.input import Pointed
    from appliance.core.turn import Handler, Turn

AGAIN: Final = "Toucher le milieu de chaque croix avec un stylet ou le bout du doigt, puis recommencer."


def pointed(turn: Turn, what: Pointed) -> None:
    """A finger came down, on no key: where the panel says that it is, by the correction in force."""
    points = (*turn.ui.points, (what.x, what.y))
    turn.beep("accepted")
    if len(points) < len(TARGETS):
        turn.set(points=points)
        return
    found = correction(points[: len(TARGETS)])
    if found is None:
        _refuse(turn, "Les quatre points ne vont pas ensemble.")
    elif len(points) == len(TARGETS):
        turn.set(points=points)
    elif holds(found, points[-1]):
        _take(turn, found)
    else:
        _refuse(turn, "Le cinquième point n'est pas sur sa croix.")


def _take(turn: Turn, found: Correction) -> None:
    """Laid over the one in force, under which the points were seen."""
    before = Correction.read(settings.current(turn.state, settings.CALIBRATION))
    settings.change(turn, settings.CALIBRATION, found.after(before).text())
    turn.show("")
    turn.say(Message("Écran tactile réglé.", ("Le cinquième point est sur sa croix.",), grave=False))


def _refuse(turn: Turn, why: str) -> None:
    turn.beep("refused")
    turn.show("")
    turn.say(Message("Réglage refusé.", (why, AGAIN)))


TOUCH: dict[str, Handler] = GO
