"""Taking money. Each payment is a record; at nothing due the ticket is final in the same frame (PAY-01, INA-03)."""

from __future__ import annotations

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.counter import go
from appliance.core.digits import DIGITS, clear, typed
from appliance.core.effect import Kick
from appliance.core.event import Event, Value
from appliance.core.law import CASH_CAP, FRANCHISE, WARRANTY
from appliance.core.money import euros
from appliance.core.sale import CREDIT, MAX_PAYMENTS, Order, Payment
from appliance.core.shop import Means
from appliance.core.territory import territory
from appliance.core.turn import Handler, Turn
from appliance.core.ui import Choice, Message

CHANGE_LABEL = "Rendu"
CREDITS_SHOWN = 6


def give(turn: Turn, act: Act) -> None:
    """A suggested sum or the blue key: cash, one tap."""
    amount = int(act.value) if act.value != "" else typed(turn)
    cash = next((each for each in means(turn) if each.kind == "cash"), None)
    if cash is not None and amount > 0:
        take(turn, cash, amount)


def means(turn: Turn) -> tuple[Means, ...]:
    """The means recorded at the opening of the day."""
    return turn.ledger.means or turn.shop.means


def by_means(turn: Turn, act: Act) -> None:
    """Another means: the typed sum, or all that is due."""
    chosen = next((each for each in means(turn) if each.label == act.value), None)
    if chosen is not None and turn.order is not None:
        take(turn, chosen, typed(turn) or turn.order.due)


def take_all(turn: Turn, act: Act) -> None:
    """From "Trop élevé": take what is due."""
    turn.set(message=None, typed="")
    by_means(turn, act)


def take(turn: Turn, chosen: Means, amount: int) -> None:
    order = turn.order
    if order is None or (order.due <= 0 and order.total != 0):
        return
    over = amount - order.due
    if over < 0 and len(order.payments) >= MAX_PAYMENTS - 1:
        _too_many(turn, order)
    elif over > 0 and chosen.over == "refuse":
        _too_much(turn, chosen, order)
    elif chosen.kind == CREDIT:
        _ask_credit(turn, chosen, amount)
    elif chosen.kind == "cash" and order.cash_kept + min(amount, order.due) > _cash_cap(turn):
        _over_cap(turn)
    elif chosen.kind == "card":
        turn.emit(ev.PAYMENT_ASKED, {1: order.number, 2: chosen.label, 3: chosen.kind, 4: amount})
        turn.show("payment")
    else:
        _settle(turn, chosen, amount)


def _cash_cap(turn: Turn) -> int:
    return CASH_CAP.on(turn.local.date())


def _over_cap(turn: Turn) -> None:
    cap = euros(_cash_cap(turn)).replace(",00", "")
    turn.beep("refused")
    turn.set(typed="")
    turn.say(Message(f"Espèces limitées à {cap}.", ("Payer le reste par carte ou chèque.",)))


def _too_many(turn: Turn, order: Order) -> None:
    turn.beep("refused")
    turn.set(typed="")
    turn.say(Message("Trop de paiements.", ("Prendre tout le reste en une fois.",), euros(order.due)))


def _too_much(turn: Turn, chosen: Means, order: Order) -> None:
    due = euros(order.due)
    turn.beep("refused")
    turn.set(typed="")
    article = {"card": "La carte", "cheque": "Le chèque"}.get(chosen.kind, "Ce moyen")
    choices = (Choice(f"Prendre {due}", Act("take-all", chosen.label)), Choice("Fermer", Act("close")))
    turn.say(Message("Trop élevé.", (f"{article} ne rend pas de monnaie : {due} au plus.",), "", choices))


def _ask_credit(turn: Turn, chosen: Means, amount: int) -> None:
    """A credit note is spent by its number; the oldest that covers most is proposed by the list (`credits`)."""
    if not turn.ledger.credits:
        turn.beep("refused")
        turn.say(Message("Aucun avoir.", ("Aucun avoir de cette caisse n'attend d'être utilisé.",)))
        return
    choices = tuple(
        Choice(f"N° {number:06d} : {euros(left)}", Act("credit", number))
        for number, left in sorted(turn.ledger.credits.items())[-CREDITS_SHOWN:]
    )
    text = ("Choisir le numéro imprimé sur l'avoir.",)
    turn.say(Message("Quel avoir ?", text, euros(amount), (*choices, Choice("Fermer", Act("close"))), False))


def take_credit(turn: Turn, act: Act) -> None:
    number, order = int(act.value), turn.order
    left = turn.ledger.credits.get(number, 0)
    chosen = next((each for each in means(turn) if each.kind == CREDIT), None)
    turn.set(message=None, typed="")
    if order is not None and chosen is not None and left > 0 and order.due > 0:
        _settle(turn, chosen, min(left, order.due), number)


def _settle(turn: Turn, chosen: Means, amount: int, credit: int = 0) -> None:
    """Records the payment, its change, and the ticket when nothing is due."""
    order = turn.order
    if order is None:
        return
    over = max(amount - order.due, 0)
    counted = amount if chosen.over == "change" else amount - over
    body: dict[int, Value] = {1: order.number, 2: chosen.label, 3: chosen.kind, 4: counted, 5: amount}
    turn.emit(ev.PAYMENT, {**body, 6: credit} if credit else body)
    if over and chosen.over == "change":
        turn.emit(ev.CHANGE, {1: order.number, 2: CHANGE_LABEL, 3: "change", 4: -over})
    turn.show("payment")
    if turn.order is not None and turn.order.due == 0:
        finalise(turn, turn.order)


def finalise(turn: Turn, order: Order, why: str = "") -> Event:
    """The ticket, whole and by value; the drawer opens once for a means that goes into it, or for change."""
    ticket = turn.emit(ev.TICKET, ticket_body(turn, order, why))
    kinds = {"cash" if each.kind == "change" else each.kind for each in order.payments}
    with_drawer = {each.kind for each in means(turn) if each.drawer}
    if kinds & with_drawer and turn.ledger.school is None:
        pulse = turn.emit(ev.DRAWER, {1: "sale", 2: "", 3: ticket.seq})
        turn.effect(Kick(pulse.seq))
    turn.beep("paid")
    turn.show("")
    return ticket


def ticket_body(turn: Turn, order: Order, why: str) -> dict[int, Value]:
    day = turn.ledger.day
    if day is None:
        raise ValueError("a ticket stands outside a day")
    perpetual = turn.ledger.perpetual.plus(order.total)
    lines: list[Value] = [line.body() for line in order.live]
    vat: list[Value] = [[row.rate, row.ht, row.vat, row.ttc] for row in order.vat]
    return {
        1: turn.ledger.ticket_number + 1,
        2: "sale" if order.original is None else "refund",
        3: order.number,
        4: order.total,
        5: lines,
        6: vat,
        7: [payment.body() for payment in order.payments],
        8: order.articles,
        9: perpetual.algebraic,
        10: perpetual.absolute,
        11: day.identity.body(),
        12: list[Value](turn.ledger.rates),
        13: _mentions(turn, order),
        14: turn.ledger.software,
        **({} if order.original is None else {15: order.original, 16: why}),
        17: turn.ledger.proof,
    }


def _mentions(turn: Turn, order: Order) -> list[Value]:
    today = turn.local.date()
    day = turn.ledger.day
    found: list[Value] = []
    untaxed = territory(turn.ledger.config.get(6)).mention_on(today)
    if untaxed:
        found.append(untaxed)
    elif day is not None and day.identity.vat_regime == "franchise":
        found.append(FRANCHISE.on(today))
    if any(line.warranty for line in order.live):
        found.append(WARRANTY.on(today))
    return found


def accepted(turn: Turn, act: Act) -> None:
    """The cashier read "accepted" on the stand-alone terminal."""
    asked = turn.order.asked if turn.order else None
    if asked is not None:
        _settle(turn, _means_of(turn, asked), asked.amount)


def _means_of(turn: Turn, asked: Payment) -> Means:
    found = next((each for each in means(turn) if each.label == asked.label), None)
    return found or Means(asked.label, asked.kind)


def declined(turn: Turn, act: Act) -> None:
    order = turn.order
    if order is None or order.asked is None:
        return
    asked = order.asked
    turn.emit(ev.PAYMENT_REFUSED, {1: order.number, 2: asked.label, 3: asked.kind, 4: asked.amount, 5: "refused"})
    turn.beep("refused")
    turn.show("payment")


def unsure(turn: Turn, act: Act) -> None:
    """An unknown outcome stays a question: never a retry (PAY-08)."""
    turn.set(choice=1)


def leave(turn: Turn, act: Act) -> None:
    """Back to the counter, as long as no money was taken."""
    if turn.order is None or not turn.order.payments:
        go(turn, Act("go", ""))


PAYMENT: dict[str, Handler] = {**DIGITS, "give": give, "means": by_means, "go": leave, "clear": clear}
CARD: dict[str, Handler] = {"accepted": accepted, "declined": declined, "unsure": unsure}
