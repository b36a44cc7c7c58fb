"""How the till is, for the owner who asked: recorded before it leaves (USR-06). Codes and figures, nobody's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.effect import Diagnose

if TYPE_CHECKING:
    from appliance.core.input import DiagnosticsWanted
    from appliance.core.turn import Turn

INTERVENTION: Final = 240  # JET code
WORD: Final = 32  # characters
SILENT: Final = (-1, -1, -1)  # the medium says nothing of its health


def wanted(turn: Turn, what: DiagnosticsWanted) -> None:
    if not what.recorded:
        turn.emit(ev.JET, {1: INTERVENTION, 2: f"diagnostic {what.nonce.hex()}", 3: None}, operator="")
    ledger, meter = turn.ledger, turn.state.meter
    devices = tuple((it.kind[:WORD], it.level[:WORD], it.code[:WORD]) for it in turn.state.devices.values())
    health = meter.health if meter and meter.health else SILENT
    turn.effect(
        Diagnose(
            what.nonce,
            turn.t,
            ledger.software[:WORD],
            ledger.upstream.applied,
            devices[:WORD],
            tuple((t, text[: 2 * WORD]) for t, _, text in turn.state.errors),
            (ledger.worn.bytes, ledger.worn.flushes, *health),
            (ledger.offset, int(ledger.trusted)),
            (max(0, ledger.seq - ledger.upstream.next_seq), ledger.upstream.unsent),
        )
    )
