"""A clock that stands still until someone moves it."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.instant import Instant


class VirtualClock:
    """`zone(t)` gives the minutes east of UTC at UTC ms `t`."""

    def __init__(self, t: int, zone: Callable[[int], int]) -> None:
        self.t, self.up, self._monotonic = t, 60_000, 60_000
        self._zone = zone

    def now(self) -> Instant:
        return Instant(self.t, self._zone(self.t), self.up)

    def monotonic(self) -> int:
        return self._monotonic

    def advance(self, duration: int) -> None:
        """Time goes by."""
        self.t += duration
        self.up += duration
        self._monotonic += duration

    def skip(self, t: int) -> None:
        """Forwards: as if the machine had slept, no deadline falls due. Backwards: someone turned the clock."""
        if t > self.t:
            self.up += t - self.t
        self.t = t

    def boot(self) -> None:
        """A new boot of the machine: `up` starts again."""
        self.up = 1_000
