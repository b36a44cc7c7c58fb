"""The fiscal perimeter of this build (VER-01, VER-02): the files that the four conditions rest on, and their hashes.

`perimeter.json` is written by `make perimeter` from `fiscal-perimeter.toml` and goes with the package; the till reads
it at its start. Standard library only, as it runs before the first screen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

NAME: Final = "appliance/perimeter.json"
ROOT: Final = Path(__file__).resolve().parents[2]  # the folder that holds the package


class Perimeter(NamedTuple):
    """`version`: fiscal, `major.minor`; `digest`: 32 bytes over all that follows; `files`: path -> SHA-256 in hex."""

    version: str
    digest: bytes
    files: Mapping[str, str]
    libraries: Mapping[str, str]
    patterns: tuple[str, ...]
    excepted: tuple[str, ...]

    @property
    def major(self) -> str:
        """What an attestation is for (BOI-TVA-DECLA-30-10-30, § 340)."""
        return self.version.split(".")[0]


class Difference(NamedTuple):
    """How the files here are not those that were hashed."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    why: str = ""  # the list itself cannot be used

    def __str__(self) -> str:
        """One sentence that says what to do."""
        parts = (("changed", self.changed), ("missing", self.missing), ("added", self.added))
        named = [f"{word}: {', '.join(paths[:3])}{' …' if len(paths) > 3 else ''}" for word, paths in parts if paths]
        return f"the fiscal perimeter is not that of the build ({self.why or '; '.join(named)}): install the till again"


def check(root: Path = ROOT) -> Perimeter | Difference:
    """The perimeter of the build in `root` when every file is as `make perimeter` found it, and none more is there."""
    try:
        said = parse((root / NAME).read_bytes())
    except (OSError, ValueError) as error:
        return Difference(why=f"{NAME} cannot be read: {error}")
    here = hashed(root, expand(root, said.patterns, said.excepted))
    difference = Difference(
        tuple(path for path in said.files if path in here and here[path] != said.files[path]),
        tuple(path for path in said.files if path not in here),
        tuple(path for path in here if path not in said.files),
    )
    return difference if any(difference) else said


def expand(root: Path, patterns: Iterable[str], excepted: Iterable[str]) -> list[str]:
    """Paths relative to `root`, `/` between, in bytewise order."""
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    out = {path for pattern in excepted for path in root.glob(pattern)}
    return sorted(path.relative_to(root).as_posix() for path in found - out)


def hashed(root: Path, paths: Iterable[str]) -> dict[str, str]:
    return {path: sha256((root / path).read_bytes()).hexdigest() for path in paths}


def digest(files: Mapping[str, str], libraries: Mapping[str, str]) -> bytes:
    """SHA-256 of what `sha256sum` prints for the files in order, then a line `name==version` for each library."""
    lines = [f"{files[path]}  {path}\n" for path in sorted(files)]
    lines += [f"{name}=={libraries[name]}\n" for name in sorted(libraries)]
    return sha256("".join(lines).encode()).digest()


def text(perimeter: Perimeter) -> str:
    """`perimeter.json`."""
    said = {
        "version": perimeter.version,
        "digest": perimeter.digest.hex(),
        "patterns": list(perimeter.patterns),
        "except": list(perimeter.excepted),
        "libraries": dict(sorted(perimeter.libraries.items())),
        "files": dict(sorted(perimeter.files.items())),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def parse(data: bytes) -> Perimeter:
    """Raises ValueError for anything but what `text` writes."""
    said = json.loads(data)
    try:
        found = Perimeter(
            said["version"],
            bytes.fromhex(said["digest"]),
            said["files"],
            said["libraries"],
            tuple(said["patterns"]),
            tuple(said["except"]),
        )
        whole = text(found).encode() == data
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it has not the fields of a perimeter") from error
    if not whole or digest(found.files, found.libraries) != found.digest:
        raise ValueError("its digest is not that of its files")
    return found
