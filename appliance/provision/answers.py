"""What somebody who makes a bundle is asked: one row a question, with its check. Pure.

The same keys stand in a TOML file for `--from`, and in the columns of a list of shops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from appliance.core.territory import DEFAULT, TERRITORIES, territory
from appliance.provision.files import MAX_SHORT, MAX_TEXT, fit
from appliance.provision.identity import naf_fault, siret_fault, valid_siret, vat_fault, vat_number_of
from appliance.provision.operators import ROLES
from appliance.provision.toml import dump
from appliance.sync import token
from appliance.sync.delivery import read_identity
from appliance.sync.shape import ProtocolError

Given = Mapping[str, str]
MEANS: Final[list[dict[str, Any]]] = [
    {"label": "Espèces", "kind": "cash", "over": "change", "drawer": True},
    {"label": "Carte", "kind": "card", "over": "refuse"},
    {"label": "Chèque", "kind": "cheque", "over": "refuse"},
    {"label": "Titre-resto", "kind": "meal-voucher", "over": "forfeit"},
    {"label": "Avoir", "kind": "credit-note", "over": "refuse"},
]


class Question(NamedTuple):
    """`check` gives a fault in words, or nothing; `offered` what a bare Return says."""

    key: str
    text: str
    check: Callable[[str, Given], str]
    offered: Callable[[Given], str] = lambda given: ""
    may_lack: bool = False


def _text(most: int) -> Callable[[str, Given], str]:
    return lambda said, given: "" if fit(said, most) else f"a text of 1 to {most} printable characters is wanted"


def _one_of(*known: str) -> Callable[[str, Given], str]:
    return lambda said, given: "" if said in known else f"{said!r} is not one of {', '.join(known)}"


def _vat(said: str, given: Given) -> str:
    return vat_fault(said, given.get("siret", ""))


def _needs_vat(given: Given) -> str:
    """Its key can be computed where it is a number."""
    taxed = territory(given.get("territory")).mention is None and given.get("vat_regime", "real") == "real"
    return vat_number_of(given["siret"]) if taxed and valid_siret(given.get("siret", "")) else ""


def _device(said: str, given: Given) -> str:
    try:
        read_identity(said)
    except ValueError as error:
        return str(error)
    return ""


def _collector(said: str, given: Given) -> str:
    try:
        token.read(said)
    except ProtocolError as error:
        return str(error)
    return ""


def _wifi(said: str, given: Given) -> str:
    return "" if 1 <= len(said.encode()) <= 32 and said.isprintable() else "the name of a network has 1 to 32 bytes"


def _passphrase(said: str, given: Given) -> str:
    fits = 8 <= len(said) <= 63 and said.isascii() and said.isprintable()
    return "" if fits else "a passphrase has 8 to 63 signs without accents"


SHOP: Final = (
    Question("name", "Name on the ticket", _text(MAX_TEXT)),
    Question("address", "Address, its lines parted by ;", _text(6 * MAX_TEXT)),
    Question("siret", "SIRET, 14 digits", lambda said, given: siret_fault(said)),
    Question("naf", "NAF code", lambda said, given: naf_fault(said)),
    Question("territory", "VAT territory", _one_of(*TERRITORIES), lambda given: DEFAULT),
    Question("vat_regime", "VAT regime, real or franchise", _one_of("real", "franchise"), lambda given: "real"),
    Question("vat_number", "VAT number", _vat, _needs_vat, may_lack=True),
    Question("till", "Till number", _text(MAX_SHORT), lambda given: "1"),
    Question("footer", "Line at the foot of the ticket", _text(MAX_TEXT), may_lack=True),
)
MACHINE: Final = (
    Question("wifi", "Wi-Fi network", _wifi, may_lack=True),
    Question("passphrase", "Its passphrase", _passphrase, may_lack=True),
    Question("collector", "Enrolment code of the collector, its digits", _collector, may_lack=True),
    Question("board", "Board", _text(64), may_lack=True),
    Question("device", "What the blank till's QR says", _device, may_lack=True),
)
FILES_ASKED: Final = ("catalogue", "departments")


def _badge(said: str, given: Given) -> str:
    plain = said.replace(":", "").replace(" ", "")
    try:
        return "" if 4 <= len(bytes.fromhex(plain)) <= 10 else "a badge has 4 to 10 bytes in hexadecimal"
    except ValueError:
        return f"{said!r} is not hexadecimal: present the badge to a reader and copy its number"


PERSON: Final = (
    Question("name", "Name", _text(MAX_SHORT)),
    Question("role", "Role", _one_of(*ROLES), lambda given: "cashier"),
    Question("nfc", "Badge, hexadecimal", _badge),
)


def shop_toml(given: Given, means: list[dict[str, Any]] | None = None) -> bytes:
    """`shop.toml` of these answers."""
    table: dict[str, Any] = {
        "name": given["name"],
        "address": [line.strip() for line in given["address"].split(";") if line.strip()],
        "siret": given["siret"].replace(" ", ""),
        "naf": given["naf"].replace(".", ""),
        "vat_regime": given.get("vat_regime") or "real",
        "till": given["till"],
        "territory": given.get("territory") or DEFAULT,
    }
    if given.get("vat_number"):
        table["vat_number"] = given["vat_number"].replace(" ", "")
    if given.get("footer"):
        table["footer"] = [given["footer"]]
    return dump({**table, "means": means or MEANS}).encode()


def operators_toml(people: list[dict[str, str]]) -> bytes:
    """`operators.toml`; codes 01, 02 … where none is given."""
    numbered = [{"code": f"{at:02d}", **person} for at, person in enumerate(people, start=1)]
    for person in numbered:
        if "nfc" in person:
            person["nfc"] = person["nfc"].replace(":", "").replace(" ", "").upper()
    return dump({"operators": numbered}).encode()
