"""Does a stranger's journal add up? Each record is held against the ledger before it is applied.

Everything that `step` computes is computed again here from what stood before: line VAT, ticket sums, numbers
without a gap, both perpetual totals, the whole body of each closing, time that never runs back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from appliance.core import event as ev
from appliance.core.closing import closing_body
from appliance.core.event import Event
from appliance.core.ledger import Ledger, apply, line_of
from appliance.core.money import times
from appliance.core.snapshot import FOLD, snapshot_body
from appliance.core.vat import extract


class Refold:
    """`apply` raises ValueError with a plain sentence for the first record that cannot follow."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        """From the first record, or from the ledger that a proven snapshot restores."""
        self.ledger = ledger or Ledger()

    def apply(self, record: Any) -> None:  # noqa: ANN401 - storage's Record has the same nine fields, in order
        check(self.ledger, record)
        try:
            self.ledger = apply(self.ledger, record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"its body does not fit its kind ({error})") from error

    def said(self) -> str:
        """The class of the witness, and the longest time for which nobody could have noticed a journal put back."""
        witness, t = self.ledger.witness, self.ledger.t
        if witness.counter is None:
            return f"witness class {witness.letter}: nothing outside vouches for this journal, {_lasted(t - witness.t)}"
        longest = _lasted(witness.unwitnessed(t))
        return f"witness class {witness.letter}, counter {witness.counter}: at most {longest} without it"


def _lasted(ms: int) -> str:
    minutes = ms // 60_000
    return f"{minutes // 1440} d {minutes // 60 % 24} h" if minutes >= 1440 else f"{minutes // 60} h {minutes % 60} min"


def check(ledger: Ledger, event: Event) -> None:
    seq, t, _, _, till, _, session, kind, body = event
    if t < ledger.t:
        raise ValueError("it is dated before the record before it")
    if kind not in ev.NAMES:
        raise ValueError(f"kind {kind} is not known to this version")
    if (kind == ev.GENESIS) != (seq == 0):
        raise ValueError("genesis stands first and only there")
    if till != ledger.till and seq:
        raise ValueError("it names another till than genesis")
    if session != (ledger.day.number if ledger.day else 0) and kind != ev.GENESIS:
        raise ValueError("its session is not the open day's")
    rule = RULES.get(kind)
    try:
        if rule:
            rule(ledger, cast("dict[int, Any]", body), event)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"its body does not fit its kind ({error})") from error


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(why)


Body = dict[int, Any]


def _day_open(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is None, "a day is already open")
    _require(body[1] == ledger.day_number + 1, "the day numbers have a gap")
    _require(body[4] == ledger.config.get(1), "the seller is not the one of the configuration")


def _order(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is not None, "an order stands outside a day")
    _require(body[1] == ledger.order_number + 1, "the order numbers have a gap")
    _require(ledger.order is None, "the order before was neither paid nor given up")


def _line(ledger: Ledger, body: Body, event: Event) -> None:
    order = ledger.order
    _require(order is not None and body[1] == order.number, "the line belongs to no open order")
    line = line_of(event)
    _require(order is None or line.number == len(order.lines) + 1, "the line numbers have a gap")
    _require(line.amount == times(line.unit_price, line.quantity), "quantity times price is not the amount")
    _require((line.ht, line.vat) == extract(line.amount, line.rate), "the VAT of the line is wrong")


def _line_void(ledger: Ledger, body: Body, event: Event) -> None:
    lines = ledger.order.live if ledger.order else ()
    _require(any(x.number == body[2] and x.amount == -body[4] for x in lines), "no such line can be given up")


def _order_void(ledger: Ledger, body: Body, event: Event) -> None:
    _of_order(ledger, body, event)
    order = ledger.order
    _require(order is not None and not order.payments, "a basket with payments is given up")
    _require(order is not None and body[2] == order.total, "the sum of the basket given up is wrong")


def _of_order(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.order is not None and ledger.order.number == body[1], "it belongs to no open order")


def _ticket(ledger: Ledger, body: Body, event: Event) -> None:
    order = ledger.order
    if order is None or order.number != body[3]:
        raise ValueError("the ticket belongs to no open order")
    _require(body[1] == ledger.ticket_number + 1, "the ticket numbers have a gap")
    _require(body[4] == order.total and order.due == 0, "the total of the ticket is not that of its lines")
    _require(body[5] == [line.body() for line in order.live], "the lines of the ticket are not those rung")
    vat = [[row.rate, row.ht, row.vat, row.ttc] for row in order.vat]
    _require(body[6] == vat, "the VAT of the ticket is not the sum of its lines")
    _require(body[7] == [p.body() for p in order.payments], "the payments of the ticket are not those taken")
    after = ledger.perpetual.plus(order.total)
    _require((body[9], body[10]) == (after.algebraic, after.absolute), "a perpetual total is wrong")
    _require(body[8] == order.articles, "the number of articles is not that of the lines")
    identity = ledger.day.identity.body() if ledger.day else None
    _require(body[11] == identity and body[12] == list(ledger.rates), "the seller or the rates are not the day's")


def _print(ledger: Ledger, body: Body, event: Event) -> None:
    asked = ledger.question
    _require(asked is not None and (body[1], body[2]) == (asked.number, asked.record), "no such ticket waits for paper")


def _duplicate(ledger: Ledger, body: Body, event: Event) -> None:
    _require(body[4] == ledger.copies.get(body[3], 0) + 1, "the copy numbers have a gap")


def _count(ledger: Ledger, body: Body, event: Event) -> None:
    day = ledger.day
    _require(day is not None and body[2] == day.expected, "the expected sum is not what the drawer must hold")
    _require(body[3] == body[1] - body[2], "the gap is not counted less expected")


def _day_close(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is not None and ledger.order is None, "a closing stands outside a day or over a basket")
    wanted = closing_body(ledger)
    names = ev.NAMES[ev.DAY_CLOSE][1]
    for key, value in wanted.items():
        _require(body[key] == value, f"the closing's {names[key]} is not what the day adds up to")


def _snapshot(ledger: Ledger, body: Body, event: Event) -> None:
    closed = ledger.papers[-1].order if ledger.papers else -1
    _require(closed == event.seq - 1 and ledger.day is None, "a snapshot stands elsewhere than after a closing")
    _require(body[1] != FOLD or body == snapshot_body(ledger), "the snapshot is not what the records add up to")


def _defect(ledger: Ledger, body: Body, event: Event) -> None:
    _require(0 <= body[1] <= event.seq, "it names a record that is still to come")


def _resumed(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.defect is not None and body[1] == ledger.defect.seq, "no such defect waits for a decision")


def _witness(ledger: Ledger, body: Body, event: Event) -> None:
    said = ledger.witness
    _require(body[1] == said.letter, "it is of another class than genesis says")
    _require(said.counter is None or body[2] > said.counter, "the witness went backwards")


def _wear(ledger: Ledger, body: Body, event: Event) -> None:
    since = (body[3] - ledger.worn.bytes, body[4] - ledger.worn.flushes)
    _require(since == (body[1], body[2]), "the wear since birth is not the sum of the days")


RULES: dict[int, Callable[[Ledger, Body, Event], None]] = {
    ev.DAY_OPEN: _day_open,
    ev.ORDER: _order,
    ev.LINE: _line,
    ev.LINE_VOID: _line_void,
    ev.ORDER_VOID: _order_void,
    ev.PAYMENT: _of_order,
    ev.CHANGE: _of_order,
    ev.PAYMENT_ASKED: _of_order,
    ev.PAYMENT_REFUSED: _of_order,
    ev.TICKET: _ticket,
    ev.PRINT: _print,
    ev.DUPLICATE: _duplicate,
    ev.COUNT: _count,
    ev.DAY_CLOSE: _day_close,
    ev.SNAPSHOT: _snapshot,
    ev.DEFECT: _defect,
    ev.RESUMED: _resumed,
    ev.WITNESS: _witness,
    ev.WEAR: _wear,
}
