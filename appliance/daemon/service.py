"""The till at work: input, step, journal, then effects. The only place where a record meets the world.

Nothing is printed, kicked or shown as paid before the flush of its record. The pixels of an unpaid basket do not wait.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from appliance.core import event as ev
from appliance.core.effect import (
    Advance,
    Answer,
    Beep,
    Diagnose,
    Effect,
    Enrol,
    Examine,
    Kick,
    Look,
    Order,
    Pdf,
    Print,
    PrintRows,
    Probe,
    ReadShop,
    ReadTicket,
    Set,
    Work,
)
from appliance.core.event import Event
from appliance.core.input import Boot, Input, JournalBroken, KeyReady, PaperDone, ShopRead, Stop, TicketRead, Touched
from appliance.core.paper import Row
from appliance.core.scene import view
from appliance.core.till import State, step
from appliance.core.turn import Meter, language
from appliance.daemon.documents import pdf, rows_of, sealed
from appliance.daemon.remembrance import Examination
from appliance.daemon.upkeep import Upkeeping
from appliance.daemon.upstream import Upward
from appliance.daemon.vouching import Vouching
from appliance.daemon.worker import Worker
from appliance.display.frame import Frame
from appliance.display.painter import Painter
from appliance.display.render import render
from appliance.display.theme import Theme, theme_for
from appliance.language.english import english
from appliance.ports import Beeper, DeviceError, Drawer, Loop, Printed, Printer, Sound
from appliance.storage.fault import JournalFailed
from appliance.storage.journal import Commit, Journal
from appliance.storage.record import Record
from appliance.storage.writer import Writer

BASKET = {ev.ORDER, ev.LINE, ev.LINE_VOID, ev.UNKNOWN_CODE}  # shown at once: nothing is claimed
ACKNOWLEDGEMENTS = {ev.PRINTED, ev.DRAWER_SEEN}  # losing one only offers a duplicate
ANCHORED = {ev.START, ev.DAY_OPEN, ev.DAY_CLOSE}
ANCHOR_IDLE = 60_000


class Hands(Protocol):
    """The devices that effects reach; any may be "none fitted"."""

    printer: Printer
    drawer: Drawer
    beeper: Beeper
    witness: Vouching
    worker: Worker
    upstream: Upward
    upkeep: Upkeeping

    @property
    def answer(self) -> Callable[[int, int], None]: ...


class Service:
    def __init__(
        self,
        state: State,
        loop: Loop,
        journal: Journal,
        writer: Writer,
        painter: Painter,
        theme: Theme,
        hands: Hands,
        read_shop: Callable[[], ShopRead],
        on_frame: Callable[[Frame], None],
        on_failure: Callable[[JournalFailed], None],
        meter: Callable[[], Meter],
    ) -> None:
        self.state = state
        self._loop, self._journal, self._writer = loop, journal, writer
        self._painter, self._theme, self._hands = painter, theme, hands
        self._read_shop, self._on_frame, self._on_failure = read_shop, on_frame, on_failure
        self._meter = meter
        self._inputs: deque[Input] = deque()
        self._waiting = False  # for a flush that the screen or an effect depends on
        self._unflushed = 0
        self._dead = False
        self._dark = False
        self._anchor_timer: object | None = None
        self._taken = b""  # the next key that was given to the journal last

    @property
    def busy(self) -> bool:
        """An input is queued or a record is not yet durable."""
        return bool(self._inputs) or self._unflushed > 0

    def begin(self, read: ShopRead, boot: Boot) -> None:
        """A start: nothing is drawn before its record, or the one who was logged in when the power went is seen."""
        self._dark = True
        self.feed(read)
        self._dark = False
        self.feed(boot)

    def feed(self, what: Input) -> None:
        """Takes an input; it is stepped at once, or after the flush that the till waits for."""
        if self._dead:
            return
        self._inputs.append(what)
        self._run()

    def die(self) -> None:
        """Hears and does nothing any more, as a killed process."""
        self._dead = True

    def _run(self) -> None:
        while self._inputs and not self._waiting:
            self._step(self._inputs.popleft())

    def _step(self, what: Input) -> None:
        if isinstance(what, (Touched, Stop)):
            self.state = replace(self.state, meter=self._meter())
        if not self.state.chain or self.state.columns != self._hands.printer.columns:
            self.state = replace(self.state, chain=self._journal.chain_id, columns=self._hands.printer.columns)
        self.state, events, effects = step(self.state, what, self._loop.clock.now())
        if not events:
            self._perform(effects)
            self.draw()
            self._take_offer()
            return
        kinds = {event.kind for event in events} - {ev.SEAL}
        if kinds <= BASKET:
            self._perform(effects)
            self.draw()
            effects = ()
        urgent = not kinds <= ACKNOWLEDGEMENTS
        self._waiting = urgent and not kinds <= BASKET
        self._submit(events, effects, kinds, urgent=urgent)

    def _submit(self, events: Sequence[Event], effects: Sequence[Effect], kinds: set[int], *, urgent: bool) -> None:
        held = self._waiting
        self._unflushed += urgent

        def done(outcome: Commit | JournalFailed) -> None:
            self._unflushed -= urgent
            self._done(outcome, effects, kinds, held=held)

        # If we stop before this returns through `done`, the records may or may not be on flash, and nobody outside
        # has seen anything of them: recovery takes what is whole, and the cashier does the act again.
        self._writer.submit([Record(*event) for event in events], done, urgent=urgent)

    def _done(self, outcome: Commit | JournalFailed, effects: Sequence[Effect], kinds: set[int], *, held: bool) -> None:
        if held:
            self._waiting = False
        if isinstance(outcome, JournalFailed):
            self._fail(outcome)
            return
        # If we stop from here on, the record is durable and the effect perhaps not done: after the start a paper
        # that was not acknowledged becomes a question, and the drawer is never opened a second time by itself.
        self._perform(effects)
        self._anchor(kinds)
        self._hands.upstream.moved(kinds)
        self.draw()
        self._take_offer()
        self._run()

    def _fail(self, failed: JournalFailed) -> None:
        """Read-only from here: what was asked last is not recorded, and the screen says so."""
        self._inputs.clear()
        if not self.state.ui.broken:
            self._on_failure(failed)
        full = isinstance(failed.__cause__, OSError) and failed.__cause__.errno in (errno.ENOSPC, errno.EDQUOT)
        self.state, _, _ = step(self.state, JournalBroken("full" if full else "broken"), self._loop.clock.now())
        self.draw()

    def _anchor(self, kinds: set[int]) -> None:
        if kinds & ANCHORED:
            self._writer.anchor()
        elif self._anchor_timer is None:
            self._anchor_timer = self._loop.call_in(ANCHOR_IDLE, self._anchor_idle)

    def _take_offer(self) -> None:
        """The segment is nearly full and the next key is on flash: its record ends the segment."""
        offer = self._journal.offer
        if offer is not None and offer.key != self._taken:
            self._taken = offer.key
            self._inputs.append(KeyReady(*offer))

    def _anchor_idle(self) -> None:
        self._anchor_timer = None
        self._writer.anchor()

    def draw(self) -> None:
        """The screen for the state of now; only what changed is painted. Not while a record is on its way to flash."""
        if self._waiting or self._dark:
            return
        shown, spoken = view(self.state, self._loop.clock.now()), language(self.state)
        if spoken == "en":
            shown = english(shown)
        frame = render(shown, theme_for(self._theme.width, self._theme.height, language=spoken))
        self._painter.show(frame)
        self._on_frame(frame)

    def _perform(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Print(record):
                    self._print(record)
                case Beep(sound):
                    self._beep(sound)
                case ReadShop():
                    self._inputs.append(self._read_shop())
                case ReadTicket(record):
                    self._inputs.append(TicketRead(sealed(self._journal, record).event))
                case Work():
                    self._hands.worker.do(effect)
                case Pdf():
                    self._hands.worker.do(pdf(self._journal, effect))
                case PrintRows(record, rows):
                    self._print_rows(record, rows)
                case Answer(token, record):
                    self._hands.answer(token, record)
                case _:
                    self._move(effect)
        self._run()

    def _move(self, effect: Effect) -> None:
        match effect:
            case Kick():
                self._kick()
            case Enrol(code):
                self._hands.upstream.enrol(code)
            case Diagnose():
                self._hands.upstream.diagnose(effect)
            case Advance(counter):
                self._hands.witness.advance(counter)
            case Set() | Look() | Probe() | Order():
                self._hands.upkeep.do(effect)
            case Examine():
                Examination(self._journal, self._loop, self.feed).start()

    def _print(self, order: int) -> None:
        self._print_rows(order, rows_of(self._journal, order, self._hands.printer.columns))

    def _print_rows(self, order: int, rows: tuple[Row, ...]) -> None:
        def done(how: Printed) -> None:
            self.feed(PaperDone(order, how.value))

        try:
            self._hands.printer.print(rows, done)
        except DeviceError:
            done(Printed.LOST)

    def _kick(self) -> None:
        """Once. A pulse that could not be sent is never sent later: the printer's banner says why."""
        try:
            self._hands.drawer.kick()
        except DeviceError:
            self._beep("refused")

    def _beep(self, sound: str) -> None:
        try:
            self._hands.beeper.play(Sound(sound))
        except DeviceError:
            return
