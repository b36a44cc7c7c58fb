"""journal.recover: what is read to find the tip, also after many tears; then for the fold since the last closing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.core import event as ev
from appliance.core.snapshot import snapshot_body
from appliance.daemon.remembrance import remembered
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.seal import MachineSealer
from bench.loop import Mounted, can_mount, mounted
from bench.row import Row, row
from bench.verify import Till

SEALER = MachineSealer(b"bench")
LIMIT = 96 * 1024
DAYS, SALES = 8, 40  # two megabytes: one segment


class Counting(OsDisk):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        data = super().pread(handle, size, offset)
        self.bytes += len(data)
        return data


def rows() -> Iterator[Row]:
    for tears, name in ((0, "journal.recover"), (200, "journal.recover.gaps")):
        with ExitStack() as stack:
            directory, device = _place(stack)
            _half_full(directory, tears)
            read, below, _ = _read(directory, device, fold=False)
        what = f"bytes of the whole segment, {tears} torn frames in it"
        yield row(name, read, f"B read{below}", 4 * 2**20, what, f"<= {LIMIT}", met=read <= LIMIT)
    yield _fold()


def _fold() -> Row:
    """A start with a day half done, after many that are closed."""
    with ExitStack() as stack:
        directory, device = _place(stack)
        today, whole = _days(directory)
        read, below, ledger = _read(directory, device, fold=True)
    unit = f"B read{below} to the ledger of {ledger} records, {today} B of them since the last closing"
    goal = f"<= {LIMIT} + what is since the last closing, twice"
    return row(
        "journal.recover.fold", read, unit, whole, "bytes of the whole journal", goal, met=read <= LIMIT + 2 * today
    )


def _place(stack: ExitStack) -> tuple[Path, Mounted | None]:
    place = Path(stack.enter_context(TemporaryDirectory()))
    if not can_mount():
        return place, None
    device = stack.enter_context(mounted(place, "recover"))
    return device.folder, device


def _read(directory: Path, device: Mounted | None, *, fold: bool) -> tuple[int, str, int]:
    """Bytes that the journal asked for, what the device gave (with nothing in memory), and the records known."""
    if device:
        device.forget()
    before = device.spent if device else None
    disk = Counting()
    journal = Journal.open(directory, disk, keys.load(directory, disk, SEALER))
    known = remembered(journal).ledger.seq if fold else journal.next_seq
    after = f", {device.spent.since(before).read} at the device, cold" if device and before else ""
    journal.close(clean=False)
    return disk.bytes, after, known


def _days(directory: Path) -> tuple[int, int]:
    """Bytes of the frames since the last closing, and of all."""
    disk = OsDisk()
    key = keys.load_or_make(directory, disk, SEALER)
    journal, till = Journal.open(directory, disk, key), Till(key)
    journal.append(till.birth())
    for day in range(DAYS + 1):
        start = journal.used
        journal.append(till.opening())
        for _ in range(SALES):
            for frame in till.sale():
                journal.append(frame)
        if day < DAYS:
            closing = till.closing()
            journal.append([*closing, till.record(ev.SNAPSHOT, snapshot_body(till.ledger))])
    today, whole = journal.used - start, journal.used
    journal.close()
    return today, whole


def _half_full(directory: Path, tears: int) -> None:
    """2 MiB of frames; `tears` of them garbage of up to 8 units, each named by the record after it."""
    disk = OsDisk()
    key = keys.load_or_make(directory, disk, SEALER)
    journal, till = Journal.open(directory, disk, key), Till(key)
    journal.append(till.birth())
    every = 2**20 // 512 // (tears + 1)
    while journal.used < 2 * 2**20:
        for _ in range(every):
            journal.append([till.record(60, {1: "3760123450010", 2: "unknown"})])
        if tears:
            journal.close()
            _tear(directory, journal.used, 1 + till.ledger.seq % 8)
            journal = Journal.open(directory, disk, key)
            gap = journal.gap
            assert gap
            journal.append(till.sealed([till.record(3, {1: gap.length, 2: gap.sha256})]))
    journal.close(clean=False)


def _tear(directory: Path, at: int, units: int) -> None:
    """Only the last unit of a torn frame reached the medium."""
    with (directory / "journal" / "00000001.seg").open("r+b") as file:
        file.seek(at + (units - 1) * 512)
        file.write(os.urandom(512))
