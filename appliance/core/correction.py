"""Corrections of final tickets, only by plus and minus: refund, credit note, payment correction (INA-02, TIC-01)."""

from __future__ import annotations

from typing import Any, cast

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.digits import choose
from appliance.core.effect import ReadTicket
from appliance.core.event import Event, Value
from appliance.core.input import TicketRead
from appliance.core.payment import finalise, means
from appliance.core.sale import CREDIT, Line, Payment
from appliance.core.turn import Handler, Turn
from appliance.core.ui import Message

REFUND_REASONS = ("retour client", "erreur de caisse", "article défectueux", "geste commercial", "autre")
FIX_REASONS = ("erreur de caisse", "changement d'avis", "autre")
CREDIT_LABEL = "Avoir"
REFUND_CODE = 190  # JET
PAGE = 6


def ask(turn: Turn, act: Act) -> None:
    """A ticket was chosen from the list: its sealed record is read back before anything is shown."""
    ref = next((each for each in turn.ledger.tickets if each.record == act.value), None)
    if ref is None:
        return
    if turn.ui.screen == "fix-list" and ref.session != turn.ledger.day_number:
        refused(
            turn, "payment-fix", "closed-period", "Journée close.", "Ce ticket est d'une journée close : le rembourser."
        )
        return
    turn.set(screen=turn.ui.screen.removesuffix("-list"))
    turn.effect(ReadTicket(ref.record))


def refused(turn: Turn, what: str, why: str, title: str, text: str) -> None:
    """A refusal that the law wants to be seen: a record, a sound, a sentence."""
    turn.emit(ev.REFUSED, {1: what, 2: why})
    turn.beep("refused")
    turn.say(Message(title, (text,)))


def read(turn: Turn, what: TicketRead) -> None:
    """The ticket as it was sealed; all that can still be given back is picked."""
    if turn.ui.screen not in ("refund", "fix"):
        return
    ticket = what.ticket
    if turn.ui.screen == "refund" and cast("dict[int, Any]", ticket.body)[2] == "refund":
        turn.show("refund-list")
        turn.beep("refused")
        turn.say(Message("Déjà un remboursement.", ("Choisir le ticket de la vente.",)))
        return
    picked = open_lines(turn, ticket) if turn.ui.screen == "refund" else (0,)
    turn.set(ticket=ticket, picked=picked, list_page=0, choice=0)


def lines(ticket: Event) -> tuple[Line, ...]:
    return tuple(Line.of(each) for each in cast("list[Value]", ticket.body[5]))


def open_lines(turn: Turn, ticket: Event) -> tuple[int, ...]:
    """Numbers of the lines that were not given back yet."""
    back = turn.ledger.refunded.get(ticket.seq, ())
    return tuple(line.number for line in lines(ticket) if line.number not in back)


def pick(turn: Turn, act: Act) -> None:
    """Refund: a line joins or leaves. Correction: one payment at a time."""
    number = int(act.value)
    if turn.ui.screen == "fix":
        turn.set(picked=(number,))
    elif turn.ui.ticket is not None and number in open_lines(turn, turn.ui.ticket):
        picked = set(turn.ui.picked) ^ {number}
        turn.set(picked=tuple(sorted(picked)))


def turn_page(turn: Turn, act: Act) -> None:
    turn.set(list_page=int(act.value))


def refund(turn: Turn, act: Act) -> None:
    """The picked lines with the opposite sign, the money given back, the ticket, in one frame."""
    ticket, day = turn.ui.ticket, turn.ledger.day
    chosen = tuple(line for line in lines(ticket) if line.number in turn.ui.picked) if ticket else ()
    if ticket is None or day is None or turn.order is not None or not chosen:
        turn.beep("refused")
        return
    total = sum(line.amount for line in chosen)
    given = next((each for each in refund_means(turn) if each[0] == act.value), None)
    if given is None:
        return
    if given[1] == "cash" and total > max(day.expected, 0):
        turn.beep("refused")
        turn.say(Message("Il n'y a pas tant dans le tiroir.", ("Rembourser par carte ou par un avoir.",)))
        return
    _give_back(turn, ticket, chosen, Payment(given[0], given[1], -total), REFUND_REASONS[turn.ui.choice])


def _give_back(turn: Turn, ticket: Event, chosen: tuple[Line, ...], payment: Payment, why: str) -> None:
    number = turn.ledger.order_number + 1
    original: list[Value] = [
        cast(int, ticket.body[1]),
        ticket.seq,
        ticket.t,
        ticket.tz,
        [each.number for each in chosen],
    ]
    turn.emit(ev.ORDER, {1: number, 2: original, 3: why})
    for place, line in enumerate(chosen, start=1):
        record_line(turn, number, line.mirrored(place), "refund")
    turn.emit(ev.PAYMENT, {1: number, 2: payment.label, 3: payment.kind, 4: payment.amount, 5: payment.amount})
    if turn.order is None:
        return
    made = finalise(turn, turn.order, why)
    if turn.ledger.school is None:
        turn.emit(
            ev.JET, {1: REFUND_CODE, 2: f"ticket {made.body[1]!r} du ticket {ticket.body[1]!r} {why}", 3: made.seq}
        )


def record_line(turn: Turn, order: int, line: Line, how: str) -> None:
    values: dict[int, Value] = dict(zip(range(2, 14), line.body()[:12], strict=True))
    discount: dict[int, Value] = {15: line.discount} if line.discount else {}
    turn.emit(ev.LINE, {1: order, **values, 14: how, **discount})


def refund_means(turn: Turn) -> tuple[tuple[str, str], ...]:
    """Label and kind of what money can be given back by: as it came first, then the others, a credit note last."""
    known = [(each.label, each.kind) for each in means(turn) if each.kind in ("cash", "card", "cheque", "transfer")]
    paid = cast("list[tuple[str, str, int]]", turn.ui.ticket.body[7]) if turn.ui.ticket else []
    came = [(label, kind) for label, kind, _ in paid if (label, kind) in known]
    ordered = dict.fromkeys([*came, *known])
    return (*[each for each in ordered if each[1] != "cheque"], (CREDIT_LABEL, CREDIT))


def payments(ticket: Event) -> tuple[Payment, ...]:
    """As money came in: change is taken off the first cash payment."""
    rows = [Payment.of(each) for each in cast("list[Value]", ticket.body[7])]
    change = sum(each.amount for each in rows if each.kind == "change")
    kept = [each for each in rows if each.kind != "change"]
    for place, each in enumerate(kept):
        if each.kind == "cash" and change:
            kept[place], change = each._replace(amount=each.amount + change), 0
    return tuple(each for each in kept if each.amount)


def fix(turn: Turn, act: Act) -> None:
    """A pair on the same ticket: the payment under the wrong means goes, the right one comes, nothing else changes."""
    ticket, day = turn.ui.ticket, turn.ledger.day
    if ticket is None or day is None or not turn.ui.picked:
        return
    right = next((each for each in means(turn) if each.label == act.value), None)
    wrong = payments(ticket)[turn.ui.picked[0]]
    if right is None or right.label == wrong.label or ticket.seq in day.fixed:
        turn.beep("refused")
        return
    minus = Payment(wrong.label, wrong.kind, -wrong.amount)
    plus = Payment(right.label, right.kind, wrong.amount)
    why = FIX_REASONS[turn.ui.choice]
    turn.emit(ev.PAYMENT_FIX, {1: ticket.body[1], 2: ticket.seq, 3: minus.body(), 4: plus.body(), 5: why})
    turn.beep("accepted")
    turn.show("")


LIST: dict[str, Handler] = {"ticket": ask, "list": turn_page}
REFUND: dict[str, Handler] = {"pick": pick, "list": turn_page, "choose": choose, "refund": refund}
FIX: dict[str, Handler] = {"pick": pick, "list": turn_page, "choose": choose, "fix": fix}
