"""Folds what moves in the drawer besides sales."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.day import Day
from appliance.core.event import Event
from appliance.core.ledger import Ledger


def _drawer(ledger: Ledger, event: Event) -> Ledger:
    return ledger.traced(drawer=1) if event.body[1] == "asked" else ledger


def _cash_in(ledger: Ledger, event: Event) -> Ledger:
    day = _open(ledger)
    ins, outs = day.movements
    return ledger._replace(day=day._replace(cash_in=day.cash_in + cast(int, event.body[1]), movements=(ins + 1, outs)))


def _cash_out(ledger: Ledger, event: Event) -> Ledger:
    day = _open(ledger)
    ins, outs = day.movements
    out = day.cash_out + cast(int, event.body[1])
    return ledger._replace(day=day._replace(cash_out=out, movements=(ins, outs + 1)))


def _open(ledger: Ledger) -> Day:
    if ledger.day is None:
        raise ValueError("a drawer movement stands outside a day")
    return ledger.day


def _count(ledger: Ledger, event: Event) -> Ledger:
    """`counted` is null when nobody was there to count (an automatic closing)."""
    return ledger._replace(day=_open(ledger)._replace(counted=cast("int | None", event.body[1])))


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.DRAWER: _drawer,
    ev.CASH_IN: _cash_in,
    ev.CASH_OUT: _cash_out,
    ev.COUNT: _count,
}
