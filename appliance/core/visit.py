"""A technician's visit: with a manager's consent, half an hour, between two sales; both ends are JET 240 (USR-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.upkeep import MINUTES

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.ledger import Ledger
    from appliance.core.turn import Handler, Turn

OVER: Final = ("Intervention terminée.", f"Les {MINUTES} minutes sont passées.")
PLACES: Final = ("", "technician", "errors", "memory", "time", "printer", "tests", "touch")


def in_the_way(ledger: Ledger) -> str:
    """Why no visit can begin now: basket or training; "" when one can."""
    if ledger.school is not None:
        return "training"
    return "basket" if ledger.question or (ledger.order and (ledger.order.live or ledger.order.asked)) else ""


def waits(turn: Turn) -> bool:
    """Whether a technician stands there and only a manager's word is missing."""
    person = turn.person
    alone = person is not None and person.role == "technician" and turn.ledger.upkeep.visit is None
    return alone and not in_the_way(turn.ledger)


def entered(turn: Turn) -> None:
    """A technician is in; what is in the way is said on the page, and recorded."""
    why = in_the_way(turn.ledger)
    if why:
        turn.emit(ev.REFUSED, {1: "service", 2: why})


def begin(turn: Turn, agreed: str) -> None:
    number = turn.ledger.upkeep.visits + 1
    turn.emit(ev.SERVICE_ON, {1: number, 2: turn.ledger.operator, 3: agreed, 4: MINUTES})
    turn.beep("accepted")
    turn.show("")


def end(turn: Turn, why: str) -> None:
    """`why`: as of the logout that follows."""
    visit = turn.ledger.upkeep.visit
    if visit is not None:
        turn.emit(ev.SERVICE_OFF, {1: visit.number, 2: visit.technician, 3: visit.agreed, 4: why})


def expire(turn: Turn) -> None:
    """Before every input: a visit that has lasted its time is over, whatever was under way on the screen."""
    visit = turn.ledger.upkeep.visit
    if visit is not None and turn.ledger.seq and turn.at.up >= visit.up and not visit.left(turn.at.up):
        end(turn, "time")
        turn.emit(ev.LOGOUT, {1: "time"})
        turn.show("", notice=OVER)


def go(turn: Turn, act: Act) -> None:
    """To another page of the visit."""
    if act.value in PLACES:
        turn.show(str(act.value))


GO: dict[str, Handler] = {"go": go}
