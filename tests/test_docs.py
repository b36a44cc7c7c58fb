"""What the documents say is true: named tests and files exist, the README's commands run."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from appliance import command
from tests.cases import over

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("appliance/**/*.md"), *ROOT.glob("collector/*.md")]
)
PROOF = re.compile(r"`(tests/[\w/.-]+?)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def proofs() -> list[tuple[str, str]]:
    return sorted(
        {(found[1], found[2] or "") for found in PROOF.finditer((ROOT / "docs/failures.md").read_text("utf-8"))}
    )


@over(proofs)
def test_each_failure_names_a_test_that_exists(file: str, name: str) -> None:
    """A row of failures.md without its proof would be a promise."""
    path = ROOT / file
    assert path.is_file()
    if name:
        functions = {
            node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
        }

        assert name in functions


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link of a document is a file or folder of the repository."""
    targets = LINK.findall(document.read_text("utf-8"))

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_readmes_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block of `sceau` lines in the README, one after the other, from the repository."""
    monkeypatch.chdir(ROOT)
    block = re.search(r"^```\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    lines = [shlex.split(line.replace("build/day", str(tmp_path / "day"))) for line in block[1].splitlines()]

    assert [command.main(words[1:]) for words in lines] == [0] * len(lines)
    assert [words[0] for words in lines] == ["sceau"] * len(lines)


def test_architecture_names_what_exists() -> None:
    """Every file that architecture.md names is there."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = (ROOT / "appliance", ROOT / "appliance" / "core", ROOT)
    names = set(re.findall(r"`([\w/]+\.py)`", text))

    assert [name for name in sorted(names) if not any((room / name).exists() for room in rooms)] == []
