"""Who writes when: urgent at once, acknowledgements with the next frame, many in one flush."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from appliance.storage.fault import JournalFailed
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Commit, Journal
from appliance.storage.writer import InlineWriter, ThreadWriter
from tests.storage.memory import MemoryDisk
from tests.storage.till import genesis, opened, record


class Outcomes(list[Commit | JournalFailed]):
    """Collects what `done` is given."""

    @property
    def next(self) -> list[int]:
        return [each.next_seq for each in self if isinstance(each, Commit)]


def test_inline() -> None:
    """Urgent records are durable when `submit` returns; others wait and then share the frame."""
    flushed = []
    writer = InlineWriter(opened(MemoryDisk()), lambda: flushed.append(1))
    seen = Outcomes()
    writer.submit([genesis()], seen.append)
    writer.submit([record(1)], seen.append, urgent=False)
    assert (seen.next, writer.waiting, writer.flushes) == ([1], True, 1)
    writer.submit([record(2)], seen.append)
    assert (seen.next, writer.waiting, writer.flushes) == ([1, 3, 3], False, 2)
    writer.submit([record(3)], seen.append, urgent=False)
    writer.flush_due()
    writer.anchor()
    writer.close()

    assert (seen.next, len(flushed)) == ([1, 3, 3, 4], 3)


def test_wrong_record_stops() -> None:
    """A record that may not come next is a defect of the till: nothing more is written."""
    writer = InlineWriter(opened(MemoryDisk()))
    seen = Outcomes()
    writer.submit([genesis()], seen.append)
    writer.submit([record(7)], seen.append)
    writer.submit([record(1)], seen.append)

    assert [Commit, JournalFailed, JournalFailed] == [type(each) for each in seen]
    writer.close()


def threaded(journal: Journal, on_flush: Callable[[], None] | None = None) -> ThreadWriter:
    return ThreadWriter(journal, lambda action: action(), on_flush)


def test_thread(tmp_path: Path) -> None:
    """Everything submitted is told once, in order, and what came together shared flushes."""
    writer = threaded(opened(OsDisk(), tmp_path))
    seen = Outcomes()
    over = Event()
    writer.submit([genesis()], seen.append)
    for seq in range(1, 200):
        writer.submit([record(seq)], seen.append)
    writer.submit([record(200)], seen.append)
    writer.submit([record(201)], lambda _: over.set())
    assert over.wait(20)
    writer.close()

    assert seen.next == sorted(seen.next)
    assert len(seen) == 201
    assert writer.flushes < 202


def test_thread_patience(tmp_path: Path) -> None:
    """An acknowledgement goes alone after a second, not before."""
    writer = threaded(opened(OsDisk(), tmp_path))
    first, second = Event(), Event()
    writer.submit([genesis()], lambda _: first.set())
    assert first.wait(5)
    start = time.monotonic()
    writer.submit([record(1)], lambda _: second.set(), urgent=False)
    assert second.wait(5)

    assert time.monotonic() - start >= 0.9
    writer.close()


def test_thread_closes_clean(tmp_path: Path) -> None:
    """What waits at the end is written, the tip anchored, and two blanks stand ready."""
    writer = threaded(opened(OsDisk(), tmp_path))
    seen = Outcomes()
    writer.submit([genesis()], seen.append, urgent=False)
    writer.close()
    journal = opened(OsDisk(), tmp_path)

    assert (seen.next, journal.next_seq) == ([1], 1)
    assert journal._anchor.last
    assert journal._anchor.last.cp.next_seq == 1
    journal.close()


class Dead(MemoryDisk):
    """Its flush fails from the second frame on."""

    flushes = 0

    def fdatasync(self, handle: int) -> None:
        self.flushes += 1
        if self.flushes > 1:
            raise OSError(errno.EIO, "dead")


def test_thread_failure() -> None:
    """After a failure all who wait and all who come are told, with the sentence for the screen."""
    writer = threaded(opened(Dead()))
    seen = Outcomes()
    first, over = Event(), Event()
    writer.submit([genesis()], lambda _: first.set())
    assert first.wait(5)
    writer.submit([record(1)], seen.append)
    writer.submit([record(2)], seen.append)
    writer.submit([record(3)], lambda _: over.set())
    assert over.wait(5)
    writer.close()

    assert all("replace it" in str(each) for each in seen)
    assert len(seen) == 2
