"""A board: what it is called, how large its parts are, what its kernel is told, which device is on which port."""

from __future__ import annotations

import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image.shell import ROOT, BuildError

BOARDS = ROOT / "image" / "board"
MIB = 1 << 20
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
PARTS = ("esp", "boot", "root", "state", "data")


@dataclass(frozen=True)
class Board:
    """`sizes` in bytes, by part; a slot has one `boot` and one `root`, and there are two slots."""

    name: str
    architecture: str
    command_line: str
    sizes: Mapping[str, int]

    @property
    def machine(self) -> str:
        """As `uname -m` says it there."""
        return MACHINES[self.architecture]

    @property
    def foreign(self) -> bool:
        """Whether this machine runs its programs only by emulation."""
        return self.machine != platform.machine()

    @property
    def folder(self) -> Path:
        """With `sceau.toml`, the till's configuration, and `udev.rules`, which names its ports."""
        return BOARDS / self.name


def read_board(name: str) -> Board:
    """Raises BuildError."""
    known = sorted(folder.name for folder in BOARDS.iterdir() if (folder / "board.toml").exists())
    if name not in known:
        raise BuildError(f"there is no board {name!r}; there are: {', '.join(known)}")
    table = tomllib.loads((BOARDS / name / "board.toml").read_text("utf-8"))
    sizes = {part: int(table["mib"][part]) * MIB for part in PARTS}
    return Board(name, table["architecture"], table["command_line"], sizes)
