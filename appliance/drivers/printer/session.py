"""One stay of a printer on the line: is it there, how is it, and how does it confirm what it prints?

The printer is asked `DLE EOT` one question at a time, twice a second, so that an answer can only belong to one
question; after a missed answer a pause lets a late one pass. Two questions without an answer: it is off. `GS a`
makes it tell changes by itself in between.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from appliance.drivers.printer.link import Link
from appliance.drivers.printer.options import PrinterOptions
from appliance.drivers.printer.status import (
    Automatic,
    Condition,
    Finished,
    Noise,
    RealTime,
    Replies,
    Reply,
    from_automatic,
    merge,
)
from appliance.ports import Loop, Timer

ROUND_MS = 500  # between two rounds of questions
ANSWER_MS = 700  # for one answer, on an idle line
LATE_MS = 300  # after a missed answer: what comes now belongs to no question that will be asked
PROBE_MS = 1500  # for the answers to the probe
SETTLE_MS = 300  # for an id that comes just after the barrier
MISSES = 2
AUTOMATIC_ON = b"\x1da\x0f"  # GS a: drawer, on/off line, error, paper
BARRIER = b"\x1dr\x01"
QUESTIONS = (1, 2, 3, 4)


class Way(Enum):
    """How a job is confirmed."""

    ID = "id"
    BARRIER = "barrier"
    NONE = "none"


class Listener(Protocol):
    """What the driver hears from a session; every call is on the loop."""

    def changed(self) -> None:
        """Presence, condition or way of confirming is new, or a round of questions has ended."""

    def acknowledged(self, ident: bytes | None) -> None:
        """An id came back, or (None) a barrier was reached."""

    def vanished(self) -> None:
        """The printer was there and no longer answers: what it held is lost."""

    def unlinked(self, why: str) -> None:
        """The line itself has gone."""


class Session:
    def __init__(self, fd: int, loop: Loop, options: PrinterOptions, listener: Listener, ident: bytes) -> None:
        self._loop, self._options, self._listener, self._ident = loop, options, listener, ident
        self.link = Link(fd, loop, self._heard, listener.unlinked)
        self._replies = Replies()
        self._timer: Timer | None = None
        self._probe: Timer | None = None
        self._asked: int | None = None
        self._misses = 0
        self._barrier_seen = False
        self._marked = 0  # link.sent when the last answer came
        self.present = False
        self.noisy = False
        self.rounds = 0
        self.condition = Condition()
        self.way: Way | None = None

    @property
    def ready(self) -> bool:
        return self.present and self.way is not None and not self.condition.fault

    def start(self) -> None:
        self._ask(1)

    def close(self) -> None:
        self.link.close()
        self._cancel()

    def mark(self, ident: bytes) -> bytes:
        """What follows a piece of a job so that the printer tells when it is done."""
        if self.way is Way.ID:
            return request(ident)
        return BARRIER if self.way is Way.BARRIER else b""

    def probe(self) -> None:
        """Finds out how this printer confirms: an id, else a barrier, else nothing."""
        if self._options.confirm != "auto":
            self.way = Way(self._options.confirm)
            return
        self.way = None
        self._barrier_seen = False
        self.link.send(request(self._ident) + BARRIER)
        self._probe = self._loop.call_in(PROBE_MS, self._probed)

    def _ask(self, n: int) -> None:
        self._asked = n
        self.link.send(b"\x10\x04%c" % n)
        busy = 10_000 * (self.link.offered - self._marked) // self._options.baud  # 10 bits a byte
        self._again(ANSWER_MS + busy, self._missed)

    def _again(self, delay: int, action: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_in(delay, action)

    def _missed(self) -> None:
        self._asked = None
        self._replies.reset()
        self._misses += 1
        if self._misses >= MISSES and self.present:
            self._forget()
            self._listener.vanished()
        self._listener.changed()
        self._again(LATE_MS, lambda: self._ask(1))

    def _forget(self) -> None:
        """Power was lost: what was switched on in the printer is off again."""
        self.present = False
        self.way = None
        self.condition = Condition()
        if self._probe is not None:
            self._probe.cancel()
            self._probe = None

    def _heard(self, data: bytes) -> None:
        for reply in self._replies.feed(data):
            self._take(reply)

    def _take(self, reply: Reply) -> None:
        if isinstance(reply, Noise):
            self.noisy = True
            return
        if isinstance(reply, RealTime):
            self._answered(reply.byte)
            return
        if isinstance(reply, Automatic):
            self._told(reply.data)
            return
        ident = reply.ident if isinstance(reply, Finished) else None
        if self._probe is not None:
            self._probing(ident)
            return
        self._listener.acknowledged(ident)

    def _answered(self, byte: int) -> None:
        if self._asked is None:
            return
        n, self._asked, self._misses, self.noisy = self._asked, None, 0, False
        self._marked = self.link.offered
        self.condition = merge(self.condition, n, byte)
        if not self.present:
            self.present = True
            self.link.send(AUTOMATIC_ON)
        if n == QUESTIONS[-1]:
            self._round_over()
        else:
            self._ask(n + 1)

    def _round_over(self) -> None:
        self.rounds += 1
        self._again(ROUND_MS, lambda: self._ask(1))
        self._settle()

    def _told(self, data: bytes) -> None:
        if not self.present:
            return  # it will be asked first
        self.condition = from_automatic(data)
        if self.rounds:
            self._settle()

    def _settle(self) -> None:
        if self.way is None and self._probe is None and not self.condition.fault:
            self.probe()
        self._listener.changed()

    def _probing(self, ident: bytes | None) -> None:
        if ident == self._ident:
            self._decide(Way.ID)
            return
        if ident is None:
            self._barrier_seen = True
            self._delay_probe(SETTLE_MS)

    def _probed(self) -> None:
        """No id in time. While a fault stands the printer reads nothing: ask again when it is over."""
        self._probe = None
        if self.condition.fault:
            return
        self._decide(Way.BARRIER if self._barrier_seen else Way.NONE)

    def _delay_probe(self, delay: int) -> None:
        if self._probe is not None:
            self._probe.cancel()
        self._probe = self._loop.call_in(delay, self._probed)

    def _decide(self, way: Way) -> None:
        if self._probe is not None:
            self._probe.cancel()
            self._probe = None
        self.way = way
        self._listener.changed()

    def _cancel(self) -> None:
        for timer in (self._timer, self._probe):
            if timer is not None:
                timer.cancel()
        self._timer = self._probe = None


def request(ident: bytes) -> bytes:
    """GS ( H, function 48: the printer sends `ident` (4 bytes of 20h to 7Eh) back when it has printed so far."""
    return b"\x1d(H\x06\x0000" + ident
