"""journal.*: device bytes at a till's pace and in a loop beside other stores, what a commit costs a caller, recovery.

BENCH_SECONDS sets how long the paced lanes run (the goal is defined at 700 s or more: shorter runs hide the
file system's own commits, and each row names the length it ran). They need root and free loop devices.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import NamedTuple

from bench import commit, recovery, stores
from bench.loop import Mounted, can_mount, mounted
from bench.row import Row, row
from bench.stores import PACE, SALE, Lane

SECONDS = float(os.environ.get("BENCH_SECONDS", "65"))
TURNS = int(os.environ.get("BENCH_TURNS", "400"))  # commits in the tight loop
KB12 = 12 * 1024

Maker = Callable[[Mounted, ExitStack], Lane]
PACED: tuple[Maker, ...] = (
    stores.journal,
    stores.append,
    stores.sqlite_fresh,
    stores.sqlite_wrapped,
    stores.sqlite_delete,
    stores.lmdb_,
    stores.journal_sale,
    stores.sqlite_sale,
)
LOOPED: tuple[Maker, ...] = (
    stores.journal,
    stores.append,
    stores.sqlite_fresh,
    stores.sqlite_wrapped,
    stores.sqlite_delete,
    stores.lmdb_,
)
BESIDE = {
    "append": "append + fdatasync",
    "sqlite fresh": "SQLite WAL FULL, fresh WAL",
    "sqlite wrapped": "SQLite WAL FULL, wrapped WAL",
    "sqlite delete": "SQLite DELETE FULL",
    "lmdb": "LMDB",
}
GOALS = {"sqlite fresh": 25, "sqlite wrapped": 7}  # times our bytes


class Cost(NamedTuple):
    """Of one turn, at the device, prefill included."""

    bytes: float
    flushes: float


def rows() -> Iterator[Row]:
    if can_mount():
        yield from _measured()
    else:
        for name in ("journal.bytes_per_commit", "journal.bytes_per_sale", "journal.bytes_in_loop"):
            yield row(name, None, "not measured: needs root and loop devices", None, "SQLite WAL FULL", "", met=None)
    yield from commit.rows()
    yield from recovery.rows()


def _measured() -> Iterator[Row]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        lanes = [make(stack.enter_context(mounted(place, make.__name__)), stack) for make in PACED]
        costs = _play(lanes, SECONDS)
    yield from _commit_rows(costs)
    yield _sale_row(costs)
    yield from _loop_rows({name: cost for make in LOOPED for name, cost in [_looped(make)]})


def _play(lanes: list[Lane], seconds: float) -> dict[str, Cost]:
    """All lanes at once, each on its own device and at its own pace."""
    for lane in lanes:
        lane.on.settle()
    before = [(lane.on.spent, lane.prefill()) for lane in lanes]
    turns = [int(seconds // lane.every) or 1 for lane in lanes]
    threads = [Thread(target=_pace, args=(lane, count)) for lane, count in zip(lanes, turns, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {}
    for lane, count, (spent, filled) in zip(lanes, turns, before, strict=True):
        used = lane.on.spent.since(spent)
        found[lane.name] = Cost((used.written + lane.prefill() - filled) / count, used.flushes / count)
    return found


def _pace(lane: Lane, count: int) -> None:
    """`count` turns; the acts of a turn are spread evenly over it."""
    start = time.monotonic()
    step = lane.every / lane.acts
    for at in range(count * lane.acts):
        time.sleep(max(0.0, start + (at + 1) * step - time.monotonic()))
        lane.act()


def _looped(make: Maker) -> tuple[str, Cost]:
    """As fast as it goes: the file system's own commits are hidden, so this flatters whoever causes them."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        lane = make(stack.enter_context(mounted(Path(folder), make.__name__)), stack)
        lane.on.settle()
        spent, filled = lane.on.spent, lane.prefill()
        for _ in range(TURNS):
            lane.act()
        used = lane.on.spent.since(spent)
        return lane.name, Cost((used.written + lane.prefill() - filled) / TURNS, used.flushes / TURNS)


def _commit_rows(costs: dict[str, Cost]) -> Iterator[Row]:
    ours = costs["journal"]
    unit = f"B, prefill included, one per {PACE} s over {SECONDS:.0f} s, {ours.flushes:.2f} flushes"
    for name, what in BESIDE.items():
        theirs, times = costs[name], GOALS.get(name)
        goal = f"<= 1100 B, <= 1.05 flushes, baseline >= {times} x" if times else "<= 1100 B, <= 1.05 flushes"
        met = ours.bytes <= 1100 and ours.flushes <= 1.05 and theirs.bytes >= (times or 1) * ours.bytes
        yield row("journal.bytes_per_commit", ours.bytes, unit, theirs.bytes, _said(what, theirs), goal, met=met)


def _sale_row(costs: dict[str, Cost]) -> Row:
    ours, theirs = costs["journal sale"], costs["sqlite sale"]
    unit = f"B for 12 records in 9 frames and an anchor in {SALE:.0f} s, prefill included, over {SECONDS:.0f} s"
    met = ours.bytes <= KB12 and theirs.bytes >= 6 * ours.bytes
    what = _said("SQLite WAL FULL, same acts", theirs)
    return row("journal.bytes_per_sale", ours.bytes, unit, theirs.bytes, what, f"<= {KB12} B, >= 6 x", met=met)


def _loop_rows(costs: dict[str, Cost]) -> Iterator[Row]:
    ours = costs["journal"]
    unit = f"B, prefill included, {TURNS} commits in a tight loop, {ours.flushes:.2f} flushes"
    for name, what in BESIDE.items():
        theirs = costs[name]
        yield row("journal.bytes_in_loop", ours.bytes, unit, theirs.bytes, _said(what, theirs), "", met=None)


def _said(what: str, cost: Cost) -> str:
    return f"{what}, {cost.flushes:.2f} flushes"
