"""Fingers: a slip writes no record, a double tap is one tap, digits do not wait for the finger to leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator.hand import Hand
from tests.daemon.world import kinds, play, tap, world_on


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimulatedWorld]:
    with world_on(tmp_path / "data") as made:
        play(made, 'login "Sophie"', "open day float 100.00")
        yield made


def place(world: SimulatedWorld, act: str, value: str | int | None = None) -> tuple[int, int]:
    spot = Hand(world).find_act(act, value)
    assert spot is not None
    return spot.x, spot.y


def typed(world: SimulatedWorld) -> str:
    return world.glass().figures.get("typed", "")


def test_sliding_off_a_key_cancels(world: SimulatedWorld) -> None:
    """Down on a tile, away, up: nothing is rung, and the tile is drawn as before."""
    before = world.hardware.panel.picture()
    world.hardware.touch.down(*place(world, "ring", "Café"))
    world.wait(100)
    assert world.hardware.panel.picture() != before
    world.hardware.touch.move(5, 400)
    world.wait(100)
    world.hardware.touch.up()
    world.wait(100)

    assert world.hardware.panel.picture() == before
    assert "line" not in kinds(world)


def test_sliding_from_one_key_to_the_next_does_neither(world: SimulatedWorld) -> None:
    """A finger that lands on one tile and leaves on another meant neither."""
    world.hardware.touch.down(*place(world, "ring", "Café"))
    world.wait(50)
    world.hardware.touch.move(*place(world, "ring", "Baguette"))
    world.wait(50)
    world.hardware.touch.up()
    world.wait(100)

    assert "line" not in kinds(world)


def test_a_tile_acts_when_the_finger_leaves(world: SimulatedWorld) -> None:
    """Down shows the key pressed; the line comes with the release."""
    world.hardware.touch.down(*place(world, "ring", "Café"))
    world.wait(100)
    assert "line" not in kinds(world)
    world.hardware.touch.up()
    world.wait(100)

    assert kinds(world).count("line") == 1


def test_two_quick_taps_on_a_tile_are_two_articles(world: SimulatedWorld) -> None:
    """A cashier taps fast; only a bounce within 40 ms is one tap."""
    for pause in (150, 150, 10):
        world.hardware.touch.tap(*place(world, "ring", "Café"))
        world.wait(pause)
    world.hardware.touch.tap(*place(world, "ring", "Café"))
    world.wait(500)

    assert kinds(world).count("line") == 3


def test_a_double_tap_on_a_grave_key_is_one_tap(world: SimulatedWorld) -> None:
    """ "Encaisser" tapped twice does not give the sum that lies under the finger on the next screen."""
    play(world, 'ring "Café"')
    spot = place(world, "pay")
    for _ in range(2):
        world.hardware.touch.tap(*spot)
        world.wait(120)
    assert world.glass().screen == "payment"
    spot = place(world, "give", 200)
    for _ in range(3):
        world.hardware.touch.tap(*spot)
        world.wait(100)
    world.finish()

    assert world.glass().screen == "print"
    assert kinds(world).count("payment") == 1
    assert kinds(world).count("drawer") == 1


def test_digits_act_when_the_finger_lands(world: SimulatedWorld) -> None:
    """The second finger may land before the first one leaves: both digits count, in order."""
    tap(world, "go", "quantity")
    world.hardware.touch.down(*place(world, "digit", "1"), slot=0)
    world.wait(30)
    assert typed(world) == "1"
    world.hardware.touch.down(*place(world, "digit", "2"), slot=1)
    world.wait(30)
    world.hardware.touch.up(slot=0)
    world.hardware.touch.up(slot=1)
    world.wait(100)

    assert typed(world) == "12"


def test_a_touch_that_began_on_another_screen_is_dropped(world: SimulatedWorld) -> None:
    """The finger is down while a scan brings a message: what was under it is not answered."""
    world.hardware.touch.down(*place(world, "ring", "Café"))
    world.wait(50)
    world.hardware.scanner.scan("4006381333931")
    world.wait(500)
    world.hardware.touch.up()
    world.wait(500)

    assert world.glass().screen == "message"
    assert "line" not in kinds(world)


def test_a_touch_between_keys_does_nothing(world: SimulatedWorld) -> None:
    """No key, no record, no change of the picture."""
    before, records = world.hardware.panel.picture(), len(kinds(world))
    world.touch(1, 799)
    world.wait(200)

    assert world.hardware.panel.picture() == before
    assert len(kinds(world)) == records


def test_lost_events_cancel_the_touch(world: SimulatedWorld) -> None:
    """The kernel dropped events: the finger that was down is not believed."""
    world.hardware.touch.down(*place(world, "ring", "Café"))
    world.wait(50)
    world.hardware.touch.overflow()
    world.wait(50)
    world.hardware.touch.up()
    world.wait(200)

    assert kinds(world).count("line") <= 1
    play(world, 'ring "Baguette"')
    assert world.glass().screen == "sale"
