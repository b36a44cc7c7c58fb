"""A receipt printer that speaks ESC/POS on a serial port (or a USB adapter that looks like one), with its drawer.

A document is never sent twice by itself. Once a byte of it has left it ends confirmed, or `LOST` when the printer's
power or line went before that; who asked decides about a DUPLICATA. What has not begun waits for the printer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from appliance.core.paper import Row
from appliance.drivers.printer.encoder import encode, load, segments
from appliance.drivers.printer.job import Job
from appliance.drivers.printer.link import open_port
from appliance.drivers.printer.options import PrinterOptions
from appliance.drivers.printer.session import Session
from appliance.ports import Health, Level, Loop, Lost, Printed, Timer

REOPEN_MS = 1000
PATIENCE_MS = 15_000  # for a confirmation while nothing is wrong
ROWS_A_SEGMENT = 8
ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

CODES: Final = ("ok", "near-end", "paper-out", "cover-open", "error", "off")


def _nobody(_: Any) -> None:  # noqa: ANN401
    """Until the composition root has set a callback."""


class EscposPrinter:
    """Set `on_health` and `on_drawer` before `open`. All on the loop's thread."""

    Options = PrinterOptions

    def __init__(self, options: PrinterOptions, loop: Loop) -> None:
        self.columns = options.columns
        self.on_health: Callable[[Health], None] = _nobody
        self.on_drawer: Callable[[bool], None] = _nobody  # True: stands open
        self._options, self._loop = options, loop
        self._port: Any = None
        self._dummy: Any = None  # python-escpos' encoder, a class
        self._session: Session | None = None
        self._jobs: deque[Job] = deque()
        self._reopen: Timer | None = None
        self._patience: Timer | None = None
        self._opened = False
        self._why = "not opened"
        self._health = Health(Level.DOWN, "off", self._why)
        self._drawer: bool | None = None
        self._count = loop.clock.now().t // 1000  # a new process must not take the ids of the last one for its own

    @property
    def health(self) -> Health:
        return self._health

    @property
    def drawer_open(self) -> bool | None:
        """None: no sensor, or not heard yet."""
        return self._drawer

    @property
    def waiting(self) -> int:
        """Documents that have not ended."""
        return len(self._jobs)

    @property
    def began(self) -> bool:
        """Whether a byte of the first waiting document has left the till."""
        return bool(self._jobs) and self._jobs[0].began

    def open(self) -> None:
        """Never raises: a port that is not there is tried again each second and shown as "off" meanwhile.

        Imports python-escpos, so that the first ticket does not wait for it.
        """
        self._opened = True
        self._library()
        self._connect()

    def close(self) -> None:
        """A document that has begun is LOST; the others stay and are printed after the next `open`."""
        self._opened = False
        self._disconnect("closed")

    def print(self, rows: Sequence[Row], done: Callable[[Printed], None]) -> None:
        pieces = encode(rows, self._library(), self._options.page, self._options.feed, self._options.cut)
        self._jobs.append(Job(segments(pieces, ROWS_A_SEGMENT), done))
        self._advance()

    def adopt(self, changes: Mapping[str, object]) -> None:
        """Other options, from the next document and pulse on; what is under way ends as it began.

        Only what no conversation rests on: columns, page, feed, cut, drawer_pin, pulse_ms. Raises ValueError.
        """
        self._options = replace(self._options, **changes)  # type: ignore[arg-type]  # checked by the options
        self.columns = self._options.columns

    def _library(self) -> Any:  # noqa: ANN401
        if self._dummy is None:
            self._dummy = load(self._options.cache)
        return self._dummy

    def kick(self) -> None:
        session = self._session
        if session is None or not session.present:
            raise Lost("The printer does not answer, so the drawer cannot be opened.")
        if session.condition.error:
            raise Lost("The printer stands in error and ignores the drawer's pulse.")
        if self._options.pulse == "realtime":
            session.link.urgent(self._real_time_pulse())
        elif session.condition.fault or not session.link.idle:
            raise Lost("The printer is stopped, so the drawer cannot be opened: this model queues the pulse.")
        else:
            session.link.urgent(self._queued_pulse())

    def _real_time_pulse(self) -> bytes:
        """DLE DC4 function 1, time in units of 100 ms."""
        return b"\x10\x14\x01%c%c" % (self._connector(), self._options.pulse_ms // 100)

    def _queued_pulse(self) -> bytes:
        """ESC p, times in units of 2 ms."""
        return b"\x1bp%c%c%c" % (self._connector(), self._options.pulse_ms // 2 & 0xFF, 250)

    def _connector(self) -> int:
        return 0 if self._options.drawer_pin == 2 else 1

    # What the session says

    def changed(self) -> None:
        self._publish()
        self._watch_drawer()
        self._advance()

    def acknowledged(self, ident: bytes | None) -> None:
        if self._jobs and self._jobs[0].acknowledged(ident):
            self._be_patient()
            self._advance()

    def vanished(self) -> None:
        self._lose()

    def unlinked(self, why: str) -> None:
        self._disconnect(f"the line to it is gone ({why})")
        self._later()

    # Connection

    def _connect(self) -> None:
        self._reopen = None
        try:
            self._port = open_port(self._options.path, self._options.baud, self._options.flow)
        except Lost as error:
            self._why = str(error)
            self._publish()
            self._later()
            return
        self._why = "it does not answer"
        self._session = Session(self._port.fileno(), self._loop, self._options, self, self._ident())
        self._session.start()

    def _later(self) -> None:
        if self._opened and self._reopen is None:
            self._reopen = self._loop.call_in(REOPEN_MS, self._connect)

    def _disconnect(self, why: str) -> None:
        self._why = why
        if self._reopen is not None:
            self._reopen.cancel()
            self._reopen = None
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._port is not None:
            self._port.close()
            self._port = None
        self._lose()
        self._publish()

    # Documents

    def _advance(self) -> None:
        """Moves the first document on. Nothing new is sent while a fault stands."""
        while self._jobs and self._session is not None and self._session.ready:
            job = self._jobs[0]
            if not job.under_way:
                self._be_patient()
            job.advance(self._session, self._ident)
            ending = job.ending
            if ending is None:
                return
            self._end(ending)

    def _end(self, how: Printed) -> None:
        job = self._jobs.popleft()
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        job.done(how)

    def _lose(self) -> None:
        if not self._jobs or not self._jobs[0].under_way:
            return
        if self._jobs[0].began:
            self._end(Printed.LOST)
            return
        self._jobs[0].rewind()

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = self._loop.call_in(PATIENCE_MS, self._waited)

    def _waited(self) -> None:
        """No confirmation for long. While a fault stands that is as it should be; else it will never come: the
        printer was switched off and on between two questions, or promised ids and sends none."""
        self._patience = None
        if self._session is None or not self._jobs or not self._jobs[0].under_way:
            return
        if self._session.condition.fault or not self._session.present:
            self._be_patient()
            return
        self._session.probe()
        self._lose()
        self._advance()

    def _ident(self) -> bytes:
        self._count += 1
        digits = [ALPHABET[self._count // 36**place % 36] for place in (3, 2, 1, 0)]
        return bytes(digits)

    # State

    def _publish(self) -> None:
        health = self._judge()
        if health != self._health:
            self._health = health
            self.on_health(health)

    def _judge(self) -> Health:
        session = self._session
        if session is None or (not session.present and not session.noisy):
            return Health(Level.DOWN, "off", self._why)
        if not session.present:
            return Health(Level.DOWN, "error", "what answers is no ESC/POS printer at this speed: check baud and cable")
        condition = session.condition
        if condition.cover:
            return Health(Level.DOWN, "cover-open")
        if condition.paper_out:
            return Health(Level.DOWN, "paper-out")
        if condition.error:
            return Health(Level.DOWN, "error", "the printer reports a mechanical error: look at the cutter")
        return Health(Level.CARE, "near-end") if condition.near_end else Health(Level.READY, "ok")

    def _watch_drawer(self) -> None:
        level = self._session.condition.drawer if self._session is not None and self._session.present else None
        if level is None or self._options.drawer_open == "none":
            return
        stands_open = level == (self._options.drawer_open == "high")
        if stands_open != self._drawer:
            self._drawer = stands_open
            self.on_drawer(stands_open)
