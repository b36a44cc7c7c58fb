"""A cash drawer on the printer's connector: a solenoid that opens it and a switch that tells."""

from __future__ import annotations


class Drawer:
    """`level` is what the printer reads on its sensor pin: high while open here; some models are the other way."""

    def __init__(self, *, high_when_open: bool = True) -> None:
        self.pulses = 0
        self.is_open = False
        self._high_when_open = high_when_open

    @property
    def level(self) -> bool:
        return self.is_open == self._high_when_open

    def pulse(self) -> None:
        self.pulses += 1
        self.is_open = True

    def shut(self) -> None:
        self.is_open = False
