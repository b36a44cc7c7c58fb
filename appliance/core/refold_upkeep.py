"""Does a stranger's journal add up? The part that tells of technicians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.ledger import Ledger

Body = dict[int, Any]


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(why)


def _service_on(ledger: Ledger, body: Body, event: Event) -> None:
    upkeep = ledger.upkeep
    _require(upkeep.visit is None and body[1] == upkeep.visits + 1, "the visits' numbers have a gap")
    _require(ledger.operator == body[2] != body[3], "a technician's visit has no other person who agreed")
    _require(ledger.order is None or not ledger.order.live, "a technician's visit begins over a basket")
    _require(ledger.school is None, "a technician's visit begins in an exercise")


def _service_off(ledger: Ledger, body: Body, event: Event) -> None:
    visit = ledger.upkeep.visit
    _require(visit is not None and (body[1], body[2], body[3]) == visit[:3], "no such visit is on")


def _setting(ledger: Ledger, body: Body, event: Event) -> None:
    """What was set before stands in the record, unless the board had set it: then only the machine knew."""
    upkeep = ledger.upkeep
    _require(upkeep.visit is not None and body[4] == upkeep.visit.number, "it is set outside a technician's visit")
    _require(upkeep.setting(body[1]) in (None, body[2]), "it was set otherwise before")


def _selftest(ledger: Ledger, body: Body, event: Event) -> None:
    visit = ledger.upkeep.visit
    _require(visit is not None and body[1] == visit.number, "it stands outside a technician's visit")


RULES: Final[dict[int, Callable[[Ledger, Body, Event], None]]] = {
    ev.SERVICE_ON: _service_on,
    ev.SERVICE_OFF: _service_off,
    ev.SETTING: _setting,
    ev.SELFTEST: _selftest,
}
