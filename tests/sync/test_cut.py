"""Batches out of a real journal: every cut is a batch that a collector takes, and together they are the journal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from appliance.storage import chain, rotation
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import make
from appliance.storage.record import Record
from appliance.storage.seal import sealer_for
from appliance.sync import cut
from appliance.sync.cut import CutError, Cutter
from appliance.sync.protocol import BATCH_BYTES, Batch, accept, read_batch, receipt_proven
from tests.sync.line import COLLECTOR, T, receipt

SIZE = 64 << 10


class Home:
    """A journal of small segments with frames of one to three records."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.disk = directory, OsDisk()
        self.ring = make(directory, self.disk, sealer_for())
        self.journal = Journal.open(directory, self.disk, self.ring, segment_size=SIZE, unit=512)
        birth = {1: 1, 2: "0.1.0", 3: "1", 4: "73282932000074", 5: self.ring.public, 6: 1, 7: 1, 8: "C", 9: None}
        self.journal.append([self.record(0, 1, {**birth, 10: bytes(16), 11: b"", 12: self.ring.certificate})])
        self.cutter = Cutter(directory, self.disk)

    @staticmethod
    def record(seq: int, kind: int, body: dict[int, object]) -> Record:
        return Record(seq, T + seq, 60, seq, "1", "S1", 0, kind, body)  # type: ignore[arg-type]

    def add(self, frames: int, kind: int = 22, wide: int = 100) -> None:
        for number in range(frames):
            first = self.journal.next_seq
            count = 1 + number % 3
            self.journal.append([self.record(first + n, kind, {1: "x" * wide}) for n in range(count)])

    def turn(self) -> None:
        self.ring.prepare()
        named = rotation.offer(self.journal.chain_id, self.ring)
        assert named
        self.journal.append([self.record(self.journal.next_seq, 8, dict(named.body))])

    def batches(self, most: int = cut.SMALL) -> list[Batch]:
        found: list[Batch] = []
        at = 0
        while (batch := self.cutter.cut(at, self.journal.next_seq, most)) is not None:
            found.append(batch)
            at = batch.next_seq
        return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("most", [1, 7, 512, 4096])
def test_all_batches_are_the_journal(home: Home, most: int) -> None:
    """Over segments and changes of key: each is taken with the receipt of the one before, none is missing."""
    home.add(60)
    home.turn()
    home.add(300)
    home.turn()
    home.add(5)
    before: bytes | None = None
    records: list[bytes] = []
    for batch in home.batches(most):
        assert read_batch(batch.encode()) == batch
        assert batch.first_seq == len(records)
        before = receipt(batch, before)
        records += batch.records
    assert len(records) == home.journal.next_seq
    assert chain.follow(chain.START, records) == home.journal.head
    assert before
    assert receipt_proven(before, COLLECTOR.public).key == home.ring.public


def test_a_key_record_ends_its_batch(home: Home) -> None:
    home.add(4)
    home.turn()
    edge = home.journal.next_seq
    home.add(4)
    first, second = home.batches()
    assert (first.next_seq, second.first_seq) == (edge, edge)
    assert accept(first, None)[0] == home.ring.public


def test_what_is_not_durable_is_never_cut(home: Home) -> None:
    """`until` in the middle of a frame leaves that frame out; at its edge it is the end."""
    home.add(3)
    last = home.journal.next_seq
    for until in range(last + 1):
        batch = home.cutter.cut(0, until)
        assert batch is None or batch.next_seq <= until
    whole = home.cutter.cut(0, last)
    assert whole
    assert whole.next_seq == last


def test_sizes(home: Home) -> None:
    """At most so many records, and never more bytes than a collector takes."""
    home.add(40, wide=190)
    assert all(len(batch.records) <= 9 for batch in home.batches(9))
    assert all(len(batch.encode()) <= BATCH_BYTES for batch in home.batches(4096))


def test_heads(home: Home) -> None:
    """Before any record, also inside a frame."""
    home.add(20)
    batch = home.batches()[0]
    for seq in range(home.journal.next_seq + 1):
        assert home.cutter.head(seq) == chain.follow(chain.START, batch.records[:seq])


@pytest.mark.parametrize("kind", sorted(cut.BESIDE))
def test_receipts_alone_ask_for_nothing(home: Home, kind: int) -> None:
    """A batch of receipts, seals and witnesses only is not worth sending; one sale is."""
    begin = home.journal.next_seq
    home.add(3, kind)
    alone = home.cutter.cut(begin, home.journal.next_seq)
    assert alone
    assert not cut.worth(alone)
    home.add(1)
    more = home.cutter.cut(begin, home.journal.next_seq)
    assert more
    assert cut.worth(more)


def test_a_place_inside_a_frame_is_refused(home: Home) -> None:
    """A receipt always ends where a frame ends; anything else is another journal's."""
    home.add(3)
    edges = {0}
    for batch in home.batches(1):
        edges.add(batch.next_seq)
    inside = next(seq for seq in range(home.journal.next_seq) if seq not in edges)
    with pytest.raises(CutError):
        home.cutter.cut(inside, home.journal.next_seq)


def test_a_hurt_record_stops_the_cut(home: Home) -> None:
    """What is hurt is never sent: the batch ends before it, or there is none."""
    home.add(30)
    path = home.directory / "journal" / "00000001.seg"
    data = bytearray(path.read_bytes())
    data[512 * 12 + 90] ^= 1
    path.write_bytes(data)
    at = 0
    with suppress(CutError):
        while (batch := home.cutter.cut(at, home.journal.next_seq, 4)) is not None:
            read_batch(batch.encode())
            at = batch.next_seq
    with pytest.raises(CutError):
        home.cutter.cut(at, home.journal.next_seq, 4)
    assert at < home.journal.next_seq
