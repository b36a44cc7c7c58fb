"""The accountant's file: an entry a Z, 18 columns, debit equal to credit, and a clear word when it cannot be made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.accounting import COLUMNS, entry, file_name
from appliance.audit.accounts import Accounts, of, read
from appliance.audit.export import Mismatch, Refusal, export
from appliance.audit.reading import Period
from appliance.core import event as ev
from tests.audit.story import Story
from tests.audit.test_export import SHOP
from tests.audit.test_replay import FIRST, LINES, busy, quarter

PLAN = read(SHOP)
TABLE: dict[str, Any] = {
    "journal": "CA Caisse",
    "cash_short": "658000 Manquants",
    "cash_over": "758000 Excédents",
    "sales": {"20": "707200 Ventes"},
    "vat": {"20": "445712 TVA"},
    "means": {"Espèces": "530000 Caisse"},
}


def rows(home: Path, folder: Path, period: Period = Period()) -> list[dict[str, str]]:  # noqa: B008 - a value
    out = export(home, "fec", period, folder / "out", shop=SHOP).path
    head, *lines = out.read_bytes().decode().split("\r\n")
    assert tuple(head.split("\t")) == COLUMNS
    assert lines.pop() == ""
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def cents(text: str) -> int:
    whole, rest = text.split(",")
    assert len(rest) == 2
    return int(whole) * 100 + int(rest)


def test_an_entry_worked_by_hand(tmp_path: Path) -> None:
    """11.49 at 20 % by card, 2.40 missing from the drawer."""
    story = Story().open(FIRST)
    story.sale([(1000, 1149, 2000)], means="Carte")
    found = rows(story.close(gap=-240).save(tmp_path / "home"), tmp_path)
    said = [(row["CompteNum"], row["EcritureLib"], row["Debit"], row["Credit"]) for row in found]

    assert said == [
        ("511500", "Z 1, Carte", "11,49", "0,00"),
        ("707200", "Z 1, Ventes 20 %", "0,00", "9,57"),
        ("445712", "Z 1, TVA 20 %", "0,00", "1,92"),
        ("530000", "Z 1, Écart de caisse", "0,00", "2,40"),
        ("658000", "Z 1, Écart de caisse", "2,40", "0,00"),
    ]
    assert {
        tuple(row[name] for name in ("JournalCode", "EcritureNum", "EcritureDate", "PieceRef")) for row in found
    } == {("CA", "Z000001", "20261102", "Z 1")}
    assert {row["ValidDate"] for row in found} == {"20261102"}


def test_each_z_balances(tmp_path: Path) -> None:
    """A quarter: each entry, and the whole file against the totals of its closings."""
    story = quarter()
    found = rows(story.save(tmp_path / "home"), tmp_path)
    entries: dict[str, int] = {}
    for row in found:
        entries[row["EcritureNum"]] = entries.get(row["EcritureNum"], 0) + cents(row["Debit"]) - cents(row["Credit"])
        assert 0 in (cents(row["Debit"]), cents(row["Credit"]))

    assert entries == {f"Z{number:06d}": 0 for number in range(1, 11)}
    sold = sum(cents(row["Credit"]) - cents(row["Debit"]) for row in found if row["CompteNum"][:3] in ("707", "445"))
    assert sold == 10 * 2219
    december = rows(tmp_path / "home", tmp_path, Period("2026-12-01", "2026-12-31"))
    assert {row["EcritureDate"][:6] for row in december} == {"202612"}


@given(
    st.lists(st.tuples(LINES, st.sampled_from(["Espèces", "Carte"]), st.booleans()), max_size=5), st.integers(-999, 999)
)
def test_debit_is_credit(sales: list[tuple[Any, str, bool]], gap: int) -> None:
    """Whatever is sold, given back, missing or over."""
    story = Story().open(FIRST)
    for goods, means, back in sales:
        sold = story.sale([line for line in goods if line[2]] or [(1000, 5, 2000)], means)
        if back and story.records[sold].body[4]:
            story.refund(sold)
    postings = entry(story.close(gap).last(ev.DAY_CLOSE), PLAN, "Espèces")

    assert sum(posting.amount for posting in postings) == 0
    assert all(posting.amount for posting in postings)
    paid = sum(p.amount for p in postings if p.account.number[0] == "5" and p.label != "Écart de caisse")
    assert paid == sum(total for day in story.days for _, total, _, _ in day["tickets"])


def test_a_z_that_does_not_balance() -> None:
    """Its means say another sum than its VAT rows: nothing is exported."""
    closing = busy(Story(), FIRST).close().last(ev.DAY_CLOSE)
    wrong = closing._replace(body={**closing.body, 12: [["Espèces", "cash", 1, 100]]})
    with pytest.raises(Mismatch, match=r"Z 1 does not balance by 21\.19"):
        entry(wrong, PLAN, "Espèces")


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("means", '[accounting.means] of shop.toml, line "Espèces" = …'),
        ("sales", '[accounting.sales] of shop.toml, line "20" = …'),
        ("vat", '[accounting.vat] of shop.toml, line "20" = …'),
    ],
)
def test_an_account_that_is_missing(without: str, says: str) -> None:
    """Which one, and where it goes."""
    story = Story().open(FIRST)
    story.sale([(1000, 1149, 2000)])
    with pytest.raises(Refusal) as refused:
        entry(story.close().last(ev.DAY_CLOSE), of({**TABLE, without: {}}), "Espèces")

    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"journal": "caisse"}, "journal is 'caisse'"),
        ({"cash_over": "12"}, "cash_over is '12'"),
        ({"cash_short": None}, "cash_short is None"),
        ({"sales": {"vingt": "707000 Ventes"}}, "'vingt' is no rate"),
        ({"sales": "707000 Ventes"}, "[accounting.sales] of shop.toml is no table"),
        ({"means": {"Carte": "9"}}, "Carte is '9'"),
        ({"other": 1}, "'other' is not known"),
    ],
)
def test_accounts_that_cannot_be_used(change: dict[str, Any], says: str) -> None:
    with pytest.raises(Refusal) as refused:
        of({**TABLE, **change})

    assert says in str(refused.value)


def test_where_the_accounts_are_read(tmp_path: Path) -> None:
    """No folder, no file, no table, no TOML: each is said."""
    for text, says in ((None, "cannot be read"), ("name = 1", "no accounts"), ("name =", "not TOML")):
        if text is not None:
            (tmp_path / "shop.toml").write_text(text)
        with pytest.raises(Refusal, match=says):
            read(tmp_path)
    with pytest.raises(Refusal, match="--shop"):
        read(None)
    assert isinstance(PLAN, Accounts)
    assert PLAN.sales.keys() == PLAN.vat.keys() == {2000, 1000, 550, 210}


def test_file_name() -> None:
    """As the article names it."""
    assert file_name("12345678200010", "2026-12-31") == "123456782FEC20261231.txt"
