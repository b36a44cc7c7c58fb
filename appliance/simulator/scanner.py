"""A barcode scanner in keyboard mode: what its keys look like to the kernel, in bursts.

Each key is MSC_SCAN, EV_KEY, SYN_REPORT down and up, as a USB keyboard gives (kernel drivers/hid/hid-input.c); capital
letters and, on a French keyboard, digits come with Shift around them. Enter ends the code.
"""

from __future__ import annotations

from typing import Final

from appliance.ports import Clock
from appliance.simulator.device import InputDevice
from appliance.simulator.events import EV_KEY, EV_MSC, EV_SYN, MOST, MSC_SCAN, REPORT, SYN_DROPPED, Event, pack
from appliance.simulator.wire import InputWire

ENTER, SHIFT = 28, 42
KEY_MS = 2  # a fast scanner: 500 keys a second
US: Final = {2: "1234567890", 16: "qwertyuiop", 30: "asdfghjkl", 44: "zxcvbnm"}
FRENCH: Final = {2: "1234567890", 16: "azertyuiop", 30: "qsdfghjklm", 44: "wxcvbn"}


class Scanner(InputDevice):
    """`layout` is the keyboard it pretends to be: "us", or "fr" (digits typed with Shift)."""

    def __init__(self, wire: InputWire, clock: Clock, layout: str = "us") -> None:
        super().__init__(wire)
        self._clock, self._layout = clock, layout
        rows = FRENCH if layout == "fr" else US
        self._keys = {sign: first + place for first, signs in rows.items() for place, sign in enumerate(signs)}

    def scan(self, code: str) -> bool:
        """Types the code and Enter. False when nobody read it. Signs that are on no key are left out."""
        strokes = [self._stroke(sign) for sign in code if sign.lower() in self._keys]
        return self._type([*strokes, _key(ENTER)])

    def type(self, part: str, *, end: bool = False, wait: int = 0) -> bool:
        """Part of a code, its keys stamped `wait` ms later: a pause, a cut cable."""
        strokes = [self._stroke(sign) for sign in part]
        return self._type([*strokes, _key(ENTER)] if end else strokes, wait)

    def overflow(self) -> bool:
        """The till did not read in time and the kernel dropped events (event-codes.rst, SYN_DROPPED)."""
        return self._send([(EV_SYN, SYN_DROPPED, 0), REPORT], self._clock.monotonic())

    def _stroke(self, sign: str) -> list[Event]:
        shifted = sign.isupper() or (sign.isdigit() and self._layout == "fr")
        press = _key(self._keys[sign.lower()])
        return [(EV_KEY, SHIFT, 1), REPORT, *press, (EV_KEY, SHIFT, 0), REPORT] if shifted else press

    def _type(self, strokes: list[list[Event]], wait: int = 0) -> bool:
        """A packet holds whole strokes, each with its own time."""
        at, packet, whole = self._clock.monotonic() + wait, b"", True
        for stroke in strokes:
            if len(packet) + len(stroke) * 24 > MOST * 24:
                whole = self._deliver(packet) and whole
                packet = b""
            packet += pack(stroke, at)
            at += KEY_MS
        return self._deliver(packet) and whole

    def _send(self, events: list[Event], at: int) -> bool:
        return self._deliver(pack(events, at))

    def _deliver(self, packet: bytes) -> bool:
        return self.powered and self.wire.send(packet)


def _key(code: int) -> list[Event]:
    scan = (EV_MSC, MSC_SCAN, 0x70000 + code)
    return [scan, (EV_KEY, code, 1), REPORT, scan, (EV_KEY, code, 0), REPORT]
