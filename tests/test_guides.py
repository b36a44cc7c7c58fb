"""The guides say what the product says: every label is on a screen, every command is there, every picture is kept."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from appliance import command
from appliance.language.catalogue import entries

ROOT = Path(__file__).resolve().parents[1]
FRENCH = [ROOT / "docs" / f"{name}.md" for name in ("technician", "owner", "cashier")]
GUIDES = [each for french in FRENCH for each in (french, french.with_suffix(".en.md"))]
LABEL = re.compile(r"\*\*(.+?)\*\*")
COMMAND = re.compile(r"`(sceau [^`]+)`")
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
SCREENS = ("core", "daemon", "display")


@cache
def said() -> frozenset[str]:
    """Every text in the sources of the screens, breaking spaces everywhere."""
    paths = [path for room in SCREENS for path in (ROOT / "appliance" / room).rglob("*.py")]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return frozenset(
        node.value.replace("\u00a0", " ")
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def english() -> dict[str, set[str]]:
    """English sentence -> the French ones that it stands for."""
    found: dict[str, set[str]] = {}
    for french, spoken in entries().items():
        found.setdefault(spoken, set()).add(french)
    return found


@pytest.mark.parametrize("guide", FRENCH, ids=lambda path: path.name)
def test_every_french_label_is_in_the_product(guide: Path) -> None:
    labels = set(LABEL.findall(guide.read_text("utf-8")))

    assert labels
    assert labels - said() == set()


@pytest.mark.parametrize("guide", [each.with_suffix(".en.md") for each in FRENCH], ids=lambda path: path.name)
def test_every_english_label_is_in_the_product(guide: Path) -> None:
    """It is what English says for a text that a screen shows."""
    labels = set(LABEL.findall(guide.read_text("utf-8")))

    assert labels
    assert {label for label in labels if not english().get(label, set()) & said()} == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_is_there(guide: Path) -> None:
    """Its words up to the first operand, with --help, end well; its options are in that help."""
    for line in set(COMMAND.findall(guide.read_text("utf-8"))):
        words = line.split()[1:]
        acts = [word for word in words[:2] if word.isalpha() and word.islower()]
        with pytest.raises(SystemExit) as ended:
            command.main([*acts, "--help"])
        assert ended.value.code == 0, line


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_option_is_in_the_help(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in set(COMMAND.findall(guide.read_text("utf-8"))):
        words = line.split()[1:]
        acts = [word for word in words[:2] if word.isalpha() and word.islower()]
        with pytest.raises(SystemExit):
            command.main([*acts, "--help"])
        told = capsys.readouterr().out
        assert [word for word in words if word.startswith("--") and word not in told] == [], line


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_picture_is_a_golden_one(guide: Path) -> None:
    """Those of tests/display/golden are held against the screens by their own test."""
    pictures = PICTURE.findall(guide.read_text("utf-8"))

    assert pictures
    assert all((guide.parent / each).is_file() and "tests/display/golden" in each for each in pictures)


@pytest.mark.parametrize("french", FRENCH, ids=lambda path: path.name)
def test_both_languages_have_the_same_sections(french: Path) -> None:
    counted = [
        [len(re.findall(mark, each.read_text("utf-8"), re.MULTILINE)) for mark in (r"^## ", r"^\| ", r"^!\[")]
        for each in (french, french.with_suffix(".en.md"))
    ]

    assert counted[0] == counted[1]
