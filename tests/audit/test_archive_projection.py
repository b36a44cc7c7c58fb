"""Projections: generic, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import VerifyKey

from appliance.audit import notice
from appliance.audit.dump import dump
from appliance.audit.notice_words import KINDS as WORDS
from appliance.audit.notice_words import field
from appliance.audit.projection import BOM, cell, row
from appliance.core.event import NAMES
from tests.audit.archiving import contents, days, made
from tests.audit.scribe import key_of
from tests.audit.shop import Shop

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.live(40)
    shop.open()
    shop.sell('=cmd|"calc";1')
    shop.sell(amount=-150)
    shop.close()
    shop.save()
    return contents(made(shop, days("2026-11-21", "2026-11-22")).path) | {
        "dump": "".join(f"{line}\n" for line in dump(shop.scribe.home, NAMES)).encode()
    }


def table(data: bytes) -> list[list[str]]:
    assert data.startswith(BOM)
    text = data.removeprefix(BOM).decode()
    assert text.replace("\r\n", "").count("\n") == 0
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-150, "-150"),
        (None, ""),
        (b"\xab\x00", "ab00"),
        ("Café", "Café"),
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-", "'-"),
        ("@a", "'@a"),
        ("a;b", '"a;b"'),
        ('a"b', '"a""b"'),
        ('-a;"', '"\'-a;"""'),
        ([1, "é", None, b"\x01", {7: [2]}], '"[1,""é"",null,""01"",{""7"":[2]}]"'),
        ([], "[]"),
    ],
)
def test_a_cell(value: Any, said: str) -> None:
    assert cell(value) == said


@given(st.lists(TEXT, min_size=2, max_size=5))
def test_a_row_reads_back(cells: list[str]) -> None:
    """A spreadsheet sees the text, or the text behind an apostrophe; never a formula."""
    read = next(csv.reader(io.StringIO(row(list(cells)).decode(), newline=""), delimiter=";"), [""])

    assert [each.removeprefix("'") for each in read] == [each.removeprefix("'") for each in cells]
    assert not any(each.startswith(("=", "+", "-", "@")) for each in read)


def test_lines_are_those_of_dump(members: dict[str, bytes]) -> None:
    assert members["data/records.jsonl"] == members["dump"]


def test_each_kind_has_its_file(members: dict[str, bytes]) -> None:
    """As many rows as records, under the names of the fields."""
    lines = [json.loads(line) for line in members["data/records.jsonl"].splitlines()]
    for kind in {line["kind"] for line in lines}:
        number = next(key for key, (name, _) in NAMES.items() if name == kind)
        head, *rows = table(members[f"data/{kind}.csv"])

        assert head[5:] == [NAMES[number][1][key] for key in sorted(NAMES[number][1])]
        assert [int(each[0]) for each in rows] == [line["seq"] for line in lines if line["kind"] == kind]


def test_a_formula_in_a_label_is_text(members: dict[str, bytes]) -> None:
    tickets = table(members["data/ticket.csv"])
    lines = json.loads(tickets[-2][tickets[0].index("lines")])

    assert lines[0][1] == '=cmd|"calc";1'


def test_signatures_can_be_checked_by_hand(members: dict[str, bytes]) -> None:
    """Row by row with nothing but the file: the string, the signature, the key of the segment, the link."""
    keys = [(int(first), bytes.fromhex(key)) for _, first, key, _ in table(members["data/keys.csv"])[1:]]
    rows = table(members["data/signatures.csv"])[1:]
    last: dict[str, tuple[int, str]] = {}
    for kind, number, _, record, data, signature in rows:
        key = [key for first, key in keys if first <= int(record)][-1]
        text, said = data.removeprefix("'"), signature.removeprefix("'")
        VerifyKey(key).verify(text.encode(), urlsafe_b64decode(said + "=="))
        before = last.get(kind, (0, ""))
        assert int(number) == before[0] + 1
        assert text.endswith(f",{before[1]}")
        last[kind] = int(number), said
    assert len(rows) > 90


def test_the_jet_is_the_entries_of_type_7(members: dict[str, bytes]) -> None:
    strings = [row for row in table(members["data/signatures.csv"])[1:] if row[0] == "7"]
    events = table(members["data/jet.csv"])[1:]

    assert [(each[0], each[1]) for each in events] == [(each[1], each[3]) for each in strings]
    assert [each[4].split(",")[2] for each in strings] == [each[6] for each in events]


def test_the_notice_has_words_for_every_kind_and_field() -> None:
    assert set(WORDS) == {name for name, _ in NAMES.values()}
    for name, fields in NAMES.values():
        for each in fields.values():
            assert field(name, each)


def test_the_notice_names_what_is_there(members: dict[str, bytes]) -> None:
    said = members["notice.txt"].decode()
    for name in members:
        if name.startswith("data/") and name not in ("data/jet.csv", "data/keys.csv", "data/records.jsonl"):
            assert name in said, name
    assert "data/training.csv" not in said
    assert max(map(len, said.splitlines())) <= 118
    assert notice.text(NAMES, NAMES.keys()).decode().isprintable() is False  # it has lines, and nothing stranger
    assert not any(ord(each) < 32 and each != "\n" for each in said)


def test_the_notice_by_hand(members: dict[str, bytes], tmp_path: Path) -> None:
    """The commands that it gives, on the first string, as they stand."""
    _, _, _, _, data, signature = table(members["data/signatures.csv"])[1]
    lines = [line.strip() for line in notice.text(NAMES, ()).decode().splitlines()]
    commands = [line for line in lines if line.startswith(("(printf", "printf", "openssl pkey"))]
    script = "\n".join(commands).replace("CLE)", f"{key_of(1).public.hex()})")
    script = script.replace("'DATA'", f"'{data}'").replace("SIGNATURE==", f"{signature}==")
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True)

    assert len(commands) == 5
    assert "Verified Successfully" in done.stdout, done.stderr
