"""What stands on every screen: the person, alarms, the till and the time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from appliance.core import words
from appliance.core.act import Act
from appliance.core.alarms import banner
from appliance.core.instant import Instant
from appliance.core.turn import State
from appliance.core.view import Header, Key


def local(state: State, at: Instant) -> datetime:
    """The time that is shown: the machine's, corrected by a person."""
    t = max(at.t + state.ledger.offset, state.ledger.t)
    return datetime.fromtimestamp(t / 1000, timezone(timedelta(minutes=at.tz)))


def moment(t: int, tz: int) -> datetime:
    return datetime.fromtimestamp(t / 1000, timezone(timedelta(minutes=tz)))


def till_name(state: State) -> str:
    name = state.ledger.till or (state.shop.till if state.shop else "")
    return name if not name.isdecimal() else f"Caisse {name}"


def header(state: State, at: Instant) -> Header:
    person = state.shop.operator(state.ledger.operator) if state.shop else None
    now = local(state, at)
    return Header(
        person.name if person else "",
        Act("lock") if person else None,
        till_name(state),
        words.short_date(now),
        words.clock(now),
        banner(state),
        state.ledger.school is not None,
    )


NO_VALUE = "exercice, sans valeur"  # under the keys that would take money (TRN-01)
BACK = Key("Retour", Act("go", ""), icon="left")
