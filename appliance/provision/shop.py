"""Reads a shop folder: shop.toml, catalogue.csv, departments.csv, operators.toml. All that is wrong is said at once.

Every error is `<file>:<line>: <what and what to do>`. Badges and PINs are turned into keyed hashes here.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from appliance.core import money
from appliance.core.barcode import canonical, well_formed
from appliance.core.catalogue import Article, Catalogue
from appliance.core.law import RATES
from appliance.core.operator import PIN_DIGITS, credential
from appliance.core.shop import Identity, Means, Operator, Shop

COLUMNS = ("code", "label", "category", "price", "vat", "nature", "unit", "warranty", "page", "position")
DEPARTMENT_COLUMNS = ("label", "vat", "nature")
NATURES = ("goods", "service")
UNITS = ("piece", "kg", "l", "h")
ROLES = ("cashier", "manager", "trainee", "technician")
REGIMES = ("real", "franchise")
KINDS = ("cash", "card", "cheque", "meal-voucher", "voucher")
OVERS = ("change", "refuse", "forfeit")
TERRITORIES = ("metropole",)
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
    "means",
}
OPERATOR_KEYS = {"code", "name", "role", "nfc", "barcode", "pin"}
MAX_LABEL = 80


class ShopError(Exception):
    """The folder cannot be used; `lines` says all that is wrong."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass
class Findings:
    """Collects what is wrong, in the order found."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: str, line: int, why: str) -> None:
        self.lines.append(f"{file}:{line}: {why}")


def read_shop(folder: Path, pepper: bytes, today: date) -> Shop:
    """The shop of a folder. Raises ShopError with every fault found."""
    found = Findings()
    rates = RATES.on(today)
    head = _toml(folder / "shop.toml", found)
    articles = _articles(folder / "catalogue.csv", rates, found)
    departments = _departments(folder / "departments.csv", rates, found)
    operators = _operators(folder / "operators.toml", pepper, found)
    shop = _shop(head, rates, operators, Catalogue(articles, departments), folder / "shop.toml", found)
    if found.lines or shop is None:
        raise ShopError(tuple(found.lines))
    return shop


def _toml(path: Path, found: Findings) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        found.add(path.name, 1, "the file is missing; put it in the shop folder")
    except UnicodeDecodeError:
        found.add(path.name, 1, "the file is not UTF-8; save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        found.add(path.name, getattr(error, "lineno", 1), f"not TOML: {error}")
    return {}


def _line_of(path: Path, word: str, nth: int = 0) -> int:
    """The line on which the nth `word =` stands, to point at it; 1 when it is not there."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    hits = [n for n, line in enumerate(lines, 1) if line.split("=")[0].strip() == word or line.strip() == word]
    return hits[min(nth, len(hits) - 1)] if hits else 1


def _shop(
    head: dict[str, Any],
    rates: tuple[int, ...],
    operators: tuple[Operator, ...],
    catalogue: Catalogue,
    path: Path,
    found: Findings,
) -> Shop | None:
    if not head:
        return None

    def wrong(key: str, why: str) -> None:
        found.add(path.name, _line_of(path, key), f"{key}: {why}")

    for key in head.keys() - SHOP_KEYS:
        wrong(key, f"unknown key; known are {', '.join(sorted(SHOP_KEYS))}")
    _check_identity(head, wrong)
    means = _means(head.get("means", []), path, found)
    start, pivot = head.get("fiscal_year_start", 1), head.get("day_pivot", 0)
    if not (isinstance(start, int) and 1 <= start <= 12):
        wrong("fiscal_year_start", "a month from 1 to 12 is wanted")
    if not (isinstance(pivot, int) and 0 <= pivot <= 12):
        wrong("day_pivot", "an hour from 0 to 12 is wanted")
    if head.get("territory", "metropole") not in TERRITORIES:
        wrong("territory", f"{head['territory']!r} is not known; use metropole")
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
    )


def _check_identity(head: dict[str, Any], wrong: Any) -> None:  # noqa: ANN401 - a local function
    for key in ("name", "address", "siret", "naf", "till"):
        if not head.get(key):
            wrong(key, "is missing; the ticket must bear it")
    if head.get("siret") and not valid_siret(str(head["siret"])):
        wrong("siret", f"{head['siret']!r} is not a SIRET of 14 digits with a right key")
    regime = head.get("vat_regime", "real")
    if regime not in REGIMES:
        wrong("vat_regime", f"{regime!r} is not real or franchise")
    if regime == "real" and not head.get("vat_number"):
        wrong("vat_number", "is missing; the ticket must bear it in the real regime")


def valid_siret(siret: str) -> bool:
    """14 digits whose Luhn sum is a multiple of ten (INSEE)."""
    digits = siret.replace(" ", "")
    if len(digits) != 14 or not digits.isdecimal():
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


def _means(tables: list[dict[str, Any]], path: Path, found: Findings) -> tuple[Means, ...]:
    result = []
    for nth, table in enumerate(tables):
        line = _line_of(path, "[[means]]", nth)
        kind, over = table.get("kind", ""), table.get("over", "refuse")
        if not table.get("label") or kind not in KINDS:
            found.add(path.name, line, f"means: a label and a kind among {', '.join(KINDS)} are wanted")
        if over not in OVERS:
            found.add(path.name, line, f"means: over is {over!r}; use {', '.join(OVERS)}")
        result.append(Means(str(table.get("label", "")), kind, over, bool(table.get("drawer", kind == "cash"))))
    if not any(each.kind == "cash" for each in result):
        found.add(path.name, 1, "means: one of kind cash is wanted")
    labels = [each.label for each in result]
    for label in {each for each in labels if labels.count(each) > 1}:
        found.add(path.name, _line_of(path, "[[means]]"), f"means: the label {label!r} is there twice")
    return tuple(result)


def _rows(path: Path, columns: tuple[str, ...], found: Findings) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if tuple(header) != columns:
                found.add(path.name, 1, f"the header must be {','.join(columns)}")
                return []
            return _complete(reader, path, columns, found)
    except FileNotFoundError:
        found.add(path.name, 1, "the file is missing; put it in the shop folder")
    except UnicodeDecodeError:
        found.add(path.name, 1, "the file is not UTF-8; save it as UTF-8")
    return []


def _complete(
    reader: Any,  # noqa: ANN401 - csv has no public type for its reader
    path: Path,
    columns: tuple[str, ...],
    found: Findings,
) -> list[tuple[int, dict[str, str]]]:
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(columns):
            found.add(path.name, reader.line_num, f"{len(cells)} cells instead of {len(columns)}")
            continue
        rows.append((reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    return rows


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
    for line, row in _rows(path, COLUMNS, found):
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
    if not label or len(label) > MAX_LABEL or not label.isprintable():
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
    for line, row in _rows(path, DEPARTMENT_COLUMNS, found):
        _check_label(row["label"], labels, path.name, line, found)
        _check(row["nature"], NATURES, "nature", path.name, line, found)
        vat = rate(row["vat"], rates)
        if vat is None:
            found.add(path.name, line, f"vat {row['vat']!r} is not a rate in force ({_known(rates)})")
        else:
            result.append(Article(row["label"], None, vat, nature=row["nature"]))
    return tuple(result)


def _operators(path: Path, pepper: bytes, found: Findings) -> tuple[Operator, ...]:
    tables = _toml(path, found)
    key = "operators" if "operators" in tables else "operator"
    result: list[Operator] = []
    for nth, table in enumerate(tables.get(key, [])):
        line = _line_of(path, f"[[{key}]]", nth)
        for unknown in table.keys() - OPERATOR_KEYS:
            found.add(path.name, line, f"unknown key {unknown}; known are {', '.join(sorted(OPERATOR_KEYS))}")
        operator = _operator(table, pepper, path.name, line, found)
        if operator is not None:
            result.append(operator)
    _check_operators(result, path.name, found)
    return tuple(result)


def _operator(table: dict[str, Any], pepper: bytes, file: str, line: int, found: Findings) -> Operator | None:
    code, name, role = (str(table.get(key, "")) for key in ("code", "name", "role"))
    pin, nfc = str(table.get("pin", "")), str(table.get("nfc", ""))
    if not code or not name or role not in ROLES:
        found.add(file, line, f"an operator needs a code, a name and a role among {', '.join(ROLES)}")
        return None
    if len(pin) != PIN_DIGITS or not pin.isdecimal():
        found.add(file, line, f"{name}: the pin must have {PIN_DIGITS} digits")
        return None
    try:
        uid = bytes.fromhex(nfc)
    except ValueError:
        found.add(file, line, f"{name}: nfc {nfc!r} is not hexadecimal")
        return None
    badge = str(table.get("barcode", ""))
    return Operator(
        code,
        name,
        role,
        credential(pepper, "nfc", uid) if uid else b"",
        credential(pepper, "barcode", badge.encode()) if badge else b"",
        credential(pepper, "pin" + code, pin.encode()),
    )


def _check_operators(operators: list[Operator], file: str, found: Findings) -> None:
    if not operators:
        found.add(file, 1, "at least one operator is wanted")
    for what in ("code", "name", "nfc", "barcode"):
        seen: set[object] = set()
        for operator in operators:
            value = getattr(operator, what)
            if value and value in seen:
                found.add(file, 1, f"{operator.name}: the same {what} is given twice")
            seen.add(value)
