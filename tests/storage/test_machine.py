"""A journal and a plain list, side by side, through all that may happen to a till: hypothesis looks for a way apart.

The list holds what was tried, and the stamps say when each batch was begun and when it was acknowledged. After any
crash the journal holds all that was acknowledged, in order and to the byte, and at most what was begun.
"""

from __future__ import annotations

import errno
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.audit.verify import INTACT, UNREADABLE, verify
from appliance.storage import rotation
from appliance.storage.fault import JournalFailed
from appliance.storage.flash import Mode
from appliance.storage.journal import Journal
from appliance.storage.keys import KeyRing, load_or_make
from appliance.storage.record import GENESIS_KEY, Record, encode
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder
from tests.storage.till import GENESIS, HOME, LINE, SEALER, SEGMENT, record, recovered

NOBODY = 1 << 60  # the stamp of an acknowledgement that never came
fates = st.tuples(st.sampled_from(Fate), st.integers(0, 99))
sizes = st.lists(st.sampled_from([10, 10, 300, 600, 3000, 12_000, 20_000]), min_size=1, max_size=4)


class Moody(Recorder):
    """`full`: no room for a new file. `broken`: flushes fail."""

    full = broken = False

    def open(self, path: Path, mode: Mode) -> int:
        if self.full and mode is Mode.CREATE:
            raise OSError(errno.ENOSPC, "no room")
        return super().open(path, mode)

    def fdatasync(self, handle: int) -> None:
        if self.broken:
            raise OSError(errno.EIO, "flush")
        super().fdatasync(handle)


class Till(RuleBasedStateMachine):
    """`tried`, `begun` and `told` have one entry a record: what, when its batch was begun, when it was acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[Record] = []
        self.begun: list[int] = []
        self.told: list[int] = []
        self.ring: KeyRing
        self.journal: Journal
        self.disk: Moody

    @initialize(unit=st.sampled_from([512, 4096]))
    def first_start(self, unit: int) -> None:
        self.unit = unit
        self.start(MemoryDisk())

    # What the till does

    @precondition(lambda self: not self.journal.failed)
    @rule(sizes=sizes, byte=st.sampled_from([b"\0", b"\x5a"]))
    def append(self, sizes: list[int], byte: bytes) -> None:
        self.write(self.batch([{1: byte * size} for size in sizes]))

    @precondition(lambda self: not self.journal.failed)
    @rule(size=st.sampled_from([10, 3000, 20_000]))
    def append_and_fail(self, size: int) -> None:
        self.disk.broken = True
        self.write(self.batch([{1: b"\x5a" * size}]))
        self.disk.broken = False

        assert self.journal.failed

    @precondition(lambda self: not self.journal.failed)
    @rule()
    def prepare(self) -> None:
        for _ in self.journal.work():
            pass

    @precondition(lambda self: not self.journal.failed and self.journal.next_seq and not self.journal.gap)
    @rule(close=st.booleans())
    def change_key(self, *, close: bool) -> None:
        """Where a key is offered; `close` writes up to where one is."""
        while close and not self.journal.offer and not self.journal.failed:
            self.write(self.batch([{1: b"\x5a" * 20_000}]))
            if not self.journal.failed:
                self.prepare()
            if self.disk.full:
                return
        offer = None if self.journal.failed else self.journal.offer
        if offer:
            self.write([record(self.journal.next_seq, rotation.KIND, offer.body)])

    @precondition(lambda self: not self.journal.failed)
    @rule()
    def anchor(self) -> None:
        self.journal.anchor()

    # What happens to it

    @rule(full=st.booleans())
    def room(self, *, full: bool) -> None:
        self.disk.full = full

    @rule(clean=st.booleans())
    def restart(self, *, clean: bool) -> None:
        """The process ends and begins again; what it wrote is in the kernel's cache, flushed or not."""
        full = self.disk.full
        self.journal.close(clean=clean)
        self.start(self.disk.copy(), full=full)
        self.compare(NOBODY - 1)

    @precondition(lambda self: self.disk.ops)
    @rule(back=st.integers(0, 40), fate=fates)
    def crash(self, back: int, fate: tuple[Fate, int]) -> None:
        stamp = self.disk.ops[max(0, len(self.disk.ops) - 1 - back)].stamp
        medium = self.disk.cut(stamp, *fate)
        self.intact(medium)
        self.start(medium)
        self.compare(stamp)

    # How it is done, and held against the list

    def batch(self, bodies: list[dict[int, bytes]]) -> list[Record]:
        seq = self.journal.next_seq
        first = [record(0, GENESIS, {1: 1, GENESIS_KEY: self.ring.public})] if seq == 0 else []
        first = [recovered(self.journal)] if self.journal.gap else first
        return [*first, *(record(at, LINE, dict(body)) for at, body in enumerate(bodies, seq + len(first)))]

    def write(self, records: list[Record]) -> None:
        begun, before = len(self.disk.ops), self.journal.next_seq
        try:
            self.journal.append(records)
            told = len(self.disk.ops) - 1
        except JournalFailed:
            told = NOBODY
        kept = self.journal.next_seq - before  # of a batch in several frames the first may have been flushed
        stamps = [told if told != NOBODY or at >= kept else len(self.disk.ops) - 1 for at in range(len(records))]
        self.tried += records
        self.begun += [begun] * len(records)
        self.told += stamps

    def start(self, medium: MemoryDisk, *, full: bool = False) -> None:
        self.disk = Moody(on=medium)
        self.disk.full = full
        try:
            self.open()
        except (JournalFailed, OSError):
            if not full:
                raise
            self.disk = Moody(on=self.disk)
            self.open()

    def open(self) -> None:
        self.ring = load_or_make(HOME, self.disk, SEALER)
        self.journal = Journal.open(HOME, self.disk, self.ring, segment_size=SEGMENT, unit=self.unit)

    def compare(self, stamp: int) -> None:
        """What was acknowledged up to `stamp` is there, and of the rest no more than had been begun."""
        acknowledged = sum(told <= stamp for told in self.told)
        possible = sum(begun <= stamp for begun in self.begun)
        past = list(self.journal.past())

        assert acknowledged <= len(past) <= possible
        assert [sealed.data for sealed in past] == [encode(each) for each in self.tried[: len(past)]]
        assert self.journal.next_seq == len(past)
        assert not self.journal.flaw
        self.tried = self.tried[: len(past)]
        self.begun, self.told = [-1] * len(past), [-1] * len(past)

    def intact(self, medium: MemoryDisk) -> None:
        with TemporaryDirectory() as place:
            for path, number in medium.names.items():
                target = Path(place) / path.relative_to(HOME)
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(medium.files[number])
            verdict = verify(Path(place), pause=lambda: None)

        assert verdict.code in (INTACT, UNREADABLE), verdict.lines

    @invariant()
    def reads_back(self) -> None:
        known = self.journal.next_seq
        for seq in {0, known // 2, known - 1} if known else ():
            assert self.journal.sealed(seq).record == self.tried[seq]

    @invariant()
    def says_why(self) -> None:
        assert not self.journal.failed or "restart the till" in str(self.journal.failed)


TestTill = Till.TestCase
TestTill.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
