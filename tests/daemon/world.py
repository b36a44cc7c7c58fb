"""A till in the simulated world, and what a person does at it, for the tests of the daemon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.daemon.config import DeviceConfig
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.hand import Hand, plain
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage.flash import Disk

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "epicerie"
SMALL = 256 << 10
# for hours of virtual time: a till asks its badge reader five times a second and its printer, with the drawer, twice
UNASKED = {"badge": DeviceConfig(), "printer": DeviceConfig(), "drawer": DeviceConfig()}


@contextmanager
def world_on(data: Path, shop: Path = SAMPLE, disk: Disk | None = None, on: bool = True) -> Iterator[SimulatedWorld]:
    """A till that is switched on, and put away at the end."""
    world = SimulatedWorld(data, shop, disk=disk, segment_size=SMALL)
    try:
        if on:
            world.power_on()
        yield world
    finally:
        world.close()


def play(world: SimulatedWorld, *lines: str, shop: Path = SAMPLE) -> None:
    """Verbs of the flow language; the first that fails is the failure of the test."""
    failure = Player(world, cards.read(shop)).play([Step("test", n, split(line)) for n, line in enumerate(lines, 1)])
    assert failure is None, failure


def seen(world: SimulatedWorld) -> str:
    """All that stands on the glass."""
    return plain(" | ".join(world.glass().labels))


def tap(world: SimulatedWorld, act: str, value: str | int | None = None) -> None:
    Hand(world).tap_act(act, value)
    world.finish()


def kinds(world: SimulatedWorld) -> list[str]:
    return [str(record["kind"]) for record in world.records()]
