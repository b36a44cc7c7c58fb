"""What a technician may set of this machine: each change is a record with the old and the new value (JET 270).

The board's configuration says the first values; a record counts before it. No setting touches the journal or the law.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.effect import Kick, Set
from appliance.core.papers import test_page
from appliance.core.ui import Choice, Message

if TYPE_CHECKING:
    from appliance.core.turn import Handler, State, Turn

CALIBRATION: Final = "touch.calibration"
# Numbers of the code page CP1252 in ESC t: Epson and most others; Nippon and clones; Star; TH230.
PAGES: Final = ("16", "71", "32", "8")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "printer.columns": ("48", "42", "32"),
    "printer.page": PAGES,
    "printer.drawer_pin": ("2", "5"),
    "printer.pulse_ms": ("100", "200"),
    "printer.cut": ("partial", "full", "none"),
}


def current(state: State, name: str) -> str:
    """As it is in force; empty where neither a record nor the board says anything."""
    said = state.ledger.upkeep.setting(name)
    return said if said is not None else state.board.get(name, "")


def change(turn: Turn, name: str, value: str | None) -> bool:
    """None: as the board says. The record first; the device hears of it once that is durable."""
    visit, upkeep = turn.ledger.upkeep.visit, turn.ledger.upkeep
    board = turn.state.board.get(name, "")
    said = upkeep.setting(name)
    before = said if said is not None else board
    if visit is None or (value == before if value is not None else said is None):
        return False
    turn.emit(ev.SETTING, {1: name, 2: before, 3: value, 4: visit.number})
    turn.effect(Set(name, board if value is None else value))
    return True


def choose(turn: Turn, act: Act) -> None:
    """`printer.columns=42`."""
    name, _, value = str(act.value).partition("=")
    if value in CHOICES.get(name, ()) and change(turn, name, value):
        turn.beep("accepted")


def open_drawer(turn: Turn, act: Act) -> None:
    """One pulse with the pin and the length that are set now."""
    pulse = turn.emit(ev.DRAWER, {1: "asked", 2: "essai", 3: None})
    turn.effect(Kick(pulse.seq))


def ask_reset(turn: Turn, act: Act) -> None:
    if not turn.ledger.upkeep.settings:
        turn.say(Message("Rien à remettre.", ("Tous les réglages sont ceux de la machine.",), grave=False))
        return
    text = ("Imprimante et écran tactile reprennent les réglages de la machine.", "Le journal reste comme il est.")
    choices = (Choice("Remettre", Act("reset-do")), Choice("Annuler", Act("close")))
    turn.say(Message("Remettre les réglages\u00a0?", text, "", choices, grave=False))


def reset(turn: Turn, act: Act) -> None:
    turn.set(message=None)
    for name, _ in turn.ledger.upkeep.settings:
        change(turn, name, None)


PRINTER: dict[str, Handler] = {"set": choose, "test-page": test_page, "drawer": open_drawer}
