"""A start reads the day since the last closing and nothing older; what it then knows is what the whole journal says."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.fold import fold
from appliance.daemon import remembrance
from appliance.daemon.remembrance import remembered, restorable
from appliance.storage import keys
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.seal import sealer_for
from bench.verify import write
from tests.storage.memory import MemoryDisk

DATA = Path("/till")
SMALL = 64 << 10
PER_DAY = 10


def days(count: int) -> MemoryDisk:
    """That many closed days of ten sales."""
    disk = MemoryDisk()
    ring = keys.load_or_make(DATA, disk, sealer_for())
    journal = Journal.open(DATA, disk, ring, segment_size=SMALL, unit=512)
    write(journal, ring, count * PER_DAY, PER_DAY)
    journal.close()
    return disk


def opened(disk: MemoryDisk) -> Journal:
    return Journal.open(DATA, disk, keys.load(DATA, disk, sealer_for()), segment_size=SMALL)


@pytest.fixture(scope="module")
def many() -> MemoryDisk:
    return days(20)


def test_it_knows_what_the_whole_journal_says(many: MemoryDisk) -> None:
    """The ledger from the last snapshot equals the fold of every record."""
    journal = opened(many.copy())
    whole = fold(Event(*sealed.record) for sealed in journal.past())

    assert remembered(journal).ledger == whole
    assert whole.day_number == 20


def test_it_reads_no_more_than_the_last_day_needs(many: MemoryDisk) -> None:
    """Twenty days cost what one costs: the bytes since the last closing, back to it and forth again."""
    journal = opened(many.copy())
    start = journal._disk.read  # type: ignore[attr-defined]
    remembered(journal)
    tail = journal._disk.read - start  # type: ignore[attr-defined]
    list(journal.past())
    whole = journal._disk.read - start - tail  # type: ignore[attr-defined]
    few = opened(days(1))
    start = few._disk.read  # type: ignore[attr-defined]
    remembered(few)

    assert tail <= few._disk.read - start + 2 * SMALL  # type: ignore[attr-defined]
    assert tail * 2 < whole


def test_a_snapshot_of_another_fold_is_passed_over(many: MemoryDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update that folds otherwise the till goes back to genesis, and knows the same."""
    monkeypatch.setattr(remembrance, "restorable", lambda record: False)
    journal = opened(many.copy())

    assert remembered(journal).ledger == fold(Event(*sealed.record) for sealed in journal.past())


def test_what_no_till_wrote_is_not_restored() -> None:
    """A body with fields left out, of the wrong kind, or of another version."""
    for body in ({}, {1: 1}, {1: 2}, {1: 1, 2: 3, 10: []}, {1: None}):
        assert not restorable(Record(9, 1, 60, 1, "1", "", 0, ev.SNAPSHOT, body))  # type: ignore[arg-type]
