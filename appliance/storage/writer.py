"""Who appends: one thread that flushes for all who wait, or the caller itself in virtual time.

Records that must be durable before an effect are urgent. Acknowledgements (printed, drawer seen open) are
not: they ride with the next frame or go after one second, because losing one only offers a duplicate.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol

from appliance.storage.fault import JournalFailed
from appliance.storage.journal import Commit, Journal
from appliance.storage.record import Record

Done = Callable[[Commit | JournalFailed], None]
Post = Callable[[Callable[[], None]], None]

PATIENCE = 1.0  # seconds that an acknowledgement may wait
LEISURE = 0.005  # seconds without a word before a step of preparing a blank


class Task(NamedTuple):
    records: Sequence[Record]
    done: Done


class Writer(Protocol):
    """`done` is called once per submission, in order. Submissions carry ascending, gapless numbers."""

    @property
    def flushes(self) -> int: ...

    def submit(self, records: Sequence[Record], done: Done, *, urgent: bool = True) -> None: ...

    def anchor(self) -> None:
        """Writes the anchor once all that was submitted is durable."""

    def close(self, *, clean: bool = True) -> None:
        """Writes what waits, then closes the journal. After a failure nothing is written."""


class Appender:
    """What both writers share: one group commit at a time, the first failure kept, flushes counted.

    A failure outside a submission (an anchor, a blank segment) is told to the next submission.
    """

    def __init__(self, journal: Journal, on_flush: Callable[[], None] | None) -> None:
        self._journal, self._on_flush = journal, on_flush
        self.failed: JournalFailed | None = None
        self.flushes = 0
        journal.on_flush = self._flushed

    def write(self, tasks: Sequence[Task]) -> Commit | JournalFailed:
        if self.failed:
            return self.failed
        try:
            return self._journal.append([record for task in tasks for record in task.records])
        except JournalFailed as failed:
            self.failed = failed
        except ValueError as error:
            self.failed = JournalFailed(f"nothing more is recorded, the till made a wrong record ({error}): restart it")
        return self.failed

    def guarded(self, action: Callable[[], object]) -> None:
        if self.failed:
            return
        try:
            action()
        except JournalFailed as failed:
            self.failed = failed

    def close(self, *, clean: bool) -> None:
        try:
            self._journal.close(clean=clean and not self.failed)
        except JournalFailed as failed:
            self.failed = failed

    def _flushed(self) -> None:
        self.flushes += 1
        if self._on_flush:
            self._on_flush()


class InlineWriter:
    """Writes on the caller's thread, for virtual time and commands. `flush_due` is for the caller's own timer."""

    def __init__(self, journal: Journal, on_flush: Callable[[], None] | None = None) -> None:
        self._journal = journal
        self._appender = Appender(journal, on_flush)
        self._waiting: list[Task] = []

    @property
    def flushes(self) -> int:
        return self._appender.flushes

    @property
    def waiting(self) -> bool:
        """Whether acknowledgements wait for `flush_due`."""
        return bool(self._waiting)

    def submit(self, records: Sequence[Record], done: Done, *, urgent: bool = True) -> None:
        self._waiting.append(Task(records, done))
        if urgent:
            self.flush_due()

    def flush_due(self) -> None:
        tasks, self._waiting = self._waiting, []
        if not tasks:
            return
        outcome = self._appender.write(tasks)
        for task in tasks:
            task.done(outcome)
        self._appender.guarded(lambda: list(self._journal.work()))

    def anchor(self) -> None:
        self.flush_due()
        self._appender.guarded(self._journal.anchor)

    def close(self, *, clean: bool = True) -> None:
        self.flush_due()
        self._appender.close(clean=clean)


class Order(NamedTuple):
    """What another thread asks for, and the time.monotonic at which it must be done."""

    due: float
    task: Task | None = None
    close: bool = False
    clean: bool = False


class ThreadWriter:
    """One dedicated thread. `post` brings `done` back to the loop's thread, and may be called from any thread."""

    def __init__(self, journal: Journal, post: Post, on_flush: Callable[[], None] | None = None) -> None:
        self._journal, self._post = journal, post
        self._appender = Appender(journal, on_flush)
        self._inbox: SimpleQueue[Order] = SimpleQueue()
        self._waiting: list[Order] = []  # this and below: of the writing thread only
        self._work: Iterator[None] | None = journal.work()
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def flushes(self) -> int:
        return self._appender.flushes

    def submit(self, records: Sequence[Record], done: Done, *, urgent: bool = True) -> None:
        self._inbox.put(Order(time.monotonic() + (0.0 if urgent else PATIENCE), Task(records, done)))

    def anchor(self) -> None:
        self._inbox.put(Order(time.monotonic()))

    def close(self, *, clean: bool = True) -> None:
        self._inbox.put(Order(time.monotonic(), close=True, clean=clean))
        self._thread.join()

    def _run(self) -> None:
        closing: Order | None = None
        while closing is None:
            orders = self._due()
            tasks = [order.task for order in orders if order.task]
            closing = next((order for order in orders if order.close), None)
            if tasks:
                self._write(tasks)
            if closing is None and len(tasks) < len(orders):
                self._appender.guarded(self._journal.anchor)
            if not orders:
                self._appender.guarded(self._prepare)
        self._appender.close(clean=closing.clean)

    def _due(self) -> list[Order]:
        """All that waits, once the first of it is due; nothing when there is leisure to prepare a blank.

        It blocks before it prepares: who was just told of a commit needs the interpreter, and is waited for.
        """
        while True:
            self._drain()
            left = self._left()
            if left is not None and left <= 0:
                orders, self._waiting = self._waiting, []
                return orders
            preparing = self._work is not None and not self._appender.failed
            wait = LEISURE if preparing and (left is None or left > LEISURE) else left
            try:
                self._waiting.append(self._inbox.get(timeout=wait))
            except Empty:
                if wait != left:
                    return []

    def _left(self) -> float | None:
        """Seconds until the first of what waits is due; None when nothing waits."""
        return min(order.due for order in self._waiting) - time.monotonic() if self._waiting else None

    def _drain(self) -> None:
        while not self._inbox.empty():  # only this thread takes
            self._waiting.append(self._inbox.get_nowait())

    def _write(self, tasks: list[Task]) -> None:
        outcome = self._appender.write(tasks)
        for task in tasks:
            self._tell(task.done, outcome)
        self._work = self._journal.work()

    def _tell(self, done: Done, outcome: Commit | JournalFailed) -> None:
        self._post(lambda: done(outcome))

    def _prepare(self) -> None:
        if self._work and next(self._work, self) is self:
            self._work = None
