"""A blank or an anchor that cannot be made, seen from the counter: the screen says so before anything is sold on it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.daemon.world import play, seen, world_on
from tests.storage.test_errors import Failing

CALLS = ("fsync", "rename", "fsync_directory")
CAUSES = (errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO)


def last_in_a_start(name: str) -> int:
    """Which call of a first start is the last of its kind: that of the last blank that is held back."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk):
        return max(at for at, call in enumerate(disk.calls) if call == name)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: errno.errorcode[cause])
@pytest.mark.parametrize("name", CALLS)
def test_a_blank_that_cannot_be_made_stops_the_till(name: str, cause: int) -> None:
    """The till started and wrote well so far; it does not take the next act on a medium that has failed."""
    at = last_in_a_start(name)
    disk = Failing()
    disk.arm(at, cause, half=False)
    with world_on(Path("/till"), disk=disk) as world:
        assert disk.calls[at] == name
        world.badge(bytes.fromhex("04B2C3D4E5F680"))
        world.finish()

        assert "Enregistrement impossible." in seen(world)
        assert world.glass().spots == ()


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: errno.errorcode[cause])
def test_an_anchor_that_cannot_be_written_stops_the_till(cause: int) -> None:
    """A minute at rest writes the anchor; when that fails, the next act is refused in a sentence."""
    disk = Failing()
    with world_on(Path("/till"), disk=disk) as world:
        play(world, 'login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no")
        disk.arm(0, cause, half=False)
        world.wait(61_000)
        assert disk.calls[0] == "pwrite"
        play(world, 'ring "Café"')

        assert "Enregistrement impossible." in seen(world)
