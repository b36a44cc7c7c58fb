"""One document on its way: segments that go out two at a time, so that the printer's own buffer never fills.

A full buffer would stop the line, and with it the questions about its state and the drawer's pulse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from appliance.drivers.printer.session import Session, Way
from appliance.ports import Printed

WINDOW = 2  # segments sent and not confirmed
ENDINGS = {Way.ID: Printed.CONFIRMED, Way.BARRIER: Printed.REACHED, Way.NONE: Printed.UNCONFIRMED}


class Job:
    def __init__(self, segments: Sequence[bytes], done: Callable[[Printed], None]) -> None:
        self._segments = segments
        self.done = done
        self._next = 0
        self._waiting: deque[bytes] = deque()  # ids of segments sent and not confirmed
        self._session: Session | None = None
        self._mark = 0  # link.offered before our first byte
        self._round = 0
        self.way = Way.NONE

    @property
    def began(self) -> bool:
        """At least one byte of it has left the till."""
        return self._session is not None and self._session.link.sent > self._mark

    @property
    def under_way(self) -> bool:
        return self._session is not None

    def advance(self, session: Session, ident: Callable[[], bytes]) -> None:
        """Sends what the window allows. Called again on each confirmation and each change of state."""
        if self._session is None:
            self._session, self._mark = session, session.link.offered
            self.way = session.way or Way.NONE
        while self._next < len(self._segments) and (self.way is Way.NONE or len(self._waiting) < WINDOW):
            self._send(session, ident())

    def _send(self, session: Session, ident: bytes) -> None:
        session.link.send(self._segments[self._next] + session.mark(ident))
        self._next += 1
        self._round = session.rounds
        if self.way is not Way.NONE:
            self._waiting.append(ident)

    def acknowledged(self, ident: bytes | None) -> bool:
        """Takes an id, which stands for all before it, or a barrier (None). False when it is none of ours."""
        if ident is None and self.way is Way.BARRIER and self._waiting:
            self._waiting.popleft()
            return True
        if ident is None or ident not in self._waiting:
            return False
        while self._waiting.popleft() != ident:
            pass
        return True

    @property
    def ending(self) -> Printed | None:
        """How it ended, or None. Without confirmation it ends two rounds of healthy answers after its last byte:
        one round may have begun before."""
        if self._session is None or self._next < len(self._segments) or self._waiting:
            return None
        if self.way is Way.NONE and not (self._session.link.idle and self._session.rounds >= self._round + 2):
            return None
        return ENDINGS[self.way]

    def rewind(self) -> None:
        """Nothing of it had left: it is new again."""
        self._next, self._session = 0, None
        self._waiting.clear()
