"""Paper: nothing is wider than the paper, no amount is broken, every sign is one that printers know."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core import event as ev
from appliance.core import receipt, report
from appliance.core.event import Event
from appliance.core.layout import Sheet, clean
from appliance.core.money import plain
from appliance.core.paper import Row
from appliance.core.receipt import Copy, Sealed
from appliance.core.sale import Line, Order, Payment
from appliance.core.shop import Identity
from appliance.core.totals import Totals
from appliance.core.vat import VatRow, add, extract
from tests.core.desk import IDENTITY, SATURDAY

WIDTHS = pytest.mark.parametrize("columns", [48, 32])
RATES = (2000, 1000, 550, 210)
SIGNATURE = bytes(range(64))
CHAIN, HEAD = bytes(range(16)), bytes(range(32))

labels = st.text(st.characters(min_codepoint=32, max_codepoint=0x20AC, exclude_categories=["C", "Z"]), min_size=1)
words = st.lists(labels.map(lambda text: text[:40]), min_size=1, max_size=6).map(lambda parts: " ".join(parts)[:80])
sums = st.integers(-99_999_999, 99_999_999)


@st.composite
def lines(draw: st.DrawFn, number: int = 1) -> Line:
    """A line of up to 99 999,99 with any label."""
    amount, rate = draw(st.integers(0, 9_999_999)), draw(st.sampled_from([*RATES, 0]))
    unit = draw(st.sampled_from(["piece", "kg", "l", "h"]))
    quantity = draw(st.integers(1, 999)) * 1000 if unit == "piece" else draw(st.integers(1, 9_999_999))
    price = draw(st.integers(0, 9_999_999))
    return Line(number, draw(words), quantity, price, amount, rate, *extract(amount, rate), unit=unit)


@st.composite
def tickets(draw: st.DrawFn) -> Sealed:
    order = Order(1, tuple(draw(st.lists(lines(), min_size=1, max_size=100))))
    payments = [Payment(draw(words)[:40], "cash", order.total + 500), Payment("Rendu", "change", -500)]
    identity = Identity(draw(words), tuple(draw(st.lists(words, max_size=3))), "12345678200010", "4711B", "FR1", "real")
    return ticket(order, payments, identity, draw(labels)[:64])


def ticket(order: Order, payments: list[Payment], identity: Identity = IDENTITY, operator: str = "01") -> Sealed:
    body: dict[int, ev.Value] = {
        1: 129,
        2: "sale",
        3: order.number,
        4: order.total,
        5: [line.body() for line in order.live],
        6: [[row.rate, row.ht, row.vat, row.ttc] for row in order.vat],
        7: [payment.body() for payment in payments],
        8: order.articles,
        9: order.total,
        10: order.total,
        11: identity.body(),
        12: list[ev.Value](RATES),
        13: ["TVA non applicable, art. 293 B du CGI"] if identity.vat_regime == "franchise" else [],
        14: "0.1.0",
        17: "sans certificat ni attestation",
    }
    return Sealed(Event(41, SATURDAY, 60, 0, "1", operator, 1, ev.TICKET, body), HEAD, SIGNATURE, CHAIN)


@st.composite
def closings(draw: st.DrawFn) -> Sealed:
    """A day of up to a million euros a rate."""
    totals = Totals()
    for rate in RATES:
        amount = draw(st.integers(0, 99_999_999))
        row = VatRow(rate, *extract(amount, rate), amount)
        totals = totals.with_ticket(amount, add((), [row]), (Payment(draw(words)[:40], "card", amount),))
    numbers = {key: draw(sums) for key in (13, 14, 15, 16, 17, 18, 19, 22, 24, 25, 26)}
    body: dict[int, ev.Value] = {
        1: draw(st.integers(1, 99_999)),
        2: "2026-11-21",
        3: [SATURDAY, 60],
        4: 1,
        5: 999_999,
        6: 4,
        7: totals.sales,
        8: -99_999_999,
        9: 3,
        10: totals.total,
        11: [[row.rate, row.ht, row.vat, row.ttc] for row in totals.vat],
        12: [[row.label, row.kind, row.count, row.amount] for row in totals.means],
        **numbers,
        20: [3, 0, 1, 2, 99, 1, 41],
        21: "2026-11",
        23: "2026-01",
        27: IDENTITY.body(),
        28: list[ev.Value](RATES),
        29: "0.1.0",
        30: [12, 3],
        31: [],
        32: "sans certificat ni attestation",
    }
    return Sealed(Event(99, SATURDAY, 60, 0, "1", "01", 1, ev.DAY_CLOSE, body), HEAD, SIGNATURE, CHAIN)


def texts(rows: tuple[Row, ...]) -> list[str]:
    return [row.text for row in rows]


def fits(rows: tuple[Row, ...], columns: int) -> None:
    for row in rows:
        assert len(row.text) <= (columns // 2 if row.double else columns), row
        assert row.text == row.text.encode("cp1252").decode("cp1252")
        assert row.text.isprintable(), row


def printed_once(rows: tuple[Row, ...], amounts: list[int]) -> None:
    """Each amount stands whole on a row, not joined to another figure."""
    for amount in amounts:
        whole = re.compile(rf"(?<![\d,-]){re.escape(plain(amount))}(?!\d)")
        assert any(whole.search(text) for text in texts(rows)), plain(amount)


@WIDTHS
@settings(max_examples=40, deadline=None)
@given(sealed=tickets())
def test_a_ticket_fits_its_paper(columns: int, sealed: Sealed) -> None:
    """Any ticket, at both widths: rows fit, signs are CP1252, every sum is whole."""
    rows = receipt.ticket(sealed, columns)
    body: Any = sealed.event.body

    fits(rows, columns)
    several = [each for each in body[5] if each[2] != 1000 or each[10] != "piece"]
    printed_once(rows, [each[3] for each in several] + [each[4] for each in body[5]] + [each[2] for each in body[7]])
    printed_once(rows, [cell for row in body[6] if row[0] for cell in row[1:]])


@WIDTHS
@settings(max_examples=60, deadline=None)
@given(sealed=closings())
def test_a_closing_fits_its_paper(columns: int, sealed: Sealed) -> None:
    """Any Z, at both widths: rows fit and every sum of it is whole."""
    rows = report.closing(sealed, columns)
    body: Any = sealed.event.body

    fits(rows, columns)
    printed_once(rows, [body[key] for key in (7, 8, 10, 13, 14, 15, 17, 18, 19, 22, 24, 25, 26)])
    printed_once(rows, [cell for row in body[11] for cell in row[1:]])
    printed_once(rows, [row[3] for row in body[12]])


@WIDTHS
def test_all_mentions_stand_on_a_ticket(columns: int) -> None:
    """MEN-01 and TIC-02, one by one."""
    line = Line(1, "Lessive 2 L", 2000, 1149, 2298, 2000, *extract(2298, 2000))
    rows = receipt.ticket(ticket(Order(1, (line,)), [Payment("Espèces", "cash", 3000), CHANGE]), columns)
    flat = " ".join(" ".join(texts(rows)).split())

    for mention in ("ÉPICERIE DES HALLES", "12 rue des Halles", "35000 Rennes", "SIRET 123 456 782 00010", "NAF 4711B"):
        assert mention in flat
    for mention in ("TVA FR11 123 456 782", "VENTE", "Ticket n° 000129", "21/11/2026 08:00:00", "Caisse 1"):
        assert mention in flat
    for mention in ("Opérateur 01", "Lessive 2 L", "2 x 11,49 22,98", "A 20 % 19,15 3,83 22,98", "TOTAL EUR 22,98"):
        assert mention in flat
    for mention in ("Espèces 30,00", "Rendu -7,02", "1 ligne, 2 articles", "Sceau 0.1.0", "Réimpression 0"):
        assert mention in flat
    assert f"Signature {receipt.extract(SIGNATURE)}" in flat
    assert "Merci de votre visite" in flat
    assert "DUPLICATA" not in flat


CHANGE = Payment("Rendu", "change", -702)


def test_change_is_a_row_of_its_own() -> None:
    """PAY-01: what was given and what was given back are two rows."""
    line = Line(1, "Lessive 2 L", 2000, 1149, 2298, 2000, *extract(2298, 2000))
    rows = texts(receipt.ticket(ticket(Order(1, (line,)), [Payment("Espèces", "cash", 3000), CHANGE]), 48))

    assert sum("30,00" in text for text in rows) == 1
    assert sum("-7,02" in text for text in rows) == 1
    assert not any("30,00" in text and "-7,02" in text for text in rows)


def test_the_extract_is_characters_3_7_13_19() -> None:
    """SEC-06, counted from 1, of the signature in base64url."""
    assert receipt.extract(b"\x00" * 64) == "AAAA"
    assert receipt.extract(bytes(range(64))) == "".join(
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"[n] for n in (2, 6, 12, 18)
    )


@WIDTHS
def test_a_duplicate_says_so_twice_with_its_number(columns: int) -> None:
    """TIC-03: DUPLICATA n° above and below, when, by whom, why, and the reprint number."""
    line = Line(1, "Baguette", 1000, 110, 110, 550, *extract(110, 550))
    copy = Copy(3, SATURDAY + 60_000, 60, "02", "demande du client")
    rows = texts(receipt.ticket(ticket(Order(1, (line,)), [Payment("Espèces", "cash", 110)]), columns, copy))
    flat = " ".join(" ".join(rows).split())

    assert flat.count("DUPLICATA n° 3") == 2
    assert "imprimé le 21/11/2026 à 08:01:00" in flat
    assert "opérateur 02, demande du client" in flat
    assert "Réimpression 3" in flat


def test_the_franchise_mention_stands_instead_of_a_table() -> None:
    """MEN-05: no rate, no VAT, the words of the law."""
    identity = Identity("Atelier", ("1 rue",), "12345678200010", "9529Z", "", "franchise")
    line = Line(1, "Réparation", 1000, 4500, 4500, 0, 4500, 0)
    rows = texts(receipt.ticket(ticket(Order(1, (line,)), [Payment("Espèces", "cash", 4500)], identity), 32))

    assert any("TVA non applicable, art. 293 B" in text for text in rows)
    assert not any(text.startswith("TVA  ") or "HT" in text for text in rows)


@given(st.text())
def test_any_text_becomes_printable_signs(text: str) -> None:
    """What CP1252 does not have becomes a question mark; the length never grows."""
    assert len(clean(text)) == len(text)
    clean(text).encode("cp1252")


@WIDTHS
@given(left=words, amount=sums)
def test_an_amount_stands_whole_at_the_right_edge(columns: int, left: str, amount: int) -> None:
    """The label wraps above it, in simple and in double size."""
    for double in (False, True):
        sheet = Sheet(columns)
        sheet.pair(left, plain(amount), double=double)
        fits(sheet.rows(), columns)
        assert sheet.rows()[-1].text.endswith(plain(amount))
