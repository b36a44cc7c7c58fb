"""A beeper that takes EV_SND SND_TONE events (pcspkr, pwm-beeper): a frequency in hertz starts a tone, 0 ends it.

Source: kernel Documentation/input/event-codes.rst ("EV_SND") and drivers/input/misc/pwm-beeper.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from appliance.drivers.evdevice import adopt, open_input
from appliance.ports import Health, Level, Loop, Lost, Sound, Timer

EV_SYN, EV_SND, SND_TONE = 0, 0x12, 0x02
HIGH, MIDDLE, LOW = 2700, 1600, 500  # Hz
PAUSE = 0

# (Hz, ms), one after the other. Told apart by rhythm, since cheap beepers have one pitch.
PATTERNS: Final = {
    Sound.ACCEPTED: ((HIGH, 60),),
    Sound.REFUSED: ((LOW, 180), (PAUSE, 100), (LOW, 180)),
    Sound.PAID: ((MIDDLE, 120),),
    Sound.BLOCKED: ((HIGH, 70), (PAUSE, 70), (HIGH, 70), (PAUSE, 70), (HIGH, 70)),
}


@dataclass(frozen=True, slots=True)
class BeeperOptions:
    path: str


class EvdevBeeper:
    """A new sound cuts the one that plays."""

    Options = BeeperOptions

    def __init__(self, options: BeeperOptions, loop: Loop) -> None:
        self._options, self._loop = options, loop
        self._device: Any = None
        self._timer: Timer | None = None
        self._rest: tuple[tuple[int, int], ...] = ()

    @property
    def health(self) -> Health:
        return Health(Level.READY, "ok") if self._device is not None else Health(Level.DOWN, "off")

    def open(self) -> None:
        self._device = open_input(self._options.path, grab=False)

    def converse(self, fd: int) -> None:
        """Writes to a descriptor that is already open."""
        self._device = adopt(fd)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._device is not None:
            self._device.close()
            self._device = None

    def play(self, sound: Sound) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rest = PATTERNS[sound]
        self._next()

    def _next(self) -> None:
        self._timer = None
        if not self._rest:
            self._tone(0)
            return
        (pitch, lasts), self._rest = self._rest[0], self._rest[1:]
        self._tone(pitch)
        self._timer = self._loop.call_in(lasts, self._later)

    def _later(self) -> None:
        """On a deadline nobody can catch `Lost`: the state tells it, and the next `play` raises."""
        try:
            self._next()
        except Lost:
            self._rest = ()

    def _tone(self, pitch: int) -> None:
        if self._device is None:
            raise Lost("The beeper is not there.")
        try:
            self._device.write(EV_SND, SND_TONE, pitch)
            self._device.write(EV_SYN, 0, 0)
        except BlockingIOError:
            return  # it does not keep up: a sound less
        except OSError:
            self.close()
            raise Lost("The beeper is gone.") from None
