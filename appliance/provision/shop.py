"""Reads a shop folder: shop.toml, catalogue.csv, departments.csv, operators.toml. All that is wrong is said at once.

Every error is `<file>:<line>: <what and what to do>`. Badges and PINs are turned into keyed hashes here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.core import money
from appliance.core.barcode import canonical, well_formed
from appliance.core.catalogue import Article, Catalogue
from appliance.core.law import RATES
from appliance.core.operator import PIN_DIGITS, credential
from appliance.core.shop import Identity, Means, Operator, Shop
from appliance.provision.files import Findings, fit, line_of, read_rows, read_toml

COLUMNS = ("code", "label", "category", "price", "vat", "nature", "unit", "warranty", "page", "position")
DEPARTMENT_COLUMNS = ("label", "vat", "nature")
NATURES = ("goods", "service")
UNITS = ("piece", "kg", "l", "h")
ROLES = ("cashier", "manager", "trainee", "technician", "inspector")
REGIMES = ("real", "franchise")
KINDS = ("cash", "card", "cheque", "meal-voucher", "voucher", "credit-note")
OVERS = ("change", "refuse", "forfeit")
TERRITORIES = ("metropole",)
SIGNATURES = ("ed25519", "ecdsa-p256")
LANGUAGES = ("fr", "en")
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
OPERATOR_KEYS = {"code", "name", "role", "nfc", "barcode", "pin", "language"}
MEANS_KEYS = {"label", "kind", "over", "drawer"}
# What a ticket and a closing print and record by value is bounded, so that each is one record of 24 KiB at most.
MAX_LABEL = 80
MAX_TEXT = 64
MAX_ROWS = 6  # of the address, of the footer
MAX_SHORT = 24  # a means, a till, a NAF code
MAX_CODE = 12  # of an operator
MAX_MEANS = 12
MAX_OPERATORS = 100
MAX_TERMINALS = 6


class ShopError(Exception):
    """The folder cannot be used; `lines` says all that is wrong."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_shop(folder: Path, pepper: bytes, today: date) -> Shop:
    """The shop of a folder. Raises ShopError with every fault found."""
    found = Findings()
    rates = RATES.on(today)
    head = read_toml(folder / "shop.toml", found)
    articles = _articles(folder / "catalogue.csv", rates, found)
    departments = _departments(folder / "departments.csv", rates, found)
    operators = _operators(folder / "operators.toml", pepper, found)
    shop = _shop(head, rates, operators, Catalogue(articles, departments), folder / "shop.toml", found)
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
    if not _zone(head.get("timezone", "Europe/Paris")):
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
        head.get("timezone", "Europe/Paris"),
        head.get("territory", "metropole"),
        start,
        pivot,
        _texts(head.get("card_terminals", "")),
        head.get("print_later", LATERS[0]),
        head.get("signature", SIGNATURES[0]),
        head.get("language", LANGUAGES[0]),
    )


def _check_policies(head: dict[str, Any], wrong: Any) -> None:  # noqa: ANN401 - a local function
    if head.get("territory", "metropole") not in TERRITORIES:
        wrong("territory", f"{head['territory']!r} is not known; use metropole")
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
    if head.get("siret") and not valid_siret(str(head["siret"])):
        wrong("siret", f"{head['siret']!r} is not a SIRET of 14 digits with a right key")
    for key, most in (("name", MAX_TEXT), ("naf", MAX_SHORT), ("vat_number", MAX_SHORT), ("till", MAX_SHORT)):
        if head.get(key) and not fit(str(head[key]), most):
            wrong(key, f"a text of 1 to {most} printable characters is wanted")
    for key in ("address", "footer"):
        rows = _texts(head.get(key, ""))
        if len(rows) > MAX_ROWS or not all(fit(row, MAX_TEXT) for row in rows):
            wrong(key, f"at most {MAX_ROWS} lines of 1 to {MAX_TEXT} printable characters are wanted")
    regime = head.get("vat_regime", "real")
    if regime not in REGIMES:
        wrong("vat_regime", f"{regime!r} is not real or franchise")
    if regime == "real" and not head.get("vat_number"):
        wrong("vat_number", "is missing; the ticket must bear it in the real regime")


def valid_siret(siret: str) -> bool:
    """14 digits whose Luhn sum is a multiple of ten (INSEE)."""
    digits = siret.replace(" ", "")
    if len(digits) != 14 or not (digits.isascii() and digits.isdecimal()):
        return False
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


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


def rate(text: str, rates: tuple[int, ...]) -> int | None:
    """Basis points of "5.5"; None when it is not one of the rates in force."""
    try:
        value = money.parse(text)
    except ValueError:
        return None
    return value if value in rates or value == 0 else None


def _check(value: str, known: tuple[str, ...], what: str, file: str, line: int, found: Findings) -> None:
    if value not in known:
        found.add(file, line, f"{what} {value!r} is not one of {', '.join(known)}")


def _articles(path: Path, rates: tuple[int, ...], found: Findings) -> tuple[Article, ...]:
    result: list[Article] = []
    codes: dict[str, int] = {}
    labels: dict[str, int] = {}
    for line, row in read_rows(path, COLUMNS, found):
        _check_code(row["code"], codes, path.name, line, found)
        _check_label(row["label"], labels, path.name, line, found)
        article = _article(row, rates, path.name, line, found)
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


def _article(row: dict[str, str], rates: tuple[int, ...], file: str, line: int, found: Findings) -> Article | None:
    before = len(found.lines)
    vat = rate(row["vat"], rates)
    if vat is None:
        found.add(file, line, f"vat {row['vat']!r} is not a rate in force ({_known(rates)})")
    price = _price(row["price"], file, line, found)
    if row["category"] and not fit(row["category"], MAX_TEXT):
        found.add(file, line, f"category: at most {MAX_TEXT} printable characters are wanted")
    _check(row["nature"], NATURES, "nature", file, line, found)
    _check(row["unit"], UNITS, "unit", file, line, found)
    _check(row["warranty"], ("yes", "no"), "warranty", file, line, found)
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


def _known(rates: tuple[int, ...]) -> str:
    return ", ".join(f"{each / 100:g}" for each in rates)


def _price(text: str, file: str, line: int, found: Findings) -> int | None:
    if not text:
        return None
    try:
        return money.parse(text)
    except ValueError:
        found.add(file, line, f"price {text!r} is not a positive amount like 4.25")
        return None


def _departments(path: Path, rates: tuple[int, ...], found: Findings) -> tuple[Article, ...]:
    result: list[Article] = []
    labels: dict[str, int] = {}
    for line, row in read_rows(path, DEPARTMENT_COLUMNS, found):
        _check_label(row["label"], labels, path.name, line, found)
        _check(row["nature"], NATURES, "nature", path.name, line, found)
        vat = rate(row["vat"], rates)
        if vat is None:
            found.add(path.name, line, f"vat {row['vat']!r} is not a rate in force ({_known(rates)})")
        else:
            result.append(Article(row["label"], None, vat, nature=row["nature"]))
    return tuple(result)


def _operators(path: Path, pepper: bytes, found: Findings) -> tuple[Operator, ...]:
    head = read_toml(path, found)
    if head is None:
        return ()
    key = "operators" if "operators" in head else "operator"
    tables = head.get(key, [])
    if (
        not isinstance(tables, list)
        or len(tables) > MAX_OPERATORS
        or not all(isinstance(each, dict) for each in tables)
    ):
        found.add(path.name, line_of(path, key), f"1 to {MAX_OPERATORS} tables [[operators]] are wanted")
        return ()
    result: list[Operator] = []
    for nth, table in enumerate(tables):
        line = line_of(path, f"[[{key}]]", nth)
        for unknown in table.keys() - OPERATOR_KEYS:
            found.add(path.name, line, f"unknown key {unknown!r}; known are {', '.join(sorted(OPERATOR_KEYS))}")
        operator = _operator(table, pepper, path.name, line, found)
        if operator is not None:
            _check_twice(operator, result, path.name, line, found)
            result.append(operator)
    if not tables:
        found.add(path.name, 1, "at least one operator is wanted")
    return tuple(result)


def _check_twice(operator: Operator, others: list[Operator], file: str, line: int, found: Findings) -> None:
    for what in ("code", "name", "nfc", "barcode"):
        value = getattr(operator, what)
        if value and any(getattr(other, what) == value for other in others):
            found.add(file, line, f"{operator.name}: the same {what} is given twice")


def _operator(table: dict[str, Any], pepper: bytes, file: str, line: int, found: Findings) -> Operator | None:
    code, name, role = (str(table.get(key, "")) for key in ("code", "name", "role"))
    pin, nfc = str(table.get("pin", "")), str(table.get("nfc", ""))
    if not fit(code, MAX_CODE) or not fit(name, MAX_SHORT) or role not in ROLES:
        found.add(file, line, f"an operator needs a short code, a short name and a role among {', '.join(ROLES)}")
        return None
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdecimal()):
        found.add(file, line, f"{name}: the pin must have {PIN_DIGITS} digits")
        return None
    try:
        uid = bytes.fromhex(nfc)
    except ValueError:
        found.add(file, line, f"{name}: nfc {nfc!r} is not hexadecimal")
        return None
    language = table.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        found.add(file, line, f"{name}: language {language!r} is not {' or '.join(LANGUAGES)}")
        return None
    badge = str(table.get("barcode", ""))
    return Operator(
        code,
        name,
        role,
        credential(pepper, "nfc", uid) if uid else b"",
        credential(pepper, "barcode", badge.encode()) if badge else b"",
        credential(pepper, "pin" + code, pin.encode()),
        language,
    )
