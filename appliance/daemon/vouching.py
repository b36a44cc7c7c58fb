"""The witness in supervision: read at the start, advanced after each `witness` record, opened again when it was lost.

A TPM takes tens of milliseconds for a step, so in production a thread of its own does it; selling never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from appliance.core.input import WitnessSaid
from appliance.ports import DeviceError, Health, Level, Loop, Witness

AGAIN = 10_000  # ms before a lost witness is opened again

Action = Callable[[], None]


class Vouching(Protocol):
    def start(self) -> None: ...

    def advance(self, counter: int) -> None:
        """Brings the witness to `counter`; what it says otherwise comes back as an input."""

    def close(self) -> None: ...


class NoVouching:
    """None fitted: class C."""

    def start(self) -> None: ...

    def advance(self, counter: int) -> None: ...

    def close(self) -> None: ...


class LoopVouching:
    """On the loop's own thread, for virtual time."""

    def __init__(
        self, loop: Loop, device: Witness, say: Callable[[WitnessSaid], None], report: Callable[[Health], None]
    ) -> None:
        self._loop, self._device, self._say, self._report = loop, device, say, report
        self._closed = False
        self._open = False

    def start(self) -> None:
        self._run(self._begin)

    def advance(self, counter: int) -> None:
        self._run(lambda: self._step(counter))

    def close(self) -> None:
        self._closed = True
        self._run(self._device.close)

    def _run(self, action: Action) -> None:
        action()

    def _tell(self, action: Action) -> None:
        action()

    def _begin(self) -> None:
        """Opens and reads; a witness that cannot be is tried again, and the till sells meanwhile."""
        if self._closed or self._open:
            return
        try:
            self._device.open()
            counter = self._device.read()
        except DeviceError as error:
            self._lost(error)
            return
        self._open = True
        self._tell(lambda: self._report(Health(Level.READY, "ok")))
        self._tell(lambda: self._say(WitnessSaid(self._device.letter, counter)))

    def _step(self, counter: int) -> None:
        if not self._open:
            return  # its next word will say how far it is, and the step is asked for again
        try:
            said = self._device.advance()
        except DeviceError as error:
            self._lost(error)
            return
        if said != counter:
            self._tell(lambda: self._say(WitnessSaid(self._device.letter, said)))

    def _lost(self, error: DeviceError) -> None:
        self._open = False
        self._device.close()
        self._tell(lambda: self._report(Health(Level.DOWN, "lost", str(error))))
        self._tell(self._again)

    def _again(self) -> None:
        if not self._closed:
            self._loop.call_in(AGAIN, self.start)


class ThreadVouching(LoopVouching):
    """The same on a thread of its own; what it says is posted to the loop."""

    def __init__(
        self, loop: Loop, device: Witness, say: Callable[[WitnessSaid], None], report: Callable[[Health], None]
    ) -> None:
        super().__init__(loop, device, say, report)
        self._orders: SimpleQueue[Action | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="witness", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """What was asked for is done first: the step of an orderly stop among it."""
        super().close()
        self._orders.put(None)
        self._thread.join()

    def _run(self, action: Action) -> None:
        self._orders.put(action)

    def _tell(self, action: Action) -> None:
        self._loop.post(action)

    def _serve(self) -> None:
        while (action := self._orders.get()) is not None:
            action()
