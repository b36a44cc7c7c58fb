"""Pages that correct: a past ticket chosen, its lines or payments picked; a line of the basket changed."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core import words
from appliance.core.act import Act
from appliance.core.alteration import DISCOUNT_REASONS, PRICE_REASONS
from appliance.core.correction import (
    FIX_REASONS,
    PAGE,
    REFUND_REASONS,
    lines,
    payments,
    refund_means,
)
from appliance.core.document import TicketRef
from appliance.core.event import Event
from appliance.core.instant import Instant
from appliance.core.money import NBSP, divide, euros, quantity
from appliance.core.sale import Line, Order, Payment
from appliance.core.scenes.header import BACK, header, moment
from appliance.core.scenes.more import LIST_PAGE
from appliance.core.scenes.payment import ICONS
from appliance.core.turn import State, Turn
from appliance.core.view import (
    EntryView,
    Fact,
    Key,
    MenuColumn,
    MenuView,
    PickRow,
    PickView,
    ReprintView,
    TicketRow,
)

NAMED = 2  # lines by which a waiting ticket is known again
TITLES = {"refund-list": "Rembourser un ticket", "fix-list": "Corriger un paiement"}


def tickets(state: State, at: Instant) -> ReprintView:
    """The same list as for reprints, each ticket with what was already given back."""
    refs = tuple(ref for ref in state.ledger.tickets[::-1] if ref.total > 0 or state.ui.screen == "fix-list")
    page = state.ui.list_page
    rows = tuple(_row(ref, state) for ref in refs[page * LIST_PAGE : (page + 1) * LIST_PAGE])
    older = Key("Plus anciens", Act("list", page + 1)) if (page + 1) * LIST_PAGE < len(refs) else None
    newer = Key("Plus récents", Act("list", page - 1)) if page else None
    title = TITLES.get(state.ui.screen, "")
    return ReprintView(header(state, at), title, rows, older, newer, Key("Retour", Act("go", "more")))


def _row(ref: TicketRef, state: State) -> TicketRow:
    back = state.ledger.refunded.get(ref.record, ())
    note = f"{words.counted(len(back), 'ligne')} rendue{'s' if len(back) > 1 else ''}" if back else ""
    note = "remboursement" if ref.total < 0 else note
    if state.ui.screen == "fix-list" and ref.session != state.ledger.day_number:
        note = "journée close"
    when = moment(ref.t, ref.tz)
    time = words.clock(when) if ref.session == state.ledger.day_number else words.paper_time(when)[:16]
    return TicketRow(f"Ticket {ref.number:06d}", time, euros(ref.total), note, Act("ticket", ref.record))


def parked(state: State, at: Instant) -> ReprintView:
    """All of them on one page: as many as may wait at once."""
    rows = tuple(_parked(place, order) for place, order in enumerate(state.ledger.parked, start=1))
    return ReprintView(header(state, at), "Reprendre un ticket", rows, None, None, Key("Retour", Act("go", "")))


def _parked(place: int, order: Order) -> TicketRow:
    count = words.counted(order.articles, "article")
    more = len(order.live) - NAMED
    what = ", ".join(line.label for line in order.live[:NAMED]) + (f" et {more} de plus" if more > 0 else "")
    return TicketRow(f"En attente {place}", count, euros(order.total), what, Act("recall", place))


def refund(state: State, at: Instant) -> PickView | ReprintView:
    ticket = state.ui.ticket
    if ticket is None:
        return tickets(state, at)
    every = lines(ticket)
    back = state.ledger.refunded.get(ticket.seq, ())
    rows = tuple(_line(line, line.number in state.ui.picked, line.number in back) for line in every)
    total = sum(line.amount for line in every if line.number in state.ui.picked)
    detail = f"rendre {euros(total)}" if total else ""
    keys = tuple(
        Key(label, Act("refund", label) if total else None, detail, ICONS.get(kind, "paper"))
        for label, kind in refund_means(Turn(state, at))
    )
    return _pick(
        state, at, f"Rembourser le ticket {_number(ticket)}", rows, REFUND_REASONS, ("À rembourser", total), keys
    )


def _line(line: Line, picked: bool, back: bool) -> PickRow:
    several = line.quantity != 1000 or line.unit != "piece"
    front = f"{quantity(line.quantity, line.unit)}{NBSP}× " if several and line.unit == "piece" else ""
    note = "déjà rendu" if back else ""
    return PickRow(front + line.label, euros(line.amount), picked, None if back else Act("pick", line.number), note)


def fix(state: State, at: Instant) -> PickView | ReprintView:
    ticket, day = state.ui.ticket, state.ledger.day
    if ticket is None or day is None:
        return tickets(state, at)
    paid = payments(ticket)
    done = ticket.seq in day.fixed
    rows = tuple(_payment(each, place, place in state.ui.picked, done) for place, each in enumerate(paid))
    wrong = paid[state.ui.picked[0]] if state.ui.picked and paid else None
    others = [each for each in state.ledger.means if wrong and each.label != wrong.label and each.kind != "credit-note"]
    keys = tuple(
        Key(each.label, None if done else Act("fix", each.label), icon=ICONS.get(each.kind, "paper"))
        for each in others[:4]
    )
    field = ("Déjà corrigé" if done else "Payé en réalité par", wrong.amount if wrong else 0)
    return _pick(state, at, f"Paiement du ticket {_number(ticket)}", rows, FIX_REASONS, field, keys)


def _payment(paid: Payment, place: int, picked: bool, done: bool) -> PickRow:
    amount = euros(paid.amount)
    if done:
        return PickRow(f"{paid.label} {amount}", "", False, None, "déjà corrigé")
    return PickRow(paid.label, amount, picked, Act("pick", place))


def _number(ticket: Event) -> str:
    number = ticket.body[1]
    return f"{number:06d}" if isinstance(number, int) else ""


def _pick(
    state: State,
    at: Instant,
    title: str,
    rows: tuple[PickRow, ...],
    reasons: tuple[str, ...],
    field: tuple[str, int],
    keys: tuple[Key, ...],
) -> PickView:
    page, pages = state.ui.list_page, -(-len(rows) // PAGE)
    return PickView(
        header(state, at),
        title,
        {"fix": "payment-fix"}.get(state.ui.screen, state.ui.screen),
        rows[page * PAGE : (page + 1) * PAGE],
        Key("Suite", Act("list", page + 1), f"page {page + 2} sur {pages}") if page + 1 < pages else None,
        Key("Avant", Act("list", page - 1), f"page {page} sur {pages}") if page else None,
        tuple(Key(text.capitalize(), Act("choose", n)) for n, text in enumerate(reasons)),
        state.ui.choice,
        euros(field[1]),
        field[0],
        keys,
        Key("Retour", Act("go", "more")),
    )


def line(state: State, at: Instant) -> MenuView:
    """What can be changed of the selected line."""
    order = state.ledger.order or Order(0)
    chosen = next((each for each in order.standing if each.number == state.ui.selected), None)
    title = chosen.label if chosen else "Ligne"
    many = quantity(chosen.quantity, chosen.unit) if chosen else ""
    price = f"{euros(chosen.unit_price)}{'' if chosen.unit == 'piece' else f'/{chosen.unit}'}" if chosen else ""
    columns = (
        MenuColumn("Corriger", (_change("La quantité", "new-quantity", many), _change("Le prix", "new-price", price))),
        MenuColumn("Remise", (_change("En pour cent", "percent"), _change("En euros", "amount"))),
    )
    back = Key("Revenir à la vente", Act("go", ""))
    return MenuView(header(state, at), title, columns, None, back, named=chosen is not None)


def _change(label: str, screen: str, now: str = "") -> Key:
    return Key(label, Act("change", screen), f"maintenant {now}" if now else "")


def entry(state: State, at: Instant) -> EntryView:
    """New quantity, new price, discount in percent or in euros."""
    ui, digits = state.ui, int(state.ui.typed or "0")
    order = state.ledger.order or Order(0)
    chosen = next((each for each in order.standing if each.number == ui.selected), None)
    title, field, shown, reasons = ENTRIES[ui.screen]
    by_weight = chosen is not None and chosen.unit == "kg" and ui.screen == "new-quantity"
    typed = f"{digits / 1000:.3f} kg".replace(".", ",") if by_weight else shown(digits)
    whole = chosen.amount if chosen else sum(each.amount for each in order.standing)
    off = divide(whole * digits, 10_000) if ui.screen == "percent" else digits if ui.screen == "amount" else 0
    left = f" → {euros(whole - off)}" if 0 < off <= whole else ""
    facts = (Fact(chosen.label if chosen else "Ticket entier", euros(whole) + left, named=chosen is not None),)
    return EntryView(
        header(state, at),
        title,
        ui.screen,
        field,
        typed,
        Key("Valider", Act("next") if digits else None),
        BACK,
        facts,
        tuple(Key(text.capitalize(), Act("choose", n)) for n, text in enumerate(reasons)),
        ui.choice,
        ui.refusal,
    )


Shown = Callable[[int], str]

ENTRIES: dict[str, tuple[str, str, Shown, tuple[str, ...]]] = {
    "new-quantity": ("Nouvelle quantité", "Quantité", str, ()),
    "new-price": ("Nouveau prix", "Prix", euros, PRICE_REASONS),
    "percent": ("Remise en pour cent", "Remise", lambda n: f"{n / 100:.2f}{NBSP}%".replace(".", ","), DISCOUNT_REASONS),
    "amount": ("Remise en euros", "Remise", euros, DISCOUNT_REASONS),
}
