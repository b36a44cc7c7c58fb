"""The badge driver, and nfcpy below it, against frames written down from the PN532's manual."""

from __future__ import annotations

from pathlib import Path

import pytest
from nfc.clf.transport import TTY

from appliance.drivers.badge.pn532 import BadgeOptions, Pn532Reader, greet
from appliance.ports import Lost
from appliance.simulator.wire import SerialWire
from tests.drivers.far import answering
from tests.drivers.loop import TestLoop, VirtualClock
from tests.drivers.transcript import Player, read


def reader(wire: SerialWire) -> Pn532Reader:
    return Pn532Reader(BadgeOptions(str(wire.path)), TestLoop(VirtualClock()))


@pytest.mark.parametrize(("name", "uid"), [("pn532-badge", "04a1b2c3d4e580"), ("pn532-none", None)])
def test_opens_at_the_chips_own_speed_and_looks_once(tmp_path: Path, name: str, uid: str | None) -> None:
    wire = SerialWire(tmp_path / "badge")
    player = Player(wire, "pn532-open")
    player.steps += read(name)
    badge = reader(wire)
    with answering(player):
        badge.open()
        found = badge.poll()

    assert (player.wrong, player.steps) == ("", [])
    assert (found.hex() if found else None) == uid


def test_brings_back_a_chip_left_at_a_higher_speed(tmp_path: Path) -> None:
    wire = SerialWire(tmp_path / "badge")
    player = Player(wire, "pn532-speed")
    player.steps += read("pn532-open")[:8]  # up to SAMConfiguration, where `greet` ends
    with answering(player):
        transport = TTY(str(wire.path))
        greet(transport)
        transport.close()

    assert player.wrong == ""
    assert player.steps == []


def test_says_what_to_check_when_nothing_answers(tmp_path: Path) -> None:
    wire = SerialWire(tmp_path / "badge")

    with pytest.raises(Lost, match="No PN532 answers"):
        reader(wire).open()
