"""The page of the demonstration says what the attacks are, and each that can be seen is seen by all who judge."""

from __future__ import annotations

import re

import pytest

from tests.demo.__main__ import page
from tests.test_compliance import CITED, ROWS

LINES = 60
UNBROKEN = 3  # nothing done, an image put back without a witness, the clock: the journal itself is whole
SCENES = 8


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return list(page())


@pytest.mark.browser
def test_one_page_names_each_attack(lines: list[str]) -> None:
    """At most one screen of paper; every judge names the same place of each scene that breaks something."""
    blocks = [block.splitlines() for block in "\n".join(lines).split("\n\n")][1:]
    places = [[each for line in block if (each := place(line))] for block in blocks]

    assert len(lines) <= LINES
    assert len(blocks) == SCENES
    assert sum(not found for found in places) == UNBROKEN
    assert [found for found in places if found and (len(found) != 3 or len(set(found)) != 1)] == []
    assert {each for block in blocks for each in CITED.findall(block[0])} <= {row.id for row in ROWS}


@pytest.mark.browser
def test_what_the_till_says(lines: list[str]) -> None:
    """The witness finds the image that was put back, class C is said not to; the clock's jump is heard and recorded."""
    said = "\n".join(lines)

    assert "« Journal incomplet. »" in said
    assert "NOT SEEN: without a witness INA-08 is not met" in said
    assert "« Heure à confirmer. »" in said
    assert "1 clock event, JET 903" in said


def place(line: str) -> str:
    """What a judge names: `record 20`, a member of an archive."""
    found = re.search(r"broken: ([^:…]+)", line)
    return found[1].strip() if found else ""
