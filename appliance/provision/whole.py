"""Whether the inside of a bundle makes a whole till: the shop's own reader looks, then the rules of bundles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from appliance.core.shop import Shop
from appliance.provision.bundle import FILES, Inside
from appliance.provision.shop import ShopError, read_shop
from appliance.provision.toml import dump
from appliance.sync import token
from appliance.sync.shape import ProtocolError

OPENERS: Final = ("manager",)


def faults(inside: Inside, siret: str, till: str, today: date) -> list[str]:
    """Every fault, `file:line: why` where a file has it; empty when the till can be made of it."""
    read = read_files(inside.files, bytes(32), today)
    if isinstance(read, list):
        return read
    found = [
        f"shop.toml: {what} is {said} and the bundle says {wanted}"
        for what, said, wanted in (("siret", read.identity.siret, siret), ("till", read.till, till))
        if said != wanted
    ]
    found += pins(inside.files["operators.toml"])
    if not any(operator.role in OPENERS for operator in read.operators):
        found.append("operators.toml: nobody is a manager: badges, prices and closings need one")
    if inside.collector:
        found += _collector(inside.collector)
    return found


def read_files(files: Mapping[str, bytes], pepper: bytes, today: date) -> Shop | list[str]:
    """The shop that these files make, or all that is wrong with them. Tried in a folder of its own."""
    with TemporaryDirectory(prefix="sceau-") as trial:
        for name in (name for name in FILES if name in files):
            (Path(trial) / name).write_bytes(files[name])
        try:
            return read_shop(Path(trial), pepper, today)
        except ShopError as error:
            return list(error.lines)


def pins(operators: bytes) -> list[str]:
    """A bundle holds no PIN: who gets a badge chooses his own at the till."""
    found = []
    for table in tables(operators):
        if "pin" in table:
            found.append(f"operators.toml: {table.get('name')}: leave the pin out, it is chosen at the first badge")
        if not (table.get("nfc") or table.get("barcode")):
            found.append(f"operators.toml: {table.get('name')}: a badge is wanted, nfc or barcode")
    return found


def tables(operators: bytes) -> list[dict[str, Any]]:
    """The tables of an operators.toml that the shop's reader has taken."""
    head = tomllib.loads(operators.decode("utf-8"))
    return list(head.get("operators", head.get("operator", [])))


def hashed(operators: bytes, shop: Shop) -> bytes:
    """The same people as `shop` read them: badges as keyed hashes of this device, nothing in clear."""
    kept = []
    for table in tables(operators):
        person = shop.operator(str(table["code"]))
        plain = {key: value for key, value in table.items() if key not in ("nfc", "barcode", "pin")}
        if person is not None:
            plain |= {key: value.hex() for key, value in (("nfc_hash", person.nfc), ("barcode_hash", person.barcode))}
        kept.append({key: value for key, value in plain.items() if value != ""})
    return dump({"operators": kept}).encode()


def _collector(digits: str) -> list[str]:
    try:
        token.read(digits)
    except ProtocolError as error:
        return [f"collector: {error}"]
    return []
