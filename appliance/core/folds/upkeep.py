"""Folds a technician's visits, what was set in them, and which version of the system was ordered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.ledger import Ledger
from appliance.core.upkeep import Visit

ORDERED: Final = 972  # JET
ENDED: Final = (973, 974)


def _service_on(ledger: Ledger, event: Event) -> Ledger:
    """Whoever agreed has typed the right PIN: earlier slips are forgotten as at a login."""
    number, technician, agreed = cast("tuple[int, str, str]", (event.body[1], event.body[2], event.body[3]))
    upkeep = ledger.upkeep._replace(visits=number, visit=Visit(number, technician, agreed, event.up))
    failures = {who: count for who, count in ledger.failures.items() if who != agreed}
    return ledger._replace(upkeep=upkeep, failures=failures)


def _service_off(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(upkeep=ledger.upkeep._replace(visit=None))


def _setting(ledger: Ledger, event: Event) -> Ledger:
    name, value = cast("tuple[str, str | None]", (event.body[1], event.body[3]))
    return ledger._replace(upkeep=ledger.upkeep.with_setting(name, value))


def _jet(ledger: Ledger, event: Event) -> Ledger:
    """`0.1.0 > 0.2.0 (stick)` orders; a failure or a return to the version before ends it."""
    if event.body[1] == ORDERED:
        ordered = str(event.body[2]).partition(" > ")[2].partition(" ")[0]
        return ledger._replace(upkeep=ledger.upkeep._replace(ordered=ordered))
    return ledger._replace(upkeep=ledger.upkeep._replace(ordered="")) if event.body[1] in ENDED else ledger


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.SERVICE_ON: _service_on,
    ev.SERVICE_OFF: _service_off,
    ev.SETTING: _setting,
    ev.JET: _jet,
}
