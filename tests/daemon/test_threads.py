"""The till as it runs in a shop: a thread that writes, one a device, the machine's own clock; virtual wires only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appliance.audit.command import verify_main
from appliance.core.clock import EARLIEST
from appliance.daemon.clock import SystemClock, offset
from appliance.daemon.config import Config, DeviceConfig
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.notify import Notify
from appliance.daemon.setting import Setting
from appliance.daemon.wiring import Till
from appliance.display.frame import Frame
from appliance.simulator.clock import VirtualClock
from appliance.simulator.hardware import Hardware
from appliance.storage.flash import OsDisk
from appliance.storage.writer import ThreadWriter
from tests.daemon.world import SAMPLE, SMALL

PATIENCE = 6000  # rounds of at most 5 ms


class Counter:
    """One till on real threads; the test's own thread turns its loop and the hardware."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock(ZoneInfo("Europe/Paris"))
        self.hardware = Hardware(clock, folder / "wires", (800, 480))
        self.loop = SelectorsLoop(clock)
        options: dict[str, dict[str, Any]] = self.hardware.options()
        devices = {kind: DeviceConfig(str(each["driver"]), each["options"]) for kind, each in options.items()}
        self.frames: list[Frame] = []
        setting = Setting(threads=True, segment_size=SMALL, on_frame=self.frames.append)
        self.till = Till(Config(folder / "data", SAMPLE, devices), self.loop, OsDisk(), setting)

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(PATIENCE):
            self.hardware.pump()
            self.loop.turn(5)
            if holds():
                return
        raise AssertionError(f"it never came to that; the glass says {self.labels[-300:]}")

    @property
    def labels(self) -> str:
        return " | ".join(self.frames[-1].labels).replace("\u00a0", " ") if self.frames else ""

    @property
    def screen(self) -> str:
        return self.frames[-1].screen if self.frames else "dark"

    def tap(self, act: str, value: str | int | None = None) -> None:
        hit = next(hit for hit in self.frames[-1].hits if hit.act.name == act and value in (None, hit.act.value))
        box = hit.face
        assert self.hardware.touch.tap((box.left + box.right) // 2, (box.top + box.bottom) // 2)

    def look(self) -> None:
        """A person looks before the next key: half a second of the till's own time."""
        then = self.loop.clock.monotonic() + 500
        self.until(lambda: self.loop.clock.monotonic() >= then)

    def stop(self) -> None:
        ended: list[bool] = []
        self.till.stop("asked", lambda: ended.append(True))
        self.until(lambda: bool(ended))
        self.loop.close()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path)
    try:
        yield made
    finally:
        made.hardware.close()


def test_a_sale_on_threads_and_the_machines_clock(counter: Counter, tmp_path: Path) -> None:
    """Badge, float, scan, cash, paper, drawer, an orderly stop: the journal verifies."""
    counter.till.start()
    assert isinstance(counter.till.writer, ThreadWriter)
    counter.until(lambda: counter.screen == "locked")
    counter.until(lambda: "Imprimante" not in counter.labels and "débranché" not in counter.labels)
    counter.hardware.badge.present(bytes.fromhex("04A1B2C3D4E580"))
    counter.until(lambda: counter.screen == "open-day")
    counter.hardware.badge.remove()
    counter.tap("next")
    counter.until(lambda: counter.screen == "sale")
    assert counter.hardware.scanner.scan("3017620422003")
    counter.until(lambda: "Pâte à tartiner 400 g" in counter.labels and "4,25 €" in counter.labels)
    counter.look()
    counter.tap("pay")
    counter.until(lambda: counter.screen == "payment")
    counter.look()
    counter.tap("give", 500)
    counter.until(lambda: counter.screen == "print")
    assert "0,75 €" in counter.labels
    counter.look()
    counter.tap("print")
    counter.until(lambda: "Ticket n° 000001" in counter.hardware.printer.paper.text())
    counter.until(lambda: not counter.till.service.state.ledger.papers)
    counter.stop()

    assert counter.hardware.drawer.pulses == 1
    assert verify_main([str(tmp_path / "data")]) == 0


def test_a_till_that_is_killed_leaves_its_folder_to_the_next(counter: Counter, tmp_path: Path) -> None:
    """The lock is the process's; what was durable is there, and the next start says after what."""
    counter.till.start()
    counter.until(lambda: counter.screen == "locked")
    counter.till.abandon()
    counter.loop.close()
    again = Counter(tmp_path / "again")
    again.till = Till(Config(tmp_path / "data", SAMPLE, {}), again.loop, OsDisk(), Setting(segment_size=SMALL))
    again.till.start()
    again.until(lambda: not again.till.service.busy)
    again.stop()
    again.hardware.close()

    assert verify_main([str(tmp_path / "data")]) == 0


def test_the_machines_clock_knows_summer() -> None:
    """Offsets of Paris, a wall clock after the first release, and time that does not run back."""
    zone = ZoneInfo("Europe/Paris")
    clock = SystemClock(zone)
    first, second = clock.now(), clock.now()

    assert offset(zone, 1_795_244_400_000) == 60
    assert offset(zone, 1_782_000_000_000) == 120
    assert first.t > EARLIEST
    assert second.up >= first.up
    assert clock.monotonic() <= clock.monotonic()


def test_systemd_hears_of_a_loop_that_turns(tmp_path: Path) -> None:
    """READY=1, then WATCHDOG=1 at half the interval, from the loop itself; silent without a socket."""
    clock = VirtualClock(EARLIEST, lambda t: 0)
    loop = SelectorsLoop(clock)
    Notify({}).ready(loop)
    assert loop.next_deadline() is None
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.setblocking(False)
        Notify({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000000"}).ready(loop)
        for _ in range(2):
            clock.advance(5000)
            loop.turn()
        assert [heard.recv(100) for _ in range(4)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1"]
    loop.close()
