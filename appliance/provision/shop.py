"""Reads a shop folder: shop.toml, catalogue.csv, departments.csv, operators.toml. All that is wrong is said at once.

Every error is `<file>:<line>: <what and what to do>`. Badges and PINs are turned into keyed hashes here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.core.catalogue import Catalogue
from appliance.core.shop import Identity, Means, Operator, Shop
from appliance.core.territory import DEFAULT, TERRITORIES, territory
from appliance.provision.catalogue import Allowed, read_articles, read_departments
from appliance.provision.files import LANGUAGES, MAX_SHORT, MAX_TEXT, Findings, fit, line_of, read_toml
from appliance.provision.identity import naf_fault, siret_fault, vat_fault
from appliance.provision.operators import read_operators

REGIMES = ("real", "franchise")
KINDS = ("cash", "card", "cheque", "meal-voucher", "voucher", "credit-note")
OVERS = ("change", "refuse", "forfeit")
SIGNATURES = ("ed25519", "ecdsa-p256")
LATERS = ("duplicate", "original")
SHOP_KEYS = {
    "name",
    "address",
    "siret",
    "naf",
    "vat_number",
    "vat_regime",
    "till",
    "timezone",
    "territory",
    "fiscal_year_start",
    "day_pivot",
    "footer",
    "card_terminals",
    "print_later",
    "signature",
    "language",
    "means",
    "accounting",  # the accountant's, read by `sceau export`
}
MEANS_KEYS = {"label", "kind", "over", "drawer"}
# What a ticket and a closing print and record by value is bounded, so that each is one record of 24 KiB at most.
MAX_ROWS = 6  # of the address, of the footer
MAX_MEANS = 12
MAX_TERMINALS = 6


class ShopError(Exception):
    """The folder cannot be used; `lines` says all that is wrong."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_shop(folder: Path, pepper: bytes, today: date) -> Shop:
    """The shop of a folder. Raises ShopError with every fault found."""
    found = Findings()
    head = read_toml(folder / "shop.toml", found)
    where = str((head or {}).get("territory", DEFAULT))
    allowed = Allowed(where, territory(where).rates.on(today))
    articles = read_articles(folder / "catalogue.csv", allowed, found)
    departments = read_departments(folder / "departments.csv", allowed, found)
    operators = read_operators(folder / "operators.toml", pepper, found)
    shop = _shop(head, allowed.rates, operators, Catalogue(articles, departments), folder / "shop.toml", found)
    if found.lines or shop is None:
        raise ShopError(tuple(found.lines))
    return shop


def _shop(
    head: dict[str, Any] | None,
    rates: tuple[int, ...],
    operators: tuple[Operator, ...],
    catalogue: Catalogue,
    path: Path,
    found: Findings,
) -> Shop | None:
    if head is None:
        return None

    def wrong(key: str, why: str) -> None:
        found.add(path.name, line_of(path, key), f"{key}: {why}")

    for key in head.keys() - SHOP_KEYS:
        wrong(key, f"unknown key; known are {', '.join(sorted(SHOP_KEYS))}")
    _check_identity(head, wrong)
    means = _means(head.get("means", []), path, found)
    start, pivot = head.get("fiscal_year_start", 1), head.get("day_pivot", 0)
    if not (isinstance(start, int) and 1 <= start <= 12):
        wrong("fiscal_year_start", "a month from 1 to 12 is wanted")
    if not (isinstance(pivot, int) and 0 <= pivot <= 12):
        wrong("day_pivot", "an hour from 0 to 12 is wanted")
    _check_policies(head, wrong)
    if not isinstance(head.get("accounting", {}), dict):
        wrong("accounting", "a table [accounting] is wanted")
    where, zone = head.get("territory", DEFAULT), territory(head.get("territory", DEFAULT)).zone
    if not _zone(head.get("timezone", zone)):
        wrong("timezone", f"{head['timezone']!r} is not known; use a name like Europe/Paris")
    if found.lines:
        return None
    return Shop(
        _identity(head),
        str(head["till"]),
        means,
        operators,
        catalogue,
        rates,
        head.get("timezone", zone),
        where,
        start,
        pivot,
        _texts(head.get("card_terminals", "")),
        head.get("print_later", LATERS[0]),
        head.get("signature", SIGNATURES[0]),
        head.get("language", LANGUAGES[0]),
    )


def _check_policies(head: dict[str, Any], wrong: Any) -> None:  # noqa: ANN401 - a local function
    if head.get("territory", DEFAULT) not in list(TERRITORIES):
        wrong("territory", f"{head['territory']!r} is not known; use {', '.join(TERRITORIES)}")
    if head.get("signature", SIGNATURES[0]) not in SIGNATURES:
        wrong("signature", f"{head['signature']!r} is not {' or '.join(SIGNATURES)}")
    if head.get("language", LANGUAGES[0]) not in LANGUAGES:
        wrong("language", f"{head['language']!r} is not {' or '.join(LANGUAGES)}")
    if head.get("print_later", LATERS[0]) not in LATERS:
        wrong("print_later", f"{head['print_later']!r} is not {' or '.join(LATERS)}")
    terminals = _texts(head.get("card_terminals", ""))
    if len(terminals) > MAX_TERMINALS or not all(fit(each, MAX_SHORT) for each in terminals):
        wrong("card_terminals", f"at most {MAX_TERMINALS} serial numbers of 1 to {MAX_SHORT} characters are wanted")


def _zone(name: object) -> bool:
    try:
        return isinstance(name, str) and ZoneInfo(name) is not None
    except (OSError, ValueError, KeyError):
        return False


def _check_identity(head: dict[str, Any], wrong: Any) -> None:  # noqa: ANN401 - a local function
    for key in ("name", "address", "siret", "naf", "till"):
        if not head.get(key):
            wrong(key, "is missing; the ticket must bear it")
    siret, vat_number = str(head.get("siret") or ""), str(head.get("vat_number") or "")
    _tell("siret", siret and siret_fault(siret), wrong)
    _tell("vat_number", vat_number and vat_fault(vat_number, siret), wrong)
    _tell("naf", naf_fault(str(head["naf"])) if head.get("naf") else "", wrong)
    for key, most in (("name", MAX_TEXT), ("till", MAX_SHORT)):
        if head.get(key) and not fit(str(head[key]), most):
            wrong(key, f"a text of 1 to {most} printable characters is wanted")
    for key in ("address", "footer"):
        rows = _texts(head.get(key, ""))
        if len(rows) > MAX_ROWS or not all(fit(row, MAX_TEXT) for row in rows):
            wrong(key, f"at most {MAX_ROWS} lines of 1 to {MAX_TEXT} printable characters are wanted")
    regime = head.get("vat_regime", "real")
    if regime not in REGIMES:
        wrong("vat_regime", f"{regime!r} is not real or franchise")
    untaxed = territory(head.get("territory", DEFAULT)).mention is not None
    if regime == "real" and not vat_number and not untaxed:
        wrong("vat_number", "is missing; the ticket must bear it in the real regime")


def _tell(key: str, fault: str, wrong: Any) -> None:  # noqa: ANN401 - a local function
    if fault:
        wrong(key, fault)


def _texts(value: object) -> tuple[str, ...]:
    """A text or a list of texts, as lines."""
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return tuple(str(value).splitlines()) if value else ()


def _identity(head: dict[str, Any]) -> Identity:
    return Identity(
        str(head["name"]),
        _texts(head["address"]),
        str(head["siret"]).replace(" ", ""),
        str(head["naf"]),
        str(head.get("vat_number", "")).replace(" ", ""),
        head.get("vat_regime", "real"),
        _texts(head.get("footer", "")),
    )


def _means(tables: object, path: Path, found: Findings) -> tuple[Means, ...]:
    if not isinstance(tables, list) or len(tables) > MAX_MEANS or not all(isinstance(each, dict) for each in tables):
        found.add(path.name, line_of(path, "means"), f"means: 1 to {MAX_MEANS} tables [[means]] are wanted")
        return ()
    result: list[Means] = []
    for nth, table in enumerate(tables):
        line = line_of(path, "[[means]]", nth)
        _check_means(table, path.name, line, found)
        if any(each.label == str(table.get("label")) for each in result):
            found.add(path.name, line, f"means: the label {table['label']!r} is there twice")
        kind, over = str(table.get("kind", "")), str(table.get("over", "refuse"))
        result.append(Means(str(table.get("label", "")), kind, over, bool(table.get("drawer", kind == "cash"))))
    if not any(each.kind == "cash" for each in result):
        found.add(path.name, 1, "means: one of kind cash is wanted")
    return tuple(result)


def _check_means(table: dict[str, Any], file: str, line: int, found: Findings) -> None:
    for unknown in table.keys() - MEANS_KEYS:
        found.add(file, line, f"means: unknown key {unknown!r}; known are {', '.join(sorted(MEANS_KEYS))}")
    if not fit(str(table.get("label", "")), MAX_SHORT) or table.get("kind") not in KINDS:
        found.add(
            file, line, f"means: a label of 1 to {MAX_SHORT} characters and a kind of {', '.join(KINDS)} are wanted"
        )
    if table.get("over", "refuse") not in OVERS:
        found.add(file, line, f"means: over is {table['over']!r}; use {', '.join(OVERS)}")
