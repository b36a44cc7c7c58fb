"""The ledger after a closing, as the body of a record: a start folds from here and not from the first sale.

`verify` folds the whole journal and holds each snapshot against it, so a snapshot is never more than a shortcut.
Fields: `storage/FORMAT.md`, kind 51.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from appliance.core.document import Paper, TicketRef
from appliance.core.event import Event, Value
from appliance.core.folds.machine import configured
from appliance.core.ledger import REMEMBERED, Ledger
from appliance.core.outfit import Outfit
from appliance.core.recent import Recent
from appliance.core.sale import Line, Order, Rebate
from appliance.core.signed import Link
from appliance.core.standing import Archived, Bundle, Defect, Upstream, Witnessed, Worn
from appliance.core.totals import MeansRow, Perpetual, Span, Totals
from appliance.core.upkeep import Upkeep
from appliance.core.vat import VatRow

FOLD: Final = 2  # changes when the same records fold to another ledger: then old snapshots are not used
LIMIT: Final = 20_000  # bytes; a closing, its count and its snapshot share one frame


def snapshot_body(ledger: Ledger) -> dict[int, Value]:
    """Of a ledger without an open day or basket; raises ValueError for any other."""
    if ledger.day is not None or ledger.order is not None or ledger.school is not None:
        raise ValueError("a snapshot stands only after a closing")
    return {1: FOLD, **_machine(ledger), **_counter(ledger), **_sums(ledger), **_proof(ledger)}


def _machine(ledger: Ledger) -> dict[int, Value]:
    return {
        2: ledger.siret,
        3: ledger.software,
        4: [ledger.config[key] for key in sorted(ledger.config)],  # keys 1, 2, 3… without a hole
        5: int(ledger.running) | int(ledger.trusted) << 1,
        6: ledger.offset,
        7: ledger.operator,
        8: _pairs(ledger.failures),
        9: _pairs(ledger.locked_until),
    }


def _counter(ledger: Ledger) -> dict[int, Value]:
    return {
        10: [
            ledger.day_number,
            ledger.last_float,
            ledger.order_number,
            ledger.ticket_number,
            ledger.change,
            ledger.given,
        ],
        11: list[Value](ledger.last_close),
        12: _tickets(ledger.tickets),
        13: ledger.question.record if ledger.question else None,
        14: [list[Value](paper) for paper in ledger.papers],
        15: [list[Value](paper) for paper in ledger.doubts],
        16: _pairs(ledger.copies),
    }


def _sums(ledger: Ledger) -> dict[int, Value]:
    return {
        17: [ledger.perpetual.algebraic, ledger.perpetual.absolute],
        18: _span(ledger.month),
        19: _span(ledger.year),
        20: list[Value](ledger.witness),
        21: list[Value](ledger.defect) if ledger.defect else None,
        22: list[Value](ledger.worn),
        23: list[Value](ledger.named),
    }


def _proof(ledger: Ledger) -> dict[int, Value]:
    return {
        24: [[kind, *ledger.seals[kind]] for kind in sorted(ledger.seals)],
        25: [_order(order) for order in ledger.parked],
        26: list[Value](ledger.schooled),
        27: [*ledger.closings, *ledger.closed, ledger.born, *ledger.attested],
        28: [*ledger.archived[:5], [list[Value](each) for each in ledger.archived.due]],
        29: _pairs(ledger.credits),
        30: [[record, list[Value](ledger.refunded[record])] for record in sorted(ledger.refunded)],
        31: _upstream(ledger.upstream),
        **({32: ledger.outfit.body()} if ledger.outfit != Outfit() else {}),
        **({33: ledger.upkeep.body()} if ledger.upkeep != Upkeep() else {}),
    }


def _upstream(upstream: Upstream) -> list[Value]:
    waiting: list[Value] = [list[Value](bundle) for bundle in upstream.waiting]
    applied: list[Value] = [list[Value](each) for each in upstream.applied]
    return [*upstream[:6], waiting, applied, upstream.stopped]


def _span(span: Span) -> list[Value]:
    sums: list[Value] = [_totals(span.totals), _totals(span.closed)]
    return [span.name, span.first_ticket, span.last_ticket, span.first_part, span.last_part, span.parts, *sums]


def _totals(totals: Totals) -> list[Value]:
    vat: list[Value] = [[row.rate, row.ht, row.vat, row.ttc] for row in totals.vat]
    means: list[Value] = [[row.label, row.kind, row.count, row.amount] for row in totals.means]
    return [totals.tickets, totals.sales, totals.refund_count, totals.refunds, vat, means]


def _order(order: Order) -> list[Value]:
    """A parked basket: money was never taken on it."""
    lines: list[Value] = [[*line.body(), int(line.void)] for line in order.lines]
    return [order.number, lines, list[Value](order.rebate) if order.rebate else None]


def _pairs(mapping: Mapping[Any, int]) -> list[Value]:
    return [[key, mapping[key]] for key in sorted(mapping)]


def _tickets(tickets: Sequence[TicketRef]) -> list[Value]:
    """Runs of one session and zone: [session, zone, [steps]], three steps a ticket, about nine bytes in all.

    record since the one before × 2 + printed, ms since the one before, total. Numbers have no gap, so the last one
    (counters) gives them all.
    """
    runs: list[Value] = []
    steps: list[Value] = []
    place, record, t = None, 0, 0
    for ref in tickets:
        if (ref.session, ref.tz) != place:
            place, steps = (ref.session, ref.tz), []
            runs.append([ref.session, ref.tz, steps])
        steps += [(ref.record - record) * 2 + ref.printed, ref.t - t, ref.total]
        record, t = ref.record, ref.t
    return runs


def restore(event: Event) -> Ledger | None:
    """The ledger after this `snapshot` record; None when another fold made it: then an older one, or all, is folded.

    Raises ValueError, KeyError or TypeError for a body that no till wrote.
    """
    body = cast("dict[int, Any]", event.body)
    if body[1] != FOLD:
        return None
    ledger = Ledger(event.seq + 1, event.t, event.tz, event.up, event.till, settled=event.seq)
    return _with_proof(_with_sums(_with_counter(_with_machine(ledger, body), body), body), body)


def _with_machine(ledger: Ledger, body: dict[int, Any]) -> Ledger:
    ledger = configured(ledger, dict(enumerate(body[4], 1))) if body[4] else ledger
    return ledger._replace(
        siret=body[2],
        software=body[3],
        running=bool(body[5] & 1),
        trusted=bool(body[5] & 2),
        offset=body[6],
        operator=body[7],
        failures=dict(body[8]),
        locked_until=dict(body[9]),
    )


def _with_counter(ledger: Ledger, body: dict[int, Any]) -> Ledger:
    day_number, last_float, order_number, ticket_number, change, given = body[10]
    tickets = _refs(body[12], ticket_number)
    return ledger._replace(
        day_number=day_number,
        last_float=last_float,
        order_number=order_number,
        ticket_number=ticket_number,
        change=change,
        given=given,
        last_close=tuple(body[11]),
        tickets=tickets,
        question=next((ref for ref in tickets if ref.record == body[13]), None),
        papers=tuple(Paper(*each) for each in body[14]),
        doubts=tuple(Paper(*each) for each in body[15]),
        copies=dict(body[16]),
    )


def _with_sums(ledger: Ledger, body: dict[int, Any]) -> Ledger:
    return ledger._replace(
        perpetual=Perpetual(*body[17]),
        month=_span_of(body[18]),
        year=_span_of(body[19]),
        witness=Witnessed(*body[20]),
        defect=Defect(*body[21]) if body[21] else None,
        worn=Worn(*body[22]),
        named=tuple(body[23]),
    )


def _with_proof(ledger: Ledger, body: dict[int, Any]) -> Ledger:
    month_number, year_number, month, year, born, mode, number = body[27]
    return ledger._replace(
        seals={kind: Link(number, signature) for kind, number, signature in body[24]},
        parked=tuple(_order_of(each) for each in body[25]),
        schooled=tuple(body[26]),
        closings=(month_number, year_number),
        closed=(month, year),
        born=born,
        attested=(mode, number),
        archived=_archived_of(body[28]),
        credits=dict(body[29]),
        refunded={record: tuple(lines) for record, lines in body[30]},
        upstream=_upstream_of(body[31]),
        outfit=Outfit.of(body[32]) if 32 in body else Outfit(),
        upkeep=Upkeep.of(body[33]) if 33 in body else Upkeep(),
    )


def _span_of(value: list[Any]) -> Span:
    name, first_ticket, last_ticket, first_part, last_part, parts, totals, closed = value
    sums = _totals_of(totals), _totals_of(closed)
    return Span(name, first_ticket, last_ticket, first_part, last_part, parts, *sums)


def _upstream_of(value: list[Any]) -> Upstream:
    url, root, network_key, next_seq, received, record, waiting, applied, stopped = value
    versions = tuple((scope, version) for scope, version in applied)
    bundles = tuple(Bundle(*each) for each in waiting)
    return Upstream(url, root, network_key, next_seq, received, record, bundles, versions, stopped)


def _archived_of(value: list[Any]) -> Archived:
    record, level, until, t, copied, due = value
    return Archived(record, level, until, t, copied, tuple((kind, period) for kind, period in due))


def _totals_of(value: list[Any]) -> Totals:
    tickets, sales, refund_count, refunds, vat, means = value
    rows = tuple(VatRow(*row) for row in vat)
    return Totals(tickets, sales, refund_count, refunds, rows, tuple(MeansRow(*row) for row in means))


def _order_of(value: list[Any]) -> Order:
    number, lines, rebate = value
    kept = tuple(Line._make((*line[:-1], bool(line[-1]))) for line in lines)
    return Order(number, kept, rebate=Rebate(*rebate) if rebate else None)


def _refs(runs: list[Any], last: int) -> Recent[TicketRef]:
    number = last - sum(len(steps) // 3 for _, _, steps in runs)
    record = t = 0
    refs = []
    for session, tz, steps in runs:
        for step, pause, total in zip(steps[::3], steps[1::3], steps[2::3], strict=True):
            number, record, t = number + 1, record + step // 2, t + pause
            refs.append(TicketRef(number, record, t, tz, total, session, bool(step & 1)))
    return Recent(REMEMBERED, refs)


def size(value: Value) -> int:
    """Bytes of a value in the journal (RFC 8949, shortest form)."""
    if isinstance(value, int):
        return _head(value if value >= 0 else -1 - value)
    if isinstance(value, str | bytes):
        length = len(value.encode() if isinstance(value, str) else value)
        return _head(length) + length
    if value is None:
        return 1
    inner = [*value, *value.values()] if isinstance(value, Mapping) else value
    return _head(len(value)) + sum(size(each) for each in inner)


def _head(number: int) -> int:
    return 1 if number < 24 else 2 if number < 1 << 8 else 3 if number < 1 << 16 else 5 if number < 1 << 32 else 9
