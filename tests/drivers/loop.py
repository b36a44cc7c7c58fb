"""A small, real event loop on virtual time: deadlines come when the test says so, descriptors are real."""

from __future__ import annotations

import itertools
import select
from collections.abc import Callable
from typing import Protocol

from appliance.core.instant import Instant

START = 1_795_161_600_000  # 2026-11-20T08:00:00Z


class VirtualClock:
    def __init__(self) -> None:
        self.ms = 1000

    def now(self) -> Instant:
        return Instant(START + self.ms, 60, self.ms)

    def monotonic(self) -> int:
        return self.ms


class Deadline:
    def __init__(self, at: int, order: int, action: Callable[[], None]) -> None:
        self.at, self.order, self.action, self.live = at, order, action, True

    def cancel(self) -> None:
        self.live = False


class FarSide(Protocol):
    """The virtual hardware, as far as time and wires go."""

    def pump(self) -> bool: ...
    def quiet(self) -> bool: ...
    def next_deadline(self) -> int | None: ...


class TestLoop:
    __test__ = False

    def __init__(self, clock: VirtualClock, *far: FarSide) -> None:
        self.clock = clock
        self.far = list(far)
        self._watched: dict[int, tuple[Callable[[], None] | None, Callable[[], None] | None]] = {}
        self._deadlines: list[Deadline] = []
        self._posted: list[Callable[[], None]] = []
        self._order = itertools.count()

    def watch(self, fd: int, readable: Callable[[], None] | None, writable: Callable[[], None] | None = None) -> None:
        self._watched[fd] = (readable, writable)

    def forget(self, fd: int) -> None:
        self._watched.pop(fd, None)

    def call_in(self, delay: int, action: Callable[[], None]) -> Deadline:
        deadline = Deadline(self.clock.ms + delay, next(self._order), action)
        self._deadlines.append(deadline)
        return deadline

    def post(self, action: Callable[[], None]) -> None:
        self._posted.append(action)

    def settle(self) -> None:
        """Runs until nothing is left to do at this moment on either side of the wires."""
        for _ in range(100_000):
            moved = self._turn()
            if not moved and all(device.quiet() or device.next_deadline() is not None for device in self.far):
                return
        raise AssertionError("never settles")

    def run(self, ms: int) -> None:
        """Lets `ms` of virtual time pass, from deadline to deadline."""
        end = self.clock.ms + ms
        self.settle()
        while (at := self._next()) is not None and at <= end:
            self.clock.ms = max(at, self.clock.ms)
            self._due()
            self.settle()
        self.clock.ms = end

    def until(self, true: Callable[[], bool], limit: int = 120_000) -> None:
        """Lets time pass until `true()`; fails after `limit` ms of virtual time."""
        end = self.clock.ms + limit
        self.settle()
        while not true():
            at = self._next()
            assert at is not None, "nothing is going to happen"
            assert at <= end, "it does not happen"
            self.clock.ms = max(at, self.clock.ms)
            self._due()
            self.settle()

    def _turn(self) -> bool:
        moved = self._run_posted()
        moved = self._run_ready() or moved
        for device in self.far:
            moved = device.pump() or moved
        return moved

    def _run_posted(self) -> bool:
        posted, self._posted = self._posted, []
        for action in posted:
            action()
        return bool(posted)

    def _run_ready(self) -> bool:
        poller = select.poll()
        for fd, (readable, writable) in self._watched.items():
            poller.register(fd, (select.POLLIN if readable else 0) | (select.POLLOUT if writable else 0))
        ready = poller.poll(0)
        for fd, events in ready:
            readable, writable = self._watched.get(fd, (None, None))
            if readable and events & ~select.POLLOUT:
                readable()
            elif writable:
                writable()
        return bool(ready)

    def _due(self) -> None:
        due = [deadline for deadline in self._deadlines if deadline.at <= self.clock.ms]
        self._deadlines = [deadline for deadline in self._deadlines if deadline.at > self.clock.ms and deadline.live]
        for deadline in sorted(due, key=lambda deadline: (deadline.at, deadline.order)):
            if deadline.live:
                deadline.action()

    def _next(self) -> int | None:
        own = [deadline.at for deadline in self._deadlines if deadline.live]
        far = [at for device in self.far if (at := device.next_deadline()) is not None]
        return min(own + far, default=None)
