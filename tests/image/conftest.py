"""The image's tests boot machines for minutes: `make test-image` asks for them, `make test` never comes here.

Two machines run at a time, since one keeps one core busy: tests that follow each other on one stand in one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.medium import BUILT, prepare
from tests.image.world import MachineWorld


@pytest.fixture(scope="session")
def image() -> Path:
    """The built image; it is not made here."""
    if not (BUILT / "disk.img").exists():
        pytest.fail("there is no image: make image, or make test-image, which makes it first")
    return BUILT / "disk.img"


@pytest.fixture(scope="session")
def world(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachineWorld]:
    """One machine, booted once, on which the tests follow each other as a day does."""
    folder = tmp_path_factory.mktemp("machine")
    world = MachineWorld(folder, prepare(folder))
    try:
        world.power_on()
        yield world
    finally:
        world.close()
