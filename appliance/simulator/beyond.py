"""Verbs for what lies beyond the till: the cable, the collector, an enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.simulator.script import Word

if TYPE_CHECKING:
    from appliance.simulator.player import Player


def network(player: Player, words: list[Word]) -> None:
    """`up` the first time brings a collector into the world."""
    player.world.switch("network", words[0].text)


def collector(player: Player, words: list[Word]) -> None:
    """`loses` its last batch; `forks`: a copy of this till was there first; `carries DIR`: a stick is taken to it;
    `publishes "Label" PRICE`: the owner signs a catalogue; `asks` how the till is."""
    player.world.switch("collector", " ".join(word.text for word in words))


def enrol(player: Player, words: list[Word]) -> None:
    """The code that the collector shows, held before the till's own scanner."""
    player.world.scan(player.world.enrolment_code())
