"""A long journal against one of a single day: the time to open it, and the memory to verify it (BENCH_SALES)."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from appliance.daemon.remembrance import remembered
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.seal import MachineSealer
from bench.row import Row, row
from bench.verify import PER_DAY, SALES, Till, check, fill

SEALER = MachineSealer(b"bench")
OPENINGS = 9
HALF = PER_DAY // 2


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as long, TemporaryDirectory() as day:
        count = _written(Path(long), SALES)
        _written(Path(day), PER_DAY)
        yield _opening(Path(long), Path(day), count)
        yield _memory(Path(long), Path(day), count)


def _written(directory: Path, sales: int) -> int:
    """Closed days, and half a day that is open; its number of records."""
    disk = OsDisk()
    ring = keys.load_or_make(directory, disk, SEALER)
    journal = Journal.open(directory, disk, ring)
    till = Till(ring)
    fill(journal, till, sales)
    journal.append(till.opening())
    for _ in range(HALF):
        for frame in till.sale():
            journal.append(frame)
    journal.close()
    return journal.next_seq


def _opening(long: Path, day: Path, count: int) -> Row:
    """CPU ms from the closed journal to the ledger, medians of interleaved rounds."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(OPENINGS):
        for directory, times in zip((long, day), spent, strict=True):
            times.append(_open(directory))
    ours, one = (round(1000 * median(times), 1) for times in spent)
    unit = f"ms of CPU to open {count} records, half a day of them since the last closing"
    beside = "one closed day and the same half"
    return row("long.open", ours, unit, one, beside, "<= 1.5 x one day", met=ours <= 1.5 * one)


def _open(directory: Path) -> float:
    disk = OsDisk()
    ring = keys.load(directory, disk, SEALER)
    start = time.process_time()
    journal = Journal.open(directory, disk, ring)
    remembered(journal)
    spent = time.process_time() - start
    journal.close(clean=False)
    return spent


def _memory(long: Path, day: Path, count: int) -> Row:
    """KiB at the peak of a process that verifies in full and does nothing else."""
    ours, one = _peak(long), _peak(day)
    unit = f"KiB at the peak of a full check of {count} records"
    return row("long.memory", ours, unit, one, "of one day", "<= 1.15 x one day", met=ours <= 1.15 * one)


def _peak(directory: Path) -> int:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (directory,))


def _measured(directory: Path) -> int:
    check(directory, "full")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
