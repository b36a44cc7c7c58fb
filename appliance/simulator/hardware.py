"""All virtual hardware of one till, on real wires in a folder.

    hardware = Hardware(clock, folder, (1280, 800))
    config = hardware.options()          # {"printer": {"driver": "escpos", "options": {...}}, ...}
    hardware.printer.set_paper("out")    # switches and hands
    hardware.pump()                      # from one thread, whenever time has passed or the till has acted

Virtual time: call `pump` until `quiet`, then jump to `next_deadline` or to the till's own next one, whichever is first.
Real time: watch `fds`, call `pump` when one is ready and at `next_deadline`. The till may be in this process or in a
child that is killed: the wires are paths in `folder` and outlive it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from appliance.ports import Clock
from appliance.simulator.beeper import Beeper
from appliance.simulator.device import Device
from appliance.simulator.drawer import Drawer
from appliance.simulator.panel import Panel
from appliance.simulator.pn532 import Pn532
from appliance.simulator.printer import Model, Printer
from appliance.simulator.scanner import Scanner
from appliance.simulator.stick import Stick
from appliance.simulator.system import System
from appliance.simulator.touch import RANGE, Touch
from appliance.simulator.wire import InputWire, SerialWire

PRINTER_BAUD: Final = 115200
PATIENCE: Final = 5000  # ms: a virtual chip on a busy machine answers late, and is not lost


class Hardware:
    """`threads`: the badge reader answers from its own thread, as nfcpy, which blocks, needs it. `stick`: a folder."""

    def __init__(
        self,
        clock: Clock,
        folder: Path,
        size: tuple[int, int],
        model: Model | None = None,
        *,
        threads: bool = True,
        stick: Path | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.size = folder, size
        self.drawer = Drawer()
        self.printer = Printer(SerialWire(folder / "printer"), self.drawer, clock, model)
        self.badge = Pn532(SerialWire(folder / "badge"))
        self.scanner = Scanner(InputWire(folder / "scanner"), clock)
        self.touch = Touch(InputWire(folder / "touch"), clock, size)
        self.beeper = Beeper(InputWire(folder / "beeper"), clock)
        self.panel = Panel(folder / "panel", size)
        self.stick = Stick(folder / "stick", stick or folder / "stick-home")
        self.system = System(folder / "system", clock)
        self._devices: tuple[Device, ...] = (self.printer, self.badge, self.scanner, self.touch, self.beeper)
        self.powered = True
        if threads:
            self.badge.start()

    def options(self) -> dict[str, dict[str, object]]:
        """kind -> {"driver": name, "options": table}: what a till's configuration says to be wired here."""
        return {
            "printer": _driver("escpos", path=str(self.printer.wire.path), baud=PRINTER_BAUD, flow="none",
                               columns=self.printer.model.columns),
            "drawer": _driver("printer"),
            "badge": _driver("pn532", path=str(self.badge.wire.path), patience=PATIENCE),
            "scanner": _driver("evdev", path=str(self.scanner.wire.path)),
            "touch": _driver("evdev", path=str(self.touch.wire.path), size=list(self.size), range=list(RANGE)),
            "beeper": _driver("evdev", path=str(self.beeper.wire.path)),
            "panel": _driver("framebuffer", path=str(self.panel.path), size=list(self.size), stride=self.panel.stride),
        }  # fmt: skip

    def pump(self) -> bool:
        moved = False
        for device in self._devices:
            moved = device.pump() or moved
        return self.system.pump() or moved

    def quiet(self) -> bool:
        """No byte is under way, and the printer prints nothing but what a fault holds back."""
        return all(device.quiet() for device in self._devices)

    def next_deadline(self) -> int | None:
        known = (*(device.next_deadline() for device in self._devices), self.system.next_deadline())
        times = [at for at in known if at is not None]
        return min(times, default=None)

    def fds(self) -> list[int]:
        return [fd for device in self._devices for fd in device.fds()]

    def switch_off(self) -> None:
        """The mains: every device at once, and the till. Cables stay plugged, the drawer keeps its place."""
        self.powered = False
        for device in self._devices:
            device.switch_off()
        self.panel.switch_off()
        self.abandon()

    def switch_on(self) -> None:
        self.powered = True
        for device in self._devices:
            device.switch_on()
        self.panel.switch_on()
        self.system.boot()

    def abandon(self) -> None:
        """The till was killed: nobody reads the serial lines until the next one opens them."""
        self.printer.wire.abandon()
        self.badge.wire.abandon()

    def close(self) -> None:
        """Takes every wire away."""
        self.badge.stop()
        self.stick.unplug()
        for device in self._devices:
            device.unplug()
        self.panel.close()


def _driver(name: str, **options: object) -> dict[str, object]:
    return {"driver": name, "options": options}
