"""Typing sums: digits fill from the right (2, 0, 0, 0 gives 20,00), seven at most."""

from __future__ import annotations

from appliance.core.act import Act
from appliance.core.turn import Handler, Turn

MOST = 7


def type_digit(turn: Turn, act: Act, most: int = MOST) -> None:
    """Appends a digit or "00"; one too many is refused by sound. The first replaces a proposed value."""
    before = "" if turn.ui.fresh else turn.ui.typed
    typed = (before + str(act.value)).lstrip("0")
    if len(typed) > most:
        turn.beep("refused")
        return
    turn.set(typed=typed, fresh=False, refusal="")


def erase(turn: Turn, act: Act) -> None:
    turn.set(typed=turn.ui.typed[:-1], fresh=False, refusal="")


def clear(turn: Turn, act: Act) -> None:
    turn.set(typed="", fresh=False, refusal="")


def typed(turn: Turn) -> int:
    return int(turn.ui.typed or "0")


def choose(turn: Turn, act: Act) -> None:
    """A reason was tapped."""
    turn.set(choice=int(act.value))


DIGITS: dict[str, Handler] = {"digit": type_digit, "back": erase, "clear": clear, "choose": choose}
