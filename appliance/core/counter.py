"""Ringing up: scans, tiles, departments, quantities, voids. Each ring is a new line and a record (INA-01)."""

from __future__ import annotations

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.barcode import misread
from appliance.core.catalogue import Article
from appliance.core.digits import DIGITS, typed
from appliance.core.event import Value
from appliance.core.money import euros
from appliance.core.sale import MAX_LINES, MAX_QUANTITY, MAX_SIZE, Line
from appliance.core.turn import Handler, Turn
from appliance.core.ui import Choice, Message

VOID_REASON = "erreur de saisie"
MAX_AMOUNT = 9_999_999  # 99 999,99 € a line
MAX_CODE = 64  # signs of a scanned code that a record keeps


def scan(turn: Turn, text: str) -> None:
    """A code from the scanner: an article, or something the cashier must hear about."""
    if text == "" or misread(text):
        _refuse_code(turn, text, "misread", MISREAD)
        return
    article = turn.shop.catalogue.find(text)
    if article is None:
        _refuse_code(turn, text, "unknown", _unknown(turn, text))
        turn.set(code=text)
    else:
        ring(turn, article, "scan")


MISREAD = Message("Code mal lu.", ("Le passer encore une fois.",))


def _unknown(turn: Turn, text: str) -> Message:
    departments = tuple(Choice(d.label, Act("department", d.label)) for d in turn.shop.catalogue.departments[:4])
    sentences = ("Cet article n'est pas dans la liste.", "Le vendre au rayon, à un prix libre, ou l'écarter.")
    return Message("Code inconnu.", sentences, text, (*departments, Choice("Ne pas vendre", Act("close"))))


def _refuse_code(turn: Turn, text: str, why: str, message: Message) -> None:
    turn.emit(ev.UNKNOWN_CODE, {1: printable(text)[:MAX_CODE], 2: why})
    turn.beep("refused")
    turn.say(message)


def printable(text: str) -> str:
    """A scanned text as a record may hold it: letters, digits, plain signs."""
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text)


def tap(turn: Turn, act: Act) -> None:
    """A tile of the grid."""
    article = turn.shop.catalogue.by_label.get(str(act.value))
    if article is not None:
        ring(turn, article, "tile")


def department(turn: Turn, act: Act) -> None:
    """From the unknown-code message: the article is sold at a free price under a department."""
    article = turn.shop.catalogue.by_label.get(str(act.value))
    turn.set(message=None)
    if article is not None:
        turn.show("price", subject=article.label, code=turn.ui.code, quantity=turn.ui.quantity)


def ring(turn: Turn, article: Article, how: str) -> None:
    """A price or a weight that is missing is asked for; else the line stands at once."""
    if article.price is None:
        turn.show("price", subject=article.label, quantity=turn.ui.quantity)
    elif article.unit == "kg" and not turn.ui.quantity:
        turn.show("weight", subject=article.label)
    else:
        add(turn, article, article.price, turn.ui.quantity or 1000, how)


def add(turn: Turn, article: Article, price: int, quantity: int, how: str, code: str = "") -> None:
    order = turn.order
    line = Line.ring(len(order.lines) + 1 if order else 1, article, price, quantity, _rate(turn, article))
    if order is not None and (len(order.lines) >= MAX_LINES or order.size + line.size > MAX_SIZE):
        turn.beep("refused")
        turn.say(Message("Ticket trop long.", (f"{len(order.lines)} lignes au plus. L'encaisser, puis continuer.",)))
        return
    if line.amount > MAX_AMOUNT:
        turn.beep("refused")
        turn.say(Message("Somme trop grande.", ("Vérifier la quantité et le prix.",), euros(line.amount)))
        return
    if order is None:
        turn.emit(ev.ORDER, {1: turn.ledger.order_number + 1})
    _record_line(turn, line, how, code)
    turn.beep("accepted")
    turn.show("")


def _rate(turn: Turn, article: Article) -> int:
    """None in the franchise regime, which is that of the day's opening."""
    day = turn.ledger.day
    identity = day.identity if day else turn.shop.identity
    return 0 if identity.vat_regime == "franchise" else article.rate


def _record_line(turn: Turn, line: Line, how: str, code: str) -> None:
    order = turn.order.number if turn.order else turn.ledger.order_number
    values: dict[int, Value] = dict(zip(range(2, 14), line.body()[:12], strict=True))
    values[10] = line.code or printable(code)[:MAX_CODE]
    turn.emit(ev.LINE, {1: order, **values, 14: how})


def take_price(turn: Turn, act: Act) -> None:
    """The free price was typed."""
    article = turn.shop.catalogue.by_label.get(turn.ui.subject)
    if article is not None and typed(turn) > 0:
        add(turn, article, typed(turn), turn.ui.quantity or 1000, "department", turn.ui.code)


def take_weight(turn: Turn, act: Act) -> None:
    """Grams were typed for an article sold by the kilogram."""
    article = turn.shop.catalogue.by_label.get(turn.ui.subject)
    if article is not None and article.price is not None and typed(turn) > 0:
        add(turn, article, article.price, typed(turn), "weight")


def take_quantity(turn: Turn, act: Act) -> None:
    """Whole pieces, for the next ring."""
    quantity = typed(turn) * 1000
    if 0 < quantity <= MAX_QUANTITY:
        turn.show("", quantity=quantity)


def quantity_digit(turn: Turn, act: Act) -> None:
    """Quantities have three digits at most."""
    before = "" if turn.ui.fresh else turn.ui.typed
    text = (before + str(act.value)).lstrip("0")
    if len(text) > 3:
        turn.beep("refused")
    else:
        turn.set(typed=text, fresh=False)


def select(turn: Turn, act: Act) -> None:
    number = int(act.value)
    turn.set(selected=0 if number == turn.ui.selected else number)


def void_line(turn: Turn, act: Act) -> None:
    """Strikes the selected line: its own record, the line keeps its place and number (TIC-06)."""
    order, number = turn.order, turn.ui.selected
    line = next((each for each in order.live if each.number == number), None) if order else None
    if order is None or line is None:
        return
    turn.emit(ev.LINE_VOID, {1: order.number, 2: number, 3: line.label, 4: -line.amount, 5: VOID_REASON})
    turn.set(selected=0)


def void_ticket(turn: Turn, act: Act) -> None:
    """Abandons the basket; refused once money was taken."""
    order = turn.order
    if order is None:
        turn.show("")
        return
    if order.payments:
        turn.beep("refused")
        turn.say(Message("Déjà payé en partie.", ("Finir d'encaisser ce ticket.",), euros(order.paid)))
        return
    turn.emit(ev.ORDER_VOID, {1: order.number, 2: order.total, 3: len(order.live), 4: VOID_REASON})
    turn.show("")


def category(turn: Turn, act: Act) -> None:
    turn.set(category=int(act.value), page=0)


def page(turn: Turn, act: Act) -> None:
    turn.set(page=int(act.value))


def above(turn: Turn, act: Act) -> None:
    turn.set(above=int(act.value))


PLACES = (
    "",
    "quantity",
    "drawer",
    "more",
    "reprint",
    "refund-list",
    "fix-list",
    "parked",
    "manage",
    "note",
    "inspection",
    "archives",
    "period",
    "totals",
    "cash-in",
    "cash-out",
    "technician",
    "errors",
    "memory",
    "time",
)


def go(turn: Turn, act: Act) -> None:
    """To another screen of the counter; the reasons start at the most usual."""
    if act.value not in PLACES:
        return
    kept = turn.ui.quantity if act.value == "" else 0
    turn.show(str(act.value), quantity=kept)


def devices(turn: Turn, act: Act) -> None:
    """The banner was tapped: the list of devices."""
    turn.show("technician")


def pay(turn: Turn, act: Act) -> None:
    """Encaisser: to the payment screen, when there is something to pay."""
    if turn.order is not None and turn.order.live:
        turn.show("payment")


SALE: dict[str, Handler] = {
    "ring": tap,
    "category": category,
    "page": page,
    "select": select,
    "above": above,
    "void-line": void_line,
    "go": go,
    "devices": devices,
    "pay": pay,
}
MORE: dict[str, Handler] = {"go": go, "devices": devices, "void-ticket": void_ticket}
PRICE: dict[str, Handler] = {**DIGITS, "next": take_price, "go": go}
WEIGHT: dict[str, Handler] = {**DIGITS, "next": take_weight, "go": go}
QUANTITY: dict[str, Handler] = {**DIGITS, "digit": quantity_digit, "next": take_quantity, "go": go}
