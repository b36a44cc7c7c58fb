"""The virtual printer: its buffer, its pace, its faults. What it answers stands in the transcripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.simulator.drawer import Drawer
from appliance.simulator.printer import BUFFER, LINE_MS, Model, Printer
from appliance.simulator.wire import SerialWire
from tests.drivers.loop import VirtualClock


class Desk:
    def __init__(self, folder: Path, model: Model | None = None) -> None:
        self.clock = VirtualClock()
        self.printer = Printer(SerialWire(folder / "printer"), Drawer(), self.clock, model)
        self.port = os.open(self.printer.wire.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def send(self, data: bytes) -> None:
        os.write(self.port, data)
        self.printer.pump()

    def run(self) -> None:
        self.printer.pump()
        while (at := self.printer.next_deadline()) is not None:
            self.clock.ms = at
            self.printer.pump()

    def heard(self) -> bytes:
        waiting = self.printer.wire.unread()[1]
        return os.read(self.port, waiting) if waiting else b""

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.printer.paper.lines]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    os.close(made.port)
    made.printer.unplug()


def test_prints_a_line_in_its_own_time(desk: Desk) -> None:
    desk.send(b"a\nb\nc\n")

    assert desk.texts == ["a"]
    assert desk.printer.next_deadline() == desk.clock.ms + LINE_MS

    desk.run()

    assert desk.texts == ["a", "b", "c"]
    assert desk.printer.quiet()


def test_a_full_buffer_stops_the_line(desk: Desk) -> None:
    desk.printer.set_paper("out")
    desk.send(b"x\n" * 3000)
    desk.printer.pump()

    assert desk.printer.wire.unread()[0] == 6000 - BUFFER
    assert not desk.printer.quiet()

    desk.printer.set_paper("ok")
    desk.run()

    assert desk.texts == ["x"] * 3000


def test_power_off_loses_buffer_settings_and_the_line_begun(desk: Desk) -> None:
    desk.send(b"\x1bE\x01\x1da\x0fa\nb\nc\nbegun")
    desk.heard()
    desk.printer.switch_off()
    desk.send(b"to nobody")
    desk.printer.switch_on()
    desk.printer.set_cover(opened=True)
    desk.printer.set_cover(opened=False)
    desk.send(b"\x10\x04\x01d\n")
    desk.run()

    assert desk.texts == ["a", "d"]
    assert not desk.printer.paper.lines[-1].style.bold
    assert desk.heard() == b"\x12"


def test_a_long_line_goes_on_in_the_next(desk: Desk) -> None:
    desk.send(b"x" * 50 + b"\n\x1d!\x11" + b"y" * 25 + b"\n")
    desk.run()

    assert [len(text) for text in desk.texts] == [48, 2, 24, 1]


def test_the_wrong_code_page_shows_on_paper(desk: Desk) -> None:
    desk.send(b"\xe9\n\x1bt\x10\xe9\n")
    desk.run()

    assert desk.texts == ["Θ", "é"]


def test_real_time_commands_act_in_the_middle_of_text(desk: Desk) -> None:
    desk.printer.set_paper("out")
    desk.send(b"ab\x10\x04")
    desk.send(b"\x04cd\x10\x14\x01\x00\x01\n")

    assert desk.heard() == b"\x7e"
    assert desk.printer.drawer.pulses == 1

    desk.printer.set_paper("ok")
    desk.run()

    assert desk.texts == ["abcd"]


def test_a_stuck_cutter_ignores_the_pulse(desk: Desk) -> None:
    desk.printer.set_jam(jammed=True)
    desk.send(b"\x10\x14\x01\x00\x01\x10\x04\x03")

    assert desk.printer.drawer.pulses == 0
    assert desk.heard() == b"\x1a"


def test_a_queued_pulse_waits_for_its_turn(desk: Desk) -> None:
    desk.send(b"a\n\x1bp\x00\x32\xfa")

    assert desk.printer.drawer.pulses == 0

    desk.run()

    assert desk.printer.drawer.pulses == 1


def test_a_fault_comes_by_itself_after_so_many_lines(desk: Desk) -> None:
    desk.printer.after_lines(2, lambda: desk.printer.set_paper("out"))

    assert desk.printer.armed == 1

    desk.send(b"a\nb\nc\n")
    desk.run()

    assert desk.texts == ["a", "b"]
    assert desk.printer.armed == 0
    assert desk.printer.quiet()


def test_keeps_what_it_does_not_know(desk: Desk) -> None:
    desk.send(b"\x1b\x7f\x07a\n")
    desk.run()

    assert desk.printer.unknown == [b"\x1b\x7f", b"\x07"]
    assert desk.texts == ["a"]


def test_tells_a_bystander_what_happens(desk: Desk) -> None:
    heard: list[tuple[str, str]] = []
    desk.printer.on_event = lambda name, detail: heard.append((name, detail))
    desk.send(b"\x10\x04\x01\x1da\x0f\x1dr\x01")
    desk.send(b"\x1b@a\n\x1dV\x01")
    desk.run()
    desk.send(b"\x10\x14\x01\x00\x01")
    desk.printer.switch_off()

    assert heard == [("first-byte", ""), ("line", "a"), ("cut", ""), ("pulse", ""), ("power", "off")]
