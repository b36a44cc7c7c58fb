"""Reads catalogue.csv and departments.csv: what the counter can ring, at the rates of the shop's territory."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from appliance.core import money
from appliance.core.barcode import canonical, well_formed
from appliance.core.catalogue import Article
from appliance.core.territory import Rates
from appliance.provision.files import MAX_TEXT, Findings, fit, read_rows

COLUMNS = ("code", "label", "category", "price", "vat", "nature", "unit", "warranty", "page", "position")
DEPARTMENT_COLUMNS = ("label", "vat", "nature")
NATURES = ("goods", "service")
UNITS = ("piece", "kg", "l", "h")
MAX_LABEL = 80


class Allowed(NamedTuple):
    """The rates of a territory on a day."""

    where: str
    rates: Rates

    def fault(self, text: str) -> str:
        known = ", ".join(f"{each / 100:g}" for each in self.rates) or "0 only, no VAT applies there"
        return f"vat {text!r} is not a rate in force in {self.where} ({known})"


def rate(text: str, rates: Rates) -> int | None:
    """Basis points of "5.5"; None when it is not one of the rates in force."""
    try:
        value = money.parse(text)
    except ValueError:
        return None
    return value if value in rates or value == 0 else None


def check(value: str, known: tuple[str, ...], what: str, file: str, line: int, found: Findings) -> None:
    if value not in known:
        found.add(file, line, f"{what} {value!r} is not one of {', '.join(known)}")


def read_articles(path: Path, allowed: Allowed, found: Findings) -> tuple[Article, ...]:
    result: list[Article] = []
    codes: dict[str, int] = {}
    labels: dict[str, int] = {}
    for line, row in read_rows(path, COLUMNS, found):
        _check_code(row["code"], codes, path.name, line, found)
        _check_label(row["label"], labels, path.name, line, found)
        article = _article(row, allowed, path.name, line, found)
        if article is not None:
            result.append(article)
    return tuple(result)


def _check_code(code: str, codes: dict[str, int], file: str, line: int, found: Findings) -> None:
    if not code:
        return
    if not well_formed(code):
        found.add(file, line, f"code {code!r} has a wrong check digit or length; read it again from the article")
    elif canonical(code) in codes:
        found.add(file, line, f"code {code} is already on line {codes[canonical(code)]}")
    codes.setdefault(canonical(code), line)


def _check_label(label: str, labels: dict[str, int], file: str, line: int, found: Findings) -> None:
    if not fit(label, MAX_LABEL):
        found.add(file, line, f"label: 1 to {MAX_LABEL} printable characters are wanted")
    elif label in labels:
        found.add(file, line, f"label {label!r} is already on line {labels[label]}")
    labels.setdefault(label, line)


def _article(row: dict[str, str], allowed: Allowed, file: str, line: int, found: Findings) -> Article | None:
    before = len(found.lines)
    vat = rate(row["vat"], allowed.rates)
    if vat is None:
        found.add(file, line, allowed.fault(row["vat"]))
    price = _price(row["price"], file, line, found)
    if row["category"] and not fit(row["category"], MAX_TEXT):
        found.add(file, line, f"category: at most {MAX_TEXT} printable characters are wanted")
    check(row["nature"], NATURES, "nature", file, line, found)
    check(row["unit"], UNITS, "unit", file, line, found)
    check(row["warranty"], ("yes", "no"), "warranty", file, line, found)
    for key in ("page", "position"):
        if row[key] and not row[key].isdecimal():
            found.add(file, line, f"{key} {row[key]!r} is not a number")
    if len(found.lines) > before or vat is None:
        return None
    return Article(
        row["label"],
        price,
        vat,
        canonical(row["code"]),
        row["category"],
        row["nature"],
        row["unit"],
        row["warranty"] == "yes",
        int(row["page"] or 0),
        int(row["position"] or 0),
    )


def _price(text: str, file: str, line: int, found: Findings) -> int | None:
    if not text:
        return None
    try:
        return money.parse(text)
    except ValueError:
        found.add(file, line, f"price {text!r} is not a positive amount like 4.25")
        return None


def read_departments(path: Path, allowed: Allowed, found: Findings) -> tuple[Article, ...]:
    result: list[Article] = []
    labels: dict[str, int] = {}
    for line, row in read_rows(path, DEPARTMENT_COLUMNS, found):
        _check_label(row["label"], labels, path.name, line, found)
        check(row["nature"], NATURES, "nature", path.name, line, found)
        vat = rate(row["vat"], allowed.rates)
        if vat is None:
            found.add(path.name, line, allowed.fault(row["vat"]))
        else:
            result.append(Article(row["label"], None, vat, nature=row["nature"]))
    return tuple(result)
