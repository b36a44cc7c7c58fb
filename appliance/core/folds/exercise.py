"""Folds training: the real sale's world is put aside when an exercise begins and put back when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.folds import basket, paper
from appliance.core.ledger import NOTHING, REMEMBERED, Ledger
from appliance.core.recent import Recent
from appliance.core.school import FIELDS, KINDS, School
from appliance.core.totals import Perpetual, Span


def _on(ledger: Ledger, event: Event) -> Ledger:
    if ledger.day is None or ledger.school is not None:
        raise ValueError("an exercise begins outside a day or inside another")
    number, responsible = cast("tuple[int, str]", (event.body[1], event.body[2]))
    kept = tuple(getattr(ledger, name) for name in FIELDS)
    _, tickets, algebraic, absolute = ledger.schooled
    fresh: dict[str, Any] = {
        "day": ledger.day._replace(totals=type(ledger.day.totals)(), first_ticket=0, last_ticket=0),
        "order": None,
        "order_number": 0,
        "ticket_number": tickets,
        "tickets": Recent(REMEMBERED),
        "question": None,
        "change": 0,
        "given": 0,
        "papers": (),
        "doubts": (),
        "copies": NOTHING,
        "perpetual": Perpetual(algebraic, absolute),
        "month": Span(),
        "year": Span(),
        "parked": (),
        "credits": NOTHING,
        "refunded": NOTHING,
    }
    return ledger._replace(school=School(number, responsible, kept), **fresh)


def _off(ledger: Ledger, event: Event) -> Ledger:
    if ledger.school is None:
        raise ValueError("no exercise is on")
    sums = (ledger.school.number, ledger.ticket_number, ledger.perpetual.algebraic, ledger.perpetual.absolute)
    real = dict(zip(FIELDS, ledger.school.kept, strict=True))
    if real["day"] is not None and ledger.day is not None:  # cuts and refused badges were no exercise
        traces = real["day"].traces._replace(
            power_cuts=ledger.day.traces.power_cuts, refused_logins=ledger.day.traces.refused_logins
        )
        real["day"] = real["day"]._replace(traces=traces)
    return ledger._replace(school=None, schooled=sums, **real)


def _wrapped(ledger: Ledger, event: Event) -> Ledger:
    kind = cast(int, event.body[2])
    change = _INNER.get(kind)
    if ledger.school is None or change is None or kind not in KINDS:
        raise ValueError("an exercise's record stands outside an exercise")
    return change(ledger, inner(event))


def inner(event: Event) -> Event:
    """What a `training` record wraps, in its place in the journal."""
    return event._replace(kind=cast(int, event.body[2]), body=cast("dict[int, ev.Value]", event.body[3]))


_INNER: Final = {**basket.APPLY, **paper.APPLY}

APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.TRAINING_ON: _on,
    ev.TRAINING_OFF: _off,
    ev.TRAINING: _wrapped,
}
