"""A purge from the screen, through real sticks: asked for by a manager, shown, ordered by a record, carried out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance.audit.command import verify_main
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from tests.powerloss.recording import SHOP

SALE = """
ring "Café" x3
pay cash 10.00
print no
"""
MONTHS = f"""
login "Marc"
open day float 10.00
{SALE * 60}
close day
wait 20s
at 2026-12-01T08:00:00+01:00
login "Marc"
open day float 10.00
ring "Café"
pay cash 2.00
print no
close day
wait 30s
"""
COPY = """
usb insert {stick}
logout
login "Marc"
tap "Plus"
tap "Gestion"
tap "Archives, exports"
tap "Copier les archives"
wait 5s
expect shows "Archives copiées."
tap "Fermer"
"""

REFUSED = """
login "Sophie"
tap "Plus"
tap "Gestion"
tap "Archives, exports"
tap "Purger le journal"
expect shows "Responsable seulement."
expect record refused what=purge why=role
"""


class Lived(NamedTuple):
    data: Path
    until: int  # ms


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The two months, sold and closed; the till was stopped in order."""
    data = tmp_path_factory.mktemp("lived") / "data"
    made = SimulatedWorld(data, SHOP, segment_size=64 << 10)
    try:
        made.power_on()
        play(made, MONTHS)
        made.stop()
        return Lived(data, made.clock.t)
    finally:
        made.close()


@pytest.fixture
def world(lived: Lived, tmp_path: Path) -> Iterator[SimulatedWorld]:
    """On again, a second later."""
    shutil.copytree(lived.data, tmp_path / "data")
    made = SimulatedWorld(tmp_path / "data", SHOP, segment_size=64 << 10)
    made.set_time(lived.until + 1000)
    made.power_on()
    play(made, 'wait 30s\nlogin "Marc"')
    yield made
    made.close()


def play(world: SimulatedWorld, text: str) -> None:
    steps = [Step("stick", number, split(line)) for number, line in enumerate(text.splitlines(), 1) if line]
    assert Player(world, cards.read(SHOP)).play(steps) is None


def purge(world: SimulatedWorld, *then: str) -> None:
    play(world, "\n".join(('tap "Purger le journal"', "wait 20s", *then)))


def test_what_stands_on_two_sticks_may_go(world: SimulatedWorld, tmp_path: Path) -> None:
    """One stick is not enough; with two, a cashier is refused; the manager sees what goes, and the journal holds."""
    play(world, COPY.format(stick="one"))
    purge(world, 'expect shows "Purge impossible."', 'tap "Fermer"', "usb remove")
    play(world, COPY.format(stick="two"))
    whole = sum(path.stat().st_size for path in (tmp_path / "data" / "journal").iterdir())
    purge(world, 'expect shows "Purger le journal ?"', 'tap "Annuler"')
    assert not [each for each in world.records() if each["kind"] == "purge"]

    purge(
        world,
        'tap "Purger"',
        "wait 5s",
        'expect shows "Journal purgé."',
        "expect record purge first_segment=1",
        'tap "Fermer"',
    )

    assert sum(path.stat().st_size for path in (tmp_path / "data" / "journal").iterdir()) < whole
    play(world, REFUSED)
    world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_an_ordered_purge_is_finished_by_the_next_start(world: SimulatedWorld, tmp_path: Path) -> None:
    """The power goes behind the record of the order: nothing was given up yet, the start gives it up (PUR-03)."""
    for stick in ("one", "two"):
        play(world, COPY.format(stick=stick))
        play(world, "usb remove" if stick == "one" else "wait 1s")
    whole = sum(path.stat().st_size for path in (tmp_path / "data" / "journal").iterdir())
    purge(world, "power cut after 1 flushes", 'tap "Purger"', "power on")

    assert sum(path.stat().st_size for path in (tmp_path / "data" / "journal").iterdir()) < whole
    world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0
