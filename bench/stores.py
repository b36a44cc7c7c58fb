"""The stores that are measured beside each other: our journal, SQLite in three ways, LMDB, a file that grows.

Each makes a `Lane`: one durable commit, or one act of a sale, a call. Records are the same bytes everywhere.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import NamedTuple

import lmdb

from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import encode
from appliance.storage.seal import MachineSealer
from bench.loop import Mounted
from bench.verify import Till

PACE = 6.5  # seconds from one commit to the next
SALE = 4 * PACE  # a sale at a person's pace: ten acts, the last is the anchor
WRAP = 1200  # inserts after which SQLite has checkpointed its WAL and begun it anew
Act = Callable[[], None]


class Lane(NamedTuple):
    """One store on its own device: `act` every `every` seconds ÷ `acts`; `prefill` = bytes written ahead for them."""

    name: str
    on: Mounted
    act: Act
    every: float = PACE
    acts: int = 1
    prefill: Callable[[], int] = int


def journal(on: Mounted, stack: ExitStack) -> Lane:
    kept, till = _journal(on, stack)
    act = lambda: kept.append([till.record(60, {1: "3760123450010", 2: "unknown"})]) and None  # noqa: E731
    return Lane("journal", on, act, prefill=_prefill(kept))


def journal_sale(on: Mounted, stack: ExitStack) -> Lane:
    kept, till = _journal(on, stack)

    def acts() -> Iterator[None]:
        while True:
            for frame in till.sale():
                kept.append(frame)
                yield
            kept.anchor()
            yield

    turn = acts()
    return Lane("journal sale", on, lambda: next(turn), SALE, 10, _prefill(kept))


def _journal(on: Mounted, stack: ExitStack) -> tuple[Journal, Till]:
    disk = OsDisk()
    key = keys.load_or_make(on.folder, disk, MachineSealer(b"bench"))
    kept = Journal.open(on.folder, disk, key)
    stack.callback(kept.close)
    till = Till(key)
    kept.append(till.birth())
    kept.append(till.opening())
    kept.anchor()
    for _ in kept.work():
        pass
    return kept, till


def _prefill(kept: Journal) -> Callable[[], int]:
    """Each unit that is used was once written as zeros; counts from now."""
    start = kept.used
    return lambda: kept.used - start


def append(on: Mounted, stack: ExitStack) -> Lane:
    """The naive way: a file that grows, each record at its end, fdatasync."""
    data = small()
    handle = os.open(on.folder / "journal.bin", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    stack.callback(os.close, handle)

    def act() -> None:
        os.write(handle, data)
        os.fdatasync(handle)

    return Lane("append", on, act)


def lmdb_(on: Mounted, stack: ExitStack) -> Lane:
    data, seq = small(), count()
    base = lmdb.open(str(on.folder / "lmdb"), map_size=32 * 2**20)
    stack.callback(base.close)

    def act() -> None:
        with base.begin(write=True) as turn:
            turn.put(next(seq).to_bytes(8, "big"), data, append=True)

    return Lane("lmdb", on, act)


def sqlite_fresh(on: Mounted, stack: ExitStack) -> Lane:
    base, data = _database(on, stack, "WAL"), small()
    return Lane("sqlite fresh", on, lambda: _insert(base, [data]))


def sqlite_wrapped(on: Mounted, stack: ExitStack) -> Lane:
    """Its WAL has been checkpointed and begun anew, so that it no longer grows."""
    base, data = _database(on, stack, "WAL"), small()
    for _ in range(WRAP):
        _insert(base, [data])
    return Lane("sqlite wrapped", on, lambda: _insert(base, [data]))


def sqlite_delete(on: Mounted, stack: ExitStack) -> Lane:
    base, data = _database(on, stack, "DELETE"), small()
    return Lane("sqlite delete", on, lambda: _insert(base, [data]))


def sqlite_sale(on: Mounted, stack: ExitStack) -> Lane:
    base, till = _database(on, stack, "WAL"), Till(keys.Key(bytes(32)))
    till.birth()
    till.opening()

    def acts() -> Iterator[None]:
        while True:
            for frame in till.sale():
                _insert(base, [encode(record) for record in frame])
                yield
            yield

    turn = acts()
    return Lane("sqlite sale", on, lambda: next(turn), SALE, 10)


def _database(on: Mounted, stack: ExitStack, mode: str) -> sqlite3.Connection:
    base = sqlite3.connect(on.folder / "journal.db", isolation_level=None, check_same_thread=False)
    stack.callback(base.close)
    base.execute(f"PRAGMA journal_mode={mode}")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, data BLOB)")
    return base


def _insert(base: sqlite3.Connection, datas: list[bytes]) -> None:
    base.execute("BEGIN")
    base.executemany("INSERT INTO record (data) VALUES (?)", [(data,) for data in datas])
    base.execute("COMMIT")


def small() -> bytes:
    """The record that a code which is not in the catalogue leaves."""
    till = Till(keys.Key(bytes(32)))
    return encode(till.record(60, {1: "3760123450010", 2: "unknown"}))
