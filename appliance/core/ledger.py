"""The state that the journal implies: `fold(events)`. There is no other truth about sales.

`apply` trusts its input: events are decided by `step` or come from a verified journal. Whether a stranger's journal
adds up is asked by `refold.py`, with these same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from appliance.core import event as ev
from appliance.core.day import Day
from appliance.core.document import Paper, TicketRef
from appliance.core.event import Event
from appliance.core.recent import Recent
from appliance.core.sale import Line, Order, Payment
from appliance.core.shop import Identity, Means
from appliance.core.standing import Defect, Witnessed, Worn
from appliance.core.totals import Period, Perpetual
from appliance.core.vat import VatRow

NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})
NAMED = 16  # defects that are known again when they are found again
REMEMBERED = 1000  # tickets that the reprint screen reaches without reading the journal


class Ledger(NamedTuple):
    """`seq` is the next record's; `t`, `tz`, `up` are the last record's."""

    seq: int = 0
    t: int = 0
    tz: int = 0
    up: int = 0
    till: str = ""
    siret: str = ""
    software: str = ""
    config: Mapping[int, ev.Value] = NOTHING
    means: tuple[Means, ...] = ()
    rates: tuple[int, ...] = ()
    fiscal_year_start: int = 1
    running: bool = False  # started and not stopped: a start now is an after-cut start
    offset: int = 0  # ms that a person added to the machine's clock
    trusted: bool = True
    operator: str = ""
    failures: Mapping[str, int] = NOTHING
    locked_until: Mapping[str, int] = NOTHING
    day: Day | None = None
    day_number: int = 0
    last_float: int = 0  # what was counted at the last closing
    last_close: tuple[int, int, int] = (0, 0, 0)  # Z number, t, tz
    order: Order | None = None
    order_number: int = 0
    ticket_number: int = 0
    tickets: Recent[TicketRef] = Recent(REMEMBERED)
    question: TicketRef | None = None  # final, and nobody has said whether to print it
    change: int = 0  # of that ticket, positive
    given: int = 0
    papers: tuple[Paper, ...] = ()
    doubts: tuple[Paper, ...] = ()
    copies: Mapping[int, int] = NOTHING
    perpetual: Perpetual = Perpetual()
    month: Period = Period()
    year: Period = Period()
    witness: Witnessed = Witnessed()
    defect: Defect | None = None  # on which a manager has not decided
    worn: Worn = Worn()
    named: tuple[int, ...] = ()  # by the last defects: the first record that each could not prove


_PLACES: Final = {name: place for place, name in enumerate(Ledger._fields)}
_LINE: Final = itemgetter(*range(2, 14))  # of the body of a `line` record: the fields of a Line


def fold(events: Iterable[Event], ledger: Ledger | None = None) -> Ledger:
    """Applies events in order to an empty ledger, or to the one given."""
    result = ledger or Ledger()
    for each in events:
        result = apply(result, each)
    return result


def apply(ledger: Ledger, event: Event) -> Ledger:
    """The ledger after one more record. An unknown kind changes only the position: newer kinds are additive."""
    moved = Ledger._make((event.seq + 1, event.t, event.tz, event.up, *ledger[4:]))
    change = APPLY.get(event.kind)
    return change(moved, event) if change else moved


def _with(ledger: Ledger, **changes: object) -> Ledger:
    """`_replace` in a quarter of its time, for what comes with every sale: a check folds millions of records."""
    values: list[Any] = list(ledger)
    for name, value in changes.items():
        values[_PLACES[name]] = value
    return Ledger._make(values)


def _genesis(ledger: Ledger, event: Event) -> Ledger:
    witness = Witnessed(cast(str, event.body[8]), None, event.t)
    return ledger._replace(till=cast(str, event.body[3]), siret=cast(str, event.body[4]), witness=witness)


def _start(ledger: Ledger, event: Event) -> Ledger:
    """What was ordered and not confirmed when the till died becomes a question (a doubt), never a second order."""
    cut = ledger.running
    doubts = (*ledger.doubts, *(paper._replace(why="cut") for paper in ledger.papers if paper.type != "test"))
    day = ledger.day
    if day is not None and cut:
        day = day._replace(traces=day.traces._replace(power_cuts=day.traces.power_cuts + 1))
    software = cast(str, event.body[1])
    return ledger._replace(running=True, software=software, papers=(), doubts=doubts, day=day)


def _stop(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(running=False)


def _clock(ledger: Ledger, event: Event) -> Ledger:
    why = event.body[3]
    return ledger._replace(offset=cast(int, event.body[4]), trusted=why not in ("jump", "behind", "implausible"))


def _defect(ledger: Ledger, event: Event) -> Ledger:
    record, until = cast("tuple[int, int | None]", (event.body[1], event.body[3]))
    named = (*ledger.named[1 - NAMED :], record)
    return ledger._replace(defect=Defect(event.seq, record, until), named=named)


def _resumed(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(defect=None)


def _witness(ledger: Ledger, event: Event) -> Ledger:
    letter, counter = cast("tuple[str, int]", (event.body[1], event.body[2]))
    return ledger._replace(witness=ledger.witness.spoke(letter, counter, event.t))


def _wear(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(worn=Worn(cast(int, event.body[3]), cast(int, event.body[4]), event.t))


def _config(ledger: Ledger, event: Event) -> Ledger:
    return configured(ledger, event.body)


def configured(ledger: Ledger, config: Mapping[int, ev.Value]) -> Ledger:
    """The ledger under the body of a `config` record."""
    means = tuple(Means.of(each) for each in cast("list[ev.Value]", config[2]))
    rates = tuple(cast("list[int]", config[4]))
    return ledger._replace(config=config, means=means, rates=rates, fiscal_year_start=cast(int, config[7]))


def _login(ledger: Ledger, event: Event) -> Ledger:
    without = {who: count for who, count in ledger.failures.items() if who != event.operator}
    return ledger._replace(operator=event.operator, failures=without)


def _logout(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(operator="")


def _login_refused(ledger: Ledger, event: Event) -> Ledger:
    who = cast(str, event.body[2])
    traced = _traced(ledger, refused_logins=1)
    if event.body[1] != "wrong-pin":
        return traced
    return traced._replace(failures={**ledger.failures, who: ledger.failures.get(who, 0) + 1})


def _lockout(ledger: Ledger, event: Event) -> Ledger:
    who, until = cast(str, event.body[1]), cast(int, event.body[2])
    failures = {key: count for key, count in ledger.failures.items() if key != who}
    return ledger._replace(locked_until={**ledger.locked_until, who: until}, failures=failures)


def _traced(ledger: Ledger, **counts: int) -> Ledger:
    if ledger.day is None:
        return ledger
    traces = ledger.day.traces
    grown = traces._replace(**{name: getattr(traces, name) + count for name, count in counts.items()})
    return ledger._replace(day=ledger.day._replace(traces=grown))


def _day_open(ledger: Ledger, event: Event) -> Ledger:
    number, amount, date = cast("tuple[int, int, str]", (event.body[1], event.body[2], event.body[3]))
    day = Day(number, amount, date, event.t, event.tz, Identity.of(event.body[4]))
    return ledger._replace(day=day, day_number=number)


def _order(ledger: Ledger, event: Event) -> Ledger:
    number = cast(int, event.body[1])
    return _with(ledger, order=Order(number), order_number=number)


def line_of(event: Event) -> Line:
    """The line of a `line` record."""
    return Line(*_LINE(event.body))


def _line(ledger: Ledger, event: Event) -> Ledger:
    return _with(ledger, order=_current(ledger).with_line(line_of(event)))


def _current(ledger: Ledger) -> Order:
    if ledger.order is None:
        raise ValueError("a line or a payment stands outside an order")
    return ledger.order


def _line_void(ledger: Ledger, event: Event) -> Ledger:
    order = _current(ledger).without(cast(int, event.body[2]))
    return _traced(ledger._replace(order=order), void_lines=1)


def _order_void(ledger: Ledger, event: Event) -> Ledger:
    return _traced(ledger._replace(order=None), void_orders=1)


def payment_of(event: Event) -> Payment:
    """The payment of a `payment`, `change` or `payment-asked` record."""
    return Payment.of([event.body[2], event.body[3], event.body[4]])


def _payment(ledger: Ledger, event: Event) -> Ledger:
    given = cast(int, event.body.get(5, ledger.given))
    return _with(ledger, order=_current(ledger).with_payment(payment_of(event)), given=given)


def _payment_asked(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=_current(ledger)._replace(asked=payment_of(event)))


def _payment_refused(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(order=_current(ledger)._replace(asked=None))


def _ticket(ledger: Ledger, event: Event) -> Ledger:
    """One ticket raises the day, the month, the year and both perpetual totals."""
    number, total = cast("tuple[int, int]", (event.body[1], event.body[4]))
    vat = tuple(VatRow(*cast("list[int]", row)) for row in cast("list[ev.Value]", event.body[6]))
    payments = tuple(Payment.of(each) for each in cast("list[ev.Value]", event.body[7]))
    ref = TicketRef(number, event.seq, event.t, event.tz, total, event.session)
    if ledger.day is None:
        raise ValueError("a ticket stands outside a day")
    first = ledger.day.first_ticket or number
    totals = ledger.day.totals.with_ticket(total, vat, payments)
    day = ledger.day._replace(totals=totals, first_ticket=first, last_ticket=number)
    return _with(
        ledger,
        day=day,
        order=None,
        ticket_number=number,
        tickets=ledger.tickets.plus(ref),
        question=ref,
        change=-sum(payment.amount for payment in payments if payment.kind == "change"),
        perpetual=ledger.perpetual.plus(total),
        month=ledger.month.plus(day.date[:7], total),
        year=ledger.year.plus(fiscal_year(day.date, ledger.fiscal_year_start), total),
    )


def fiscal_year(date: str, start: int) -> str:
    """Name of the fiscal year: the month in which it began, `2026-01`."""
    year, month = int(date[:4]), int(date[5:7])
    return f"{year if month >= start else year - 1:04d}-{start:02d}"


def _print(ledger: Ledger, event: Event) -> Ledger:
    number, fact = cast("tuple[int, int]", (event.body[1], event.body[2]))
    paper = Paper(event.seq, fact, "ticket", number)
    return _with(ledger, question=None, papers=(*ledger.papers, paper))


def _no_print(ledger: Ledger, event: Event) -> Ledger:
    """Answers the print question, or a doubt about paper when `why` says so."""
    fact, why = event.body[2], event.body[3]
    if why == "asked":
        return _traced(ledger._replace(question=None), no_prints=1)
    return ledger._replace(doubts=tuple(doubt for doubt in ledger.doubts if doubt.fact != fact))


def _duplicate(ledger: Ledger, event: Event) -> Ledger:
    shows = cast(str, event.body[1])
    number, fact, copy = cast("tuple[int, int, int]", (event.body[2], event.body[3], event.body[4]))
    paper = Paper(event.seq, fact, shows, number)
    doubts = tuple(doubt for doubt in ledger.doubts if doubt.fact != fact)
    grown = ledger._replace(papers=(*ledger.papers, paper), copies={**ledger.copies, fact: copy}, doubts=doubts)
    return _traced(grown, duplicates=1)


def _printed(ledger: Ledger, event: Event) -> Ledger:
    order = event.body[1]
    fact = next((paper.fact for paper in ledger.papers if paper.order == order), -1)
    tickets = _marked(ledger.tickets, fact)
    return _with(ledger, papers=tuple(p for p in ledger.papers if p.order != order), tickets=tickets)


def _marked(tickets: Recent[TicketRef], fact: int) -> Recent[TicketRef]:
    """The ticket of record `fact` as printed; it is nearly always the last one."""
    for back, ticket in enumerate(reversed(tickets), start=1):
        if ticket.record <= fact:
            marked = ticket._replace(printed=ticket.record == fact or ticket.printed)
            return tickets.replaced(len(tickets) - back, marked)
    return tickets


def _print_lost(ledger: Ledger, event: Event) -> Ledger:
    order = event.body[1]
    lost = tuple(p._replace(why="lost") for p in ledger.papers if p.order == order and p.type != "test")
    papers = tuple(p for p in ledger.papers if p.order != order)
    return ledger._replace(papers=papers, doubts=(*ledger.doubts, *lost))


def _drawer(ledger: Ledger, event: Event) -> Ledger:
    return _traced(ledger, drawer=1) if event.body[1] == "asked" else ledger


def _cash_in(ledger: Ledger, event: Event) -> Ledger:
    day = _open(ledger)
    ins, outs = day.movements
    return ledger._replace(day=day._replace(cash_in=day.cash_in + cast(int, event.body[1]), movements=(ins + 1, outs)))


def _cash_out(ledger: Ledger, event: Event) -> Ledger:
    day = _open(ledger)
    ins, outs = day.movements
    out = day.cash_out + cast(int, event.body[1])
    return ledger._replace(day=day._replace(cash_out=out, movements=(ins, outs + 1)))


def _open(ledger: Ledger) -> Day:
    if ledger.day is None:
        raise ValueError("a drawer movement stands outside a day")
    return ledger.day


def _count(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(day=_open(ledger)._replace(counted=cast(int, event.body[1])))


def _day_close(ledger: Ledger, event: Event) -> Ledger:
    number = cast(int, event.body[1])
    paper = Paper(event.seq, event.seq, "z", number)
    oldest = ledger.tickets[0].record if ledger.tickets else 0
    return ledger._replace(
        day=None,
        copies={fact: copy for fact, copy in ledger.copies.items() if fact >= oldest},
        last_float=cast(int, event.body[18]),
        last_close=(number, event.t, event.tz),
        papers=(*ledger.papers, paper),
    )


def _test_print(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(papers=(*ledger.papers, Paper(event.seq, event.seq, "test", 0)))


APPLY: dict[int, Callable[[Ledger, Event], Ledger]] = {
    ev.GENESIS: _genesis,
    ev.START: _start,
    ev.STOP: _stop,
    ev.CLOCK: _clock,
    ev.DEFECT: _defect,
    ev.RESUMED: _resumed,
    ev.WITNESS: _witness,
    ev.WEAR: _wear,
    ev.CONFIG: _config,
    ev.LOGIN: _login,
    ev.LOGOUT: _logout,
    ev.LOGIN_REFUSED: _login_refused,
    ev.LOCKOUT: _lockout,
    ev.DAY_OPEN: _day_open,
    ev.ORDER: _order,
    ev.LINE: _line,
    ev.LINE_VOID: _line_void,
    ev.ORDER_VOID: _order_void,
    ev.PAYMENT: _payment,
    ev.CHANGE: _payment,
    ev.PAYMENT_ASKED: _payment_asked,
    ev.PAYMENT_REFUSED: _payment_refused,
    ev.TICKET: _ticket,
    ev.PRINT: _print,
    ev.NO_PRINT: _no_print,
    ev.DUPLICATE: _duplicate,
    ev.PRINTED: _printed,
    ev.PRINT_LOST: _print_lost,
    ev.DRAWER: _drawer,
    ev.CASH_IN: _cash_in,
    ev.CASH_OUT: _cash_out,
    ev.COUNT: _count,
    ev.DAY_CLOSE: _day_close,
    ev.TEST_PRINT: _test_print,
}
