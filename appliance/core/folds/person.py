"""Folds who stands at the till."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.ledger import Ledger


def _login(ledger: Ledger, event: Event) -> Ledger:
    without = {who: count for who, count in ledger.failures.items() if who != event.operator}
    return ledger._replace(operator=event.operator, failures=without)


def _logout(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(operator="")


def _login_refused(ledger: Ledger, event: Event) -> Ledger:
    who = cast(str, event.body[2])
    traced = ledger.traced(refused_logins=1)
    if event.body[1] != "wrong-pin":
        return traced
    return traced._replace(failures={**ledger.failures, who: ledger.failures.get(who, 0) + 1})


def _lockout(ledger: Ledger, event: Event) -> Ledger:
    who, until = cast(str, event.body[1]), cast(int, event.body[2])
    failures = {key: count for key, count in ledger.failures.items() if key != who}
    return ledger._replace(locked_until={**ledger.locked_until, who: until}, failures=failures)


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.LOGIN: _login,
    ev.LOGOUT: _logout,
    ev.LOGIN_REFUSED: _login_refused,
    ev.LOCKOUT: _lockout,
}
