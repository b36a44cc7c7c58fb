"""The virtual devices against the same transcripts as the drivers: neither can be wrong in its own way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.simulator.drawer import Drawer
from appliance.simulator.pn532 import Pn532
from appliance.simulator.printer import Printer
from appliance.simulator.wire import SerialWire
from tests.drivers.loop import VirtualClock
from tests.drivers.transcript import Step, read

IDENT = b"0001"


def the_bytes(step: Step) -> bytes:
    ident = iter(IDENT)
    return bytes(next(ident) if byte is None else byte for byte in step.data)


class Till:
    """The till's side, as the transcript has it."""

    def __init__(self, wire: SerialWire) -> None:
        self.fd = os.open(wire.path, os.O_RDWR | os.O_NOCTTY)
        self.wire = wire

    def send(self, data: bytes) -> None:
        os.write(self.fd, data)

    def receive(self) -> bytes:
        waiting = self.wire.unread()[1]
        return os.read(self.fd, waiting) if waiting else b""


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    end = Till(SerialWire(tmp_path / "wire"))
    yield end
    os.close(end.fd)
    end.wire.unplug()


def play(steps: list[Step], till: Till, device: Printer | Pn532, clock: VirtualClock) -> tuple[bytes, bytes]:
    """(what the device answered, what the transcript says)."""
    answered, expected = b"", b""
    for step in steps:
        if step.kind == ">":
            till.send(the_bytes(step))
        elif step.kind == "<":
            expected += the_bytes(step)
        else:
            by_hand(step.text, device)
        run(device, clock)
        answered += till.receive()
    return answered, expected


def by_hand(what: str, device: Printer | Pn532) -> None:
    assert isinstance(device, Printer)
    {"paper out": lambda: device.set_paper("out"), "paper ok": lambda: device.set_paper("ok")}[what]()


def run(device: Printer | Pn532, clock: VirtualClock) -> None:
    device.pump()
    while (at := device.next_deadline()) is not None:
        clock.ms = at
        device.pump()


@pytest.mark.parametrize("name", ["presence", "probe", "ticket", "drawer"])
def test_a_printer_answers_as_the_reference_says(till: Till, name: str) -> None:
    clock = VirtualClock()
    printer = Printer(till.wire, Drawer(), clock)
    answered, expected = play(read(f"escpos-{name}"), till, printer, clock)

    assert answered.hex(" ") == expected.hex(" ")
    assert printer.unknown == []


def test_a_printer_without_paper_keeps_its_buffer_and_goes_on_by_itself(till: Till) -> None:
    """The transcript lets the paper end before the id is asked for; here it ends before the line."""
    clock = VirtualClock()
    printer = Printer(till.wire, Drawer(), clock)
    steps = read("escpos-paper-out")
    begin = steps.index(Step("!", text="paper out"))
    answered, expected = play([*steps[:10], steps[begin], *steps[10:begin], *steps[begin + 1 :]], till, printer, clock)

    assert answered.hex(" ") == expected.hex(" ")
    assert printer.paper.text() == "A"


@pytest.mark.parametrize("name", ["open", "badge", "none"])
def test_a_badge_reader_answers_as_the_manual_says(till: Till, name: str) -> None:
    chip = Pn532(till.wire)
    if name == "badge":
        chip.present(bytes.fromhex("04A1B2C3D4E580"))
    chip.speed = till.wire.speed  # nobody set the port here
    answered, expected = play(read(f"pn532-{name}"), till, chip, VirtualClock())

    assert answered.hex(" ") == expected.hex(" ")
    assert chip.unknown == []
