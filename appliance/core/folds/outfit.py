"""Folds what the till was given and what was changed at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.folds import upstream
from appliance.core.ledger import Ledger
from appliance.core.outfit import Key, Outfit

SCOPES: Final = {"config": "operators", "catalogue": "catalogue"}


def _provisioned(ledger: Ledger, event: Event) -> Ledger:
    """All files are new: nothing that was laid over others stands any more."""
    digest, version = cast("tuple[bytes, int]", (event.body[1], event.body[2]))
    return ledger._replace(outfit=Outfit((digest, version), pins=ledger.outfit.pins))


def _loaded(ledger: Ledger, event: Event) -> Ledger:
    scope, digest = cast("tuple[str, bytes]", (event.body[1], event.body[2]))
    return ledger._replace(outfit=ledger.outfit.with_files(scope, digest))


def _price(ledger: Ledger, event: Event) -> Ledger:
    label, listed, now = cast("tuple[str, int, int]", (event.body[1], event.body[3], event.body[4]))
    return ledger._replace(outfit=ledger.outfit.priced(label, listed, now))


def _key(event: Event) -> Key:
    return Key(*cast("tuple[str, str, bytes]", (event.body[1], event.body[2], event.body[3])))


def _badge(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(outfit=ledger.outfit.badged(_key(event)))


def _pin(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(outfit=ledger.outfit.pinned(_key(event)))


def _retired(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(outfit=ledger.outfit._replace(retired=event.seq))


def _applied(ledger: Ledger, event: Event) -> Ledger:
    """The owner's files come down: they too are newer than what was changed here."""
    applied = upstream.APPLY[ev.APPLIED](ledger, event)
    scope = SCOPES.get(cast(str, event.body[1]))
    return applied._replace(outfit=applied.outfit.with_files(scope)) if scope else applied


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.PROVISIONED: _provisioned,
    ev.LOADED: _loaded,
    ev.PRICE: _price,
    ev.BADGE: _badge,
    ev.PIN: _pin,
    ev.RETIRED: _retired,
    ev.APPLIED: _applied,
}
