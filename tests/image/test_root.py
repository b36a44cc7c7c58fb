"""Machines whose root was changed, which must not start; each boots on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image import medium
from tests.image.machine import Dead
from tests.image.medium import prepare
from tests.image.world import MachineWorld

MIDDLE = 4096  # bytes into the root: the superblock's neighbour, read by every start


@pytest.mark.parametrize("where", ["root", "tree"])
def test_a_root_that_was_changed_does_not_start(image: Path, tmp_path: Path, where: str) -> None:
    """One bit of the root, or of its hash tree: the machine starts again and again, and never as far as the till."""
    disk = prepare(tmp_path)
    part = medium.parts(disk)["root-a"]
    offset = MIDDLE if where == "root" else _tree_begins(disk, part) + MIDDLE
    found = medium.read(disk, part)[offset]
    medium.write(disk, part, bytes([found ^ 1]), offset)
    world = MachineWorld(tmp_path, disk)
    try:
        with pytest.raises(Dead):  # with -no-reboot the first restart is the end
            world.boot()
        assert world.machine is None or world.machine.ended(10), "it neither starts nor gives up"
    finally:
        world.close()


def _tree_begins(disk: Path, part: medium.Part) -> int:
    """Where the hash tree's own superblock stands: `verity` at a block's beginning."""
    data = medium.read(disk, part)
    at = data.find(b"verity\0\0")
    while at % 4096:
        at = data.find(b"verity\0\0", at + 1)
    assert at > 0
    return at
