"""Whatever a power cut leaves: what was acknowledged is there, what is there follows, and verify says so."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.audit.verify import INTACT, UNREADABLE, verify
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.shelf import HELD
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder
from tests.storage.till import HOME, LINE, genesis, opened, record, recovered


def laid_out(disk: MemoryDisk, home: Path) -> None:
    """Copies a disk in memory to real files under `home`."""
    (home / "journal").mkdir()
    for path, number in disk.names.items():
        (home / path.relative_to(HOME)).write_bytes(disk.files[number])


class Cuts(RuleBasedStateMachine):
    """The model is a plain list of records and, for each, the stamp of the flush that made it acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.disk: Recorder
        self.journal: Journal
        self.model: list[Record] = []
        self.stamps: list[int] = []

    @initialize(unit=st.sampled_from([512, 4096]))
    def begin(self, unit: int) -> None:
        self.unit = unit
        self.start(MemoryDisk())

    def start(self, medium: MemoryDisk) -> None:
        self.disk = Recorder(on=medium)
        self.journal = opened(self.disk, unit=self.unit)

    @rule(sizes=st.lists(st.sampled_from([10, 10, 300, 600, 3000, 20000]), min_size=1, max_size=3), hole=st.booleans())
    def append(self, sizes: list[int], *, hole: bool) -> None:
        seq = self.journal.next_seq
        first = [genesis()] if seq == 0 else [recovered(self.journal)] if self.journal.gap else []
        byte = b"\0" if hole else b"\x5a"
        more = [record(seq + at, LINE, {1: byte * size}) for at, size in enumerate(sizes, start=len(first))]
        self.tried = [*first, *more]
        self.journal.append(self.tried)
        self.model += self.tried
        self.stamps += [len(self.disk.ops) - 1] * len(self.tried)

    @rule()
    def anchor(self) -> None:
        self.journal.anchor()

    @rule()
    def prepare(self) -> None:
        for _ in self.journal.work():
            pass

    @rule(clean=st.booleans())
    def restart(self, *, clean: bool) -> None:
        self.journal.close(clean=clean)
        self.start(self.disk.copy())
        self.settle(len(self.model))

    @precondition(lambda self: self.disk.ops)
    @rule(back=st.integers(0, 30), fate=st.sampled_from(Fate), seed=st.integers(0, 99))
    def cut(self, back: int, fate: Fate, seed: int) -> None:
        """The power goes at one of the last acts; the till comes back on what is left."""
        stamp = self.disk.ops[max(0, len(self.disk.ops) - 1 - back)].stamp
        acknowledged = sum(1 for at in self.stamps if at <= stamp)
        medium = self.disk.cut(stamp, fate, seed)
        self.verified(medium)
        self.start(medium)
        self.settle(acknowledged)

    def settle(self, acknowledged: int) -> None:
        """The journal holds a prefix of what was tried, with at least what was acknowledged."""
        past = [sealed.record for sealed in self.journal.past()]

        assert acknowledged <= len(past) <= len(self.model)
        assert past == self.model[: len(past)]
        self.model = past
        self.stamps = [-1] * len(past)

    def verified(self, medium: MemoryDisk) -> None:
        with TemporaryDirectory() as place:
            laid_out(medium, Path(place)) if (HOME / "journal") in medium.directories else None
            verdict = verify(Path(place), "full", pause=lambda: None)

        assert verdict.code in (INTACT, UNREADABLE), verdict.lines

    @invariant()
    def reads_back(self) -> None:
        if self.model:
            seq = len(self.model) // 2

            assert self.journal.sealed(seq).record == self.model[seq]
            assert self.journal.next_seq == len(self.model)

    @invariant()
    def few_blanks(self) -> None:
        numbers = [name for name in self.disk.listdir(HOME / "journal") if name.endswith(".seg")]

        assert len(numbers) <= (self.journal._header.number if self.journal._header else 0) + HELD


TestCuts = Cuts.TestCase
TestCuts.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
