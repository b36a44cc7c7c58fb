"""Errors are final: whatever call fails in whatever way, nothing unproven is claimed, nothing is tried again.

Each stage of a journal's life is run once to count its calls; then each call is made to fail, with each cause.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest

from appliance.audit.verify import INTACT, verify
from appliance.storage.fault import JournalFailed
from appliance.storage.flash import Mode
from appliance.storage.journal import Journal
from appliance.storage.keys import load_or_make
from appliance.storage.record import GENESIS_KEY
from appliance.storage.shelf import NO_SPACE
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder
from tests.storage.till import GENESIS, HOME, SEALER, SEGMENT, fill, opened, record, recovered

Answer = TypeVar("Answer")

CAUSES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EIO: "the medium does not take writes",
    errno.EROFS: "the file system became read-only",
    errno.ENODEV: "nothing more is recorded",
    errno.ENXIO: "nothing more is recorded",
}
SHORT = "short"
NEARLY_FULL = 126  # frames of one unit that a segment of 64 KiB takes, but one
WRITING = ("pwrite", "fdatasync", "fsync", "fsync_directory", "rename", "unlink")


class Failing(Recorder):
    """Counts its calls; the one with number `at` fails with `error`, or writes half and says so."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.at, self.error, self.half = -1, 0, False

    def arm(self, at: int, error: int, *, half: bool) -> None:
        self.calls.clear()
        self.at, self.error, self.half = at, error, half

    def _call(self, name: str, action: Callable[[], Answer], short: Callable[[], object] = lambda: None) -> Answer:
        self.calls.append(name)
        if len(self.calls) - 1 == self.at:
            if self.half:
                short()
            raise OSError(self.error, os.strerror(self.error))
        return action()

    def open(self, path: Path, mode: Mode) -> int:
        return self._call("open", lambda: Recorder.open(self, path, mode))

    def size(self, handle: int) -> int:
        return self._call("size", lambda: Recorder.size(self, handle))

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        return self._call("pread", lambda: Recorder.pread(self, handle, size, offset))

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        half = data[: len(data) // 2]
        self._call(
            "pwrite",
            lambda: Recorder.pwrite(self, handle, data, offset),
            lambda: Recorder.pwrite(self, handle, half, offset),
        )

    def fdatasync(self, handle: int) -> None:
        self._call("fdatasync", lambda: Recorder.fdatasync(self, handle))

    def fsync(self, handle: int) -> None:
        self._call("fsync", lambda: Recorder.fsync(self, handle))

    def fsync_directory(self, path: Path) -> None:
        self._call("fsync_directory", lambda: Recorder.fsync_directory(self, path))

    def rename(self, old: Path, new: Path) -> None:
        self._call("rename", lambda: Recorder.rename(self, old, new))

    def unlink(self, path: Path) -> None:
        self._call("unlink", lambda: Recorder.unlink(self, path))

    def listdir(self, path: Path) -> list[str]:
        return self._call("listdir", lambda: Recorder.listdir(self, path))


def commit(journal: Journal) -> None:
    journal.append([record(journal.next_seq)])


def switch(journal: Journal) -> None:
    """Fills the segment, so that the last of these begins the next one."""
    number = journal.end
    while journal.end >= number:
        number = journal.end
        commit(journal)


def stock(journal: Journal) -> None:
    for _ in journal.work():
        pass


def full_and_stocked(journal: Journal) -> None:
    fill(journal, NEARLY_FULL)
    stock(journal)


def anchored_and_gone_on(journal: Journal) -> None:
    journal.anchor()
    commit(journal)


# What comes before, and the stage in which a call is to fail.
STAGES: dict[str, tuple[Callable[[Journal], None], Callable[[Journal], None]]] = {
    "a commit": (lambda journal: fill(journal, 5), commit),
    "a commit into a new segment, made then": (lambda journal: fill(journal, NEARLY_FULL), switch),
    "a commit into a new segment, held ready": (full_and_stocked, switch),
    "making blanks": (lambda journal: fill(journal, 5), stock),
    "the anchor": (lambda journal: fill(journal, 5), Journal.anchor),
    "the second anchor": (anchored_and_gone_on, Journal.anchor),
}


def calls_of(stage: str) -> list[str]:
    disk = Failing()
    journal, run = started(disk, stage)
    disk.arm(-1, 0, half=False)
    run(journal)
    return list(disk.calls)


def started(disk: Failing, stage: str) -> tuple[Journal, Callable[[Journal], None]]:
    before, run = STAGES[stage]
    journal = opened(disk)
    fill(journal, 3)
    before(journal)
    return journal, run


@pytest.mark.parametrize("cause", [*CAUSES, SHORT], ids=lambda cause: errno.errorcode.get(cause, SHORT))
@pytest.mark.parametrize("stage", STAGES)
def test_a_call_that_fails(stage: str, cause: int | str) -> None:
    """The journal stops for good and says why, or had no room for a blank and goes on; nothing acknowledged is lost."""
    for at, name in enumerate(calls_of(stage)):
        if cause != SHORT or name == "pwrite":
            disk = Failing()
            journal, run = started(disk, stage)
            disk.arm(at, errno.EIO if cause == SHORT else int(cause), half=cause == SHORT)
            one_failure(disk, journal, run, name)


def one_failure(disk: Failing, journal: Journal, run: Callable[[Journal], None], name: str) -> None:
    failed = failure_of(lambda: run(journal))
    if failed:
        assert CAUSES[disk.error] in str(failed), name
        stays_failed(disk, journal)
    else:
        assert disk.error in NO_SPACE, name
        assert journal.low
        commit(journal)
    kept = journal.next_seq
    journal.close()
    starts_again(disk, kept)


def failure_of(action: Callable[[], object]) -> JournalFailed | None:
    try:
        action()
    except JournalFailed as failed:
        return failed
    return None


def stays_failed(disk: Failing, journal: Journal) -> None:
    """No write, no second flush: after a failed one the kernel may call the next one good and have dropped the page."""
    before, seq = len(disk.calls), journal.next_seq
    for attempt in (lambda: commit(journal), journal.anchor, lambda: stock(journal), lambda: journal.append([])):
        assert failure_of(attempt) in (None, journal.failed)
    journal.sealed(seq - 1)

    assert journal.failed is not None
    assert journal.next_seq == seq
    assert not set(disk.calls[before:]) & set(WRITING)


def starts_again(disk: Failing, kept: int) -> None:
    """On all that was written, and on nothing but what was flushed, each acknowledged record is there."""
    assert kept >= 3
    for medium in (disk.copy(), disk.cut(len(disk.ops), Fate.LOST)):
        journal = opened(medium)
        past = [sealed.record.seq for sealed in journal.past()]

        assert past == list(range(len(past)))
        assert len(past) >= kept
        journal.append([recovered(journal) if journal.gap else record(journal.next_seq)])
        journal.close()
        assert code(medium) == INTACT


def code(medium: MemoryDisk) -> int:
    with TemporaryDirectory() as place:
        (Path(place) / "journal").mkdir()
        for path, number in medium.names.items():
            (Path(place) / path.relative_to(HOME)).write_bytes(medium.files[number])
        return verify(Path(place), pause=lambda: None).code


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: errno.errorcode[cause])
def test_an_opening_that_fails(cause: int) -> None:
    """Each call of a start: one sentence, the lock given back, and the next start finds everything."""
    disk = Failing()
    first = opened(disk)
    fill(first, 300)
    first.close()
    base = disk.copy()
    disk.arm(-1, 0, half=False)
    opened(disk).close()
    for at in range(len(disk.calls)):
        medium = Failing()
        medium.__dict__.update(base.copy().__dict__)
        medium.arm(at, cause, half=False)
        failed = failure_of(lambda disk=medium: opened(disk).close())  # type: ignore[misc]
        assert failed is None or CAUSES[cause] in str(failed)
        assert not medium.locked
        medium.arm(-1, 0, half=False)
        again = opened(medium)
        assert again.next_seq == 300
        again.close()


class Full(Recorder):
    """No room for a new file once `full`; what is there can be written."""

    full = False

    def open(self, path: Path, mode: Mode) -> int:
        if self.full and mode is Mode.CREATE:
            raise OSError(errno.ENOSPC, "no space")
        return super().open(path, mode)


def test_a_full_disk_gives_up_all_that_was_held_back() -> None:
    """Both blanks are written to the end though the till looks for room meanwhile, and no key is missed for it."""
    disk = Full()
    ring = load_or_make(HOME, disk, SEALER)
    journal = Journal.open(HOME, disk, ring, segment_size=SEGMENT)
    journal.append([record(0, GENESIS, {1: 1, GENESIS_KEY: ring.public})])
    stock(journal)
    disk.full = True
    failed = failure_of(lambda: sold_on(journal))

    assert failed
    assert "the disk is full" in str(failed)
    assert journal.low
    assert journal.next_seq == 3 * (NEARLY_FULL + 1)
    assert [sealed.record.seq for sealed in journal.past()] == list(range(journal.next_seq))


def test_room_again_is_used_at_the_next_segment() -> None:
    """Somebody frees space while the till runs: it goes on without a restart."""
    disk = Full()
    journal = opened(disk)
    fill(journal, 1)
    stock(journal)
    disk.full = True
    fill(journal, 130)
    stock(journal)
    assert journal.low
    disk.full = False
    for _ in range(500):
        commit(journal)
        stock(journal)

    assert not journal.low


def sold_on(journal: Journal) -> None:
    while True:
        commit(journal)
        stock(journal)


def test_an_anchor_that_fails_stops_the_journal() -> None:
    """A medium that does not take the anchor will not take the next sale: it is said before that one is begun."""
    disk = Failing()
    journal = opened(disk)
    fill(journal, 5)
    disk.arm(1, errno.EIO, half=False)
    with pytest.raises(JournalFailed):
        journal.anchor()
    with pytest.raises(JournalFailed, match="does not take writes"):
        commit(journal)

    assert disk.calls == ["pwrite", "fdatasync"]


def test_every_kind_of_call_was_made_to_fail() -> None:
    """The stages cover what a journal asks of flash while it runs."""
    made = {name for stage in STAGES for name in calls_of(stage)}

    assert made >= {"open", "pwrite", "fdatasync", "fsync", "fsync_directory", "rename"}
