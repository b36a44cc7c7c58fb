"""What a virtual device is to those who run it: time, wires, power. See `hardware.py`."""

from __future__ import annotations

from typing import Protocol

from appliance.simulator.wire import InputWire


class Device(Protocol):
    def pump(self) -> bool:
        """Does what is due now and never blocks. True when anything happened."""

    def quiet(self) -> bool:
        """Nothing is under way on its wire."""

    def next_deadline(self) -> int | None:
        """When it will act by itself, in ms of `Clock.monotonic`."""

    def fds(self) -> list[int]:
        """Descriptors to watch for reading: call `pump` when one is ready. They change with a replug."""

    def switch_off(self) -> None: ...

    def switch_on(self) -> None: ...

    def unplug(self) -> None:
        """Pulls the cable: the till's descriptor hangs up and the path is gone."""

    def plug(self) -> None:
        """Puts it back: a new device node under the same path."""


class InputDevice:
    """What a scanner, a touch panel and a beeper share: an input wire and no life of their own."""

    def __init__(self, wire: InputWire) -> None:
        self.wire = wire
        self.powered = True

    def pump(self) -> bool:
        self.wire.accept()
        return False

    def quiet(self) -> bool:
        return self.wire.quiet()

    def next_deadline(self) -> int | None:
        return None

    def fds(self) -> list[int]:
        return self.wire.fds()

    def switch_off(self) -> None:
        self.powered = False

    def switch_on(self) -> None:
        self.powered = True

    def unplug(self) -> None:
        self.wire.unplug()

    def plug(self) -> None:
        self.wire.plug()
