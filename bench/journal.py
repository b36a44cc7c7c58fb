"""journal.*: device bytes at a till's pace beside SQLite, what a commit costs a caller, what recovery reads.

BENCH_SECONDS sets how long the paced lanes run (the goal is defined at 700 s or more: shorter runs hide the
file system's own commits, and each row names the length it ran). They need root and free loop devices.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import NamedTuple

from appliance.storage import keys
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import Record, encode
from appliance.storage.seal import MachineSealer
from appliance.storage.writer import ThreadWriter
from bench.verify import Till

SECONDS = float(os.environ.get("BENCH_SECONDS", "65"))
PACE = 6.5
SALE = 4 * PACE  # a sale at a person's pace: ten acts, the last is the anchor
OPTIONS = "noatime,commit=3600,errors=remount-ro"
IMAGE = 64 * 1024 * 1024
ROUNDS = 400
Row = dict[str, object]
Act = Callable[[], None]


class Spent(NamedTuple):
    """Bytes and flushes that reached a block device."""

    bytes: int
    flushes: int


class Lane(NamedTuple):
    """One store on its own device: what it does each `every` seconds; `prefill` = bytes per act written ahead."""

    name: str
    device: str
    every: float
    act: Act
    acts_a_turn: int = 1
    prefill: Callable[[], float] = float


def spent(device: str) -> Spent:
    """From /sys/block/loopN/stat: sectors written, flush requests."""
    fields = Path(f"/sys/block/{Path(device).name}/stat").read_text().split()
    return Spent(int(fields[6]) * 512, int(fields[15]))


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def mounted(place: Path, name: str) -> Iterator[tuple[str, Path]]:
    """(device, folder) of a fresh ext4 with 4 KiB blocks and the journal's mount options."""
    image, folder = place / f"{name}.img", place / name
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE)
    run("mkfs.ext4", "-q", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
    device = run("losetup", "-f", "--show", str(image))
    try:
        run("mount", "-o", OPTIONS, device, str(folder))
        try:
            yield device, folder
        finally:
            run("umount", str(folder))
    finally:
        run("losetup", "-d", device)


def can_mount() -> bool:
    return os.geteuid() == 0 and Path("/dev/loop-control").exists()


def rows() -> Iterator[Row]:
    yield from _paced() if can_mount() else _unmeasured()
    yield _added()
    yield from _recover()


def _unmeasured() -> Iterator[Row]:
    for name in ("journal.bytes_per_commit", "journal.bytes_per_sale"):
        yield _row(name, None, "not measured: needs root and loop devices", None, "SQLite WAL FULL", "", met=None)


def _paced() -> Iterator[Row]:
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory()))
        lanes = [make(*stack.enter_context(mounted(place, make.__name__)), stack) for make in LANES]
        for folder in place.iterdir():
            if folder.is_dir():
                run("sync", "-f", str(folder))
        figures = dict(zip([lane.name for lane in lanes], _play(lanes, SECONDS), strict=True))
    yield from _commit_rows(figures)
    yield _sale_row(figures)


def _play(lanes: list[Lane], seconds: float) -> list[Spent]:
    """What one turn of each lane cost its device, prefill included, as (bytes, flushes in thousandths)."""
    before = [spent(lane.device) for lane in lanes]
    turns = [int(seconds // lane.every) or 1 for lane in lanes]
    threads = [Thread(target=_pace, args=(lane, count)) for lane, count in zip(lanes, turns, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = []
    for lane, count, old in zip(lanes, turns, before, strict=True):
        now = spent(lane.device)
        used = (now.bytes - old.bytes) / count + lane.prefill() / count
        found.append(Spent(round(used), round(1000 * (now.flushes - old.flushes) / count)))
    return found


def _pace(lane: Lane, count: int) -> None:
    """`count` turns; the acts of a turn are spread evenly over it."""
    start = time.monotonic()
    step = lane.every / lane.acts_a_turn
    for at in range(count * lane.acts_a_turn):
        time.sleep(max(0.0, start + (at + 1) * step - time.monotonic()))
        lane.act()


def _open(folder: Path, stack: ExitStack) -> tuple[Journal, Till]:
    disk = OsDisk()
    key = keys.load_or_make(folder, disk, MachineSealer(b"bench"))
    journal = Journal.open(folder, disk, key)
    stack.callback(journal.close)
    till = Till(key)
    journal.append(till.birth())
    journal.append(till.opening())
    journal.anchor()
    for _ in journal.work():
        pass
    return journal, till


def _prefill(journal: Journal) -> Callable[[], float]:
    """Each unit that is used was once written as zeros; counts from now."""
    start = journal.used
    return lambda: float(journal.used - start)


def journal_commits(device: str, folder: Path, stack: ExitStack) -> Lane:
    journal, till = _open(folder, stack)
    return Lane("journal", device, PACE, lambda: _scan(journal, till), prefill=_prefill(journal))


def _scan(journal: Journal, till: Till) -> None:
    journal.append([till.record(60, {1: "3760123450010", 2: "unknown"})])


def journal_sales(device: str, folder: Path, stack: ExitStack) -> Lane:
    journal, till = _open(folder, stack)

    def acts() -> Iterator[None]:
        while True:
            for frame in till.sale():
                journal.append(frame)
                yield
            journal.anchor()
            yield

    turn = acts()
    return Lane("journal sale", device, SALE, lambda: next(turn), 10, _prefill(journal))


def _database(folder: Path, stack: ExitStack) -> sqlite3.Connection:
    base = sqlite3.connect(folder / "journal.db", isolation_level=None, check_same_thread=False)
    stack.callback(base.close)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, data BLOB)")
    return base


def _insert(base: sqlite3.Connection, datas: list[bytes]) -> None:
    base.execute("BEGIN")
    base.executemany("INSERT INTO record (data) VALUES (?)", [(data,) for data in datas])
    base.execute("COMMIT")


def _small() -> bytes:
    till = Till(keys.Key(bytes(32)))
    return encode(till.record(60, {1: "3760123450010", 2: "unknown"}))


def sqlite_fresh(device: str, folder: Path, stack: ExitStack) -> Lane:
    base, data = _database(folder, stack), _small()
    return Lane("sqlite fresh", device, PACE, lambda: _insert(base, [data]))


def sqlite_wrapped(device: str, folder: Path, stack: ExitStack) -> Lane:
    """Its WAL has been checkpointed and begun anew, so that it no longer grows."""
    base, data = _database(folder, stack), _small()
    for _ in range(1200):
        _insert(base, [data])
    return Lane("sqlite wrapped", device, PACE, lambda: _insert(base, [data]))


def sqlite_sales(device: str, folder: Path, stack: ExitStack) -> Lane:
    base, till = _database(folder, stack), Till(keys.Key(bytes(32)))
    till.birth()
    till.opening()

    def acts() -> Iterator[None]:
        while True:
            for frame in till.sale():
                _insert(base, [encode(record) for record in frame])
                yield
            yield

    turn = acts()
    return Lane("sqlite sale", device, SALE, lambda: next(turn), 10)


LANES = (journal_commits, sqlite_fresh, sqlite_wrapped, journal_sales, sqlite_sales)


def _commit_rows(found: dict[str, Spent]) -> Iterator[Row]:
    ours = found["journal"]
    name, unit = "journal.bytes_per_commit", f"B, prefill included, one per {PACE} s over {SECONDS:.0f} s"
    flushes = ours.flushes / 1000
    for kind, times in (("fresh", 25), ("wrapped", 7)):
        theirs = found[f"sqlite {kind}"].bytes
        goal = f"<= 1100 B, <= 1.05 flushes (here {flushes:.2f}), baseline >= {times} x"
        met = ours.bytes <= 1100 and flushes <= 1.05 and theirs >= times * ours.bytes
        yield _row(name, ours.bytes, unit, theirs, f"SQLite WAL FULL, {kind} WAL", goal, met=met)


def _sale_row(found: dict[str, Spent]) -> Row:
    ours, theirs = found["journal sale"].bytes, found["sqlite sale"].bytes
    unit = f"B for 12 records in 9 frames and an anchor in {SALE:.0f} s, prefill included, over {SECONDS:.0f} s"
    met = ours <= 12 * 1024 and theirs >= 6 * ours
    return _row(
        "journal.bytes_per_sale", ours, unit, theirs, "SQLite WAL FULL, same acts", "<= 12288 B, >= 6 x", met=met
    )


def _added() -> Row:
    """Caller to caller through the writer's thread, in turns with a bare write of the same size beside it."""
    with TemporaryDirectory() as place:
        directory, disk = Path(place), OsDisk()
        key = keys.load_or_make(directory, disk, MachineSealer(b"bench"))
        journal, till = Journal.open(directory, disk, key), Till(key)
        journal.append(till.birth())
        for _ in journal.work():
            pass
        bare = _bare(disk, directory / "bare", journal.unit)
        writer = ThreadWriter(journal, lambda action: action())
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(_timed(bare))
            record = till.record(60, {1: "3760123450010", 2: "unknown"})
            ours.append(_timed(lambda record=record: _wait(writer, record)))  # type: ignore[misc]
        writer.close()
    added, base = (median(ours) - median(theirs)) * 1e6, median(theirs) * 1e6
    what = "bare pwrite+fdatasync of the same bytes, p50 us"
    return _row("journal.added", round(added), "us above it, p50", round(base), what, "<= 150", met=added <= 150)


def _wait(writer: ThreadWriter, record: Record) -> None:
    done: SimpleQueue[object] = SimpleQueue()
    writer.submit([record], done.put)
    done.get()


def _timed(action: Act) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _bare(disk: OsDisk, path: Path, unit: int) -> Act:
    handle = disk.open(path, Mode.CREATE)
    disk.pwrite(handle, bytes(64 * 1024), 0)
    for at in range(64 * 1024, (ROUNDS + 1) * unit + 64 * 1024, 64 * 1024):
        disk.pwrite(handle, bytes(64 * 1024), at)
    disk.fsync(handle)
    disk.close(handle)
    handle = disk.open(path, Mode.DIRECT if unit == 512 else Mode.WRITE)
    turns = iter(range(ROUNDS + 1))

    def write() -> None:
        disk.pwrite(handle, b"\x55" * unit, next(turns) * unit)
        disk.fdatasync(handle)

    return write


class Counting(OsDisk):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        data = super().pread(handle, size, offset)
        self.bytes += len(data)
        return data


def _recover() -> Iterator[Row]:
    for tears, name in ((0, "journal.recover"), (200, "journal.recover.gaps")):
        with TemporaryDirectory() as place:
            directory = Path(place)
            _half_full(directory, tears)
            disk = Counting()
            journal = Journal.open(directory, disk, keys.load(directory, disk, MachineSealer(b"bench")))
            journal.close(clean=False)
        what = f"bytes of the whole segment, {tears} torn frames in it"
        goal = "<= 98304"
        yield _row(name, disk.bytes, "B read", 4 * 2**20, what, goal, met=disk.bytes <= 98304)


def _half_full(directory: Path, tears: int) -> None:
    """2 MiB of frames; `tears` of them garbage of up to 8 units, each named by the record after it."""
    disk = OsDisk()
    key = keys.load_or_make(directory, disk, MachineSealer(b"bench"))
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
            journal.append([till.record(3, {1: gap.length, 2: gap.sha256})])
    journal.close(clean=False)


def _tear(directory: Path, at: int, units: int) -> None:
    """Only the last unit of a torn frame reached the medium."""
    with (directory / "journal" / "00000001.seg").open("r+b") as file:
        file.seek(at + (units - 1) * 512)
        file.write(os.urandom(512))


def _row(
    name: str, value: float | None, unit: str, baseline: float | None, what: str, goal: str, *, met: bool | None
) -> Row:
    ratio = round(baseline / value, 3) if value and baseline else None
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "baseline_name": what,
        "ratio": ratio,
        "goal": goal,
        "met": met,
    }
