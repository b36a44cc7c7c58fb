"""What people carry: the badges, bar codes and PINs of a shop's operators, and what its means of payment are called."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    nfc: str = ""
    barcode: str = ""
    pin: str = ""


@dataclass(frozen=True)
class Pocket:
    """Cards by name; the label of the first means of each kind."""

    cards: dict[str, Card]
    means: dict[str, str]


def read(shop: Path) -> Pocket:
    """From the files of a sample shop. Raises OSError and tomllib.TOMLDecodeError."""
    tables = tomllib.loads((shop / "operators.toml").read_text("utf-8"))
    found = {}
    for table in tables.get("operators") or tables.get("operator") or []:
        texts = {key: str(table.get(key, "")) for key in ("name", "nfc", "barcode", "pin")}
        found[texts["name"]] = Card(**texts)
    means: dict[str, str] = {}
    for table in tomllib.loads((shop / "shop.toml").read_text("utf-8")).get("means", []):
        means.setdefault(str(table.get("kind")), str(table.get("label")))
    return Pocket(found, means)
