"""collector.hammer.*: 10,000 simulated tills (BENCH_TILLS) against one worker, each with a chain of its own.

Every till sends two batches of 8 records, each at a moment of its own within BENCH_HAMMER seconds, over a connection of
its own; told "later", it comes again. The registry is written ahead. CPU and memory are the worker's.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cbor2

from appliance.storage.keys import Key
from appliance.sync import enrolment, protocol, registry
from appliance.sync.enrolment import POLICY, Registration
from appliance.sync.protocol import BATCH_TYPE
from appliance.sync.registry import ENROLLED, Entry
from bench.replica import collector
from bench.row import Row, row
from collector import build, config, keys
from collector.keys import Secret
from collector.registry import prefix
from tests.collector.replica import Replica
from tests.collector.world import RELEASE, URL
from tests.sync.line import SIRET, Line, receipt

TILLS = int(os.environ.get("BENCH_TILLS", "10000"))
SECONDS = float(os.environ.get("BENCH_HAMMER", "45"))  # for each of the two rounds
RECORDS = 8
STORED, LATER = 201, (429, 503)
HZ = os.sysconf("SC_CLK_TCK")
GOAL_US, GOAL_MIB = 1000 + 4 * RECORDS, 64


Asked = tuple[str, bytes]  # path and body


class Tally:
    """`later`: how often a till was told to come again."""

    def __init__(self) -> None:
        self.stored = self.later = 0


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        parts = collector(home)
        tills = [_till(home / "store", parts.keys.own, parts.keys.root, at) for at in range(TILLS)]
        replica = Replica(home / config.NAME)
        try:
            yield from _hammered(replica, tills)
        finally:
            replica.end()


def _till(store: Path, own: Secret, root: bytes, at: int) -> list[Asked]:
    """Enrolled, its first batch sent: what its next two requests are."""
    line, network = Line(at + 1, f"T{at:05d}"), Key((at + 1 << 128).to_bytes(32, "big"))
    asked = enrolment.seal(os.urandom(16), line.genesis, (network.public, network.sign), line.key.sign, "SN", "0.1.0")
    log = (store / keys.PREFIX / f"{0:012d}").read_bytes()
    now = build.now()
    said = Registration(
        line.chain_id, SIRET, line.till, root, (log,), URL, POLICY, RELEASE.public, network.public, now, own.kid
    )
    details = cbor2.dumps([asked.encode(), enrolment.seal_registration(said, own.sign)])
    entry = registry.seal(Entry(line.chain_id, 0, ENROLLED, now, None, own.kid, details), own.sign)
    place = store / prefix(line.chain_id) / f"{0:012d}"
    place.parent.mkdir(parents=True)
    place.write_bytes(entry)
    return list(_requests(line, own))


def _requests(line: Line, own: Secret) -> Iterator[Asked]:
    before = receipt(line.cut(0), None, own)
    for _ in range(2):
        first = line.seq
        line.add(*(line.record(first + at, 22, {1: "Baguette tradition", 2: 110 + at}) for at in range(RECORDS)))
        batch = line.cut(first)
        yield f"/v1/chains/{line.chain_id.hex()}/batches/{first}", protocol.request(batch.encode(), before)
        before = receipt(batch, before, own)


def _hammered(replica: Replica, tills: list[list[Asked]]) -> Iterator[Row]:
    pid, port = replica.process.pid, replica.http.base_url.port or 0
    idle = _peak(pid)
    unit = f"us of the worker's CPU a batch of {RECORDS}, {TILLS} tills in {SECONDS:.0f} s"
    goal = f"<= {GOAL_US} us (1 ms + 4 us a record)"
    for turn, name in enumerate(("first", "again")):
        tally, before = Tally(), _cpu(pid)
        asyncio.run(_round(port, tills, turn, tally))
        spent = (_cpu(pid) - before) / max(1, tally.stored) * 1e6
        met = spent <= GOAL_US and tally.stored == len(tills)
        told = f"{tally.stored} stored, {tally.later} told to come later; goal is of the batch without HTTP"
        yield row(f"collector.hammer.{name}", spent, unit, None, told, goal, met=met)
    peak = _peak(pid)
    what = f"KiB at its peak after {2 * TILLS} batches of {TILLS} chains"
    goal = f"<= {GOAL_MIB} MiB"
    yield row("collector.hammer.rss", peak, what, idle, "before the first", goal, met=peak <= GOAL_MIB * 1024)


async def _round(port: int, tills: list[list[Asked]], turn: int, tally: Tally) -> None:
    await asyncio.gather(*(_send(port, each[turn], tally) for each in tills))


async def _send(port: int, asked: Asked, tally: Tally) -> None:
    """At a moment of its own; told "later" or cut off, again at another one."""
    wait = SECONDS
    while True:
        await asyncio.sleep(random.uniform(0, wait))
        wait = SECONDS / 4
        try:
            status = await _put(port, *asked)
        except OSError:
            status = LATER[0]
        if status not in LATER:
            break
        tally.later += 1
    if status != STORED:
        raise RuntimeError(f"a till was answered {status}")
    tally.stored += 1


async def _put(port: int, path: str, body: bytes) -> int:
    """One request over one connection, as bytes: a client with comfort would cost more than the worker."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"PUT {path} HTTP/1.1\r\nHost: c\r\nContent-Type: {BATCH_TYPE}\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    try:
        answer = await reader.read()
    finally:
        writer.close()
    found = re.match(rb"HTTP/1.1 (\d{3})", answer)
    if found is None:
        raise ConnectionResetError
    return int(found[1])


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / HZ


def _peak(pid: int) -> int:
    """KiB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0
