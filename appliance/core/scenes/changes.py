"""A manager's changes at the till: the article whose price changes, the person who gets a badge."""

from __future__ import annotations

from typing import TypeVar

from appliance.core import words
from appliance.core.act import Act
from appliance.core.catalogue import Article
from appliance.core.changes import PAGE, may_lose
from appliance.core.instant import Instant
from appliance.core.money import euros
from appliance.core.scenes.header import header
from appliance.core.shop import Operator
from appliance.core.turn import State
from appliance.core.view import EntryView, Fact, Key, MessageView, ReprintView, TicketRow

T = TypeVar("T")
MANAGE = Key("Retour", Act("go", "manage"))


def articles(state: State, at: Instant) -> ReprintView:
    """Those of the grid first: they have no code to be scanned."""
    known = state.shop.catalogue.articles if state.shop else ()
    priced = sorted((each for each in known if each.price is not None), key=lambda each: (each.code != "", each.label))
    rows = tuple(_article(each) for each in _page(priced, state))
    return _list(state, at, "Scanner l'article, ou le toucher", rows, len(priced))


def _article(article: Article) -> TicketRow:
    return TicketRow(article.label, "", euros(article.price or 0), article.code, Act("article", article.label))


def people(state: State, at: Instant) -> ReprintView:
    known = list(state.shop.operators) if state.shop else []
    rows = tuple(_person(each) for each in _page(known, state))
    return _list(state, at, "Le badge de qui ?", rows, len(known))


def _person(person: Operator) -> TicketRow:
    role = words.ROLES.get(person.role, person.role)
    return TicketRow(
        person.name,
        role,
        "",
        "a un badge" if person.nfc or person.barcode else "sans badge",
        Act("person", person.code),
    )


def _page(rows: list[T], state: State) -> list[T]:
    return rows[state.ui.list_page * PAGE : (state.ui.list_page + 1) * PAGE]


def _list(state: State, at: Instant, title: str, rows: tuple[TicketRow, ...], count: int) -> ReprintView:
    page = state.ui.list_page
    older = Key("Suite", Act("list", page + 1)) if (page + 1) * PAGE < count else None
    newer = Key("Avant", Act("list", page - 1)) if page else None
    return ReprintView(header(state, at), title, rows, older, newer, MANAGE)


def price(state: State, at: Instant) -> EntryView:
    found = state.shop.catalogue.by_label.get(state.ui.subject) if state.shop else None
    now = euros(found.price or 0) if found else ""
    return EntryView(
        header(state, at),
        state.ui.subject,
        "list-price",
        "Nouveau prix",
        euros(int(state.ui.typed or "0")),
        Key("Enregistrer", Act("next") if state.ui.typed else None),
        Key("Retour", Act("prices"), icon="left"),
        (Fact("Prix jusqu'ici", now),),
        refusal=state.ui.refusal,
    )


def badge(state: State, at: Instant) -> MessageView:
    found = state.shop.operator(state.ui.subject) if state.shop else None
    text = (state.ui.refusal,) if state.ui.refusal else ()
    loses = found is not None and may_lose(found, state.ledger.operator)
    bare = (Key("Retirer le badge seulement", Act("bare")),) if loses else ()
    said = (*text, "Le tenir devant le lecteur jusqu'au signal.")
    return MessageView(
        header(state, at),
        "Présenter le nouveau badge.",
        said,
        found.name if found else "",
        (*bare, Key("Annuler", Act("people"))),
        bool(text),
    )
