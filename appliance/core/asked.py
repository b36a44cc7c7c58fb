"""What a command beside the running till may have recorded: kinds that no sale rests on, as they must be here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appliance.core import event as ev
from appliance.core.effect import Answer
from appliance.core.event import Event
from appliance.core.fold import apply

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
    allowed = allowed and _received(turn, what) and _follows(turn, what)
    made = turn.emit(what.kind, dict(what.body)).seq if allowed else -1
    turn.effect(Answer(what.token, made))


def _follows(turn: Turn, what: Asked) -> bool:
    """Whether a verifier would accept it here: what a command says is believed no more than a stranger's journal."""
    from appliance.core.refold import check  # loaded when it is needed: a till starts without it

    ledger = turn.ledger
    session = ledger.day.number if ledger.day else 0
    event = Event(
        ledger.seq, turn.t, turn.at.tz, turn.at.up, ledger.till, ledger.operator, session, what.kind, what.body
    )
    try:
        check(ledger, event)
        apply(ledger, event)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False
    return what.body.keys() <= ev.NAMES[what.kind][1].keys()


def _received(turn: Turn, what: Asked) -> bool:
    """Where a collector is, nothing is purged before its receipt (PUR-01)."""
    upstream, last = turn.ledger.upstream, what.body.get(4)
    return what.kind != ev.PURGE or not upstream.enrolled or (isinstance(last, int) and last < upstream.next_seq)
