"""collector.*: what a batch of 8, 64 and 512 records of sales costs a collector, step by step, in CPU time.

Each step is measured in turns with the least that any way would have to do, so that a busy machine shows in both.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cbor2

from appliance.storage import chain
from appliance.sync import protocol
from appliance.sync.protocol import Batch
from bench.hammer import rows as hammer_rows
from bench.replica import collector
from bench.row import Row, row
from bench.verify import Till as Counter
from collector.build import Parts
from collector.store import Store, bucket
from tests.collector import seaweed
from tests.sync.line import Line, receipt

SIZES = (8, 64, 512)
ROUNDS = 60
FIXED, PER_RECORD = 1000, 4  # us of the goal


class Case(NamedTuple):
    """A till's second batch, as it comes in behind the receipt of the first."""

    batch: Batch
    data: bytes
    before: bytes

    @property
    def body(self) -> bytes:
        return protocol.request(self.data, self.before)


def rows() -> Iterator[Row]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        parts = collector(home)
        remote = _remote(stack, home)
        for size in SIZES:
            yield from _steps(parts, size, remote)
    yield from hammer_rows()


def case(parts: Parts, size: int) -> Case:
    """Records of sales at a counter, on a chain of their own."""
    line = Line(int.from_bytes(os.urandom(15), "big"))
    first = line.cut(0)
    own = parts.keys.own
    before = receipt(first, None, own)
    counter = Counter(line.key)
    counter.birth(), counter.opening()
    sold = [record for _ in range(size // 8 + 1) for frame in counter.sale() for record in frame][:size]
    line.add(*(each._replace(seq=1 + at) for at, each in enumerate(sold)))
    batch = line.cut(1)
    return Case(batch, batch.encode(), before)


def _remote(stack: ExitStack, home: Path) -> Store | None:
    """A bucket on a server of this machine; None when it does not start."""
    (home / "weed").mkdir()
    try:
        endpoint = stack.enter_context(seaweed.running(home / "weed"))
    except (AssertionError, OSError):
        return None
    return bucket(seaweed.PLAIN, endpoint, seaweed.REGION, seaweed.KEY, seaweed.SECRET)


def _steps(parts: Parts, size: int, remote: Store | None) -> Iterator[Row]:
    it = case(parts, size)
    said = protocol.receipt_proven(it.before, parts.keys.own.public)
    seal, bare = (lambda: protocol.seal_receipt(said, parts.keys.own.sign)), (lambda: parts.keys.own.sign(it.before))
    verified, least = _spent(lambda: parts.batches.checked(it.batch.chain_id, it.body), lambda: _least(it))
    sealed, signed = _spent(_later(seal), bare)
    whole = protocol.stored(it.data, it.before)
    put, written = _spent(lambda: parts.store.create(os.urandom(8).hex(), whole), lambda: _written(parts, whole))
    unit = f"us of CPU for {size} records"
    yield row(f"collector.verify.{size}", verified, unit, least, "2 Ed25519, SHA-256, cbor2.loads", "", met=None)
    yield row(f"collector.receipt.{size}", sealed, unit, signed, "Ed25519 alone", "", met=None)
    yield row(f"collector.put.{size}", put, unit, written, "write, fsync, link, fsync", "", met=None)
    goal, ours = FIXED + PER_RECORD * size, verified + sealed + put
    said_ = f"<= {goal} us (1 ms + 4 us a record)"
    yield row(f"collector.batch.{size}", ours, unit, least + signed + written, "the three", said_, met=ours <= goal)
    if remote is not None:
        sent, _ = _spent(lambda: remote.create(f"bench/{os.urandom(8).hex()}", whole), lambda: None)
        yield row(f"collector.s3.{size}", sent, unit, put, "the durable put into a folder", "", met=None)


def _later(action: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    async def act() -> object:
        return action()

    return act


def _least(it: Case) -> None:
    """What no way of checking a batch can leave out."""
    head = it.batch.prev_head
    for each in it.batch.records:
        head = sha256(head + each).digest()
        cbor2.loads(each)
    key = protocol.read_receipt(it.before)[0].key
    for _ in range(2):
        chain.signed(key, it.batch.cp, it.batch.signature)


def _written(parts: Parts, data: bytes) -> None:
    folder = Path(parts.store._root)  # type: ignore[attr-defined]
    path = folder / f"bare-{os.urandom(8).hex()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(handle, data)
    os.fsync(handle)
    os.close(handle)
    os.link(path, path.with_suffix(".there"))
    above = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(above)
    os.close(above)
    path.unlink()


def _spent(ours: Callable[[], Awaitable[object]], theirs: Callable[[], object]) -> tuple[float, float]:
    """us of CPU of the whole process, medians of interleaved rounds."""

    async def turns() -> tuple[list[float], list[float]]:
        one, other = [], []
        for _ in range(ROUNDS):
            start = time.process_time()
            await ours()
            middle = time.process_time()
            theirs()
            one.append(middle - start)
            other.append(time.process_time() - middle)
        return one, other

    one, other = asyncio.run(turns())
    return median(one) * 1e6, median(other) * 1e6
