"""The body of a day's closing: period totals and both perpetual totals, computed and recorded (CLO-04, CLO-06)."""

from __future__ import annotations

from appliance.core.day import Day
from appliance.core.event import Value
from appliance.core.folds.period import fiscal_year
from appliance.core.ledger import Ledger
from appliance.core.totals import Span, Totals


def closing_body(ledger: Ledger) -> dict[int, Value]:
    """A pure function of the ledger just before the closing, so that `verify` can compute it again."""
    day = ledger.day
    if day is None:
        raise ValueError("a closing stands outside a day")
    month, year = day.date[:7], fiscal_year(day.date, ledger.fiscal_year_start)
    return {
        1: day.number,
        2: day.date,
        3: [day.opened, day.opened_tz],
        **_sales(day),
        13: day.float,
        14: day.totals.cash,
        15: day.cash_in,
        16: day.cash_out,
        17: day.expected,
        18: day.counted,
        19: None if day.counted is None else day.counted - day.expected,
        20: _traces(day),
        21: month,
        22: ledger.month.total if ledger.month.name == month else 0,
        23: year,
        24: ledger.year.total if ledger.year.name == year else 0,
        25: ledger.perpetual.algebraic,
        26: ledger.perpetual.absolute,
        27: day.identity.body(),
        28: list[Value](ledger.rates),
        29: ledger.software,
        30: list[Value](day.movements),
        31: differences(ledger),
        32: ledger.proof,
    }


def differences(ledger: Ledger) -> list[Value]:
    """Where the sums of the open day do not agree: [what, wanted, found] (CLO-10); none in a till that is whole."""
    day = ledger.day
    if day is None:
        return []
    totals, start = day.totals, day.start
    numbers = day.last_ticket - day.first_ticket + 1 if day.first_ticket else 0
    sums = (
        ("tickets", numbers, totals.tickets),
        ("vat", totals.total, sum(row.ttc for row in totals.vat)),
        ("means", totals.total, sum(row.amount for row in totals.means)),
        ("perpetual", start.algebraic + totals.total, ledger.perpetual.algebraic),
        ("absolute", start.absolute + totals.sales - totals.refunds, ledger.perpetual.absolute),
    )
    return [[what, wanted, found] for what, wanted, found in sums if wanted != found]


def _sales(day: Day) -> dict[int, Value]:
    totals: Totals = day.totals
    vat: list[Value] = [[row.rate, row.ht, row.vat, row.ttc] for row in totals.vat]
    means: list[Value] = [[row.label, row.kind, row.count, row.amount] for row in totals.means]
    return {
        4: day.first_ticket,
        5: day.last_ticket,
        6: totals.tickets,
        7: totals.sales,
        8: totals.refunds,
        9: totals.refund_count,
        10: totals.total,
        11: vat,
        12: means,
    }


def _traces(day: Day) -> list[Value]:
    """Void lines, void orders, drawer openings without a sale, duplicates, refused logins, power cuts, no-prints,
    discounts, changed lines, corrected payments.
    """
    traces = day.traces
    return [
        traces.void_lines,
        traces.void_orders,
        traces.drawer,
        traces.duplicates,
        traces.refused_logins,
        traces.power_cuts,
        traces.no_prints,
        traces.discounts,
        traces.changes,
        traces.fixes,
    ]


def month_body(ledger: Ledger) -> dict[int, Value]:
    """Of the month whose days are all closed; raises ValueError while a day is open or when nothing waits."""
    return _period(ledger, ledger.month, ledger.closings[0] + 1)


def year_body(ledger: Ledger) -> dict[int, Value]:
    """Of the fiscal year whose months are all closed (CLO-11)."""
    if ledger.month.name:
        raise ValueError("a month of the year is not closed")
    return _period(ledger, ledger.year, ledger.closings[1] + 1)


def _period(ledger: Ledger, span: Span, number: int) -> dict[int, Value]:
    if ledger.day is not None or not span.name:
        raise ValueError("a period is closed between two days, once it has one")
    totals = span.totals
    vat: list[Value] = [[row.rate, row.ht, row.vat, row.ttc] for row in totals.vat]
    means: list[Value] = [[row.label, row.kind, row.count, row.amount] for row in totals.means]
    return {
        1: number,
        2: span.name,
        3: span.first_part,
        4: span.last_part,
        5: span.parts,
        6: span.first_ticket,
        7: span.last_ticket,
        8: totals.tickets,
        9: totals.sales,
        10: totals.refunds,
        11: totals.refund_count,
        12: totals.total,
        13: vat,
        14: means,
        15: ledger.perpetual.algebraic,
        16: ledger.perpetual.absolute,
        17: ledger.config[1],
        18: list[Value](ledger.rates),
        19: ledger.software,
        20: span_differences(span),
        21: ledger.proof,
    }


def span_differences(span: Span) -> list[Value]:
    """Where what the tickets raised is not what the closings below it say (CLO-10): [what, wanted, found] each."""
    totals, closed = span.totals, span.closed
    sums = [
        ("tickets", closed.tickets, totals.tickets),
        ("sales", closed.sales, totals.sales),
        ("refunds", closed.refunds, totals.refunds),
    ]
    rates = {row.rate: row.ttc for row in closed.vat}
    sums += [(f"vat {row.rate}", rates.get(row.rate, 0), row.ttc) for row in totals.vat]
    sums += [(f"means {kind}", _of_kind(closed, kind), _of_kind(totals, kind)) for kind in _kinds(totals)]
    return [[what, wanted, found] for what, wanted, found in sums if wanted != found]


def _kinds(totals: Totals) -> list[str]:
    return list(dict.fromkeys(row.kind for row in totals.means))


def _of_kind(totals: Totals, kind: str) -> int:
    """Change is taken off the first cash row of its day: rows of one kind are held together, not label by label."""
    return sum(row.amount for row in totals.means if row.kind == kind)
