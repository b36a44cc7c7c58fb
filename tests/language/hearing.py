"""Listens to a till that speaks French: which of its words English does not know."""

from __future__ import annotations

from appliance.core.scene import view
from appliance.core.view_upkeep import Shown
from appliance.daemon.virtual import SimulatedWorld
from appliance.language.catalogue import english_catalogue
from appliance.language.english import english


def unknown(shown: Shown) -> set[str]:
    """The words of a view that would stay French."""
    found: set[str] = set()

    def say(text: str) -> str:
        said = english_catalogue().say(text)
        if said is None:
            found.add(text)
        return said or text

    english(shown, say)
    return found


class Hearing:
    """Hears every frame of a world as it is drawn; give its `heard` as `on_outside`."""

    def __init__(self) -> None:
        self.world: SimulatedWorld | None = None
        self.unknown: set[str] = set()

    def heard(self, name: str, detail: str) -> None:
        world = self.world
        till = world.till if world else None
        if name == "frame" and world is not None and till is not None:
            self.unknown |= unknown(view(till.service.state, world.clock.now()))
