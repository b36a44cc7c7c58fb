"""Machines whose clock has lost its time; each boots on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image.medium import prepare
from tests.image.world import MachineWorld


@pytest.mark.parametrize("clock", ["1970-01-01T00:00:00", "2020-01-01T00:00:00"])
def test_a_dead_clock_asks_for_the_time(image: Path, tmp_path: Path, clock: str) -> None:
    """A clock without a battery: the till starts, shows its screen, and asks for the time before it sells."""
    world = MachineWorld(tmp_path, prepare(tmp_path), clock)
    try:
        world.power_on()
        assert world.glass().screen == "locked"
        world.badge(bytes.fromhex("04A1B2C3D4E580"))
        assert "Heure à confirmer" in " ".join(world.glass().labels)
    finally:
        world.close()
