"""No file of the fiscal perimeter changes without a decision on the fiscal version (VER-01, VER-02)."""

from __future__ import annotations

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.audit import perimeter, perimeter_make
from appliance.audit.perimeter import NAME, ROOT, Difference, Perimeter, check
from appliance.audit.perimeter_make import OPEN, VERSIONS, DecisionError, Row, decided, measure, rows

ONE, TWO = "1" * 64, "2" * 64
FIRST = Row("1.0", "major", OPEN, ONE, "First version")
RELEASED = FIRST._replace(state="2026-12-01")


def test_each_change_was_decided() -> None:
    """The files as they are now, with a line of their own. Otherwise: make perimeter WHY="what changed"."""
    now, last = measure(ROOT), rows((ROOT / VERSIONS).read_text("utf-8"))[-1]

    assert (last.version, last.digest) == (now.version, now.digest.hex()), 'make perimeter WHY="what changed"'
    assert perimeter.parse((ROOT / NAME).read_bytes()) == now, 'make perimeter WHY="what changed"'


def test_versions_go_up() -> None:
    """Only the last line may be unreleased, and a major one is one whose first number grew."""
    said = rows((ROOT / VERSIONS).read_text("utf-8"))
    numbers = [perimeter_make.number(row.version) for row in said]

    assert numbers == sorted(set(numbers))
    assert OPEN not in [row.state for row in said[:-1]]
    assert [row.kind for row in said] == [
        "major" if at == 0 or number[0] > numbers[at - 1][0] else "minor" for at, number in enumerate(numbers)
    ]


def test_every_source_is_in_or_named_out() -> None:
    """What core, storage and audit hold is inside, unless fiscal-perimeter.toml says that it is not."""
    now = measure(ROOT)
    out = perimeter.expand(ROOT, now.excepted, ())
    for room in ("core", "storage", "audit", "daemon"):
        found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "appliance" / room).rglob("*.py")}

        assert found <= {*now.files, *out}


DECISIONS: dict[str, tuple[list[Row], str, str, str, list[Row]]] = {
    "first": ([], "1.0", ONE, "First version", [FIRST]),
    "the same": ([FIRST], "1.0", ONE, "", [FIRST]),
    "still open": ([FIRST], "1.0", TWO, "Refunds", [FIRST._replace(digest=TWO, why="Refunds")]),
    "minor": ([RELEASED], "1.1", TWO, "Words", [RELEASED, Row("1.1", "minor", OPEN, TWO, "Words")]),
    "major": ([RELEASED], "2.0", TWO, "Chain", [RELEASED, Row("2.0", "major", OPEN, TWO, "Chain")]),
}
REFUSALS: dict[str, tuple[list[Row], str, str, str]] = {
    "say why in one line": ([FIRST], "1.0", TWO, " "),
    "is released: give": ([RELEASED], "1.0", TWO, "Refunds"),
    "is not released: keep": ([FIRST], "1.1", TWO, "Refunds"),
    "does not come after": ([RELEASED], "0.9", TWO, "Refunds"),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions(name: str) -> None:
    before, version, digest, why, after = DECISIONS[name]

    assert decided(before, version, digest, why) == after
    assert rows("".join(f"{row}\n" for row in after)) == after


@pytest.mark.parametrize("said", REFUSALS)
def test_no_decision(said: str) -> None:
    """A change without a word, and a released version that would change."""
    with pytest.raises(DecisionError, match=said):
        decided(*REFUSALS[said])


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A small tree of its own, measured."""
    for folder in ("appliance/core", "docs", "setup"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "fiscal-perimeter.toml").write_text(
        'version = "1.0"\nfiles = ["appliance/**/*.py"]\nexcept = ["appliance/out.py"]\nlibraries = ["cbor2"]\n'
    )
    (tmp_path / "setup" / "requirements.lock").write_text("cbor2==6.2.1 \\\n    --hash=sha256:00\n")
    for name in ("core/one.py", "core/two.py", "out.py"):
        (tmp_path / "appliance" / name).write_text(f"# {name}\n")
    shutil.copy(ROOT / VERSIONS, tmp_path / VERSIONS)
    text = (tmp_path / VERSIONS).read_text("utf-8")
    (tmp_path / VERSIONS).write_text(text[: text.index("| 1.0 |")], "utf-8")
    perimeter_make.write(tmp_path, "First version")
    return tmp_path


def test_a_build_as_it_was_hashed(build: Path) -> None:
    """Whole; a file outside may change; the digest is what sha256sum makes of it."""
    (build / "appliance" / "out.py").write_text("other")
    found = check(build)
    assert isinstance(found, Perimeter)
    printed = subprocess.run(["sha256sum", *sorted(found.files)], cwd=build, capture_output=True, check=True).stdout

    assert list(found.files) == ["appliance/core/one.py", "appliance/core/two.py"]
    assert found.digest == sha256(printed + b"cbor2==6.2.1\n").digest()
    assert rows((build / VERSIONS).read_text("utf-8")) == [FIRST._replace(digest=found.digest.hex())]


def test_differences(build: Path) -> None:
    """One changed, one gone, one that came: each is named."""
    (build / "appliance/core/one.py").write_text("changed")
    (build / "appliance/core/two.py").unlink()
    (build / "appliance/core/three.py").write_text("")
    found = check(build)

    assert found == Difference(("appliance/core/one.py",), ("appliance/core/two.py",), ("appliance/core/three.py",))
    assert "changed: appliance/core/one.py; missing: appliance/core/two.py" in str(found)


def test_a_list_that_lies(build: Path) -> None:
    """Changed with the file, or with fewer patterns, or gone: the digest or the form shows it."""
    path = build / NAME
    said = path.read_bytes()
    (build / "appliance/core/one.py").write_text("changed")
    new = sha256(b"changed").hexdigest()
    old = perimeter.parse(said).files["appliance/core/one.py"]
    for data in (said.replace(old.encode(), new.encode()), said[:-1], b"{}", b"[]", b"\xff"):
        path.write_bytes(data)

        assert str(check(build)).startswith("the fiscal perimeter is not that of the build (appliance/perimeter.json")
    path.unlink()
    assert isinstance(check(build), Difference)
