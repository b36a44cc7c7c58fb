"""Refunds, exercises, reports and closings of every length: as they were last read, and never wider than the paper."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core import event as ev
from appliance.core import receipt, report
from appliance.core.event import Event
from appliance.core.receipt import Copy, Sealed
from appliance.core.sale import Line, Order, Payment
from tests.core import test_layout as layout
from tests.core.desk import IDENTITY, SATURDAY
from tests.core.paper_samples import ACCEPT, PAPERS, files

WANTED = files()
PLACES = tuple(f"{kind} n° {number}" for kind in ("Journée", "Mois", "Exercice") for number in (1, 99_999))


@pytest.mark.parametrize("name", WANTED)
def test_paper_is_the_accepted_one(name: str) -> None:
    """A changed word is accepted by a person who read it."""
    path = PAPERS / name

    assert path.exists(), f"{name} was never accepted; read it, then: {ACCEPT}"
    assert path.read_text("utf-8") == WANTED[name], f"{name} differs; read it, then: {ACCEPT}"


def test_no_paper_is_left_over() -> None:
    assert sorted(path.name for path in PAPERS.glob("*.txt")) == sorted(WANTED)


@st.composite
def copies(draw: st.DrawFn) -> Copy | None:
    why, operator = draw(layout.words), draw(layout.labels)
    return draw(st.sampled_from([None, Copy(draw(st.integers(1, 9999)), SATURDAY, 60, operator[:64], why)]))


@st.composite
def refunds(draw: st.DrawFn) -> Sealed:
    """Lines of any label with the opposite sign, some with a discount, left as money or as a credit note."""
    sold = draw(st.lists(layout.lines(), min_size=1, max_size=30))
    off = st.integers(0, 5_000_000)
    back = tuple(
        line._replace(discount=min(draw(off), line.amount)).mirrored(n) for n, line in enumerate(sold, start=1)
    )
    order = Order(2, back)
    kind = draw(st.sampled_from(["cash", "credit-note"]))
    made = layout.ticket(order, [Payment(draw(layout.words)[:40], kind, order.total)])
    body: Any = {**made.event.body, 2: "refund", 15: [draw(st.integers(1, 999_999)), 41, SATURDAY, 60, [1]]}
    return _with(made, {**body, 16: draw(layout.words)}, school=draw(st.booleans()))


def _with(made: Sealed, body: Any, school: bool = False, kind: int = 0) -> Sealed:
    event: Event = made.event._replace(body=body, kind=kind or made.event.kind)
    return Sealed(event, made.head, made.signature, made.chain, school)


@layout.WIDTHS
@settings(max_examples=40, deadline=None)
@given(sealed=refunds(), copy=copies())
def test_a_refund_fits_its_paper(columns: int, sealed: Sealed, copy: Copy | None) -> None:
    """With its reason, its origin, its credit note and its discounts; each sum is whole."""
    rows = receipt.ticket(sealed, columns, copy)
    body: Any = sealed.event.body

    layout.fits(rows, columns)
    layout.printed_once(rows, [line[4] + line[12] for line in body[5]])
    layout.printed_once(rows, [-line[12] for line in body[5] if line[12]])
    layout.printed_once(rows, [body[4], *(each[2] for each in body[7])])
    banners = [row.text.strip() for row in rows if row.invert]
    assert banners.count("MODE ÉCOLE - SANS VALEUR") == (2 if sealed.school else 0)
    assert sum("DUPLICATA" in text for text in banners) == (2 if copy else 0)


@layout.WIDTHS
@settings(max_examples=40, deadline=None)
@given(sealed=layout.closings(), alone=st.booleans(), odd=st.sampled_from(PLACES), copy=copies())
def test_a_report_fits_its_paper(columns: int, sealed: Sealed, alone: bool, odd: str, copy: Copy | None) -> None:
    """An X, and a closing that nobody made: no count, no operator; sums that do not agree are named."""
    body: Any = {**sealed.event.body, 18: None, 19: None, 31: [[odd, 99_999_999, -99_999_999]]}
    kind = ev.DAY_CLOSE if alone else ev.X_REPORT
    changed = _with(sealed, body, kind=kind)
    changed = changed if not alone else _nobody(changed)
    rows = report.closing(changed, columns, copy)

    layout.fits(rows, columns)
    layout.printed_once(rows, [99_999_999, -99_999_999, body[17]])
    assert any(text.endswith("non compté") for text in layout.texts(rows))
    assert any(text.endswith("automatique") for text in layout.texts(rows)) == alone
    assert not any(row.double and row.text.startswith("ÉCART") for row in rows)  # a means may bear any name


def _nobody(made: Sealed) -> Sealed:
    return Sealed(made.event._replace(operator=""), made.head, made.signature, made.chain)


@layout.WIDTHS
@settings(max_examples=40, deadline=None)
@given(sealed=layout.closings(), month=st.booleans(), copy=copies())
def test_a_period_fits_its_paper(columns: int, sealed: Sealed, month: bool, copy: Copy | None) -> None:
    """A month and a fiscal year of any sums."""
    day: Any = sealed.event.body
    places = dict(zip(range(6, 15), (1, 999_999, 4, *(day[key] for key in (7, 8, 9, 10, 11, 12))), strict=True))
    body = {1: day[1], 2: "2026-09" if month else "2026-10", 3: 1, 4: 99_999, 5: 31, **places}
    body |= {
        15: day[25],
        16: day[26],
        17: IDENTITY.body(),
        18: day[28],
        19: "0.1.0",
        20: [],
        21: "sans certificat ni attestation",
    }
    rows = report.period(_with(sealed, body, kind=ev.MONTH_CLOSE if month else ev.YEAR_CLOSE), columns, copy)

    layout.fits(rows, columns)
    layout.printed_once(rows, [body[key] for key in (9, 10, 12, 15, 16)])
    layout.printed_once(rows, [cell for row in body[13] for cell in row[1:]])


@layout.WIDTHS
def test_a_discount_stands_under_its_line(columns: int) -> None:
    """The price before, what is off in the same column, and the sum of all that is off."""
    line = Line(1, "Lessive 2 L", 1000, 1149, 999, 2000, 833, 166, discount=150)
    rows = layout.texts(receipt.ticket(layout.ticket(Order(1, (line,)), [Payment("Espèces", "cash", 999)]), columns))
    at = next(n for n, text in enumerate(rows) if text.startswith("Lessive 2 L"))

    assert rows[at].split() == ["Lessive", "2", "L", "11,49", "A"]
    assert rows[at + 1].split() == ["Remise", "-1,50"]
    assert rows[at].index("11,49") + 5 == rows[at + 1].index("-1,50") + 5
    assert "Remises comprises : 1,50 EUR" in rows
