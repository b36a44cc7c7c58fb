"""Folds a sale, from the first line to the ticket, and its corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final, cast

from appliance.core import event as ev
from appliance.core.document import TicketRef
from appliance.core.event import Event
from appliance.core.folds.period import fiscal_year
from appliance.core.ledger import Ledger
from appliance.core.sale import CREDIT, Line, Order, Payment, Rebate
from appliance.core.totals import Totals
from appliance.core.vat import VatRow

_LINE: Final = itemgetter(*range(2, 14))  # of the body of a `line` record: the fields of a Line


def _order(ledger: Ledger, event: Event) -> Ledger:
    number = cast(int, event.body[1])
    return ledger.changed(order=Order(number, original=event.body.get(2)), order_number=number)


def line_of(event: Event) -> Line:
    """The line of a `line` record."""
    return Line._make((*_LINE(event.body), event.body.get(15, 0), False))


def _line(ledger: Ledger, event: Event) -> Ledger:
    return ledger.changed(order=_current(ledger).with_line(line_of(event)))


def _current(ledger: Ledger) -> Order:
    if ledger.order is None:
        raise ValueError("a line or a payment stands outside an order")
    return ledger.order


def _line_void(ledger: Ledger, event: Event) -> Ledger:
    order = _current(ledger).without(cast(int, event.body[2]))
    return ledger._replace(order=order).traced(void_lines=1)


def _order_void(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=None).traced(void_orders=1)


def payment_of(event: Event) -> Payment:
    """The payment of a `payment`, `change` or `payment-asked` record."""
    return Payment.of([event.body[2], event.body[3], event.body[4]])


def _payment(ledger: Ledger, event: Event) -> Ledger:
    given = cast(int, event.body.get(5, ledger.given))
    paid = ledger.changed(order=_current(ledger).with_payment(payment_of(event)), given=given)
    return _spent(paid, event) if 6 in event.body else paid


def _spent(ledger: Ledger, event: Event) -> Ledger:
    number, amount = cast("tuple[int, int]", (event.body[6], event.body[4]))
    left = ledger.credits.get(number, 0) - amount
    others = {each: owed for each, owed in ledger.credits.items() if each != number}
    return ledger._replace(credits={**others, number: left} if left > 0 else others)


def _payment_asked(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=_current(ledger)._replace(asked=payment_of(event)))


def _payment_refused(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=_current(ledger)._replace(asked=None))


def _line_change(ledger: Ledger, event: Event) -> Ledger:
    order, body = _current(ledger), event.body
    number, quantity, price = cast("tuple[int, int, int]", (body[2], body[3], body[4]))
    amount, ht, vat, discount = cast("tuple[int, int, int, int]", (body[5], body[6], body[7], body[9]))
    old = order.line(number)
    line = old._replace(quantity=quantity, unit_price=price, amount=amount, ht=ht, vat=vat, discount=discount)
    return ledger._replace(order=order.with_changed(line)).traced(changes=1)


def _discount(ledger: Ledger, event: Event) -> Ledger:
    order, body = _current(ledger), event.body
    rate, amount, why = cast("tuple[int | None, int, str]", (body[3], body[4], body[5]))
    if body[2] is None:
        changed = order._replace(rebate=Rebate(rate, amount, why))
    else:
        changed = order.with_changed(order.line(cast(int, body[2])).discounted(amount))
    return ledger._replace(order=changed).traced(discounts=1)


def _park(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=None, parked=(*ledger.parked, _current(ledger)))


def _recall(ledger: Ledger, event: Event) -> Ledger:
    found = next(order for order in ledger.parked if order.number == event.body[1])
    return ledger._replace(order=found, parked=tuple(order for order in ledger.parked if order is not found))


def _payment_fix(ledger: Ledger, event: Event) -> Ledger:
    """A pair that adds up to nothing: what was counted under one means is counted under another."""
    day = ledger.day
    if day is None:
        raise ValueError("a payment is corrected outside a day")
    minus, plus = Payment.of(event.body[3]), Payment.of(event.body[4])
    fixed = ledger._replace(
        day=day._replace(totals=day.totals.fixed(minus, plus), fixed=(*day.fixed, cast(int, event.body[2]))),
        month=replace(ledger.month, totals=ledger.month.totals.fixed(minus, plus)),
        year=replace(ledger.year, totals=ledger.year.totals.fixed(minus, plus)),
    )
    return fixed.traced(fixes=1)


def _ticket(ledger: Ledger, event: Event) -> Ledger:
    """One ticket raises the day, the month, the year and both perpetual totals."""
    number, total = cast("tuple[int, int]", (event.body[1], event.body[4]))
    vat = tuple(VatRow(*cast("list[int]", row)) for row in cast("list[ev.Value]", event.body[6]))
    payments = tuple(Payment.of(each) for each in cast("list[ev.Value]", event.body[7]))
    ref = TicketRef(number, event.seq, event.t, event.tz, total, event.session)
    if ledger.day is None:
        raise ValueError("a ticket stands outside a day")
    date, own = ledger.day.date, Totals.of(total, vat, payments)
    first = ledger.day.first_ticket or number
    day = ledger.day._replace(totals=ledger.day.totals.plus(own, payments), first_ticket=first, last_ticket=number)
    after = ledger.changed(
        day=day,
        order=None,
        ticket_number=number,
        tickets=ledger.tickets.plus(ref),
        question=ref,
        change=-sum(payment.amount for payment in payments if payment.kind == "change"),
        perpetual=ledger.perpetual.plus(total),
        month=ledger.month.named(date[:7]).with_ticket(number, own, payments),
        year=ledger.year.named(fiscal_year(date, ledger.fiscal_year_start)).with_ticket(number, own, payments),
    )
    return _refund(after, event, number, payments) if event.body[2] == "refund" else after


def _refund(ledger: Ledger, event: Event, number: int, payments: tuple[Payment, ...]) -> Ledger:
    """What was given back cannot be given back again; a credit note waits to be spent."""
    original = cast("list[Any]", event.body[15])
    lines = (*ledger.refunded.get(original[1], ()), *original[4])
    owed = -sum(each.amount for each in payments if each.kind == CREDIT)
    return ledger._replace(
        refunded={**ledger.refunded, original[1]: lines},
        credits={**ledger.credits, number: owed} if owed else ledger.credits,
        change=0,
    )


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.ORDER: _order,
    ev.LINE: _line,
    ev.LINE_VOID: _line_void,
    ev.LINE_CHANGE: _line_change,
    ev.DISCOUNT: _discount,
    ev.PARK: _park,
    ev.RECALL: _recall,
    ev.ORDER_VOID: _order_void,
    ev.PAYMENT: _payment,
    ev.CHANGE: _payment,
    ev.PAYMENT_ASKED: _payment_asked,
    ev.PAYMENT_REFUSED: _payment_refused,
    ev.PAYMENT_FIX: _payment_fix,
    ev.TICKET: _ticket,
}
