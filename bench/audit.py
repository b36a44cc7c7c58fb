"""What proves a till, over a lived year (BENCH_DAYS, 60 unless said; a year is 300) of 200 tickets a day.

Each work runs in a process of its own, over the whole and over its first half: the memory of both must be the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from appliance.audit.archive import Order, create
from appliance.audit.archive_period import Asked
from appliance.audit.control_command import make
from appliance.audit.reading import Period, Reading
from appliance.audit.replay import Replay
from appliance.audit.verify import INTACT, verify
from appliance.core.event import NAMES
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from bench.row import Row, row
from tests.audit.checking import KINDS, REFOLD
from tests.audit.year.life import LARGE, Life
from tests.audit.year.machine import SEALER

DAYS = int(os.environ.get("BENCH_DAYS", "60"))
TICKETS = 200
FIRST = date(2026, 2, 1)
MADE = 1_798_000_000_000  # UTC ms
SAME = 1.15  # of the memory that half of it takes


class Spent(NamedTuple):
    """CPU seconds, and KiB at the peak of the process."""

    seconds: float
    peak: int


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as whole, TemporaryDirectory() as half:
        count, first, last = _lived(Path(whole), DAYS)
        _lived(Path(half), DAYS // 2)
        unit = f"ms of CPU to close day {DAYS}"
        yield row(
            "audit.closing", last, unit, first, "median of the first ten days", "<= 1.5 x", met=last <= 1.5 * first
        )
        yield from _works(Path(whole), Path(half), count)


def _works(whole: Path, half: Path, count: int) -> Iterator[Row]:
    base = _measured("walk", whole).seconds
    for name in ("verify", "replay", "control", "archive", "check"):
        ours, less = _measured(name, whole), _measured(name, half)
        unit = f"ms of CPU for {DAYS} days, {count} records"
        said = "reading the records alone"
        yield row(f"audit.{name}", 1000 * ours.seconds, unit, 1000 * base, said, "printed", met=None)
        unit, met = "KiB at its peak", ours.peak <= SAME * less.peak
        yield row(f"audit.{name}.memory", ours.peak, unit, less.peak, "half as many days", f"<= {SAME} x", met=met)


def _lived(home: Path, days: int) -> tuple[int, float, float]:
    """Records, and CPU ms of a closing: the median of the first ten, and of the last ten."""
    life, spent = Timed(home / "data", FIRST, days, TICKETS, LARGE), list[float]()
    life.spent = spent
    life.live().stop()
    return life.till.journal.next_seq, _median(spent[:10]), _median(spent[-10:])


def _median(times: list[float]) -> float:
    return 1000 * sorted(times)[len(times) // 2]


class Timed(Life):
    """Notes what each closing took, count and snapshot included."""

    spent: list[float]

    def close(self) -> None:
        start = time.process_time()
        super().close()
        self.spent.append(time.process_time() - start)


def _measured(name: str, home: Path) -> Spent:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_spent, (name, home))


def _spent(name: str, home: Path) -> Spent:
    start = time.process_time()
    WORKS[name](home)
    return Spent(time.process_time() - start, _peak())


def _peak() -> int:
    """Of this program alone: getrusage(2) also counts what its parent held when it forked."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def _walk(home: Path) -> None:
    for _ in Reading(home / "data", _nothing).records():
        pass


def _verify(home: Path) -> None:
    _intact(home / "data")


def _intact(path: Path) -> None:
    verdict = verify(path, "full", None, REFOLD, None, KINDS, pause=_nothing)
    if verdict.code != INTACT:
        raise RuntimeError(verdict.line)


def _replay(home: Path) -> None:
    if not all(each.agrees for each in Replay().run(Reading(home / "data", _nothing).records())):
        raise RuntimeError("a closing differs from its band")


def _control(home: Path) -> None:
    make(home / "data", Period())


def _archive(home: Path) -> None:
    """Of the fiscal year, which holds every day."""
    disk = OsDisk()
    key = keys.load(home / "data", disk, SEALER)
    (home / "archives").mkdir(exist_ok=True)
    create(Order(home / "data", home / "archives", Asked("year"), key, MADE, "0.3.0", KINDS, REFOLD, NAMES), disk)


def _check(home: Path) -> None:
    for path in (home / "archives").iterdir():
        _intact(path)


def _nothing() -> None:
    """No pause: nothing runs beside."""


WORKS: dict[str, Callable[[Path], None]] = {
    "walk": _walk,
    "verify": _verify,
    "replay": _replay,
    "control": _control,
    "archive": _archive,
    "check": _check,
}
