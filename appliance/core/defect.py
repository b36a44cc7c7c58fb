"""What is on flash is not what was written: recorded, shown, and sold on only after a manager's recorded decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.core import event as ev

if TYPE_CHECKING:
    from appliance.core.act import Act
    from appliance.core.turn import Handler, Turn

LONGEST = 200


def found(turn: Turn, record: int, why: str, until: int | None, source: str) -> None:
    """`record`: the first not proven; `until`: the first proven again, None when nobody knows (FORMAT.md, kind 7)."""
    if record in turn.ledger.named:
        return  # found again, as at each start until the next closing: it is recorded and was decided on
    turn.emit(ev.DEFECT, {1: record, 2: why[:LONGEST], 3: until, 4: source}, operator="")


def may_decide(turn: Turn) -> bool:
    return turn.person is not None and turn.person.role == "manager"


def resume(turn: Turn, act: Act) -> None:
    if turn.ledger.defect is None or not may_decide(turn):
        turn.beep("refused")
        return
    turn.emit(ev.RESUMED, {1: turn.ledger.defect.seq})
    turn.show("")


DEFECT: dict[str, Handler] = {"resume": resume}
