"""Mode école: a supervisor answers for it; nothing of it reaches drawer, card terminal or totals (TRN-01…06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.turn import Handler, Turn


def start(turn: Turn, act: Act) -> None:
    """Commencer: by a manager's badge, between two tickets of an open day."""
    if turn.person is None or turn.person.role != "manager":
        turn.beep("refused")
        turn.say(Message("Responsable seulement.", ("Un responsable doit s'identifier pour ouvrir le mode école.",)))
    elif turn.ledger.day is None or turn.ledger.order is not None or turn.ledger.school is not None:
        turn.beep("refused")
        turn.say(Message("Pas maintenant.", ("Le mode école s'ouvre entre deux tickets, la journée ouverte.",)))
    else:
        turn.emit(ev.TRAINING_ON, {1: turn.ledger.schooled[0] + 1, 2: turn.ledger.operator})
        turn.show("")


def finish(turn: Turn, act: Act) -> None:
    """Terminer: a basket of the exercise is given up first."""
    order = turn.ledger.order
    if order is not None and order.payments:
        turn.beep("refused")
        turn.say(Message("Déjà payé en partie.", ("Finir d'encaisser ce ticket d'exercice.",)))
    elif turn.ledger.school is not None:
        if order is not None:
            turn.emit(ev.ORDER_VOID, {1: order.number, 2: order.total, 3: len(order.live), 4: "fin du mode école"})
        off(turn)
        turn.show("")


def in_the_way(turn: Turn) -> bool:
    """Real money and closings wait until the exercise is over; said when asked for."""
    if turn.ledger.school is None:
        return False
    turn.beep("refused")
    turn.say(Message("Mode école.", ("Terminer d'abord le mode école : Plus, Gestion.",)))
    return True


def off(turn: Turn) -> None:
    """Whatever stands in the exercise is given up by records, then the real world comes back."""
    school = turn.ledger.school
    if school is None:
        return
    if turn.ledger.question is not None:
        turn.emit(ev.NO_PRINT, {1: turn.ledger.question.number, 2: turn.ledger.question.record, 3: "asked"})
    totals = turn.ledger.day.totals if turn.ledger.day else None
    done = (totals.tickets, totals.total) if totals else (0, 0)
    turn.emit(ev.TRAINING_OFF, {1: school.number, 2: school.responsible, 3: done[0], 4: done[1]})


TRAINING: dict[str, Handler] = {"training-on": start, "training-off": finish}
