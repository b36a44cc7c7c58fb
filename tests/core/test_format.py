"""FORMAT.md states every kind with its fields and a worked example, and the examples are vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from appliance.core.event import NAMES
from appliance.storage.record import decode, encode

ROOT = Path(__file__).resolve().parents[2]
FORMAT = (ROOT / "appliance" / "storage" / "FORMAT.md").read_text("utf-8")
VECTORS: dict[str, str] = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text("utf-8"))
SECTION = re.compile(r"^### (\d+) `([a-z-]+)`\n(.*?)^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = {int(found[1]): (found[2], found[3], found[4].replace("\n", "")) for found in SECTION.finditer(FORMAT)}


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_is_stated(kind: int) -> None:
    """Number, name and fields of the document are those of the code."""
    name, text, _ = SECTIONS[kind]
    fields = {int(key): field for key, field in re.findall(r"^\| (\d+) \| (\w+) \|", text, re.MULTILINE)}

    assert (name, fields) == NAMES[kind]


@pytest.mark.parametrize("kind", NAMES)
def test_every_example_is_a_vector(kind: int) -> None:
    """The hex of the document decodes to its kind, bears no key that is not stated, and encodes to itself."""
    name, _, text = SECTIONS[kind]
    record = decode(bytes.fromhex(text))

    assert VECTORS[name] == text
    assert record.kind == kind
    assert set(record.body) == set(NAMES[kind][1])
    assert encode(record).hex() == text


def test_nothing_else_is_stated() -> None:
    """No kind stands in the document that the code does not know."""
    assert set(SECTIONS) == set(NAMES)
