"""A shop folder with faults: all of them are said at once, each with its file, its line and what to do."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from appliance.core.operator import credential
from appliance.core.shop import Shop
from appliance.provision.shop import ShopError, read_shop

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "epicerie"
TODAY = date(2026, 11, 21)
HEADER = "code,label,category,price,vat,nature,unit,warranty,page,position\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "shop")
    return tmp_path / "shop"


def read(folder: Path) -> Shop:
    return read_shop(folder, b"pepper", TODAY)


def faults(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ShopError) as caught:
        read(folder)
    return caught.value.lines


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def articles(folder: Path, *rows: str) -> None:
    (folder / "catalogue.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")


def test_the_sample_is_a_shop(folder: Path) -> None:
    """60 articles or more, codes with right check digits, badges as keyed hashes."""
    shop = read(folder)

    assert len(shop.catalogue.articles) >= 60
    assert shop.operators[0].nfc == credential(b"pepper", "nfc", bytes.fromhex("04A1B2C3D4E580"))
    assert b"1234" not in shop.operators[0].pin
    assert shop.catalogue.find("3017620422003") is not None


CATALOGUE = [
    ("3017620422004,Soda,,1.10,5.5,goods,piece,no,,", "code '3017620422004' has a wrong check digit or length"),
    ("123,Soda,,1.10,5.5,goods,piece,no,,", "code '123' has a wrong check digit or length"),
    (",Soda,,-1.10,5.5,goods,piece,no,,", "price '-1.10' is not a positive amount like 4.25"),
    (",Soda,,1.234,5.5,goods,piece,no,,", "price '1.234' is not a positive amount like 4.25"),
    (",Soda,,1.10,7,goods,piece,no,,", "vat '7' is not a rate in force in metropole (20, 10, 5.5, 2.1)"),
    (",Soda,,1.10,5.5,food,piece,no,,", "nature 'food' is not one of goods, service"),
    (",Soda,,1.10,5.5,goods,box,no,,", "unit 'box' is not one of piece, kg, l, h"),
    (",Soda,,1.10,5.5,goods,piece,maybe,,", "warranty 'maybe' is not one of yes, no"),
    (",Soda,,1.10,5.5,goods,piece,no,one,", "page 'one' is not a number"),
    (",,,1.10,5.5,goods,piece,no,,", "label: 1 to 80 printable characters are wanted"),
    (f",{'x' * 81},,1.10,5.5,goods,piece,no,,", "label: 1 to 80 printable characters are wanted"),
    (",So\u202eda,,1.10,5.5,goods,piece,no,,", "label: 1 to 80 printable characters are wanted"),
    (f",Soda,{'x' * 65},1.10,5.5,goods,piece,no,,", "category: at most 64 printable characters are wanted"),
    (",Soda,,1.10,5.5,goods,piece,no", "8 cells instead of 10"),
    (',"Soda"x,,1.10,5.5,goods,piece,no,,', "not CSV: "),
]


@pytest.mark.parametrize(("row", "sentence"), CATALOGUE, ids=[sentence for _, sentence in CATALOGUE])
def test_a_faulty_article_is_named(folder: Path, row: str, sentence: str) -> None:
    """One row that is wrong, on line 2."""
    articles(folder, row)

    assert [line for line in faults(folder) if line.startswith(f"catalogue.csv:2: {sentence}")]


def test_a_code_or_a_label_given_twice_is_named_with_the_first(folder: Path) -> None:
    """A UPC of 12 digits and its EAN of 13 are one code."""
    articles(
        folder,
        "036000291452,Soda,,1.10,5.5,goods,piece,no,,",
        "0036000291452,Soda,,1.10,5.5,goods,piece,no,,",
    )

    assert faults(folder) == (
        "catalogue.csv:3: code 0036000291452 is already on line 2",
        "catalogue.csv:3: label 'Soda' is already on line 2",
    )


def test_all_is_said_at_once(folder: Path) -> None:
    """Four files with one fault each make four sentences."""
    articles(folder, "3017620422004,Soda,,1.10,5.5,goods,piece,no,,")
    edit(folder / "departments.csv", "Divers 10,10", "Divers 10,11")
    edit(folder / "operators.toml", 'pin = "1234"', 'pin = "12"')
    edit(folder / "shop.toml", 'siret = "12345678200010"', 'siret = "12345678200011"')
    found = faults(folder)

    assert [line.split(": ")[0] for line in found] == [
        "catalogue.csv:2",
        "departments.csv:3",
        "operators.toml:2",
        "shop.toml:4",
    ]


@pytest.mark.parametrize("name", ["shop.toml", "catalogue.csv", "departments.csv", "operators.toml"])
def test_a_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    """Missing, not UTF-8, a folder in its place."""
    path = folder / name
    path.write_bytes("Café".encode("cp1252"))
    assert faults(folder) == (f"{name}:1: the file is not UTF-8; save it as UTF-8",)
    path.unlink()
    assert faults(folder) == (f"{name}:1: the file is missing; put it in the shop folder",)
    path.mkdir()
    assert faults(folder) == (f"{name}:1: the file cannot be read (Is a directory)",)


def test_a_wrong_header_and_a_wrong_toml_are_named(folder: Path) -> None:
    """The line of the TOML fault, and the header that is wanted."""
    (folder / "catalogue.csv").write_text("label;price\n", "utf-8")
    (folder / "shop.toml").write_text('name = "X"\nsiret = \n', "utf-8")
    first, second = faults(folder)

    assert first.startswith("shop.toml:2: not TOML")
    assert second == f"catalogue.csv:1: the header must be {HEADER.strip()}"


SHOP: list[tuple[str, str, str]] = [
    ('till = "1"', 'tilt = "1"', "tilt: unknown key; known are accounting, address, "),
    ('till = "1"', "", "till: is missing; the ticket must bear it"),
    ('till = "1"', f'till = "{"x" * 80}"', "till: a text of 1 to 24 printable characters is wanted"),
    ('siret = "12345678200010"', 'siret = "123"', "siret: '123' is not a SIRET of 14 digits with a right key"),
    ('naf = "4711B"', "", "naf: is missing; the ticket must bear it"),
    ('vat_number = "FR11123456782"', "", "vat_number: is missing; the ticket must bear it in the real regime"),
    ('vat_regime = "real"', 'vat_regime = "none"', "vat_regime: 'none' is not real or franchise"),
    ('timezone = "Europe/Paris"', 'timezone = "Mars"', "timezone: 'Mars' is not known; use a name like Europe/Paris"),
    ("fiscal_year_start = 1", "fiscal_year_start = 13", "fiscal_year_start: a month from 1 to 12 is wanted"),
    ("day_pivot = 0", 'day_pivot = "4"', "day_pivot: an hour from 0 to 12 is wanted"),
    ('territory = "metropole"', 'territory = "lune"', "territory: 'lune' is not known; use metropole, corse, gu"),
    ("day_pivot = 0", 'language = "de"', "language: 'de' is not fr or en"),
    ('name = "Épicerie des Halles"', 'name = "A\\tB"', "name: a text of 1 to 64 printable characters is wanted"),
    ('footer = ["Merci de votre visite"]', 'footer = ["a\\u202e"]', "footer: at most 6 lines of 1 to 64 printable"),
    ('kind = "cash"', 'kind = "coins"', "means: a label of 1 to 24 characters and a kind of cash, "),
    ('over = "change"', 'over = "keep"', "means: over is 'keep'; use change, refuse, forfeit"),
    ('over = "change"', 'owed = "change"', "means: unknown key 'owed'; known are drawer, kind, label, over"),
    ("card_terminals = []", 'card_terminals = ["a", "\\t"]', "card_terminals: at most 6 serial numbers of 1 to 24"),
    ('print_later = "duplicate"', 'print_later = "copy"', "print_later: 'copy' is not duplicate or original"),
    ('label = "Carte"', 'label = "Espèces"', "means: the label 'Espèces' is there twice"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), SHOP, ids=[new or old for old, new, _ in SHOP])
def test_a_fault_of_the_shop_is_named_on_its_line(folder: Path, old: str, new: str, sentence: str) -> None:
    """The line where the key stands, or 1 when it is missing."""
    path = folder / "shop.toml"
    edit(path, old, new)
    lines = path.read_text("utf-8").splitlines()
    found = next(line for line in faults(folder) if f": {sentence}" in line)
    number = int(found.split(":")[1])

    assert found.startswith("shop.toml:")
    assert number == 1 or lines[number - 1].startswith((sentence.split(":")[0], "[[means]]"))


def test_means_that_are_no_tables(folder: Path) -> None:
    """`means = 3` is a sentence, not a crash; so is a shop.toml with nothing in it."""
    path = folder / "shop.toml"
    text = path.read_text("utf-8")
    path.write_text("means = 3\n" + text[: text.index("[[means]]")], "utf-8")
    assert faults(folder) == ("shop.toml:1: means: 1 to 12 tables [[means]] are wanted",)
    path.write_text("", "utf-8")

    assert "shop.toml:1: name: is missing; the ticket must bear it" in faults(folder)


OPERATORS: list[tuple[Callable[[str], str], str]] = [
    (lambda text: text.replace('role = "cashier"', 'role = "boss"'), "2: an operator needs a short code, a short name"),
    (lambda text: text.replace('code = "01"', f'code = "{"0" * 70}"'), "2: an operator needs a short code"),
    (lambda text: text.replace('"04A1B2C3D4E580"', '"zz"'), "2: Sophie: nfc 'zz' is not hexadecimal"),
    (lambda text: text.replace('pin = "9876"', 'pin = "98765"'), "9: Marc: the pin must have 4 digits"),
    (lambda text: text.replace('code = "02"', 'code = "01"'), "9: Marc: the same code is given twice"),
    (lambda text: text.replace("04B2C3D4E5F680", "04A1B2C3D4E580"), "9: Marc: the same nfc is given twice"),
    (lambda text: text.replace('nfc = "04B2C3D4E5F680"', 'bagde = "1"'), "9: unknown key 'bagde'; known are barcode, "),
    (lambda text: text.replace('nfc = "04B2C3D4E5F680"', 'language = "EN"'), "9: Marc: language 'EN' is not fr or en"),
    (
        lambda text: text.replace('nfc = "04B2C3D4E5F680"', 'language = ["en"]'),
        "9: Marc: language ['en'] is not fr or en",
    ),
    (lambda text: "", "1: at least one operator is wanted"),
    (lambda text: "operators = 3", "1: 1 to 100 tables [[operators]] are wanted"),
]


@pytest.mark.parametrize(("change", "sentence"), OPERATORS, ids=[sentence for _, sentence in OPERATORS])
def test_a_faulty_operator_is_named(folder: Path, change: Callable[[str], str], sentence: str) -> None:
    """On the line where the operator begins."""
    path = folder / "operators.toml"
    path.write_text(change(path.read_text("utf-8")), "utf-8")

    assert [line for line in faults(folder) if line.startswith(f"operators.toml:{sentence}")]


def test_a_language_is_of_the_screens_only(folder: Path) -> None:
    """French unless the file says otherwise; nothing that a record keeps changes with it."""
    before = read(folder)
    edit(folder / "operators.toml", 'pin = "1234"', 'pin = "1234"\nlanguage = "en"')
    edit(folder / "shop.toml", "day_pivot = 0", 'day_pivot = 0\nlanguage = "en"')
    after = read(folder)

    assert (before.language, before.bilingual) == ("fr", False)
    assert (after.language, after.bilingual) == ("en", True)
    assert [operator.language for operator in after.operators] == ["en", "fr", "fr", "fr", "fr"]
    assert after.config() == before.config()


def test_accents_typed_in_two_parts_become_one(folder: Path) -> None:
    """A file saved on a Mac spells é as e and an accent: records take only the composed form."""
    for name in ("shop.toml", "catalogue.csv", "operators.toml"):
        path = folder / name
        path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), "utf-8")
    shop = read(folder)

    assert shop.identity.name == "Épicerie des Halles"
    assert "Pâte à tartiner 400 g" in shop.catalogue.by_label
    assert [operator.name for operator in shop.operators][2] == "Léa"
