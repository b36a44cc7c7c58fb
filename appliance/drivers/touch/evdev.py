"""A touch panel: multi-touch protocol B, or a single point.

Source: kernel Documentation/input/multi-touch-protocol.rst ("Protocol Example B") and event-codes.rst (SYN_DROPPED,
BTN_TOUCH). A device of protocol B repeats its first finger as a single point for old programs: that is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from appliance.drivers.evdevice import adopt, drain, open_input
from appliance.drivers.options import one_of
from appliance.drivers.touch.geometry import STRAIGHT, Geometry, Numbers, Range
from appliance.ports import Contact, Gesture, Loop, Lost

EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
SYN_REPORT, SYN_DROPPED = 0, 3
BTN_TOUCH = 0x14A
ABS_X, ABS_Y = 0x00, 0x01
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
OFF_PANEL = -1  # an UP there lets go of whatever was held without acting on it


@dataclass(frozen=True, slots=True)
class TouchOptions:
    """`range` is the last value of each axis, for a device that cannot be asked; [0, 0]: ask."""

    path: str
    size: tuple[int, int]
    rotation: int = 0
    range: tuple[int, int] = (0, 0)
    correction: tuple[int, int, int, int, int, int] = STRAIGHT  # `geometry.py`

    def __post_init__(self) -> None:
        one_of("rotation", self.rotation, (0, 90, 180, 270))


@dataclass(slots=True)
class Finger:
    x: int = 0
    y: int = 0
    down: bool = False
    was_down: bool = False
    moved: bool = False
    renewed: bool = False  # another finger took the slot within one report


@dataclass(slots=True)
class Decoder:
    """Events to contacts; nothing is told before the SYN_REPORT that ends a packet."""

    geometry: Geometry
    fingers: dict[int, Finger] = field(default_factory=dict)
    slot: int = 0
    multi: bool = False
    dropping: bool = False

    def feed(self, events: list[Any]) -> list[Contact]:
        contacts: list[Contact] = []
        for event in events:
            if event.type == EV_SYN:
                contacts += self._synchronise(event.code)
            elif not self.dropping:
                self._change(event.type, event.code, event.value)
        return contacts

    def _synchronise(self, code: int) -> list[Contact]:
        if code == SYN_DROPPED:  # the state is unknown: every finger is lifted away from all keys
            self.dropping = True
            held = [slot for slot, finger in self.fingers.items() if finger.was_down]
            self.fingers.clear()
            return [Contact(Gesture.UP, OFF_PANEL, OFF_PANEL, slot) for slot in held]
        if code != SYN_REPORT:
            return []
        if self.dropping:
            self.dropping = False
            return []
        return [contact for slot, finger in self.fingers.items() for contact in self._report(slot, finger)]

    def _report(self, slot: int, finger: Finger) -> list[Contact]:
        x, y = self.geometry.pixel(finger.x, finger.y)
        gestures: list[Gesture] = []
        if finger.was_down and (finger.renewed or not finger.down):
            gestures.append(Gesture.UP)
        if finger.down and (finger.renewed or not finger.was_down):
            gestures.append(Gesture.DOWN)
        if finger.down and finger.was_down and finger.moved and not finger.renewed:
            gestures.append(Gesture.MOVE)
        finger.was_down, finger.moved, finger.renewed = finger.down, False, False
        return [Contact(gesture, x, y, slot) for gesture in gestures]

    def _change(self, kind: int, code: int, value: int) -> None:
        if kind == EV_ABS and code >= MT_SLOT:
            self._multi(code, value)
        elif not self.multi:
            self._single(kind, code, value)

    def _multi(self, code: int, value: int) -> None:
        if not self.multi:
            self.multi = True
            self.fingers.clear()
        if code == MT_SLOT:
            self.slot = value
            return
        finger = self.fingers.setdefault(self.slot, Finger())
        if code == MT_ID:
            finger.renewed = finger.was_down and value >= 0
            finger.down = value >= 0
        elif code in (MT_X, MT_Y):
            self._place(finger, code == MT_X, value)

    def _single(self, kind: int, code: int, value: int) -> None:
        finger = self.fingers.setdefault(0, Finger())
        if kind == EV_KEY and code == BTN_TOUCH:
            finger.down = value != 0
        elif kind == EV_ABS and code in (ABS_X, ABS_Y):
            self._place(finger, code == ABS_X, value)

    def _place(self, finger: Finger, horizontal: bool, value: int) -> None:
        finger.moved = True
        if horizontal:
            finger.x = value
        else:
            finger.y = value


def ask_ranges(device: Any) -> tuple[Range, Range]:  # noqa: ANN401
    """EVIOCGABS, multi-touch axes first. Raises `Lost` when the device has no position at all."""
    for x, y in ((MT_X, MT_Y), (ABS_X, ABS_Y)):
        try:
            first, second = device.absinfo(x), device.absinfo(y)
        except OSError:
            continue
        if first.max > first.min and second.max > second.min:
            return Range(first.min, first.max), Range(second.min, second.max)
    raise Lost(f"The touch panel {device.path} does not tell its ranges: give the option 'range'.")


class EvdevTouch:
    Options = TouchOptions

    def __init__(self, options: TouchOptions, _loop: Loop) -> None:
        self._options = options
        self._device: Any = None
        self._decoder: Decoder | None = None

    def open(self) -> None:
        self._begin(open_input(self._options.path, grab=True))

    def converse(self, fd: int) -> None:
        """Reads from a descriptor that is already open."""
        self._begin(adopt(fd))

    def _begin(self, device: Any) -> None:  # noqa: ANN401
        self._device = device
        last_x, last_y = self._options.range
        ranges = (Range(0, last_x), Range(0, last_y)) if last_x else ask_ranges(device)
        self._decoder = Decoder(Geometry(*ranges, self._options.size, self._options.rotation, self._options.correction))

    def adopt(self, correction: Numbers) -> None:
        """Another correction, from the next packet on and after every opening."""
        self._options = replace(self._options, correction=correction)
        decoder = self._decoder
        if decoder is not None:
            decoder.geometry = replace(decoder.geometry, correction=correction)

    def close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = self._decoder = None

    def fileno(self) -> int:
        return int(self._device.fd) if self._device is not None else -1

    def read(self) -> list[Contact]:
        if self._device is None or self._decoder is None:
            raise Lost("The touch panel is not open.")
        return self._decoder.feed(drain(self._device))
