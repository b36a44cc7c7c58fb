"""Folds what the collector has, and counts what it has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.folds import basket
from appliance.core.ledger import Ledger
from appliance.core.standing import Bundle, Upstream


def _enrolment(ledger: Ledger, event: Event) -> Ledger:
    """Every ticket so far waits for its receipt; an enrolment anew, under another chain's rules, begins there too."""
    url, root, _, key = cast("tuple[str, bytes, bytes, bytes]", tuple(event.body[each] for each in (1, 2, 3, 4)))
    tickets = ledger.tickets_sold
    waiting = (Bundle(0, event.seq, ledger.born, tickets),) if tickets else ()
    return ledger._replace(upstream=Upstream(url, root, key, waiting=waiting, applied=ledger.upstream.applied))


def _receipt(ledger: Ledger, event: Event) -> Ledger:
    next_seq, received = cast("tuple[int, int]", (event.body[2], event.body[4]))
    return ledger._replace(upstream=ledger.upstream.received_up_to(next_seq, received, event.seq))


def _applied(ledger: Ledger, event: Event) -> Ledger:
    scope, version = cast("tuple[str, int]", (event.body[1], event.body[2]))
    return ledger._replace(upstream=ledger.upstream.with_version(scope, version))


def _upstream(ledger: Ledger, event: Event) -> Ledger:
    what = cast(str, event.body[1])
    if what not in ("fork", "rollback"):
        return ledger
    return ledger._replace(upstream=ledger.upstream._replace(stopped=what))


def _ticket(ledger: Ledger, event: Event) -> Ledger:
    """A sale; those of an exercise come wrapped and wait for nobody."""
    sold = basket.APPLY[ev.TICKET](ledger, event)
    return sold.changed(upstream=sold.upstream.sold(event.seq, event.t)) if sold.upstream.enrolled else sold


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.ENROLMENT: _enrolment,
    ev.RECEIPT: _receipt,
    ev.APPLIED: _applied,
    ev.UPSTREAM: _upstream,
    ev.TICKET: _ticket,
}
