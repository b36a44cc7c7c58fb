"""A comment on an earlier act: a record of its own, which deletes nothing (INA-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev
from appliance.core.digits import DIGITS, typed

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.turn import Handler, Turn

TEXTS = ("erreur de saisie", "client parti sans payer", "incident de matériel", "contrôle interne", "autre")


def take(turn: Turn, act: Act) -> None:
    """The number of the act is typed, the text is chosen."""
    record = typed(turn)
    if not 0 < record < turn.ledger.seq:
        turn.beep("refused")
        turn.set(refusal=f"Les actes vont de 1 à {turn.ledger.seq - 1}.")
        return
    turn.emit(ev.NOTE, {1: record, 2: TEXTS[min(turn.ui.choice, len(TEXTS) - 1)]})
    turn.beep("accepted")
    turn.show("")


NOTE: dict[str, Handler] = {**DIGITS, "next": take}
