"""The beeper's driver: rhythms a person can tell apart, in the loop's time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.drivers.beeper.evdev import EvdevBeeper
from appliance.ports import Lost, Sound
from appliance.simulator.beeper import Tone
from tests.drivers.bench import Bench, bench


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def beeper(desk: Bench) -> Iterator[EvdevBeeper]:
    driver: EvdevBeeper = desk.driver("beeper")
    driver.open()
    yield driver
    driver.close()


@pytest.mark.parametrize(
    ("sound", "rhythm"),
    [
        (Sound.ACCEPTED, [(0, 60)]),
        (Sound.REFUSED, [(0, 180), (280, 180)]),
        (Sound.PAID, [(0, 120)]),
        (Sound.BLOCKED, [(0, 70), (140, 70), (280, 70)]),
    ],
)
def test_each_sound_has_its_rhythm(
    desk: Bench, beeper: EvdevBeeper, sound: Sound, rhythm: list[tuple[int, int]]
) -> None:
    begin = desk.clock.ms
    beeper.play(sound)
    desk.loop.run(1000)

    assert [(tone.start - begin, tone.lasted) for tone in desk.hardware.beeper.take()] == rhythm


def test_refused_is_low_and_accepted_is_high(desk: Bench, beeper: EvdevBeeper) -> None:
    def pitch(sound: Sound) -> int:
        beeper.play(sound)
        desk.loop.run(1000)
        return desk.hardware.beeper.take()[0].pitch

    assert pitch(Sound.REFUSED) < pitch(Sound.PAID) < pitch(Sound.ACCEPTED)


def test_a_new_sound_cuts_the_one_that_plays(desk: Bench, beeper: EvdevBeeper) -> None:
    beeper.play(Sound.REFUSED)
    desk.loop.run(50)
    beeper.play(Sound.ACCEPTED)
    desk.loop.run(1000)

    assert [tone.lasted for tone in desk.hardware.beeper.take()] == [50, 60]


def test_unplugged_in_mid_sound_it_raises_at_the_next(desk: Bench, beeper: EvdevBeeper) -> None:
    beeper.play(Sound.REFUSED)
    desk.loop.settle()
    desk.hardware.beeper.unplug()
    desk.loop.run(1000)

    assert beeper.health.code == "off"
    with pytest.raises(Lost):
        beeper.play(Sound.PAID)

    desk.hardware.beeper.plug()
    beeper.open()
    beeper.play(Sound.PAID)
    desk.loop.run(1000)

    assert beeper.health.code == "ok"
    assert [tone.lasted for tone in desk.hardware.beeper.take()][-1:] == [120]


def test_without_power_nothing_is_heard(desk: Bench, beeper: EvdevBeeper) -> None:
    desk.hardware.beeper.switch_off()
    beeper.play(Sound.PAID)
    desk.loop.run(1000)

    assert desk.hardware.beeper.take() == list[Tone]()
