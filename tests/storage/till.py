"""Small records and journals for tests: one key, one folder, 64 KiB segments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from appliance.storage.flash import Disk
from appliance.storage.journal import Journal
from appliance.storage.keys import Key
from appliance.storage.record import GENESIS_KEY, RECOVERED, Record, Value
from appliance.storage.seal import MachineSealer

KEY = Key(bytes(range(32)))
SEALER = MachineSealer(b"a machine of tests")
HOME = Path("/till")
SEGMENT = 64 * 1024
T = 1_795_248_000_000
GENESIS, STOP, LINE, TICKET, CLOSE = 1, 4, 22, 30, 50


def record(seq: int, kind: int = LINE, body: dict[int, Value] | None = None) -> Record:
    return Record(seq, T + seq, 60, 1000 + seq, "1", "S1", 0, kind, {1: "Baguette", 2: 110} if body is None else body)


def genesis() -> Record:
    return record(0, GENESIS, {1: 1, GENESIS_KEY: KEY.public})


def recovered(journal: Journal) -> Record:
    assert journal.gap
    return record(journal.next_seq, RECOVERED, {1: journal.gap.length, 2: journal.gap.sha256})


def opened(disk: Disk, home: Path = HOME, unit: int | None = None) -> Journal:
    return Journal.open(home, disk, KEY, segment_size=SEGMENT, unit=unit)


def fill(journal: Journal, until: int, make: Callable[[int], Record] = record) -> None:
    """One record a frame up to number `until`, genesis first."""
    if journal.next_seq == 0:
        journal.append([genesis()])
    while journal.next_seq < until:
        journal.append([make(journal.next_seq)])
