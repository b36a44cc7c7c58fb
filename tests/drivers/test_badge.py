"""The badge reader's driver, stock nfcpy, and a virtual PN532 that answers from its thread."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.drivers.badge.pn532 import BadgeOptions, Pn532Reader, is_random
from appliance.ports import Lost
from appliance.simulator.pn532 import Pn532
from appliance.simulator.wire import SerialWire
from tests.drivers.loop import TestLoop, VirtualClock

SOPHIE, MARC = bytes.fromhex("04A1B2C3D4E580"), bytes.fromhex("04B2C3D4E5F680")


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Pn532]:
    made = Pn532(SerialWire(tmp_path / "badge"))
    made.start()
    yield made
    made.stop()
    made.unplug()


@pytest.fixture
def reader(chip: Pn532) -> Iterator[Pn532Reader]:
    made = Pn532Reader(BadgeOptions(str(chip.wire.path)), TestLoop(VirtualClock()))
    made.open()
    yield made
    made.close()


def polls(reader: Pn532Reader, count: int) -> list[bytes | None]:
    return [reader.poll() for _ in range(count)]


def test_tells_a_badge_once_for_each_time_it_is_presented(chip: Pn532, reader: Pn532Reader) -> None:
    chip.present(SOPHIE)

    assert polls(reader, 3) == [SOPHIE, None, None]

    chip.remove()
    assert not chip.quiet()
    assert polls(reader, 2) == [None, None]
    assert chip.quiet()

    chip.present(SOPHIE)

    assert polls(reader, 2) == [SOPHIE, None]


def test_one_look_that_missed_it_is_no_new_presentation(chip: Pn532, reader: Pn532Reader) -> None:
    chip.present(SOPHIE)
    first = reader.poll()
    chip.remove()
    missed = reader.poll()
    chip.present(SOPHIE)

    assert [first, missed, *polls(reader, 2)] == [SOPHIE, None, None, None]


def test_a_badge_put_over_another_is_told(chip: Pn532, reader: Pn532Reader) -> None:
    chip.present(SOPHIE)
    first = reader.poll()
    chip.present(MARC)

    assert (first, reader.poll()) == (SOPHIE, MARC)


def test_a_badge_of_four_bytes_is_read(chip: Pn532, reader: Pn532Reader) -> None:
    chip.present(bytes.fromhex("01020304"))

    assert reader.poll() == bytes.fromhex("01020304")


def test_a_made_up_uid_is_nobody(chip: Pn532, reader: Pn532Reader) -> None:
    chip.present(bytes.fromhex("08123456"))

    assert polls(reader, 2) == [None, None]
    assert is_random(bytes.fromhex("08123456"))
    assert not is_random(bytes.fromhex("08123456789ABC"))


def test_silence_is_a_loss_and_the_reader_comes_back(chip: Pn532, reader: Pn532Reader) -> None:
    chip.switch_off()
    with pytest.raises(Lost, match="no longer answers"):
        reader.poll()
    reader.close()
    with pytest.raises(Lost, match="No PN532 answers"):
        reader.open()
    chip.switch_on()
    reader.open()
    chip.present(MARC)

    assert reader.poll() == MARC


def test_unplugged_and_put_back(chip: Pn532, reader: Pn532Reader) -> None:
    chip.unplug()
    with pytest.raises(Lost, match="Input/output error"):
        reader.poll()
    reader.close()
    with pytest.raises(Lost, match="No such file"):
        reader.open()
    chip.plug()
    reader.open()

    assert reader.poll() is None


@pytest.mark.parametrize("speed", [termios.B921600, termios.B460800, termios.B230400])
def test_a_chip_left_fast_by_a_killed_program_is_brought_back(chip: Pn532, speed: int) -> None:
    chip.speed = speed
    reader = Pn532Reader(BadgeOptions(str(chip.wire.path)), TestLoop(VirtualClock()))
    reader.open()
    reader.close()

    assert chip.speed == termios.B115200


@pytest.mark.parametrize("speed", [termios.B115200, termios.B460800])
def test_a_chip_that_answers_late_is_waited_for(chip: Pn532, speed: int) -> None:
    chip.speed, chip.late = speed, [0.15]
    reader = Pn532Reader(BadgeOptions(str(chip.wire.path)), TestLoop(VirtualClock()))
    reader.open()
    chip.present(MARC)
    told = reader.poll()
    reader.close()

    assert (told, chip.speed) == (MARC, termios.B115200)


def test_closing_sends_no_power_down(chip: Pn532, reader: Pn532Reader) -> None:
    """PowerDown is command 16h: some boards do not wake from it."""
    reader.poll()
    reader.close()

    assert 0x4A in chip.asked
    assert 0x16 not in chip.asked
