"""Whether what a till was given, changed and ended with adds up; rules of `refold.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.ledger import Ledger

Rule = Callable[[Ledger, dict[int, Any], Event], None]


def _provisioned(ledger: Ledger, body: dict[int, Any], event: Event) -> None:
    if body[2] <= ledger.outfit.bundle[1]:
        raise ValueError("its bundle is not above the one before")


def _price(ledger: Ledger, body: dict[int, Any], event: Event) -> None:
    if body[3] < 0 or body[4] <= 0:
        raise ValueError("a price is not positive")


def _retired(ledger: Ledger, body: dict[int, Any], event: Event) -> None:
    if ledger.outfit.retired:
        raise ValueError("the till was retired before")
    if ledger.day is not None or ledger.month.name or ledger.year.name:
        raise ValueError("a period is still open")
    perpetual = ledger.perpetual
    if (body[2], body[3], body[4]) != (perpetual.algebraic, perpetual.absolute, ledger.ticket_number):
        raise ValueError("its counters are not those of the records before it")


RULES: Final[dict[int, Rule]] = {ev.PROVISIONED: _provisioned, ev.PRICE: _price, ev.RETIRED: _retired}
