"""The body of a day's closing: period totals and both perpetual totals, computed and recorded (CLO-04, CLO-06)."""

from __future__ import annotations

from appliance.core.day import Day
from appliance.core.event import Value
from appliance.core.ledger import Ledger, fiscal_year
from appliance.core.totals import Totals


def closing_body(ledger: Ledger) -> dict[int, Value]:
    """A pure function of the ledger just before the closing, so that `verify` can compute it again."""
    day = ledger.day
    if day is None:
        raise ValueError("a closing stands outside a day")
    month, year = day.date[:7], fiscal_year(day.date, ledger.fiscal_year_start)
    counted = day.expected if day.counted is None else day.counted
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
        18: counted,
        19: counted - day.expected,
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
    }


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
    """Void lines, void orders, drawer openings without a sale, duplicates, refused logins, power cuts, no-prints."""
    traces = day.traces
    return [
        traces.void_lines,
        traces.void_orders,
        traces.drawer,
        traces.duplicates,
        traces.refused_logins,
        traces.power_cuts,
        traces.no_prints,
    ]
