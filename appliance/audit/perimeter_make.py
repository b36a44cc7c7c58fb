"""`make perimeter WHY="…"`: hashes the perimeter of this source tree and keeps `docs/fiscal-versions.md` in step.

The publisher's decision, not the till's: it needs `fiscal-perimeter.toml` and the lock, which no till has.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.audit.perimeter import NAME, ROOT, Perimeter, digest, expand, hashed, text

TOML: Final = "fiscal-perimeter.toml"
VERSIONS: Final = "docs/fiscal-versions.md"
LOCK: Final = "setup/requirements.lock"
OPEN: Final = "unreleased"
_ROW = re.compile(r"^\| (\d+\.\d+) \| (major|minor) \| (\S+) \| `([0-9a-f]{64})` \| (.+) \|$", re.MULTILINE)
_PIN = re.compile(r"^([\w-]+)==(\S+)", re.MULTILINE)


class DecisionError(ValueError):
    """A sentence that says what has to be decided."""


class Row(NamedTuple):
    """A line of the versions: `state` is `unreleased` or the date of the release, `digest` in hex."""

    version: str
    kind: str
    state: str
    digest: str
    why: str

    def __str__(self) -> str:
        return f"| {self.version} | {self.kind} | {self.state} | `{self.digest}` | {self.why} |"


def measure(root: Path) -> Perimeter:
    """The perimeter as the files are now. Raises DecisionError, OSError."""
    said = _toml(root / TOML)
    files = hashed(root, expand(root, said["files"], said["except"]))
    pins = dict(_PIN.findall((root / LOCK).read_text("utf-8")))
    unknown = [name for name in said["libraries"] if name not in pins]
    if unknown:
        raise DecisionError(f"{TOML}: {', '.join(unknown)} is not in {LOCK}; run make lock")
    libraries = {name: pins[name] for name in said["libraries"]}
    found = digest(files, libraries)
    return Perimeter(said["version"], found, files, libraries, tuple(said["files"]), tuple(said["except"]))


def rows(said: str) -> list[Row]:
    """The lines of the table, oldest first."""
    return [Row(*found) for found in _ROW.findall(said)]


def number(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)


def decided(said: list[Row], version: str, found: str, why: str) -> list[Row]:
    """The lines after this decision. Raises DecisionError when it is not one."""
    last = said[-1] if said else None
    if last and last.digest == found and last.version == version:
        return said
    if not why.strip() or "|" in why or "\n" in why:
        raise DecisionError('the perimeter has changed: say why in one line, make perimeter WHY="…"')
    if last and last.version == version and last.state != OPEN:
        raise DecisionError(
            f"{version} is released: give {TOML} the next version, major when one of the four conditions is touched"
        )
    if last and last.version == version:
        return [*said[:-1], last._replace(digest=found, why=why.strip())]
    if last and last.state == OPEN:
        raise DecisionError(f"{last.version} is not released: keep its version, or put its date in {VERSIONS}")
    kind = "major" if last is None or number(version)[0] > number(last.version)[0] else "minor"
    if last and number(version) <= number(last.version):
        raise DecisionError(f"{version} does not come after {last.version}")
    return [*said, Row(version, kind, OPEN, found, why.strip())]


def write(root: Path, why: str) -> Perimeter:
    """Raises DecisionError and writes nothing, or writes both files."""
    perimeter, path = measure(root), root / VERSIONS
    said = path.read_text("utf-8")
    before = rows(said)
    after = decided(before, perimeter.version, perimeter.digest.hex(), why)
    table = "".join(f"{row}\n" for row in after)
    head = said[: _ROW.search(said).start()] if before else said  # type: ignore[union-attr]
    path.write_text(head + table, "utf-8")
    (root / NAME).write_text(text(perimeter), "utf-8")
    return perimeter


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("make perimeter", description=__doc__)
    parser.add_argument("--why", default="", help="what changed, in one line")
    options = parser.parse_args(argv)
    try:
        perimeter = write(ROOT, options.why)
    except (DecisionError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{perimeter.version} {perimeter.digest.hex()} {len(perimeter.files)} files\n")
    return 0


def _toml(path: Path) -> dict[str, Any]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DecisionError(f"{path.name}: {error}") from error
    if not re.fullmatch(r"\d+\.\d+", str(said.get("version", ""))):
        raise DecisionError(f"{path.name}: version is wanted as major.minor")
    return {"except": [], "libraries": [], **said}


if __name__ == "__main__":
    sys.exit(main())
