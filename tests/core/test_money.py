"""Sums, VAT and codes: integers that round half away from zero and add up to the cent."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core import barcode, money, vat
from appliance.core.sale import Line, Order
from appliance.core.vat import VatRow

cents = st.integers(-10_000_000, 10_000_000)
rates = st.sampled_from([2000, 1000, 850, 550, 210, 105, 90, 0])


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_divides_half_away_from_zero(numerator: int, denominator: int) -> None:
    """VAT-05: half counts as one unit, on both sides of zero."""
    exact = abs(Fraction(numerator, denominator))
    rounded = floor(exact + Fraction(1, 2))

    assert money.divide(numerator, denominator) == (rounded if numerator >= 0 else -rounded)
    assert money.divide(-numerator, denominator) == -money.divide(numerator, denominator)


def test_the_example_of_the_design() -> None:
    """11.49 at 20 %: VAT 1.92, HT 9.57."""
    assert vat.extract(1149, 2000) == (957, 192)
    assert vat.extract(-1149, 2000) == (-957, -192)


@given(cents, rates)
def test_before_tax_and_tax_are_the_sum(ttc: int, rate: int) -> None:
    """VAT-06: the tax is rounded to the nearest cent, the rest is what remains."""
    ht, tax = vat.extract(ttc, rate)

    assert ht + tax == ttc
    assert abs(Fraction(ttc * rate, 10_000 + rate) - tax) <= Fraction(1, 2)
    assert vat.extract(-ttc, rate) == (-ht, -tax)


@given(st.lists(st.tuples(cents, rates), max_size=60))
def test_totals_per_rate_are_the_sums_of_the_lines(drawn: list[tuple[int, int]]) -> None:
    """Each row of the table adds up its lines, highest rate first, and the table adds up to the order."""
    lines = [Line(n, "x", 1000, c, c, rate, *vat.extract(c, rate)) for n, (c, rate) in enumerate(drawn, 1)]
    rows = Order(1, tuple(lines)).vat

    assert [row.rate for row in rows] == sorted({rate for _, rate in drawn}, reverse=True)
    for row in rows:
        mine = [line for line in lines if line.rate == row.rate]
        assert row.ttc == row.ht + row.vat == sum(line.amount for line in mine)
        assert row.vat == sum(line.vat for line in mine)
    assert sum(row.ttc for row in rows) == Order(1, tuple(lines)).total


def test_a_rate_stays_listed_when_it_comes_to_nothing() -> None:
    """What was used is shown, even at zero."""
    row = VatRow(2000, 100, 20, 120)

    assert vat.add(vat.add((), [row]), [row], -1) == (VatRow(2000, 0, 0, 0),)


@given(st.integers(0, 999_999_999))
def test_an_amount_is_read_as_it_is_written(amount: int) -> None:
    """`12.40`, `12,40` and the printed form without its spaces are one sum."""
    written = f"{amount // 100}.{amount % 100:02d}"

    assert money.parse(written) == money.parse(written.replace(".", ",")) == amount
    assert money.parse(money.plain(amount).replace(" ", "")) == amount


@given(st.integers(0, 99_999_999))
def test_a_quantity_is_read_as_it_is_written(thousandths: int) -> None:
    """`1.250` and `1,250` are one quantity."""
    written = f"{thousandths // 1000},{thousandths % 1000:03d}"

    assert money.parse_quantity(written) == thousandths
    assert money.quantity(thousandths, "kg") == f"{written} kg"


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.234", "1 2", "abc", ".5", "12345678", "1e2", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """A sign, a third decimal, a stray letter."""
    with pytest.raises(ValueError, match="is not an amount"):
        money.parse(text)


def test_sums_as_people_read_them() -> None:
    """No-break spaces on screen, plain ones on paper, a true minus on screen."""
    assert money.euros(128_435) == "1\u00a0284,35\u00a0€"
    assert money.figure(-128_435) == "\u22121\u00a0284,35"
    assert money.plain(-128_435) == "-1 284,35"
    assert money.plain(-5) == "-0,05"
    assert money.note(2000) == "20\u00a0€"
    assert money.quantity(3000, "piece") == "3"


def test_weights_round_to_the_cent() -> None:
    """1.250 kg at 23.90 is 29.875, so 29.88."""
    assert money.times(2390, 1250) == 2988
    assert money.times(1, 500) == 1
    assert money.times(1, 499) == 0


@pytest.mark.parametrize(
    ("body", "digit"),
    [("301762042200", 3), ("629104150021", 3), ("9638507", 4), ("03600029145", 2), ("1540014128876", 3)],
)
def test_check_digits_of_known_codes(body: str, digit: int) -> None:
    """EAN-13, EAN-8, UPC-A and GTIN-14 as printed in the GS1 specifications and on articles."""
    assert barcode.check_digit(body) == digit
    assert barcode.well_formed(f"{body}{digit}")


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_one_wrong_digit_is_always_seen(length: int, data: st.DataObject) -> None:
    """Any single digit read wrong makes the code ill formed."""
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    code = f"{body}{barcode.check_digit(body)}"
    place = data.draw(st.integers(0, length))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != code[place]))
    wrong = code[:place] + other + code[place + 1 :]

    assert barcode.well_formed(code)
    assert barcode.misread(wrong)


def test_a_upc_is_the_ean_that_starts_with_zero() -> None:
    """One article, one spelling."""
    assert barcode.canonical(" 036000291452 ") == "0036000291452"
    assert barcode.well_formed("0036000291452")


@given(st.text(max_size=20))
def test_no_text_confuses_the_reader(text: str) -> None:
    """Superscripts, Arabic digits, control signs: an answer, never an error."""
    assert barcode.well_formed(text) in (True, False)
    assert barcode.misread(text) in (True, False)
    barcode.canonical(text)
