"""Summer time begins and ends (CLK-05): each record has its offset, there is no clock event, no day is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from tests.powerloss.recording import SHOP

NIGHT = """
at {before}
login "Sophie"
open day float 10.00
ring "Café"
pay cash 2.00
print no
at {after}
login "Sophie"
ring "Café"
pay cash 2.00
print no
close day
"""


@pytest.mark.parametrize(
    ("before", "after", "offsets"),
    [
        ("2027-03-28T01:30:00+01:00", "2027-03-28T04:30:00+02:00", ["+01:00", "+02:00"]),
        ("2027-10-31T01:30:00+02:00", "2027-10-31T03:30:00+01:00", ["+02:00", "+01:00"]),
    ],
    ids=["spring", "autumn"],
)
def test_a_night_sale_over_the_change(before: str, after: str, offsets: list[str], tmp_path: Path) -> None:
    """Two tickets two hours apart, on either side; in UTC they are in order, and the journal verifies."""
    world = SimulatedWorld(tmp_path / "data", SHOP, segment_size=512 << 10)
    try:
        world.power_on()
        steps = [
            Step("night", n, split(line))
            for n, line in enumerate(NIGHT.format(before=before, after=after).splitlines(), 1)
            if line
        ]
        assert Player(world, cards.read(SHOP)).play(steps) is None
        records = world.records()
        world.stop()
    finally:
        world.close()

    assert [each["time"][-6:] for each in records if each["kind"] == "ticket"] == offsets
    assert [each["body"]["why"] for each in records if each["kind"] == "clock"] == []
    assert verify_main([str(tmp_path / "data")]) == 0
