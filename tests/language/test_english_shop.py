"""A shop where some read English: the whole till, from the files to the paper."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from appliance.audit.command import verify_main
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from tests.flow_pictures import SHOP, SMALL
from tests.language.hearing import Hearing

SIZES = [(1280, 800), (800, 480)]
FLOW = Path(__file__).with_name("english.flow")
# What each till makes by chance, or what says when it was.
CHANCE = {"genesis", "seal", "key", "wear", "snapshot"}


@pytest.fixture
def english_shop(tmp_path: Path) -> Path:
    """The sample, where Sophie reads English."""
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    path = shop / "operators.toml"
    path.write_text(path.read_text("utf-8").replace('name = "Sophie"', 'name = "Sophie"\nlanguage = "en"'), "utf-8")
    return shop


def play(world: SimulatedWorld, shop: Path, flow: Path) -> str | None:
    world.power_on()
    return Player(world, cards.read(shop)).play(script.parse(flow))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_day_in_english(english_shop: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    """She reads English, Marc reads French, paper and records are French, and no word is missing."""
    hearing = Hearing()
    world = SimulatedWorld(tmp_path / "data", english_shop, size, segment_size=SMALL, on_outside=hearing.heard)
    hearing.world = world
    try:
        failure = play(world, english_shop, FLOW)
        world.stop()
    finally:
        world.close()

    assert failure is None
    assert hearing.unknown == set()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_paper_and_records_are_those_of_a_french_till(english_shop: Path, tmp_path: Path) -> None:
    """The same day in both shops: every record, and every line of paper but its proofs."""
    flow = tmp_path / "day.flow"
    told = (SHOP / "day.flow").read_text("utf-8")
    flow.write_text(re.sub(r"^expect shows .*$", "", told, flags=re.MULTILINE), "utf-8")
    days = [_day(shop, tmp_path / shop.name, flow) for shop in (SHOP, english_shop)]

    assert days[0] == days[1]


def _day(shop: Path, data: Path, flow: Path) -> tuple[list[tuple[str, Any]], str]:
    world = SimulatedWorld(data, shop, segment_size=SMALL)
    try:
        assert play(world, shop, flow) is None
        records = [(each["kind"], each["body"]) for each in world.records() if each["kind"] not in CHANCE]
        return records, re.sub(r"(?:[0-9a-f]{4} ?){4,}|Signature \S+", "", world.paper())
    finally:
        world.close()
