"""Corrections only by plus and minus: refunds, credit notes, payment corrections, changed lines, discounts, parking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance.core import event as ev
from appliance.core.sale import CREDIT, Line, Rebate, shared
from appliance.core.shop import Means
from appliance.core.signed import types
from appliance.core.vat import extract
from tests.core.desk import DETERGENT, MEANS, SPREAD, WINE, Desk, shop

DAY = 86_400_000


def sold(*codes: str, means: str = "cash") -> Desk:
    """A till with one ticket of these articles, just paid."""
    desk = Desk(replace(shop(), means=(*MEANS, Means("Avoir", CREDIT, "refuse"))))
    desk.open()
    for code in codes:
        desk.scan(code)
    desk.pay(means, 5000 if means == "cash" else 0)
    if means == "Carte":
        desk.tap("accepted")
    desk.tap("decline")
    return desk


def refund(desk: Desk, means: str, drop: tuple[int, ...] = ()) -> None:
    record = desk.last(ev.TICKET).seq
    desk.tap("go", "more")
    desk.tap("go", "refund-list")
    desk.tap("ticket", record)
    for line in drop:
        desk.tap("pick", line)
    desk.tap("refund", means)


def test_a_whole_refund_mirrors_the_ticket() -> None:
    """INA-02: opposite amounts, a reference, the same number sequence, both perpetual totals."""
    desk = sold(SPREAD, WINE)
    sale: Any = desk.last(ev.TICKET).body
    before = len(desk.events)
    refund(desk, "Espèces")
    back: Any = desk.last(ev.TICKET).body

    assert desk.kinds(before) == ["order", "line", "line", "payment", "ticket", "drawer", "jet"]
    assert (back[1], back[2], back[4]) == (2, "refund", -1315)
    assert [[each[0], *(-value for value in each[1:])] for each in back[6]] == sale[6]
    assert back[15][:2] == [1, desk.events[desk.state.ledger.tickets[0].record].seq]
    assert (back[9], back[10]) == (0, 2630)
    assert desk.last(ev.JET).body[1] == 190
    assert desk.state.ledger.day is not None
    assert desk.state.ledger.day.expected == 10_000


def test_a_line_is_given_back_once() -> None:
    """By line, and never twice, over two refunds."""
    desk = sold(SPREAD, WINE)
    refund(desk, "Carte", drop=(2,))
    desk.tap("decline")
    assert desk.last(ev.TICKET).body[4] == -425
    first = desk.state.ledger.tickets[0].record
    desk.tap("go", "more")
    desk.tap("go", "refund-list")
    desk.tap("ticket", first)
    desk.tap("pick", 1)
    desk.tap("refund", "Carte")
    desk.tap("decline")

    assert desk.last(ev.TICKET).body[4] == -890
    assert desk.state.ledger.refunded[first] == (1, 2)
    desk.tap("go", "more")
    desk.tap("go", "refund-list")
    desk.tap("ticket", first)
    before = len(desk.events)
    desk.tap("refund", "Carte")
    assert desk.kinds(before) == []


def test_a_credit_note_is_given_and_spent() -> None:
    """Its number is the ticket's; what is left of it stays."""
    desk = sold(WINE, means="Carte")
    refund(desk, "Avoir")
    number = desk.last(ev.TICKET).body[1]
    assert isinstance(number, int)
    desk.tap("decline")
    assert desk.state.ledger.credits == {number: 890}
    desk.scan(SPREAD)
    desk.tap("pay")
    desk.tap("means", "Avoir")
    desk.tap("credit", number)

    assert desk.last(ev.TICKET).body[7] == [["Avoir", CREDIT, 425]]
    assert desk.last(ev.PAYMENT).body[6] == number
    assert desk.state.ledger.credits == {number: 465}


def test_a_refund_is_not_refunded() -> None:
    """The list offers it to nobody who taps an old key."""
    desk = sold(SPREAD)
    refund(desk, "Carte")
    desk.tap("decline")
    before = len(desk.events)
    refund(desk, "Carte")

    assert desk.kinds(before) == []


def test_a_payment_is_corrected_by_a_pair() -> None:
    """The ticket stays, the day's means change, and only once."""
    desk = sold(SPREAD)
    record = desk.last(ev.TICKET).seq
    desk.tap("go", "more")
    desk.tap("go", "fix-list")
    desk.tap("ticket", record)
    desk.tap("fix", "Carte")
    fixed = desk.last(ev.PAYMENT_FIX).body

    assert (fixed[3], fixed[4]) == (["Espèces", "cash", -425], ["Carte", "card", 425])
    assert desk.state.ledger.day is not None
    assert desk.state.ledger.day.expected == 10_000
    assert {row.kind: row.amount for row in desk.state.ledger.day.totals.means} == {"cash": 0, "card": 425}
    desk.tap("go", "more")
    desk.tap("go", "fix-list")
    desk.tap("ticket", record)
    desk.tap("fix", "Chèque")
    assert desk.kinds().count("payment-fix") == 1


def test_a_closed_day_is_closed() -> None:
    """CLO-02, CLO-12: a payment of yesterday cannot be corrected; the refusal is recorded and said."""
    desk = sold(SPREAD)
    record = desk.last(ev.TICKET).seq
    desk.close()
    desk.sleep(DAY)
    desk.tap("next")
    desk.tap("go", "more")
    desk.tap("go", "fix-list")
    desk.tap("ticket", record)

    assert desk.last(ev.REFUSED).body == {1: "payment-fix", 2: "closed-period"}
    assert desk.screen == "message"


def test_a_line_is_changed_and_discounted() -> None:
    """INA-01: each change is a record with its reason; VAT follows the amount that remains."""
    desk = Desk()
    desk.open()
    desk.scan(DETERGENT)
    desk.tap("select", 1)
    desk.tap("change", "new-quantity")
    desk.type("2")
    desk.tap("next")
    desk.tap("select", 1)
    desk.tap("change", "percent")
    desk.tap("choose", 1)
    desk.type("1000")
    desk.tap("next")
    desk.pay("cash", 5000)
    body: Any = desk.last(ev.TICKET).body
    line = body[5][0]

    assert line[2:8] == [2000, 1149, 2068, 2000, *extract(2068, 2000)]
    assert line[12] == 230
    assert desk.last(ev.DISCOUNT).body[5] == "article abîmé"


def test_a_basket_is_parked_and_recalled() -> None:
    """Put aside over other sales, a lock and a restart; its number stays its own."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.tap("go", "more")
    desk.tap("park")
    desk.scan(WINE)
    desk.pay("cash", 890)
    desk.tap("decline")
    desk.crash()
    desk.login()
    desk.tap("go", "more")
    desk.tap("go", "parked")
    desk.tap("recall", 1)
    desk.scan(WINE)
    desk.pay("cash", 2000)

    assert desk.last(ev.TICKET).body[3] == 1
    assert desk.last(ev.TICKET).body[4] == 1315
    assert desk.state.ledger.parked == ()


lines = st.builds(
    lambda number, price, quantity, rate: Line.of(
        [number, "x", quantity, price, price * quantity // 1000, rate, 0, 0, "", "goods", "piece", 0, 0]
    ).discounted(0),
    st.integers(1, 300),
    st.integers(0, 99_999),
    st.integers(1, 20).map(lambda count: count * 1000),
    st.sampled_from([210, 550, 1000, 2000]),
)


@given(st.lists(lines, min_size=1, max_size=30), st.one_of(st.integers(1, 10_000), st.none()), st.integers(1, 500_000))
def test_shares_add_up(basket: list[Line], rate: int | None, amount: int) -> None:
    """What is taken off a ticket is taken off its lines to the cent; no line goes below zero by more than rounding."""
    rebate = Rebate(rate, amount, "")
    total = sum(line.amount for line in basket)
    after = shared(tuple(basket), rebate)

    assert total - sum(line.amount for line in after) == (rebate.of(total) if total > 0 else 0)
    assert all(line.ht + line.vat == line.amount for line in after)
    assert all(line.amount >= -len(basket) for line in after)


def test_every_correction_is_sealed() -> None:
    """Refunds are tickets: types 1 and 2; corrections of payments stand in the JET."""
    assert types(ev.TICKET, {2: "refund"}) == (1, 2)
    assert types(ev.PAYMENT_FIX, {1: 1}) == (7,)
