"""Payment: what is due, suggested sums, other means; the card's question; the print question."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.instant import Instant
from appliance.core.money import MINUS, NBSP, euros, figure, note
from appliance.core.payment import CHANGE_LABEL
from appliance.core.sale import Order
from appliance.core.scenes.header import BACK, NO_VALUE, header
from appliance.core.shop import Means
from appliance.core.turn import State
from appliance.core.view import CardView, Fact, Key, Paid, PaymentView, PrintView

NOTES = (500, 1000, 2000, 5000, 10000, 20000)
ICONS = {
    "credit-note": "paper",
    "card": "card",
    "cheque": "cheque",
    "meal-voucher": "fork",
    "voucher": "paper",
    "cash": "cash",
}
SUGGESTIONS = 6


def view(state: State, at: Instant) -> PaymentView:
    order = state.ledger.order or Order(0)
    typed = int(state.ui.typed or "0")
    lines = tuple(Fact(_label(line.quantity, line.unit, line.label), figure(line.amount)) for line in order.live)
    change = max(typed - order.due, 0)
    return PaymentView(
        header(state, at),
        BACK if not order.payments else None,
        euros(order.due),
        f"total {euros(order.total)}",
        words.counted(order.articles, "article"),
        lines,
        tuple(Paid(p.label, f"{MINUS}{NBSP}{euros(p.amount)}") for p in order.payments if p.kind != "change"),
        suggestions(order.due),
        tuple(_means(each, order.due, typed) for each in state.ledger.means if each.kind != "cash"),
        euros(typed) if typed else "",
        euros(change) if change else "",
        _next(typed, NO_VALUE if state.ledger.school else ""),
        state.ui.refusal,
    )


def _label(quantity: int, unit: str, label: str) -> str:
    pieces = quantity // 1000
    return f"{pieces}{NBSP}× {label}" if unit == "piece" and pieces > 1 else label


def _next(typed: int, detail: str) -> Key:
    if not typed:
        return Key("Encaisser en espèces", None, detail)
    return Key(f"Encaisser {euros(typed)} en espèces", Act("give"), detail)


def suggestions(due: int) -> tuple[Key, ...]:
    """The exact sum, then what people hand over: the next euro and the notes that cover it."""
    if due <= 0:
        return ()
    sums = sorted({-(-due // 100) * 100, *(-(-due // value) * value for value in NOTES)} - {due})
    exact = Key("Appoint", Act("give", due), euros(due))
    return (exact, *(Key(note(each), Act("give", each)) for each in sums[: SUGGESTIONS - 1]))


def _means(means: Means, due: int, typed: int) -> Key:
    """A means shows the sum that it will take."""
    takes = min(typed, due) if typed and means.over == "refuse" and typed <= due else typed or due
    return Key(means.label, Act("means", means.label), euros(takes), ICONS.get(means.kind, "paper"))


def card(state: State, at: Instant) -> CardView:
    order = state.ledger.order
    asked = order.asked if order else None
    if asked is None:
        raise ValueError("no card sum is asked")
    unsure = state.ui.choice == 1
    text = (
        "Regarder le ticket ou l'historique du terminal. Le paiement est-il passé\u00a0?"
        if unsure
        else "Lire la réponse sur le terminal de paiement."
    )
    answers = (
        Key("Non, refusé", Act("declined")),
        Key("Je ne sais pas", None if unsure else Act("unsure")),
        Key("Oui, accepté", Act("accepted")),
    )
    icon = ICONS.get(asked.kind, "card")
    return CardView(header(state, at), asked.label, icon, euros(asked.amount), "Accepté\u00a0?", text, answers)


def printing(state: State, at: Instant) -> PrintView:
    """Only reached by a ticket that is in the journal."""
    ledger = state.ledger
    ticket = ledger.question
    if ticket is None:
        raise ValueError("no ticket waits for an answer")
    change = ledger.change
    printer = state.devices.get("printer")
    fitted = printer is not None and printer.level != "absent"
    given = f"sur {euros(ledger.given)} en espèces" if change else ""
    return PrintView(
        header(state, at),
        "À rendre" if change else "Payé",
        euros(change if change else ticket.total),
        given,
        f"total {euros(ticket.total)}",
        f"{'Exercice' if ledger.school else 'Payé et'} enregistré · ticket {ticket.number:06d}",
        Key("Imprimer", Act("print") if fitted else None, icon="printer"),
        Key("Ne pas imprimer", Act("decline")),
    )


__all__ = ["CHANGE_LABEL", "card", "printing", "suggestions", "view"]
