"""Which document a record orders, drawn from the sealed record on flash and from nothing else."""

from __future__ import annotations

from typing import cast

from appliance.core import event as ev
from appliance.core import receipt
from appliance.core.event import Event
from appliance.core.paper import Row
from appliance.core.receipt import Copy, Sealed
from appliance.storage.journal import Journal


def sealed(journal: Journal, seq: int) -> Sealed:
    """The record `seq` as the receipt wants it."""
    found = journal.sealed(seq)
    return Sealed(Event(*found.record), found.head, found.signature, journal.chain_id)


def rows_of(journal: Journal, order: int, columns: int) -> tuple[Row, ...]:
    """`order` is the seq of a print, duplicate, day-close or test-print record."""
    asked = sealed(journal, order)
    kind = asked.event.kind
    if kind == ev.DAY_CLOSE:
        return receipt.closing(asked, columns)
    if kind == ev.TEST_PRINT:
        return receipt.test_page(asked, columns)
    fact = sealed(journal, cast(int, asked.event.body[2 if kind == ev.PRINT else 3]))
    copy = _copy(asked.event) if kind == ev.DUPLICATE else None
    draw = receipt.closing if fact.event.kind == ev.DAY_CLOSE else receipt.ticket
    return draw(fact, columns, copy)


def _copy(event: Event) -> Copy:
    return Copy(cast(int, event.body[4]), event.t, event.tz, event.operator, cast(str, event.body[5]))
