"""Supervised devices: opened, read, lost, opened again each second, with a state that the cashier sees.

In production one thread reads each input device and one polls the badge reader, so that a slow redraw never loses a
key; in virtual time the loop itself does both, so that a flow is the same every time. The drivers do not know.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any, Protocol

from appliance.ports import BadgeReader, Beeper, DeviceError, Health, Level, Loop, Sound

RETRY = 1000
POLL = 200
Report = Callable[[Health], None]


class InputDevice(Protocol):
    """What scanner and touch share."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def fileno(self) -> int: ...
    def read(self) -> Sequence[Any]: ...


class Task(Protocol):
    def start(self) -> None: ...
    def close(self) -> None: ...


class LoopInput:
    """An input device watched by the loop."""

    def __init__(self, loop: Loop, device: InputDevice, take: Callable[[Sequence[Any]], None], report: Report) -> None:
        self._loop, self._device, self._take, self._report = loop, device, take, report
        self._fd = -1
        self._closed = False

    def start(self) -> None:
        if self._closed:
            return
        try:
            self._device.open()
        except DeviceError as error:
            self._lost(error)
            return
        self._fd = self._device.fileno()
        self._loop.watch(self._fd, self._readable)
        self._report(Health(Level.READY, "ok"))

    def close(self) -> None:
        self._closed = True
        self._release()

    def _readable(self) -> None:
        try:
            items = self._device.read()
        except DeviceError as error:
            self._release()
            self._lost(error)
            return
        if items:
            self._take(items)

    def _release(self) -> None:
        if self._fd >= 0:
            self._loop.forget(self._fd)
            self._fd = -1
            self._device.close()

    def _lost(self, error: DeviceError) -> None:
        self._report(Health(Level.DOWN, "lost", str(error)))
        self._loop.call_in(RETRY, self.start)


class ThreadInput:
    """The same with a thread of its own; what it reads is posted to the loop."""

    def __init__(self, loop: Loop, device: InputDevice, take: Callable[[Sequence[Any]], None], report: Report) -> None:
        self._loop, self._device, self._take, self._report = loop, device, take, report
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        os.eventfd_write(self._stop, 1)
        self._thread.join()
        os.close(self._stop)

    def _run(self) -> None:
        while not self._stopped(0):
            try:
                self._device.open()
                self._say(Health(Level.READY, "ok"))
                self._read()
            except DeviceError as error:
                self._say(Health(Level.DOWN, "lost", str(error)))
            finally:
                self._device.close()
            if self._stopped(RETRY):
                return

    def _read(self) -> None:
        while self._wait():
            items = self._device.read()
            if items:
                self._loop.post(lambda items=items: self._take(items))  # type: ignore[misc]

    def _wait(self) -> bool:
        ready, _, _ = select.select([self._device.fileno(), self._stop], [], [])
        return self._stop not in ready

    def _stopped(self, delay: int) -> bool:
        return bool(select.select([self._stop], [], [], delay / 1000)[0])

    def _say(self, health: Health) -> None:
        self._loop.post(lambda: self._report(health))


class LoopBadge:
    """Polls the reader on the loop, each 200 ms of the loop's clock if anything may be `near`."""

    def __init__(
        self, loop: Loop, reader: BadgeReader, take: Callable[[bytes], None], report: Report, near: Callable[[], bool]
    ) -> None:
        self._loop, self._reader, self._take, self._report, self._near = loop, reader, take, report, near
        self._open = self._closed = False

    def start(self) -> None:
        if self._closed:
            return
        try:
            if not self._open:
                self._reader.open()
                self._open = True
                self._report(Health(Level.READY, "ok"))
            uid = self._reader.poll() if self._near() else None
        except DeviceError as error:
            self._lost(error)
            return
        self._loop.call_in(POLL, self.start)
        if uid:
            self._take(uid)

    def close(self) -> None:
        self._closed = True
        self._reader.close()

    def _lost(self, error: DeviceError) -> None:
        self._open = False
        self._reader.close()
        self._report(Health(Level.DOWN, "lost", str(error)))
        self._loop.call_in(RETRY, self.start)


class ThreadBadge:
    """The reader's own thread: nfcpy blocks."""

    def __init__(self, loop: Loop, reader: BadgeReader, take: Callable[[bytes], None], report: Report) -> None:
        self._loop, self._reader, self._take, self._report = loop, reader, take, report
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._reader.open()
                self._say(Health(Level.READY, "ok"))
                self._poll()
            except DeviceError as error:
                self._say(Health(Level.DOWN, "lost", str(error)))
            finally:
                self._reader.close()
            self._stop.wait(RETRY / 1000)

    def _poll(self) -> None:
        while not self._stop.wait(POLL / 1000):
            uid = self._reader.poll()
            if uid:
                self._loop.post(lambda uid=uid: self._take(uid))  # type: ignore[misc]

    def _say(self, health: Health) -> None:
        self._loop.post(lambda: self._report(health))


class LoopBeeper:
    """A beeper in supervision. It is only written to, so its loss is noticed at the next sound; a sound is not kept."""

    def __init__(self, loop: Loop, device: Beeper, report: Report) -> None:
        self._loop, self._device, self._report = loop, device, report
        self._closed = self._waiting = False  # for the next attempt to open

    @property
    def health(self) -> Health:
        return self._device.health

    def open(self) -> None:
        if self._closed:
            return
        self._waiting = False
        try:
            self._device.open()
        except DeviceError as error:
            self._lost(error)
            return
        self._report(self._device.health)

    def close(self) -> None:
        self._closed = True
        self._device.close()

    def play(self, sound: Sound) -> None:
        if self._waiting:
            return
        try:
            self._device.play(sound)
        except DeviceError as error:
            self._device.close()
            self._lost(error)

    def _lost(self, error: DeviceError) -> None:
        self._waiting = True
        self._report(Health(Level.DOWN, "lost", str(error)))
        self._loop.call_in(RETRY, self.open)
