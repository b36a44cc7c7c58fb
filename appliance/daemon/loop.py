"""The one event loop: descriptors, timers on the Clock port, and what other threads post."""

from __future__ import annotations

import heapq
import os
import selectors
from collections import deque
from collections.abc import Callable
from itertools import count

from appliance.ports import Clock, Timer

Action = Callable[[], None]
LONGEST_WAIT = 60_000


class _Timer:
    def __init__(self, action: Action) -> None:
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None


class SelectorsLoop:
    """Runs callbacks on the thread that calls `run` or `turn`. Only `post` may come from another thread."""

    def __init__(self, clock: Clock, selector: selectors.BaseSelector | None = None) -> None:
        self._clock = clock
        self._selector = selector or selectors.DefaultSelector()
        self._timers: list[tuple[int, int, _Timer]] = []
        self._order = count()
        self._posted: deque[Action] = deque()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._wake, selectors.EVENT_READ, (self._drain, None))
        self._running = False

    @property
    def clock(self) -> Clock:
        return self._clock

    def watch(self, fd: int, readable: Action | None, writable: Action | None = None) -> None:
        self.forget(fd)
        mask = (selectors.EVENT_READ if readable else 0) | (selectors.EVENT_WRITE if writable else 0)
        if mask:
            self._selector.register(fd, mask, (readable, writable))

    def forget(self, fd: int) -> None:
        try:
            self._selector.unregister(fd)
        except (KeyError, ValueError):
            return

    def call_in(self, delay: int, action: Action) -> Timer:
        timer = _Timer(action)
        heapq.heappush(self._timers, (self._clock.monotonic() + max(delay, 0), next(self._order), timer))
        return timer

    def post(self, action: Action) -> None:
        self._posted.append(action)
        os.eventfd_write(self._wake, 1)

    def run(self) -> None:
        """Until `stop`; waits in the selector in between."""
        self._running = True
        while self._running:
            self.turn(self._patience())

    def stop(self) -> None:
        self._running = False

    def turn(self, patience: int = 0) -> bool:
        """One round: ready descriptors, posted actions, due timers. True when anything ran."""
        ran = self._ready(patience)
        ran = self._run_posted() or ran
        return self._run_due() or ran

    def next_deadline(self) -> int | None:
        """`Clock.monotonic` of the earliest timer; None when there is none."""
        while self._timers and self._timers[0][2].action is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def close(self) -> None:
        self._selector.close()
        os.close(self._wake)

    def _patience(self) -> int:
        deadline = self.next_deadline()
        if self._posted:
            return 0
        if deadline is None:
            return LONGEST_WAIT
        return min(max(deadline - self._clock.monotonic(), 0), LONGEST_WAIT)

    def _ready(self, patience: int) -> bool:
        ran = False
        for key, mask in self._selector.select(patience / 1000):
            readable, writable = key.data
            if mask & selectors.EVENT_READ and readable:
                readable()
                ran = ran or key.fd != self._wake
            if mask & selectors.EVENT_WRITE and writable and key.fd in self._selector.get_map():
                writable()
                ran = True
        return ran

    def _drain(self) -> None:
        os.eventfd_read(self._wake)

    def _run_posted(self) -> bool:
        ran = False
        for _ in range(len(self._posted)):
            self._posted.popleft()()
            ran = True
        return ran

    def _run_due(self) -> bool:
        ran = False
        while (deadline := self.next_deadline()) is not None and deadline <= self._clock.monotonic():
            action = heapq.heappop(self._timers)[2].action
            if action is not None:
                action()
                ran = True
        return ran
