"""A beeper at the far end of an input device: it hears tones and writes down what a person would have heard.

Source: kernel Documentation/input/event-codes.rst, EV_SND: a value above 0 starts a tone of that pitch, 0 stops it.
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.ports import Clock
from appliance.simulator.device import InputDevice
from appliance.simulator.events import EV_SND, SND_TONE, unpack
from appliance.simulator.wire import InputWire


@dataclass(frozen=True, slots=True)
class Tone:
    """`pitch` in Hz, `start` and `lasted` in ms."""

    pitch: int
    start: int
    lasted: int


class Beeper(InputDevice):
    def __init__(self, wire: InputWire, clock: Clock) -> None:
        super().__init__(wire)
        self._clock = clock
        self.heard: list[Tone] = []
        self._pitch, self._since = 0, 0

    def pump(self) -> bool:
        """Tones are timed when they are read, so pump as often as the till acts."""
        got = False
        while data := self.wire.read():
            got = True
            for kind, code, value in unpack(data):
                if kind == EV_SND and code == SND_TONE and self.powered:
                    self._tone(value)
        return got

    def _tone(self, pitch: int) -> None:
        now = self._clock.monotonic()
        if self._pitch:
            self.heard.append(Tone(self._pitch, self._since, now - self._since))
        self._pitch, self._since = pitch, now

    def take(self) -> list[Tone]:
        """What was heard since the last call."""
        heard, self.heard = self.heard, []
        return heard
