"""Does a stranger's journal add up? Each record is held against the ledger before it is applied.

Everything that `step` computes is computed again here from what stood before: line VAT, ticket sums, numbers
without a gap, both perpetual totals, the whole body of each closing, time that never runs back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from appliance.core import event as ev
from appliance.core.closing import closing_body, month_body, year_body
from appliance.core.event import Event, Value
from appliance.core.fold import apply
from appliance.core.folds.basket import line_of
from appliance.core.folds.exercise import inner
from appliance.core.folds.period import fiscal_year
from appliance.core.ledger import Ledger
from appliance.core.money import divide, times
from appliance.core.refold_outfit import RULES as OUTFIT
from appliance.core.refold_upkeep import RULES as UPKEEP
from appliance.core.sale import Order
from appliance.core.school import KINDS
from appliance.core.signed import Link, next_links, string, types
from appliance.core.snapshot import FOLD, snapshot_body
from appliance.core.vat import extract


class Unsealed(ValueError):
    """A fact whose seal is not there or not right; `seq` is the fact's."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq = seq


class Refold:
    """`apply` raises ValueError with a plain sentence for the first record that cannot follow."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        """From the first record, or from the ledger that a proven snapshot restores."""
        self.ledger = ledger or Ledger()
        self._owed: Event | None = None  # a fact whose seal must come next
        self._signed: tuple[Event, Event, Mapping[int, Link]] | None = None

    def apply(self, record: Any) -> None:  # noqa: ANN401 - storage's Record has the same nine fields, in order
        self._sealed(record)
        check(self.ledger, record)
        try:
            self.ledger = apply(self.ledger, record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"its body does not fit its kind ({error})") from error

    def _sealed(self, record: Any) -> None:  # noqa: ANN401
        """Directly behind each fact stands its seal, and nowhere else (FORMAT.md, section Seals)."""
        fact, self._owed, self._signed = self._owed, None, None
        is_seal = record.kind == ev.SEAL
        if fact is not None:
            wanted = next_links(self.ledger.seals, fact.kind, fact.body)
            if not is_seal:
                raise Unsealed(fact.seq, "a seal is missing after it")
            if _numbered(record.body, fact.seq) != wanted:
                raise Unsealed(fact.seq, "its seal is not the one that it asks for")
            self._signed = fact, record, self.ledger.seals
            return
        _require(not is_seal, "no record asks for this seal")
        if types(record.kind, record.body):
            self._owed = record

    @property
    def owes(self) -> bool:
        """Whether the record just applied asks for a seal."""
        return self._owed is not None

    def signed(self) -> list[tuple[bytes, bytes]]:
        """What the seal just applied signs: strings and their signatures, for whoever holds the key."""
        if self._signed is None:
            return []
        fact, seal, before = self._signed
        found = []
        for kind, number, _, signature in cast("list[tuple[int, int, int, bytes]]", seal.body[2]):
            said = string(fact, kind, number, before.get(kind, Link()).signature)
            found.append((said.encode(), signature))
        return found

    def said(self) -> str:
        """The class of the witness, and the longest time for which nobody could have noticed a journal put back."""
        witness, t = self.ledger.witness, self.ledger.t
        if witness.counter is None:
            return f"witness class {witness.letter}: nothing outside vouches for this journal, {_lasted(t - witness.t)}"
        longest = _lasted(witness.unwitnessed(t))
        return f"witness class {witness.letter}, counter {witness.counter}: at most {longest} without it"


def _numbered(body: Any, fact: int) -> list[list[Any]] | None:  # noqa: ANN401
    """The strings of a seal without what only the key's holder can make; None when it has another form."""
    try:
        strings = [[kind, number, form, bytes(len(signed))] for kind, number, form, signed in body[2]]
    except (KeyError, TypeError, ValueError):
        return None
    return strings if body.get(1) == fact and len(body) == 2 else None


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
    _require(kind != ev.DAY_OPEN or not ledger.outfit.retired, "the till was retired before it")
    try:
        _require(ledger.school is None or kind not in KINDS, "a sale stands outside the exercise that is on")
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
    month, year = body[3][:7], fiscal_year(body[3], ledger.fiscal_year_start)
    _require(ledger.month.name in ("", month), "the month before is not closed")
    _require(ledger.year.name in ("", year), "the fiscal year before is not closed")
    _require(month > ledger.closed[0] and year > ledger.closed[1], "it is dated in a period that is closed")


def _order(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is not None, "an order stands outside a day")
    _require(body[1] == ledger.order_number + 1, "the order numbers have a gap")
    _require(ledger.order is None, "the order before was neither paid nor given up")


def _line(ledger: Ledger, body: Body, event: Event) -> None:
    order = ledger.order
    _require(order is not None and body[1] == order.number, "the line belongs to no open order")
    line = line_of(event)
    _require(order is None or line.number == len(order.lines) + 1, "the line numbers have a gap")
    whole = times(line.unit_price, line.quantity)
    _require(line.amount == whole - line.discount, "quantity times price, less the discount, is not the amount")
    _require((line.ht, line.vat) == extract(line.amount, line.rate), "the VAT of the line is wrong")


def _line_void(ledger: Ledger, body: Body, event: Event) -> None:
    lines = ledger.order.live if ledger.order else ()
    _require(any(x.number == body[2] and x.amount == -body[4] for x in lines), "no such line can be given up")


def _line_change(ledger: Ledger, body: Body, event: Event) -> None:
    _of_order(ledger, body, event)
    order = ledger.order
    _require(order is not None and any(x.number == body[2] for x in order.standing), "no such line can be changed")
    _require(body[5] == times(body[4], body[3]) - body[9], "quantity times price, less the discount, is not the amount")
    rate = order.line(body[2]).rate if order else 0
    _require((body[6], body[7]) == extract(body[5], rate), "the VAT of the line is wrong")


def _discount(ledger: Ledger, body: Body, event: Event) -> None:
    _of_order(ledger, body, event)
    order = ledger.order
    _require(order is not None and not order.payments, "a discount stands behind a payment")
    if body[2] is not None and order is not None:
        line = order.line(body[2])
        whole = times(line.unit_price, line.quantity)
        _require(0 <= body[4] <= whole, "the discount is more than the line")
        _require(body[3] is None or body[4] == divide(whole * body[3], 10_000), "the discount is not its percentage")


def _park(ledger: Ledger, body: Body, event: Event) -> None:
    _of_order(ledger, body, event)
    _require(ledger.order is not None and not ledger.order.payments, "a basket with payments is parked")


def _recall(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.order is None, "a basket is recalled over another")
    _require(any(order.number == body[1] for order in ledger.parked), "no such basket is parked")


def _payment_fix(ledger: Ledger, body: Body, event: Event) -> None:
    day = ledger.day
    _require(day is not None and body[2] not in day.fixed, "the payments of this ticket were already corrected")
    _require(body[3][2] == -body[4][2], "the two payments of the correction are not of one sum")
    known = next((x for x in ledger.tickets if x.record == body[2]), None)
    _require(known is not None and known.number == body[1], "no such ticket can be corrected")
    _require(known is not None and known.session == event.session, "the ticket is of a day that is closed")


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
    _require(
        body[2] == ("sale" if order.original is None else "refund"), "the ticket is of another type than its order"
    )
    if order.original is not None:
        _refund(ledger, body, order)
    after = ledger.perpetual.plus(order.total)
    _require((body[9], body[10]) == (after.algebraic, after.absolute), "a perpetual total is wrong")
    _require(body[8] == order.articles, "the number of articles is not that of the lines")
    _require(body[17] == ledger.proof, "it names another certificate than the till's")
    identity = ledger.day.identity.body() if ledger.day else None
    _require(body[11] == identity and body[12] == list(ledger.rates), "the seller or the rates are not the day's")


def _refund(ledger: Ledger, body: Body, order: Order) -> None:
    """Of a ticket still in reach its lines can be given back once (INA-02)."""
    original = cast("list[Any]", order.original)
    _require(body[15] == original, "the refund names another ticket than its order")
    known = next((x for x in ledger.tickets if x.record == original[1]), None)
    _require(
        known is not None and (known.number, known.t, known.tz) == (original[0], *original[2:4]), "it refunds no ticket"
    )
    back = ledger.refunded.get(original[1], ())
    _require(not set(original[4]) & set(back), "a line is given back twice")
    _require(len(original[4]) == len(order.live) and order.total <= 0, "the refund is not of those lines")


def _print(ledger: Ledger, body: Body, event: Event) -> None:
    asked = ledger.question
    if asked is None or (body[1], body[2]) != (asked.number, asked.record):
        known = next((each for each in ledger.tickets if each.record == body[2]), None)
        later = known is not None and known.number == body[1] and ledger.still_original(known)
        _require(later, "no such ticket waits for its first paper")


def _duplicate(ledger: Ledger, body: Body, event: Event) -> None:
    _require(body[4] == ledger.copies.get(body[3], 0) + 1, "the copy numbers have a gap")


def _count(ledger: Ledger, body: Body, event: Event) -> None:
    day = ledger.day
    _require(day is not None and body[2] == day.expected, "the expected sum is not what the drawer must hold")
    gap = None if body[1] is None else body[1] - body[2]
    _require(body[3] == gap, "the gap is not counted less expected")


def _day_close(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is not None and ledger.order is None, "a closing stands outside a day or over a basket")
    wanted = closing_body(ledger)
    names = ev.NAMES[ev.DAY_CLOSE][1]
    for key, value in wanted.items():
        _require(body[key] == value, f"the closing's {names[key]} is not what the day adds up to")


def _month_close(ledger: Ledger, body: Body, event: Event) -> None:
    _period(body, month_body(ledger), ev.MONTH_CLOSE)


def _year_close(ledger: Ledger, body: Body, event: Event) -> None:
    _period(body, year_body(ledger), ev.YEAR_CLOSE)


def _period(body: Body, wanted: Mapping[int, Value], kind: int) -> None:
    names = ev.NAMES[kind][1]
    for key, value in wanted.items():
        _require(body[key] == value, f"the closing's {names[key]} is not what its parts add up to")


def _x_report(ledger: Ledger, body: Body, event: Event) -> None:
    _period(body, closing_body(ledger), ev.X_REPORT)


def _training_on(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.school is None and ledger.day is not None and ledger.order is None, "an exercise cannot begin here")
    _require(body[1] == ledger.schooled[0] + 1, "the exercises' numbers have a gap")


def _training_off(ledger: Ledger, body: Body, event: Event) -> None:
    school = ledger.school
    _require(school is not None and (body[1], body[2]) == school[:2], "no such exercise is on")


def _training(ledger: Ledger, body: Body, event: Event) -> None:
    school = ledger.school
    _require(school is not None and body[1] == school.responsible, "no such exercise is on")
    _require(body[2] in KINDS, "an exercise holds what is no sale")
    rule = RULES.get(body[2])
    if rule:
        rule(ledger, body[3], inner(event))


def _snapshot(ledger: Ledger, body: Body, event: Event) -> None:
    _require(ledger.day is None and ledger.order is None, "a snapshot stands elsewhere than after a closing")
    _require(body[1] != FOLD or body == snapshot_body(ledger), "the snapshot is not what the records add up to")


def _note(ledger: Ledger, body: Body, event: Event) -> None:
    _require(0 <= body[1] < event.seq, "it comments on a record that is still to come")


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
    ev.LINE_CHANGE: _line_change,
    ev.DISCOUNT: _discount,
    ev.PARK: _park,
    ev.RECALL: _recall,
    ev.PAYMENT_FIX: _payment_fix,
    ev.MONTH_CLOSE: _month_close,
    ev.YEAR_CLOSE: _year_close,
    ev.X_REPORT: _x_report,
    ev.TRAINING_ON: _training_on,
    ev.TRAINING_OFF: _training_off,
    ev.TRAINING: _training,
    ev.NOTE: _note,
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
    **UPKEEP,
    **OUTFIT,
}
