"""Where a shop stands decides which rates it may use (VAT-01…03), which clock it has, and what its ticket says."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from appliance.core.law import Dated
from appliance.core.territory import TERRITORIES, territory
from appliance.core.vat import LETTERS
from appliance.provision.identity import naf_fault, siret_fault, valid_siret, vat_fault, vat_number_of
from appliance.provision.shop import ShopError, read_shop

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "epicerie"
TODAY = date(2026, 11, 21)
HEADER = "code,label,category,price,vat,nature,unit,warranty,page,position\n"
FORBIDDEN = {
    "metropole": ("8.5", "13", "0.9", "1.05"),
    "corse": ("8.5", "1.75", "7"),
    "guadeloupe": ("20", "10", "5.5", "0.9"),
    "martinique": ("20", "13"),
    "reunion": ("5.5", "19.6"),
    "guyane": ("20", "8.5", "2.1"),
    "mayotte": ("20", "2.1"),
}


def shop_in(folder: Path, where: str, *rates: str) -> Path:
    """The sample, moved: an article at each rate, the zone left to the territory."""
    shutil.copytree(SAMPLE, folder)
    head = (folder / "shop.toml").read_text("utf-8")
    head = head.replace('"metropole"', f'"{where}"').replace('timezone = "Europe/Paris"\n', "")
    (folder / "shop.toml").write_text(head, "utf-8")
    rows = "".join(f",Article {rate},,1.00,{rate},goods,piece,no,,\n" for rate in rates)
    (folder / "catalogue.csv").write_text(HEADER + rows, "utf-8")
    (folder / "departments.csv").write_text("label,vat,nature\n", "utf-8")
    return folder


@pytest.mark.parametrize("where", TERRITORIES)
def test_the_rates_of_a_territory_are_taken(tmp_path: Path, where: str) -> None:
    """All of its table and zero; they and its clock stand in the shop and in what a record keeps."""
    rates = TERRITORIES[where].rates.on(TODAY)
    shop = read_shop(shop_in(tmp_path / "s", where, "0", *(f"{each / 100:g}" for each in rates)), b"p", TODAY)

    assert [article.rate for article in shop.catalogue.articles] == [0, *rates]
    assert (shop.territory, shop.rates, shop.timezone) == (where, rates, TERRITORIES[where].zone)
    assert shop.config()[4] == list(rates)
    assert shop.config()[6] == where


@pytest.mark.parametrize("where", FORBIDDEN)
def test_a_rate_of_elsewhere_is_refused_by_name(tmp_path: Path, where: str) -> None:
    """Each on its line, with the territory and what it allows."""
    with pytest.raises(ShopError) as caught:
        read_shop(shop_in(tmp_path / "s", where, *FORBIDDEN[where]), b"p", TODAY)

    assert [line.split(" (")[0] for line in caught.value.lines] == [
        f"catalogue.csv:{n}: vat '{rate}' is not a rate in force in {where}"
        for n, rate in enumerate(FORBIDDEN[where], 2)
    ]


def test_no_table_has_more_rates_than_letters() -> None:
    """Each has a letter on paper; highest first, none twice."""
    for place in TERRITORIES.values():
        for _, rates in place.rates.rows:
            assert len(rates) <= len(LETTERS)
            assert list(rates) == sorted(set(rates), reverse=True)


def test_a_table_changes_on_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new row holds from its date on: the same file is refused the day before."""
    changed = Dated((*territory("reunion").rates.rows, (date(2027, 1, 1), (900, 210))))
    place = TERRITORIES["reunion"].__class__(changed, "Indian/Reunion")
    monkeypatch.setitem(TERRITORIES, "reunion", place)
    folder = shop_in(tmp_path / "s", "reunion", "9")
    with pytest.raises(ShopError):
        read_shop(folder, b"p", date(2026, 12, 31))

    assert read_shop(folder, b"p", date(2027, 1, 1)).rates == (900, 210)


def test_where_no_vat_applies_no_number_is_asked(tmp_path: Path) -> None:
    """Guyane and Mayotte: the real regime without a VAT number."""
    folder = shop_in(tmp_path / "s", "guyane", "0")
    head = (folder / "shop.toml").read_text("utf-8").replace('vat_number = "FR11123456782"\n', "")
    (folder / "shop.toml").write_text(head, "utf-8")

    assert read_shop(folder, b"p", TODAY).identity.vat_number == ""


@pytest.mark.parametrize(
    ("siret", "right"),
    [("12345678200010", True), ("123 456 782 00010", True), ("12345678200011", False), ("1234567820001", False),
     ("١٢٣٤٥٦٧٨٢٠٠٠١٠", False), ("", False), ("35600000000048", True), ("35600000049837", True),
     ("35600000049838", False)],
)  # fmt: skip
def test_the_key_of_a_siret(siret: str, right: bool) -> None:
    """14 digits of ASCII with a Luhn key; La Poste's offices have a plain sum that is a multiple of five."""
    assert valid_siret(siret) is right
    assert bool(siret_fault(siret)) is not right


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("FR11123456782", ""),
        ("FR 11 123456782", ""),
        ("FRK7123456782", ""),
        ("FR12123456782", "has a wrong key: this SIREN has FR11123456782"),
        ("FR44732829320", "is of another enterprise than the SIRET: the last 9 digits must be 123456782"),
        ("FRO1123456782", "is not FR, a key of two signs and the 9 digits of the SIREN"),
        ("DE123456789", "is not FR, a key of two signs and the 9 digits of the SIREN"),
    ],
)
def test_a_vat_number_is_held_against_the_siret(number: str, fault: str) -> None:
    """Its key is computed, its SIREN compared; a key with a letter is taken as it is."""
    assert vat_fault(number, "12345678200010").endswith(fault)
    assert bool(vat_fault(number, "12345678200010")) is bool(fault)


def test_known_numbers() -> None:
    """A published pair, and NAF codes with and without their point."""
    assert vat_number_of("73282932000074") == "FR44732829320"
    assert [naf_fault(code) for code in ("4711B", "47.11B")] == ["", ""]
    assert all(naf_fault(code) for code in ("471B", "4711", "4711b", "ABCDE"))
