"""A journal that lies does not add up: each rule refuses one altered record, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.refold import Refold
from tests.core.desk import DETERGENT, SPREAD, Desk

Lie = Callable[[dict[int, Any]], object]


@cache
def day() -> tuple[Event, ...]:
    """Two days with voids, several rates, change, a card, a count, a duplicate."""
    desk = Desk()
    desk.open()
    for code in (SPREAD, DETERGENT, SPREAD):
        desk.scan(code)
    desk.tap("select", 1)
    desk.tap("void-line")
    desk.pay("cash", 2000)
    desk.tap("print")
    desk.paper(desk.last(ev.PRINT).seq)
    desk.tap("go", "more")
    desk.tap("go", "reprint")
    desk.tap("reprint", desk.last(ev.TICKET).seq)
    desk.scan(SPREAD)
    desk.tap("go", "more")
    desk.tap("void-ticket")
    desk.scan(DETERGENT)
    desk.pay("Carte")
    desk.tap("declined")
    desk.tap("means", "Chèque")
    desk.tap("decline")
    desk.close()
    desk.tap("next")
    return tuple(desk.events)


def retold(seq: int, event: Event) -> Refold:
    """The journal with one record in the place of another."""
    refold = Refold()
    for each in day()[:seq]:
        refold.apply(each)
    refold.apply(event)
    return refold


def first(kind: int) -> Event:
    return next(event for event in day() if event.kind == kind)


def test_the_truth_is_accepted() -> None:
    """Every record of an honest till, to the last."""
    refold = Refold()
    for event in day():
        refold.apply(event)

    assert refold.ledger.day_number == 2


def test_numbers_are_retold_from_mappings() -> None:
    """A record read back from flash has the same nine fields."""
    assert isinstance(first(ev.TICKET).body, Mapping)


LIES: list[tuple[int, str, Lie, str]] = [
    (ev.DAY_OPEN, "number", lambda body: body.update({1: 7}), "the day numbers have a gap"),
    (ev.DAY_OPEN, "seller", lambda body: body.update({4: ["X", *body[4][1:]]}), "not the one of the configuration"),
    (ev.ORDER, "number", lambda body: body.update({1: 9}), "the order numbers have a gap"),
    (ev.LINE, "order", lambda body: body.update({1: 9}), "belongs to no open order"),
    (ev.LINE, "line", lambda body: body.update({2: 2}), "the line numbers have a gap"),
    (
        ev.LINE,
        "quantity",
        lambda body: body.update({4: 2000}),
        "less the discount, is not the amount",
    ),
    (
        ev.LINE,
        "amount",
        lambda body: body.update({6: 100}),
        "less the discount, is not the amount",
    ),
    (ev.LINE, "vat", lambda body: body.update({8: body[8] + 1, 9: body[9] - 1}), "the VAT of the line is wrong"),
    (ev.LINE, "rate", lambda body: body.update({7: 210}), "the VAT of the line is wrong"),
    (ev.LINE, "missing", lambda body: body.pop(13), "its body does not fit its kind"),
    (ev.LINE, "type", lambda body: body.update({4: "x"}), "does not fit its kind"),
    (ev.LINE_VOID, "line", lambda body: body.update({2: 8}), "no such line can be given up"),
    (ev.LINE_VOID, "amount", lambda body: body.update({4: 0}), "no such line can be given up"),
    (ev.ORDER_VOID, "order", lambda body: body.update({1: 1}), "it belongs to no open order"),
    (ev.ORDER_VOID, "total", lambda body: body.update({2: 0}), "the sum of the basket given up is wrong"),
    (ev.PAYMENT, "order", lambda body: body.update({1: 9}), "it belongs to no open order"),
    (ev.CHANGE, "order", lambda body: body.update({1: 9}), "it belongs to no open order"),
    (ev.PAYMENT_ASKED, "order", lambda body: body.update({1: 9}), "it belongs to no open order"),
    (ev.PAYMENT_REFUSED, "order", lambda body: body.update({1: 9}), "it belongs to no open order"),
    (ev.TICKET, "order", lambda body: body.update({3: 9}), "the ticket belongs to no open order"),
    (ev.TICKET, "number", lambda body: body.update({1: 2}), "the ticket numbers have a gap"),
    (ev.TICKET, "total", lambda body: body.update({4: 1}), "the total of the ticket is not that of its lines"),
    (ev.TICKET, "lines", lambda body: body[5].pop(), "the lines of the ticket are not those rung"),
    (ev.TICKET, "label", lambda body: body[5][0].__setitem__(1, "X"), "the lines of the ticket are not those rung"),
    (ev.TICKET, "vat", lambda body: body[6].pop(), "the VAT of the ticket is not the sum of its lines"),
    (ev.TICKET, "payments", lambda body: body[7].pop(), "the payments of the ticket are not those taken"),
    (ev.TICKET, "perpetual", lambda body: body.update({9: 0}), "a perpetual total is wrong"),
    (ev.TICKET, "absolute", lambda body: body.update({10: 0}), "a perpetual total is wrong"),
    (ev.TICKET, "articles", lambda body: body.update({8: 9}), "the number of articles is not that of the lines"),
    (ev.TICKET, "seller", lambda body: body[11].__setitem__(0, "X"), "the seller or the rates are not the day's"),
    (ev.TICKET, "rates", lambda body: body[12].pop(), "the seller or the rates are not the day's"),
    (ev.PRINT, "ticket", lambda body: body.update({1: 2}), "no such ticket waits for its first paper"),
    (ev.DUPLICATE, "copy", lambda body: body.update({4: 2}), "the copy numbers have a gap"),
    (ev.COUNT, "expected", lambda body: body.update({2: 0}), "the expected sum is not what the drawer must hold"),
    (ev.COUNT, "gap", lambda body: body.update({3: 1}), "the gap is not counted less expected"),
    (ev.DAY_CLOSE, "body", lambda body: body.pop(30), "its body does not fit its kind"),
]


@pytest.mark.parametrize(("kind", "what", "lie", "sentence"), LIES, ids=[f"{ev.NAMES[x[0]][0]}-{x[1]}" for x in LIES])
def test_an_altered_body_is_refused(kind: int, what: str, lie: Lie, sentence: str) -> None:
    """One field changed in one record: refused there."""
    event = first(kind)
    body = copy(event.body)
    lie(body)

    with pytest.raises(ValueError, match=sentence):
        retold(event.seq, Event(*event[:8], body))


def copy(body: Mapping[int, Any]) -> dict[int, Any]:
    def deep(value: Any) -> Any:
        return [deep(each) for each in value] if isinstance(value, list) else value

    return {key: deep(value) for key, value in body.items()}


@pytest.mark.parametrize("key", sorted(ev.NAMES[ev.DAY_CLOSE][1]))
def test_every_field_of_a_closing_is_computed_again(key: int) -> None:
    """CLO-10: each of the fields, one by one."""
    event = first(ev.DAY_CLOSE)
    value = event.body[key]
    changed: Any = value + 1 if isinstance(value, int) else f"{value}x" if isinstance(value, str) else ["x"]

    with pytest.raises(ValueError, match=f"the closing's {ev.NAMES[ev.DAY_CLOSE][1][key]} is not"):
        retold(event.seq, Event(*event[:8], {**event.body, key: changed}))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("t", 0, "it is dated before the record before it"),
        ("kind", 999, "kind 999 is not known"),
        ("kind", ev.GENESIS, "genesis stands first and only there"),
        ("till", "2", "it names another till than genesis"),
        ("session", 3, "its session is not the open day's"),
    ],
)
def test_an_altered_envelope_is_refused(field: str, value: object, sentence: str) -> None:
    """Time, kind, till and session of a record."""
    event = first(ev.TICKET)

    with pytest.raises(ValueError, match=sentence):
        retold(event.seq, Event(**{**event._asdict(), field: value}))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (ev.DAY_OPEN, "its session is not the open day's"),
        (ev.ORDER, "an order stands outside a day|neither paid nor given up|order numbers have a gap"),
        (ev.LINE, "the line belongs to no open order|gap"),
        (ev.TICKET, "a seal is missing after it"),
        (ev.SEAL, "no record asks for this seal"),
        (ev.PRINT, "no such ticket waits for its first paper"),
        (ev.DUPLICATE, "a seal is missing after it"),
        (ev.DAY_CLOSE, "a seal is missing after it"),
    ],
)
def test_a_record_told_twice_is_refused(kind: int, sentence: str) -> None:
    """The same act, once more, after itself."""
    event = first(kind)
    refold = retold(event.seq, event)

    with pytest.raises(ValueError, match=sentence):
        refold.apply(event)


@pytest.mark.parametrize(
    "kind", [ev.ORDER, ev.LINE, ev.PAYMENT, ev.CHANGE, ev.TICKET, ev.CONFIG, ev.DAY_OPEN, ev.LINE_VOID]
)
def test_a_record_left_out_is_missed(kind: int) -> None:
    """Without it, a later record does not follow."""
    refold = Refold()
    gone = first(kind).seq

    with pytest.raises((ValueError, KeyError)):
        every(refold, [event for event in day() if event.seq != gone])


def every(refold: Refold, events: list[Event]) -> None:
    for event in events:
        refold.apply(event)


def test_a_day_in_a_day_is_refused() -> None:
    """Under the session of the open day as well."""
    event = first(ev.DAY_OPEN)
    refold = retold(event.seq, event)

    with pytest.raises(ValueError, match="a day is already open"):
        refold.apply(Event(*event[:6], 1, *event[7:]))
