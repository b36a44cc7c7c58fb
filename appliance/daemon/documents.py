"""Which document a record orders, drawn from the sealed record on flash and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from appliance.core import event as ev
from appliance.core import receipt, report
from appliance.core.effect import Pdf, Work
from appliance.core.event import Event
from appliance.core.folds.exercise import inner
from appliance.core.paper import Row
from appliance.core.receipt import Copy, Sealed
from appliance.core.signed import types
from appliance.storage.journal import Journal

COLUMNS = 48  # of a ticket as a file: 80 mm of paper
Draw = Callable[[Sealed, int, Copy | None], tuple[Row, ...]]

DRAWN: dict[int, Draw] = {
    ev.TICKET: receipt.ticket,
    ev.DAY_CLOSE: report.closing,
    ev.X_REPORT: report.closing,
    ev.MONTH_CLOSE: report.period,
    ev.YEAR_CLOSE: report.period,
}


def sealed(journal: Journal, seq: int) -> Sealed:
    """The record `seq` as the receipt wants it; of an exercise, the record that was wrapped."""
    found = journal.sealed(seq)
    event = Event(*found.record)
    school = event.kind == ev.TRAINING
    signature = _own_signature(journal, event) or found.signature
    return Sealed(inner(event) if school else event, found.head, signature, journal.chain_id, school)


def _own_signature(journal: Journal, event: Event) -> bytes | None:
    """The signature of the record's first string, in the seal that stands directly behind it (SEC-06)."""
    if not types(event.kind, event.body):
        return None
    seal = cast("dict[int, Any]", journal.sealed(event.seq + 1).record.body)
    return cast(bytes, seal[2][0][3])


def rows_of(journal: Journal, order: int, columns: int) -> tuple[Row, ...]:
    """`order` is the seq of a print, duplicate, closing, x-report or test-print record."""
    asked = sealed(journal, order)
    kind = asked.event.kind
    if kind == ev.TEST_PRINT:
        return receipt.test_page(asked, columns)
    if kind in DRAWN:
        return DRAWN[kind](asked, columns, None)
    fact = sealed(journal, cast(int, asked.event.body[2 if kind == ev.PRINT else 3]))
    copy = _copy(asked.event) if kind == ev.DUPLICATE else None
    return DRAWN[fact.event.kind](fact, columns, copy)


def _copy(event: Event) -> Copy:
    return Copy(cast(int, event.body[4]), event.t, event.tz, event.operator, cast(str, event.body[5]))


def pdf(journal: Journal, effect: Pdf) -> Work:
    """The same rows as the work of writing them to a stick."""
    rows = [[row.text, row.bold, row.double, row.tall, row.invert] for row in rows_of(journal, effect.record, COLUMNS)]
    return Work("pdf", (str(effect.record), effect.folder, effect.name, json.dumps(rows)))
