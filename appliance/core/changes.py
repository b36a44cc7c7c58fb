"""What a manager changes at the till itself: one price, one badge; what a stick brings is in `loading.py`.

Each is a record, holds at once, and gives way to the next files of the shop (`outfit.py`). What was rung stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.catalogue import Article
from appliance.core.digits import DIGITS, typed
from appliance.core.guard import manager
from appliance.core.money import euros
from appliance.core.operator import credential
from appliance.core.outfit import MOST_PRICES
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.input import Badge
    from appliance.core.shop import Operator
    from appliance.core.turn import Handler, Turn

PAGE: Final = 6
TWICE: Final = "Ce badge est déjà celui de {0}."
TAKEN: Final = (
    "Il n'ouvre plus rien, le code de cette personne non plus.",
    "Elle reste dans la liste : un autre badge peut lui être donné ici.",
)


def turn_page(turn: Turn, act: Act) -> None:
    turn.set(list_page=max(0, int(act.value)))


# One price


def prices(turn: Turn, act: Act) -> None:
    if manager(turn, "price"):
        turn.show("price-list")


def article(turn: Turn, act: Act) -> None:
    """Picked on the list, or scanned."""
    found = turn.shop.catalogue.by_label.get(str(act.value))
    if found is not None and found.price is not None:
        turn.show("list-price", subject=found.label)


def scanned(turn: Turn, text: str) -> None:
    found = turn.shop.catalogue.find(text)
    if found is None or found.price is None:
        turn.beep("refused")
        return
    turn.beep("accepted")
    article(turn, Act("article", found.label))


def take_price(turn: Turn, act: Act) -> None:
    found = turn.shop.catalogue.by_label.get(turn.ui.subject)
    if found is None or found.price is None or not manager(turn, "price"):
        return
    after = typed(turn)
    if after <= 0 or after == found.price:
        turn.set(refusal="Taper le nouveau prix.")
    elif _many(turn, found):
        turn.set(refusal="Trop de prix changés ici : charger un catalogue.")
    else:
        turn.emit(ev.PRICE, {1: found.label, 2: found.code, 3: found.price, 4: after})
        turn.dress()
        turn.beep("accepted")
        turn.show("price-list")
        text = (f"{euros(found.price)} jusqu'ici, {euros(after)} à partir de maintenant.",)
        turn.say(Message("Prix changé.", text, found.label, grave=False))


def _many(turn: Turn, found: Article) -> bool:
    held = turn.ledger.outfit.prices
    return len(held) >= MOST_PRICES and all(each.label != found.label for each in held)


# One badge


def people(turn: Turn, act: Act) -> None:
    if manager(turn, "badge"):
        turn.show("badge-list")


def person(turn: Turn, act: Act) -> None:
    if turn.shop.operator(str(act.value)) is not None:
        turn.show("new-badge", subject=str(act.value))


def badge(turn: Turn, what: Badge) -> None:
    """The new badge was held before the reader. A badge belongs to one person, and comes with a new PIN."""
    found = turn.shop.operator(turn.ui.subject)
    if found is None or not manager(turn, "badge"):
        return
    held = credential(turn.state.pepper, "nfc", what.uid)
    owner = next((each for each in turn.shop.operators if each.nfc == held), None)
    if owner is not None:
        turn.beep("refused")
        turn.set(refusal=TWICE.format(owner.name))
        return
    turn.emit(ev.BADGE, {1: found.code, 2: found.name, 3: held})
    turn.dress()
    turn.beep("accepted")
    turn.show("badge-list")
    dressed = turn.shop.operator(found.code)
    new = dressed is not None and not dressed.pin
    text = ("L'ancien badge n'ouvre plus.", *(("Un nouveau code sera choisi au premier passage.",) if new else ()))
    turn.say(Message("Badge donné.", text, found.name, grave=False))


def bare(turn: Turn, act: Act) -> None:
    """Its badge is lost, or its owner has left: it opens nothing from here on, and no other takes its place yet."""
    found = turn.shop.operator(turn.ui.subject)
    if found is None or not may_lose(found, turn.ledger.operator) or not manager(turn, "badge"):
        return
    turn.emit(ev.BADGE, {1: found.code, 2: found.name, 3: b""})
    turn.dress()
    turn.beep("accepted")
    turn.show("badge-list")
    turn.say(Message("Badge retiré.", TAKEN, found.name, grave=False))


def may_lose(person: Operator, standing: str) -> bool:
    """Nobody takes his own: whoever takes the others' can still give them new ones."""
    return bool(person.nfc or person.barcode) and person.code != standing


MANAGE: dict[str, Handler] = {"prices": prices, "people": people}
BADGE: dict[str, Handler] = {"people": people, "bare": bare}
LISTS: dict[str, Handler] = {"list": turn_page, "article": article, "person": person}
PRICE: dict[str, Handler] = {**DIGITS, "next": take_price}
