"""Every flow, as a person plays it, at both sizes: it ends well, the journal holds, the glass is right each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from appliance.audit.command import verify_main
from appliance.daemon.virtual import SimulatedWorld
from appliance.display.painter import picture, to_rgb
from appliance.display.theme import theme_for
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from appliance.simulator.script import Step
from tests.flow_pictures import ACCEPT, FLOWS, SHOP, SIZE, SMALL, glass, recorded, row
from tests.language.hearing import Hearing
from tests.powerloss.recording import LONG

# on the small glass the cuts play nearly all of them (tests/powerloss); here the day, and those that they leave out
SMALL_GLASS = {*LONG, "day", "upstream", "technician-pages", "changes", "long-basket"}
PLAYED = [(flow, SIZE) for flow in FLOWS] + [(flow, (800, 480)) for flow in FLOWS if flow.stem in SMALL_GLASS]


@pytest.mark.parametrize(("flow", "size"), PLAYED, ids=[f"{flow.stem}-{size[0]}x{size[1]}" for flow, size in PLAYED])
def test_flow(flow: Path, size: tuple[int, int], tmp_path: Path) -> None:
    """The flow plays to its end and what it recorded verifies."""
    hearing = Hearing()
    world = SimulatedWorld(tmp_path / "data", SHOP, size, segment_size=SMALL, on_outside=hearing.heard)
    hearing.world = world
    rows: list[str] = []
    screens: list[str] = []

    def after(step: Step) -> None:
        """After every verb but `expect`, which touches nothing; on the small glass whenever another screen stands."""
        if step.words[0].text != "expect" and (size == SIZE or screens[-1:] != [world.glass().screen]):
            glass_is_right(world, step)
        screens.append(world.glass().screen)
        if size == SIZE:
            rows.append(row(step, glass(world)))

    try:
        world.power_on()
        failure = Player(world, cards.read(SHOP), after).play(script.parse(flow))
        world.stop()
    finally:
        world.close()

    assert failure is None
    assert verify_main([str(tmp_path / "data")]) == 0
    assert hearing.unknown == set(), "these words have no English yet: appliance/language/english.toml"
    if size == SIZE:
        assert rows == recorded(flow), f"the pictures of {flow.stem} changed; look, then: {ACCEPT}"


def glass_is_right(world: SimulatedWorld, step: Step) -> None:
    """What stands on the glass, painted by damage over the whole flow, equals a full redraw."""
    till = world.till
    if till is None or till.painter.frame is None:
        return
    full = picture(till.painter.frame, theme_for(*till.panel.size))
    back = to_rgb(till.painter.back)
    glass = glass_pixels(world)

    assert ImageChops.difference(full, back).getbbox() is None, f"{step.place}: damage"
    assert ImageChops.difference(full, glass).getbbox() is None, f"{step.place}: glass"


def glass_pixels(world: SimulatedWorld) -> Image.Image:
    """The mapped framebuffer, read from the far side."""
    return world.hardware.panel.picture()
