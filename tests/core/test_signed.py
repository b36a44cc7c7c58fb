"""Signed strings by type: golden vectors, gapless numbers, links, and the JET's table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from appliance.core import event as ev
from appliance.core import jet
from appliance.core.event import NAMES, Event
from appliance.core.signed import FORMAT, UNSIGNED, string, text, types
from appliance.storage import chain
from appliance.storage.keys import Key
from appliance.storage.record import decode
from tests.core.desk import SPREAD, Desk

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "strings.json").read_text("utf-8"))
STATED = (ROOT / "appliance" / "storage" / "FORMAT.md").read_text("utf-8")
KEY = Key(bytes(range(32)))


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['type']}-{v['number']}-{v['string'][:24]}" for v in VECTORS])
def test_vectors(vector: dict[str, object]) -> None:
    """SEC-03, SEC-04: the string, byte by byte, and the signature that anyone can check."""
    fact = Event(*decode(bytes.fromhex(str(vector["record"]))))
    kind, number = vector["type"], vector["number"]
    assert isinstance(kind, int)
    assert isinstance(number, int)
    said = string(fact, kind, number, bytes.fromhex(str(vector["before"])))

    assert said == vector["string"]
    assert chain.signed(KEY.public, said.encode(), bytes.fromhex(str(vector["signature"])))


def test_every_type_has_a_vector() -> None:
    """All nine."""
    assert {vector["type"] for vector in VECTORS} == set(range(1, 10))


def test_the_document_shows_the_vectors() -> None:
    """FORMAT.md's examples are among them."""
    section = STATED[STATED.index("## Seals") : STATED.index("## Kinds")]
    shown = section[section.index("```\n") + 4 :].split("```")[0].splitlines()

    assert len(shown) > 8
    assert set(shown) <= {vector["string"] for vector in VECTORS}


def test_the_document_states_the_codes() -> None:
    """The JET table of FORMAT.md is the code's."""
    section = STATED[STATED.index("JET codes by kind") : STATED.index("Of a `training` record only")]
    stated = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", section, re.MULTILINE))
    kinds = {name: kind for kind, (name, _) in NAMES.items()}

    for name, said in stated.items():
        if said.isdecimal():
            assert jet.code(kinds[name], {1: "", 2: ""}) == int(said)
    assert {name for name in kinds if jet.code(kinds[name], {1: 110, 2: ""}) is not None} <= set(stated)


def test_every_code_that_a_record_bears_is_in_the_table() -> None:
    """JET-01: label, applicability and handler of each."""
    desk = Desk()
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 500)
    desk.tap("print")
    desk.close()
    codes = {jet.code(event.kind, event.body) for event in desk.events} - {None}

    assert {260, 80, 270, 170, 50, 330} <= codes
    assert codes <= set(jet.TABLE)
    assert all(entry.label and entry.applies in "XCO" for entry in jet.TABLE.values())
    assert all(
        set(entry.handler.split(", ")) <= {name for name, _ in NAMES.values()} | {""} for entry in jet.TABLE.values()
    )


def test_numbers_have_no_gap_and_every_fact_its_seal() -> None:
    """INA-10: a sequence of its own for each type, the seal directly behind its fact."""
    desk = Desk()
    desk.open()
    for _ in range(3):
        desk.scan(SPREAD)
        desk.pay("cash", 500)
        desk.tap("decline")
    desk.close()
    last: dict[int, int] = {}
    for fact, after in zip(desk.events, desk.events[1:], strict=False):
        wanted = types(fact.kind, fact.body)
        assert (after.kind == ev.SEAL) == bool(wanted)
        if wanted:
            numbers = [last.get(each, 0) + 1 for each in wanted]
            last.update(zip(wanted, numbers, strict=True))
            seals = [[each, number, FORMAT, UNSIGNED] for each, number in zip(wanted, numbers, strict=True)]
            assert after.body == {1: fact.seq, 2: seals}

    assert last[1] == last[2] == 3
    assert last[3] == 1


def test_the_extract_needs_no_padding() -> None:
    """base64url without padding: 64 bytes are 86 signs."""
    assert len(text(UNSIGNED)) == 86
