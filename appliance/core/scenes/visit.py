"""A technician's visit: a manager's consent, then the menu of what can be looked at and set."""

from __future__ import annotations

from appliance.core import words
from appliance.core.act import Act
from appliance.core.instant import Instant
from appliance.core.operator import PIN_DIGITS
from appliance.core.scenes.header import header
from appliance.core.turn import State, badges_read
from appliance.core.upkeep import MINUTES
from appliance.core.view import EntryView, Fact, Key, Keypad, MenuColumn, MenuView, MessageView
from appliance.core.visit import in_the_way

HOME = Key("Retour", Act("go", ""), icon="left")
IN_THE_WAY = {
    "basket": ("Un ticket est en cours.", "L'encaisser ou l'annuler, puis présenter de nouveau le badge technique."),
    "training": ("Le mode école est ouvert.", "Le terminer, puis présenter de nouveau le badge technique."),
}


def consent(state: State, at: Instant) -> MessageView | EntryView:
    """What is in the way, or the question; with a manager's badge read, the PIN."""
    why = in_the_way(state.ledger)
    leave = Key("Quitter", Act("lock"))
    if why:
        return MessageView(header(state, at), "Pas maintenant.", IN_THE_WAY[why], "", (leave,))
    if state.ui.pin:
        return _pin(state, at)
    text = (state.ui.refusal, f"Un responsable présente son badge pour une intervention de {MINUTES} minutes.")
    names = () if badges_read(state) else _managers(state)
    return MessageView(header(state, at), "Accord demandé.", tuple(filter(None, text)), "", (*names, leave), False)


def _managers(state: State) -> tuple[Key, ...]:
    """Where no badge can be read."""
    people = state.shop.operators if state.shop else ()
    return tuple(Key(each.name, Act("name", each.code)) for each in people if each.role == "manager")[:4]


def _pin(state: State, at: Instant) -> EntryView:
    shop, typed = state.shop, len(state.ui.typed)
    who = shop.operator(state.ui.pin) if shop else None
    technician = shop.operator(state.ledger.operator) if shop else None
    return EntryView(
        header(state, at),
        "Accord d'un responsable",
        "consent",
        "Code du responsable",
        " ".join("•" * typed),
        Key("Accepter", Act("next") if typed == PIN_DIGITS else None),
        Key("Retour", Act("cancel"), icon="left"),
        (
            Fact("Responsable", who.name if who else ""),
            Fact("Technicien", technician.name if technician else ""),
            Fact("Durée", words.counted(MINUTES, "minute")),
        ),
        refusal=state.ui.refusal,
        keypad=Keypad(phone=True, clear=True),
    )


def left(state: State, at: Instant) -> str:
    """`Intervention : encore 27 minutes`."""
    visit = state.ledger.upkeep.visit
    minutes = visit.left(at.up) if visit else 0
    return f"Intervention\u00a0: encore {words.counted(minutes, 'minute')}"


def _logs(state: State) -> Key:
    """One long work at a time."""
    label = "Journaux sur clé USB"
    if state.ui.work:
        return Key(label, None, f"{state.ui.percent} %" if state.ui.work == "logs" else "")
    return Key(label, Act("logs"))


def view(state: State, at: Instant) -> MenuView:
    def go(label: str, screen: str) -> Key:
        return Key(label, Act("go", screen))

    columns = (
        MenuColumn(
            "Matériel",
            (
                go("Appareils", "technician"),
                go("Auto-test", "tests"),
                go("Imprimante", "printer"),
                go("Écran tactile", "touch"),
            ),
        ),
        MenuColumn(
            "Machine",
            (
                Key("Réseau", Act("look", "network")),
                go("Date et heure", "time"),
                go("Mémoire et témoin", "memory"),
                Key("Logiciel", Act("look", "software")),
            ),
        ),
        MenuColumn(
            "Réglages",
            (
                _logs(state),
                Key("Remettre les réglages", Act("reset")),
            ),
        ),
    )
    return MenuView(header(state, at), left(state, at), columns, None, Key("Terminer l'intervention", Act("lock")))
