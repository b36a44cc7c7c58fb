"""Every cable pulled and put back while a cashier works: the till says it, sells on, and takes the device back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.daemon.virtual import SimulatedWorld
from appliance.ports import Sound
from appliance.simulator.beeper import Tone
from appliance.simulator.device import Device
from tests.daemon.world import kinds, play, seen, tap, world_on

CAFE = ('ring "Café"', "pay cash 2.00", "print no")
LOW = 500  # Hz


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimulatedWorld]:
    with world_on(tmp_path / "data") as made:
        play(made, 'login "Sophie"', "open day float 100.00")
        yield made


def device(world: SimulatedWorld, name: str) -> Device:
    found: Device = getattr(world.hardware, name)
    return found


def row(world: SimulatedWorld, name: str) -> str:
    """What the technician's page says of a device."""
    tap(world, "go", "more")
    tap(world, "go", "technician")
    texts = seen(world).split(" | ")
    tap(world, "go", "")
    return texts[texts.index(name) + 1]


LOST = [
    ("printer", "Imprimante", "Imprimante éteinte."),
    ("badge", "Lecteur de badge", "Lecteur de badge débranché."),
    ("scanner", "Lecteur de codes", "Lecteur de codes débranché."),
    ("beeper", "Son", "Plus de son."),
]


@pytest.mark.parametrize(("name", "label", "title"), LOST, ids=[name for name, _, _ in LOST])
def test_a_pulled_cable_is_said_and_selling_goes_on(world: SimulatedWorld, name: str, label: str, title: str) -> None:
    """Banner and page say it; a sale is made meanwhile; put back, banner and page are well again."""
    device(world, name).unplug()
    world.wait(6000)
    play(world, *CAFE)
    assert title in seen(world)
    assert row(world, label) == title
    device(world, name).plug()
    world.wait(6000)

    assert title not in seen(world)
    assert row(world, label) == "en ordre"
    assert kinds(world).count("ticket") == 1


def test_what_is_plugged_again_works_again(world: SimulatedWorld) -> None:
    """After each replug the scanner scans, the badge opens, the beeper sounds, the finger rings, the printer prints."""
    for name in ("printer", "badge", "scanner", "touch", "beeper"):
        device(world, name).unplug()
        world.wait(3000)
        device(world, name).plug()
        world.wait(6000)
    world.hardware.beeper.take()
    play(world, "ring 3017620422003", 'ring "Baguette"', "pay cash 10.00", "print yes", "logout", 'login "Sophie"')

    assert "Pâte à tartiner" in world.paper()
    assert len(world.hardware.beeper.take()) >= 3
    assert world.drawer_openings() == 1


def test_without_a_touch_screen_the_scanner_still_sells(world: SimulatedWorld) -> None:
    """A torn touch cable is said on the glass; codes still ring; the finger works again after a replug."""
    world.hardware.touch.unplug()
    world.wait(3000)
    assert "Écran tactile débranché." in seen(world)
    play(world, "scan 3017620422003")
    world.hardware.touch.plug()
    world.wait(3000)
    play(world, "pay cash 4.25", "print no")

    assert "Écran tactile débranché." not in seen(world)
    assert kinds(world).count("ticket") == 1


@pytest.mark.parametrize("name", ["printer", "badge", "scanner", "touch", "beeper"])
def test_a_device_that_is_missing_at_the_start_does_not_stop_the_till(tmp_path: Path, name: str) -> None:
    """It is said, and taken when it comes."""
    with world_on(tmp_path / "data", on=False) as world:
        device(world, name).unplug()
        world.power_on()
        world.wait(3000)
        assert world.alive
        assert "débranché" in seen(world) or "éteinte" in seen(world) or "Plus de son" in seen(world)
        device(world, name).plug()
        world.wait(6000)
        play(world, 'login "Sophie"', "open day float 100.00", "ring 3017620422003", "pay cash 5.00", "print yes")

        assert "débranché" not in seen(world)


def test_the_worst_is_said_with_how_many_others(world: SimulatedWorld) -> None:
    """Red stands before amber; the banner leads to the list."""
    world.hardware.scanner.unplug()
    world.wait(3000)
    play(world, "paper out")
    assert "Plus de papier." in seen(world)
    assert "+1" in seen(world)
    tap(world, "devices")

    assert "Lecteur de codes débranché." in seen(world)
    assert "Plus de papier." in seen(world)


def test_an_unknown_code_is_heard_and_seen(world: SimulatedWorld) -> None:
    """Two long low tones and a message; nothing is rung."""
    world.hardware.beeper.take()
    play(world, "scan 4006381333931")

    assert low(world.hardware.beeper.take()) == 2
    assert "Code inconnu." in seen(world)
    assert "4006381333931" in seen(world)
    assert "line" not in kinds(world)


def test_a_misread_code_is_heard_and_seen(world: SimulatedWorld) -> None:
    """A wrong check digit is no article: pass it again."""
    world.hardware.beeper.take()
    play(world, "scan 3017620422004")

    assert low(world.hardware.beeper.take()) == 2
    assert "Code mal lu." in seen(world)


def test_sounds_are_told_apart_by_rhythm(world: SimulatedWorld) -> None:
    """Paper that runs out is three short tones; a sale paid is one."""
    world.hardware.beeper.take()
    play(world, "printer off")
    world.wait(2000)
    tones = world.hardware.beeper.take()

    assert len(tones) == 3, Sound.BLOCKED
    assert all(tone.lasted < 100 for tone in tones)


def low(tones: list[Tone]) -> int:
    return sum(tone.pitch == LOW and tone.lasted >= 150 for tone in tones)


def test_nobody_there_for_five_minutes_locks(world: SimulatedWorld) -> None:
    """The basket stays; each touch starts the five minutes again."""
    play(world, 'ring "Café"')
    world.wait(200_000)
    play(world, 'ring "Café"')
    world.wait(200_000)
    assert world.glass().screen == "sale"
    world.wait(105_000)
    assert world.glass().screen == "locked"
    assert "Un ticket est en cours : 2 articles, 3,00 €." in seen(world)
    play(world, 'login "Sophie"', "expect total 3.00")


def test_the_print_question_left_alone_does_not_keep_the_till_open(world: SimulatedWorld) -> None:
    """Nobody answers: after the idle time nobody's name stays at the till, and the question is not lost."""
    play(world, 'ring "Café"', "pay cash 2.00")
    world.wait(310_000)
    assert world.glass().screen == "locked"
    play(world, 'login "Sophie"', "expect screen print", "print no")

    assert kinds(world).count("no-print") == 1
