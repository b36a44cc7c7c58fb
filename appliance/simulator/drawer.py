"""A cash drawer on the printer's connector: a solenoid that opens it and a switch that tells."""

from __future__ import annotations


class Drawer:
    """`level` is what the printer reads on its sensor pin: high while open here; some models are the other way."""

    def __init__(self, *, high_when_open: bool = True, pin: int = 2) -> None:
        """`pin` of the printer's connector to which its solenoid is wired: 2 or 5."""
        self.pulses = 0
        self.is_open = False
        self._high_when_open, self._pin = high_when_open, pin

    @property
    def level(self) -> bool:
        return self.is_open == self._high_when_open

    def pulse(self, pin: int) -> None:
        """A pulse on the other pin moves nothing."""
        if pin != self._pin:
            return
        self.pulses += 1
        self.is_open = True

    def shut(self) -> None:
        self.is_open = False
