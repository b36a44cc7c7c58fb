"""docs/compliance.md is held against the repository: every rule has its row, every built row its module and a test."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.cases import over
from tests.flow_pictures import FLOWS

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "compliance.md"
# Rules of the French texts by family: this many each, numbered from 1.
FAMILIES = {
    "SCO": 3,
    "INA": 11,
    "SEC": 9,
    "CON": 6,
    "ARC": 11,
    "CLO": 14,
    "TIC": 13,
    "JET": 7,
    "TRN": 6,
    "USR": 6,
    "CLK": 5,
    "UPS": 5,
    "PUR": 5,
    "VER": 10,
    "MEN": 8,
    "VAT": 11,
    "PAY": 10,
    "EREP": 8,
    "RET": 5,
    "GDP": 7,
}
CITED = re.compile(rf"\b(?:{'|'.join(FAMILIES)})-\d\d\b")
SKIPPED = {"skip", "skipif", "xfail"}


class Row(NamedTuple):
    id: str
    rule: str
    where: tuple[str, ...]
    tests: tuple[str, ...]
    state: str


def rows() -> list[Row]:
    lines = [line.strip("| ").split(" |") for line in TABLE.read_text("utf-8").splitlines() if CITED.match(line[2:])]
    return [_row(*(cell.strip() for cell in cells)) for cells in lines]


def _row(name: str, rule: str, where: str, tests: str, state: str) -> Row:
    return Row(name, rule, tuple(re.findall(r"`([^`]+)`", where)), tuple(re.findall(r"`([^`]+)`", tests)), state)


ROWS = rows()


def named() -> list[tuple[str, str]]:
    return [(row.id, each) for row in ROWS for each in row.tests]


def test_every_rule_has_one_row() -> None:
    wanted = [f"{family}-{number:02d}" for family, count in FAMILIES.items() for number in range(1, count + 1)]

    assert [row.id for row in ROWS] == wanted


@over(lambda: ((row.id, row) for row in ROWS))
def test_each_state_has_what_it_claims(name: str, row: Row) -> None:
    """What is built names its place and its test; what is not says why."""
    word, _, why = row.state.partition(": ")

    assert word in ("built", "open", "outside")
    assert (word == "built") == (not why)
    assert word != "built" or (row.where and row.tests)
    assert [each for each in row.where if not (ROOT / each).is_file()] == []


@over(named)
def test_each_test_is_one_that_runs(name: str, test: str) -> None:
    """A flow that is played, or a collected function that no mark keeps from running."""
    file, _, function = test.partition("::")
    path = ROOT / file
    if path.suffix == ".flow":
        assert path in FLOWS
        return

    assert path.name.startswith("test_")
    assert function in running(path)


@cache
def running(path: Path) -> frozenset[str]:
    """Names that pytest collects in a module, those left out that a mark may skip."""
    tree = ast.parse(path.read_text("utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))
    return frozenset(node.name for node in found if not SKIPPED & marks(node))


def marks(node: ast.FunctionDef) -> set[str]:
    return {each.attr for mark in node.decorator_list for each in ast.walk(mark) if isinstance(each, ast.Attribute)}


def test_the_code_cites_rules_that_there_are() -> None:
    """A rule that a docstring names stands in the table."""
    known = {row.id for row in ROWS}
    sources = [path for room in ("appliance", "docs") for path in (ROOT / room).rglob("*") if path.suffix in READ]
    cited = {(str(path.relative_to(ROOT)), each) for path in sources for each in CITED.findall(path.read_text("utf-8"))}

    assert sorted(each for each in cited if each[1] not in known) == []


READ = {".py", ".md"}
