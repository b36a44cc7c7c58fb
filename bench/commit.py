"""journal.added: what a durable signed commit costs its caller above a bare write and flush of the same bytes.

Caller to caller through the writer's thread, in turns with the bare write beside it, on one file system. As root both
run at real-time priority, so that other programs' turns on the processor are not counted as ours.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from tempfile import TemporaryDirectory

from appliance.storage import keys
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.seal import MachineSealer
from appliance.storage.writer import ThreadWriter
from bench.loop import can_mount, mounted
from bench.row import Row, row
from bench.stores import Act
from bench.verify import Till

ROUNDS = 400
PRIORITY = 10


def rows() -> Iterator[Row]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))
        if can_mount():
            directory = stack.enter_context(mounted(directory, "added")).folder
        with undisturbed() as how:
            ours, theirs, cpu = _both(directory)
    added, base = (median(ours) - median(theirs)) * 1e6, median(theirs) * 1e6
    quiet = (_tenth(ours) - _tenth(theirs)) * 1e6
    unit = f"us above it, p50, {how} (p10 {quiet:.0f}); the journal's own work {median(cpu) * 1e6:.0f} us"
    what = "bare pwrite+fdatasync of the same bytes, p50 us"
    yield row("journal.added", added, unit, base, what, "<= 150", met=added <= 150)


def _tenth(times: list[float]) -> float:
    """The quietest tenth ends here."""
    return sorted(times)[len(times) // 10]


@contextmanager
def undisturbed() -> Iterator[str]:
    """Threads that are started inside inherit it."""
    normal = os.sched_getscheduler(0)
    how = "normal priority"
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
        how = "real-time priority"
    try:
        yield how
    finally:
        os.sched_setscheduler(0, normal, os.sched_param(0))


def _both(directory: Path) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each commit, of each bare write, and of the processor's work in a commit above a bare write's."""
    disk = OsDisk()
    key = keys.load_or_make(directory, disk, MachineSealer(b"bench"))
    journal, till = Journal.open(directory, disk, key), Till(key)
    journal.append(till.birth())
    for _ in journal.work():
        pass
    own: list[float] = []
    ours, theirs, base = [], [], []
    writer = ThreadWriter(_timing(journal, own), lambda action: action())
    with _bare(disk, directory / "bare", journal.unit) as bare:
        for _ in range(ROUNDS):
            start = time.thread_time()
            theirs.append(_timed(bare))
            base.append(time.thread_time() - start)
            record = till.record(60, {1: "3760123450010", 2: "unknown"})
            ours.append(_timed(lambda record=record: _wait(writer, record)))  # type: ignore[misc]
    writer.close()
    return ours, theirs, [one - median(base) for one in own]


def _timing(journal: Journal, spent: list[float]) -> Journal:
    """The same journal, whose `append` writes down the processor's time that it took."""
    append = journal.append

    def timed(records: list[Record]) -> object:
        start = time.thread_time()
        try:
            return append(records)
        finally:
            spent.append(time.thread_time() - start)

    journal.append = timed  # type: ignore[method-assign, assignment]
    return journal


def _wait(writer: ThreadWriter, record: Record) -> None:
    done: SimpleQueue[object] = SimpleQueue()
    writer.submit([record], done.put)
    done.get()


def _timed(action: Act) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@contextmanager
def _bare(disk: OsDisk, path: Path, unit: int) -> Iterator[Act]:
    """Writes unit after unit of a file that is there already, as the journal does."""
    handle = disk.open(path, Mode.CREATE)
    for at in range(0, (ROUNDS + 1) * unit + 64 * 1024, 64 * 1024):
        disk.pwrite(handle, bytes(64 * 1024), at)
    disk.fsync(handle)
    disk.close(handle)
    handle = disk.open(path, Mode.DIRECT if unit == 512 else Mode.WRITE)
    turns = iter(range(ROUNDS + 1))

    def write() -> None:
        disk.pwrite(handle, b"\x55" * unit, next(turns) * unit)
        disk.fdatasync(handle)

    yield write
    disk.close(handle)
