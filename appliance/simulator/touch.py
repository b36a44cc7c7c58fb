"""A capacitive touch panel: fingers as multi-touch protocol B, with the single-point events such devices add.

Source: kernel Documentation/input/multi-touch-protocol.rst, "Protocol Example B".
"""

from __future__ import annotations

import itertools

from appliance.ports import Clock
from appliance.simulator.device import InputDevice
from appliance.simulator.events import EV_ABS, EV_KEY, EV_SYN, REPORT, SYN_DROPPED, Event, pack
from appliance.simulator.wire import InputWire

BTN_TOUCH = 0x14A
ABS_X, ABS_Y = 0, 1
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
RANGE = (4095, 4095)  # last value of each axis


class Touch(InputDevice):
    """Coordinates are pixels of the panel, of `size`; the wire carries the digitiser's own numbers."""

    def __init__(self, wire: InputWire, clock: Clock, size: tuple[int, int]) -> None:
        super().__init__(wire)
        self._clock, self._size = clock, size
        self._ids = itertools.count(1)
        self.fingers: dict[int, tuple[int, int]] = {}

    def tap(self, x: int, y: int) -> bool:
        """A finger down and up at once. False when nobody read it."""
        return self.down(x, y) and self.up()

    def down(self, x: int, y: int, slot: int = 0) -> bool:
        first = not self.fingers
        self.fingers[slot] = (x, y)
        events: list[Event] = [(EV_ABS, MT_SLOT, slot), (EV_ABS, MT_ID, next(self._ids) & 0xFFFF), *self._place(x, y)]
        return self._send([*events, (EV_KEY, BTN_TOUCH, 1)] if first else events)

    def move(self, x: int, y: int, slot: int = 0) -> bool:
        self.fingers[slot] = (x, y)
        return self._send([(EV_ABS, MT_SLOT, slot), *self._place(x, y)])

    def up(self, slot: int = 0) -> bool:
        self.fingers.pop(slot, None)
        events: list[Event] = [(EV_ABS, MT_SLOT, slot), (EV_ABS, MT_ID, -1)]
        return self._send(events if self.fingers else [*events, (EV_KEY, BTN_TOUCH, 0)])

    def overflow(self) -> bool:
        """The till did not read in time: the kernel tells that events are missing."""
        return self._send([(EV_SYN, SYN_DROPPED, 0)])

    def _place(self, x: int, y: int) -> list[Event]:
        """The middle of the pixel in the digitiser's numbers, as multi-touch and as single point."""
        across, down = _scale(x, self._size[0], RANGE[0]), _scale(y, self._size[1], RANGE[1])
        multi: list[Event] = [(EV_ABS, MT_X, across), (EV_ABS, MT_Y, down)]
        return [*multi, (EV_ABS, ABS_X, across), (EV_ABS, ABS_Y, down)]

    def _send(self, events: list[Event]) -> bool:
        return self.powered and self.wire.send(pack([*events, REPORT], self._clock.monotonic()))


def _scale(pixel: int, pixels: int, most: int) -> int:
    return (2 * pixel + 1) * (most + 1) // (2 * pixels)
