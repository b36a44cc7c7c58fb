"""All the hardware of a till, as those who build a world out of it use it."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.drivers.table import TABLE
from appliance.ports import Lost
from appliance.simulator.hardware import Hardware
from tests.drivers.bench import Bench, bench
from tests.drivers.loop import VirtualClock

EAN = "3017620422003"

TILL = """
import select
import sys
from appliance.drivers.table import make
scanner = make("scanner", "evdev", {"path": sys.argv[1]}, None)
scanner.open()
print("open", flush=True)
while select.select([scanner], [], []):
    for code in scanner.read():
        print(code, flush=True)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_its_options_wire_a_driver_of_every_kind(desk: Bench) -> None:
    assert set(desk.hardware.options()) == set(TABLE) - {"witness"}  # a TPM is no wire of a till: swtpm simulates it

    for kind in ("printer", "scanner", "touch", "beeper", "panel"):
        driver = desk.driver(kind)
        driver.open()
        driver.close()


def test_the_mains_take_everything_and_give_it_back(desk: Bench) -> None:
    printer, scanner, panel = desk.driver("printer"), desk.driver("scanner"), desk.driver("panel")
    for driver in (printer, scanner, panel):
        driver.open()
    desk.loop.run(2000)
    desk.hardware.switch_off()
    desk.loop.run(3000)

    assert printer.health.code == "off"
    assert not desk.hardware.scanner.scan(EAN)
    assert not any(desk.hardware.panel.picture().tobytes())

    desk.hardware.switch_on()
    desk.loop.run(3000)

    assert printer.health.code == "ok"
    assert desk.hardware.scanner.scan(EAN)
    for driver in (printer, scanner, panel):
        driver.close()


def test_is_quiet_only_when_nothing_is_under_way(desk: Bench) -> None:
    scanner = desk.driver("scanner")
    scanner.open()

    assert desk.hardware.quiet()

    desk.hardware.scanner.scan(EAN)

    assert not desk.hardware.quiet()

    scanner.read()

    assert desk.hardware.quiet()

    desk.hardware.badge.present(bytes.fromhex("04A1B2C3D4E580"))

    assert not desk.hardware.quiet()  # until a reader has looked
    scanner.close()


def test_knows_when_it_will_act_by_itself(desk: Bench) -> None:
    printer = desk.driver("printer")
    printer.open()
    desk.loop.run(2000)

    assert desk.hardware.next_deadline() is None

    desk.hardware.printer.wire.path.write_bytes(b"a\nb\n")
    desk.hardware.pump()

    assert desk.hardware.next_deadline() == desk.clock.ms + 20
    printer.close()


def test_a_till_in_a_child_is_killed_and_the_next_finds_the_same_wires(tmp_path: Path) -> None:
    """The parent only watches the descriptors, as a live world does."""
    hardware = Hardware(VirtualClock(), tmp_path, (800, 480), threads=False)
    try:
        for _ in range(2):
            child = start(hardware)

            assert follow(hardware, child) == "open"

            hardware.scanner.scan(EAN)

            assert follow(hardware, child) == EAN

            child.send_signal(signal.SIGKILL)
            child.communicate()
    finally:
        hardware.close()


def start(hardware: Hardware) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", TILL, str(hardware.scanner.wire.path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def follow(hardware: Hardware, child: subprocess.Popen[str]) -> str:
    """The child's next line, the hardware pumped meanwhile as its descriptors ask."""
    assert child.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        for fd in hardware.fds():
            ready.register(fd, selectors.EVENT_READ)
        while child.stdout.fileno() not in {key.fd for key, _ in ready.select()}:
            hardware.pump()
    return child.stdout.readline().strip()


def test_closing_takes_every_wire_away(tmp_path: Path) -> None:
    with bench(tmp_path) as made:
        scanner = made.driver("scanner")
        scanner.open()
    with pytest.raises(Lost):
        scanner.read()
    scanner.close()

    assert {path.name for path in (tmp_path / "wires").iterdir()} == {"panel"}
