"""Gestion: what an owner or a manager does now and then; the closing duties are said where they are done (CLO-02)."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.instant import Instant
from appliance.core.note import TEXTS
from appliance.core.scenes.header import BACK, header
from appliance.core.turn import State
from appliance.core.view import EntryView, Fact, Key, MenuColumn, MenuView


def view(state: State, at: Instant) -> MenuView:
    ledger = state.ledger
    month, year = ledger.month.name, ledger.year.name
    school = ("Terminer le mode école", "training-off") if ledger.school else ("Mode école", "training-on")
    closings = (
        _closing("Clôturer le mois", "close-month", state, words.month_name(month) if month else ""),
        _closing("Clôturer l'exercice", "close-year", state, f"ouvert en {words.month_name(year)}" if year else ""),
    )
    columns = (
        MenuColumn("Clôtures obligatoires", closings),
        MenuColumn("Formation", (Key(school[0], Act(school[1])),)),
        MenuColumn(
            "Articles et personnes",
            (
                Key("Changer un prix", Act("prices")),
                Key("Donner, retirer un badge", Act("people")),
                Key("Charger d'une clé USB", Act("load") if not state.ui.work else None, _loading(state)),
            ),
        ),
        MenuColumn(
            "Journal",
            (
                Key("Archives, exports", Act("go", "archives")),
                Key("Commenter un acte", Act("go", "note")),
                Key("Contrôle fiscal", Act("inspect")),
            ),
        ),
    )
    return MenuView(header(state, at), "Gestion", columns, None, Key("Retour", Act("go", "more")))


def _loading(state: State) -> str:
    return "en cours" if state.ui.work == "load" else ""


def _closing(label: str, act: str, state: State, period: str) -> Key:
    """Between two days only, and when something waits to be closed."""
    if not period:
        return Key(label, None, "rien à clôturer")
    if state.ledger.day is not None or state.ledger.school is not None:
        return Key(label, None, "clôturer d'abord la journée")
    return Key(label, Act(act), period)


def note(state: State, at: Instant) -> EntryView:
    return EntryView(
        header(state, at),
        "Commenter un acte",
        "note",
        "Numéro de l'acte",
        f"n° {state.ui.typed or '–'}",
        Key("Enregistrer", Act("next") if state.ui.typed else None),
        BACK,
        (Fact("Dernier acte", str(state.ledger.seq - 1)),),
        tuple(Key(text.capitalize(), Act("choose", n)) for n, text in enumerate(TEXTS)),
        state.ui.choice,
        state.ui.refusal,
    )
