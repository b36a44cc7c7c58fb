"""What a command beside the running till may have recorded: kinds that no sale rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.effect import Answer

if TYPE_CHECKING:
    from appliance.core.input import Asked
    from appliance.core.turn import Turn

KINDS: Final = frozenset(
    {
        ev.ARCHIVE,
        ev.ARCHIVE_COPY,
        ev.ARCHIVE_CHECK,
        ev.PURGE,
        ev.CONTROL,
        ev.ATTESTATION,
        ev.VERIFIED,
        ev.NOTE,
        ev.REFUSED,
    }
)
CODES: Final = frozenset({110, 130, 180, 240, 280, 290})  # of `jet`: exports, audit, intervention


def take(turn: Turn, what: Asked) -> None:
    """The answer goes out after the flush; -1 for what a command may not have recorded."""
    allowed = what.kind in KINDS or (what.kind == ev.JET and what.body.get(1) in CODES)
    if what.kind == ev.PURGE and not _received(turn, what):
        allowed = False
    made = turn.emit(what.kind, dict(what.body)).seq if allowed else -1
    turn.effect(Answer(what.token, made))


def _received(turn: Turn, what: Asked) -> bool:
    """Where a collector is, nothing leaves the till before its receipt (PUR-01)."""
    upstream, last = turn.ledger.upstream, what.body.get(4)
    return not upstream.enrolled or (isinstance(last, int) and last < upstream.next_seq)
