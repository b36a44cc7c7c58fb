"""What changes a basket before money is taken: quantities, prices, discounts, parking; each is a record (INA-01)."""

from __future__ import annotations

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.digits import DIGITS, typed
from appliance.core.event import Value
from appliance.core.money import divide, euros, times
from appliance.core.sale import MAX_QUANTITY, Line
from appliance.core.turn import Handler, Turn
from appliance.core.ui import Message
from appliance.core.vat import extract

PRICE_REASONS = ("prix promotionnel", "article abîmé", "erreur d'étiquette", "autre")
DISCOUNT_REASONS = ("geste commercial", "article abîmé", "fidélité", "personnel", "autre")
QUANTITY_REASON = "quantité corrigée"
MAX_AMOUNT = 9_999_999
PARKED = 20


def selected(turn: Turn) -> Line | None:
    order = turn.order
    if order is None or order.payments:
        return None
    return next((line for line in order.standing if line.number == turn.ui.selected), None)


def change(turn: Turn, act: Act) -> None:
    """Modifier: a page for the selected line; what was typed starts anew."""
    if selected(turn) is not None:
        turn.show(str(act.value), selected=turn.ui.selected)


def take_quantity(turn: Turn, act: Act) -> None:
    """Whole pieces, or grams of what is sold by weight."""
    line = selected(turn)
    if line is not None and typed(turn):
        quantity = typed(turn) if line.unit == "kg" else typed(turn) * 1000
        if quantity <= MAX_QUANTITY:
            _changed(turn, line, quantity, line.unit_price, QUANTITY_REASON)


def take_price(turn: Turn, act: Act) -> None:
    line = selected(turn)
    if line is not None and typed(turn):
        _changed(turn, line, line.quantity, typed(turn), PRICE_REASONS[turn.ui.choice])


def _changed(turn: Turn, line: Line, quantity: int, price: int, why: str) -> None:
    """A changed line carries no discount any more: it is given again if it still holds."""
    amount = times(price, quantity)
    if turn.order is None or amount > MAX_AMOUNT:
        turn.beep("refused")
        turn.say(Message("Somme trop grande.", ("Vérifier la quantité et le prix.",), euros(amount)))
        return
    ht, vat = extract(amount, line.rate)
    body: dict[int, Value] = {1: turn.order.number, 2: line.number, 3: quantity, 4: price, 5: amount}
    turn.emit(ev.LINE_CHANGE, {**body, 6: ht, 7: vat, 8: why, 9: 0})
    turn.show("")


def take_percent(turn: Turn, act: Act) -> None:
    """Typed in hundredths of a percent: 10,00 %."""
    if 0 < typed(turn) <= 10_000:
        _discounted(turn, typed(turn), None)


def take_amount(turn: Turn, act: Act) -> None:
    if typed(turn):
        _discounted(turn, None, typed(turn))


def _discounted(turn: Turn, rate: int | None, amount: int | None) -> None:
    """Of the selected line, or of the whole ticket when none is selected."""
    order, line = turn.order, selected(turn)
    if order is None or order.payments or (turn.ui.selected and line is None):
        return
    whole = times(line.unit_price, line.quantity) if line else sum(each.amount for each in order.standing)
    off = divide(whole * rate, 10_000) if rate is not None else amount or 0
    if off > whole:
        turn.beep("refused")
        turn.set(refusal="La remise dépasse le prix.")
        return
    why = DISCOUNT_REASONS[turn.ui.choice]
    turn.emit(ev.DISCOUNT, {1: order.number, 2: line.number if line else None, 3: rate, 4: off, 5: why})
    turn.beep("accepted")
    turn.show("")


def on_ticket(turn: Turn, act: Act) -> None:
    """Remise sur le ticket: applied over the lines that stand when it is paid."""
    if turn.order is not None and turn.order.standing and not turn.order.payments:
        turn.show(str(act.value))


def park(turn: Turn, act: Act) -> None:
    order = turn.order
    if order is None or not order.live or order.payments:
        turn.beep("refused")
    elif len(turn.ledger.parked) >= PARKED:
        turn.beep("refused")
        turn.say(Message("Trop de tickets en attente.", ("En encaisser un d'abord.",)))
    else:
        turn.emit(ev.PARK, {1: order.number})
        turn.show("")


def recall(turn: Turn, act: Act) -> None:
    """By its place in the list, from 1."""
    place = int(act.value) - 1
    if turn.order is not None and turn.order.live:
        turn.beep("refused")
        turn.say(Message("Un ticket est en cours.", ("L'encaisser ou le mettre en attente.",)))
    elif 0 <= place < len(turn.ledger.parked) and turn.ledger.day is not None:
        if turn.order is not None:
            turn.emit(ev.ORDER_VOID, {1: turn.order.number, 2: 0, 3: 0, 4: "ticket vide"})
        turn.emit(ev.RECALL, {1: turn.ledger.parked[place].number})
        turn.show("")


def back(turn: Turn, act: Act) -> None:
    turn.show("", selected=turn.ui.selected)


LINE: dict[str, Handler] = {"change": change, "go": back}
NEW_QUANTITY: dict[str, Handler] = {**DIGITS, "next": take_quantity, "go": back}
NEW_PRICE: dict[str, Handler] = {**DIGITS, "next": take_price, "go": back}
PERCENT: dict[str, Handler] = {**DIGITS, "next": take_percent, "go": back}
AMOUNT: dict[str, Handler] = {**DIGITS, "next": take_amount, "go": back}
TICKET: dict[str, Handler] = {"park": park, "recall": recall, "discount": on_ticket}
