"""The ledger beyond records that flash has lost: what later records say by value is believed over what adds up.

Only a start on a hurt journal uses it, after which nothing is sold before a manager has decided. `verify` never does.
"""

from __future__ import annotations

from typing import cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.fold import apply
from appliance.core.ledger import Ledger
from appliance.core.totals import Perpetual


def mend(ledger: Ledger, event: Event) -> Ledger:
    """The ledger after a record that stands behind a hole. Numbers go on from the greatest seen."""
    try:
        after = apply(ledger, event)
    except (KeyError, TypeError, ValueError, AttributeError):
        after = ledger._replace(seq=event.seq + 1, t=event.t, tz=event.tz, up=event.up)
    after = after._replace(day_number=max(after.day_number, event.session))
    return _ticket(after, event) if event.kind == ev.TICKET else after


def _ticket(ledger: Ledger, event: Event) -> Ledger:
    number, order, perpetual, absolute = (cast(int, event.body[key]) for key in (1, 3, 9, 10))
    return ledger._replace(
        order=None,
        order_number=max(ledger.order_number, order),
        ticket_number=number,
        perpetual=Perpetual(perpetual, absolute),
    )
