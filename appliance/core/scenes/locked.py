"""The locked screen and the PIN page."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.alarms import banner
from appliance.core.instant import Instant
from appliance.core.money import euros
from appliance.core.operator import PIN_DIGITS
from appliance.core.scenes.header import local, moment, till_name
from appliance.core.scenes.software import progress
from appliance.core.turn import State, language
from appliance.core.view import Key, LockedView, PinPage

CHOOSE = "Choisir un code à 4 chiffres"


def view(state: State, at: Instant) -> LockedView:
    now = local(state, at)
    shop = state.shop
    names = (
        tuple(Key(o.name, Act("name", o.code), words.ROLES.get(o.role, o.role)) for o in shop.operators) if shop else ()
    )
    notice = state.ui.notice
    return LockedView(
        shop.identity.name if shop else "Sceau",
        till_name(state),
        words.clock(now),
        words.long_date(now),
        _day(state),
        names[: state.grid.names],
        notice or progress(state) or _parked(state) or _copied(state),
        bool(notice),
        _pin(state),
        banner(state),
        state.ledger.school is not None,
        _language(state),
    )


def _language(state: State) -> Key | None:
    """Each language names itself, so that who cannot read the screen finds the key."""
    if state.shop is None or not state.shop.bilingual or state.ui.pin:
        return None
    other = "fr" if language(state) == "en" else "en"
    return Key({"fr": "Français", "en": "English"}[other], Act("language", other))


def _day(state: State) -> str:
    day = state.ledger.day
    if day is None:
        return "Journée fermée"
    return f"Journée ouverte à {words.clock(moment(day.opened, day.opened_tz))}"


def _parked(state: State) -> tuple[str, ...]:
    order = state.ledger.order
    if order is None or not order.live:
        return ()
    articles = words.counted(order.articles, "article")
    return (
        f"Un ticket est en cours\u00a0: {articles}, {euros(order.total)}.",
        "Il revient dès que la caisse est déverrouillée.",
    )


def _copied(state: State) -> tuple[str, ...]:
    """With a stick left in: what would survive this till, or why nothing. A copy is not an archive."""
    if state.carried.fault:
        return (state.carried.fault,)
    return (f"{words.copied(state.carried.ticket)}.",) if state.carried.next_seq else ()


def _pin(state: State) -> PinPage | None:
    person = state.shop.operator(state.ui.pin) if state.shop and state.ui.pin else None
    if person is None:
        return None
    greeting = f"Bonjour {person.name}"
    asked = "Taper votre code" if state.ui.new_pin is None else "Le taper encore" if state.ui.new_pin else CHOOSE
    return PinPage(greeting, asked, PIN_DIGITS, len(state.ui.typed), state.ui.pin_refusal)
