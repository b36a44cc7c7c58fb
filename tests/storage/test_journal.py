"""Opening, appending, reading back, failing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest

from appliance.storage import anchor, frame
from appliance.storage.fault import JournalFailed
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.journal import FORKED, Flaw, Journal
from appliance.storage.keys import Key
from appliance.storage.record import RECOVERED
from appliance.storage.recover import JournalBusy, JournalDamaged, JournalError
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Act, Recorder
from tests.storage.till import HOME, SEGMENT, fill, genesis, opened, record, recovered

SEG = HOME / "journal" / "00000001.seg"


def file(disk: MemoryDisk, path: Path = SEG) -> bytearray:
    return disk.files[disk.names[path]]


@pytest.mark.parametrize("unit", [512, 4096])
def test_reads_back(tmp_path: Path, unit: int) -> None:
    """Over several segments on a real disk each record comes back, by number and in order."""
    journal = opened(OsDisk(), tmp_path, unit)
    fill(journal, 300)
    for _ in journal.work():
        pass
    journal.append([record(seq, body={1: bytes(9000)}) for seq in range(300, 310)])
    numbers = list(range(310))

    assert [journal.sealed(seq).record.seq for seq in numbers] == numbers
    journal.close()
    again = opened(OsDisk(), tmp_path, unit)
    assert [it.record.seq for it in again.past()] == numbers
    assert [again.sealed(seq).record.seq for seq in numbers] == numbers
    again.close()


def test_statement() -> None:
    """The signature that a record comes back with is over the chain id, the next number and the head."""
    journal = opened(MemoryDisk())
    commit = journal.append([genesis(), record(1)])
    sealed = journal.sealed(0)

    assert (commit.first_seq, commit.next_seq) == (0, 2)
    assert (sealed.next_seq, sealed.head, sealed.signature) == (2, commit.head, commit.signature)
    with pytest.raises(KeyError):
        journal.sealed(2)


def test_one_write_one_flush() -> None:
    """A commit is one pwrite and one fdatasync; so is the one that begins a segment."""
    disk = Recorder()
    journal = opened(disk)
    fill(journal, 127)
    for _ in journal.work():
        pass
    for seq in (127, 128, 129):
        before = len(disk.ops)
        journal.append([record(seq)])

        assert [op.act for op in disk.ops[before:]] == [Act.WRITE, Act.FLUSH]
    assert disk.ops[-4].path.name == "00000002.seg"


def test_splits() -> None:
    """What passes 32 KiB goes in several frames, none larger."""
    disk = Recorder()
    journal = opened(disk)
    commit = journal.append([genesis(), *(record(seq, body={1: bytes(20_000)}) for seq in range(1, 5))])
    writes = [op for op in disk.ops if op.act is Act.WRITE and any(op.data)]

    assert (commit.next_seq, len(writes)) == (5, 4)
    assert max(len(op.data) for op in writes) <= frame.FRAME_LIMIT


@pytest.mark.parametrize("records", [[], [record(1)], [genesis(), record(2)], [record(0)]])
def test_refuses(records: list[object]) -> None:
    """Numbers have no gap, and the first record names the key; nothing is written otherwise."""
    journal = opened(MemoryDisk())
    with pytest.raises(ValueError, match=r"append|comes next|genesis"):
        journal.append(records)  # type: ignore[arg-type]

    assert journal.append([genesis()]).next_seq == 1


def torn(disk: MemoryDisk) -> MemoryDisk:
    """The medium with 700 bytes of a frame that was cut short after its tip."""
    journal = opened(disk)
    fill(journal, 5)
    used = journal.used
    medium = disk.copy()
    medium.put(medium.names[SEG], b"\x77" * 700, used)
    return medium


def test_gap() -> None:
    """A torn tail is kept, named by the first record after it, and by nothing else."""
    journal = opened(torn(MemoryDisk()))
    for wrong in (record(5), record(5, RECOVERED, {1: 512, 2: bytes(32)})):
        with pytest.raises(ValueError, match="first record after a gap"):
            journal.append([wrong])
    journal.append([recovered(journal), record(6)])

    assert journal.gap is None
    with pytest.raises(ValueError, match="only first after a gap"):
        journal.append([record(7, RECOVERED, {1: 512, 2: bytes(32)})])
    assert [it.record.seq for it in journal.past()] == [0, 1, 2, 3, 4, 5, 6]


def test_gap_at_the_end() -> None:
    """A torn tail with no room after it is named in the next segment."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 126)
    medium = disk.copy()
    medium.put(medium.names[SEG], b"\x77" * 400, journal.used)
    again = opened(medium)
    again.append([recovered(again)])

    assert [*range(127)] == [it.record.seq for it in again.past()]
    assert again.used == 1024


def test_damage() -> None:
    """A tip that somebody signed anew is not opened; one that flash has hurt is, and is never written again."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 3)
    medium = disk.copy()
    forged(medium, 512 * 3)
    with pytest.raises(JournalDamaged, match="signature is wrong"):
        opened(medium)
    hurt = disk.copy()
    hurt.put(hurt.names[SEG], b"\x77" * 30_000, 512 * 40)
    before = bytes(file(hurt))
    again = opened(hurt)
    again.append([record(3)])

    assert again.flaw
    assert (again.flaw.record, again.gap) == (3, None)
    assert "plus qu'une écriture coupée" in again.flaw.why
    assert bytes(file(hurt)) == before
    assert again._header
    assert again._header.number == 2


def forged(medium: MemoryDisk, offset: int) -> None:
    """The frame at `offset` with another signature and a right checksum."""
    data = bytes(file(medium)[offset : offset + 512])
    whole = frame.parse(data, 0, 512, 1, offset // 512)
    assert whole
    made = frame.build(1, whole.start, 512, whole.first_seq, whole.prev_head, whole.records, bytes(64))
    medium.put(medium.names[SEG], made, offset)


def test_past_names_the_record() -> None:
    """A record that flash has hurt is missing, and what is signed behind it stands; what is forged ends the fold."""
    disk = MemoryDisk()
    fill(opened(disk), 10)
    hurt = disk.copy()
    file(hurt)[512 * 5 + 70] ^= 1
    found = [it.record.seq for it in opened(hurt).past()]
    medium = disk.copy()
    file(medium)[512 * 5 + 70] ^= 1
    forged(medium, 512 * 6)
    with pytest.raises(JournalDamaged) as caught:
        list(opened(medium).past())

    assert found == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert caught.value.seq == 4


def test_rollback_and_fork() -> None:
    """The anchor notices an older journal and another one."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 3)
    older = bytes(file(disk))
    fill(journal, 4)
    journal.anchor()
    medium = disk.copy()
    file(medium)[:] = older
    behind = opened(medium)
    assert behind.flaw
    assert behind.flaw.anchored
    assert (behind.flaw.record, behind.flaw.anchored.next_seq) == (3, 4)
    behind.close(clean=False)
    other = opened(medium_without_anchor(medium))
    other.append([record(3, body={1: "other"})])
    file(medium)[:] = file(other._disk)  # type: ignore[arg-type]
    forked = opened(medium)

    assert forked.flaw == Flaw(3, FORKED, journal._tip.cp)  # type: ignore[union-attr]


def medium_without_anchor(medium: MemoryDisk) -> MemoryDisk:
    bare = medium.copy()
    del bare.names[HOME / "anchor"]
    return bare


def test_fork_in_the_past() -> None:
    """An anchor behind the tip is held against the walk from the start."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 3)
    bare = medium_without_anchor(disk)
    journal.append([record(3)])
    journal.anchor()
    other = opened(bare)
    fill(other, 6, lambda seq: record(seq, body={1: "other"}))
    medium = disk.copy()
    file(medium)[:] = file(bare)
    forked = opened(medium)
    list(forked.past())

    assert forked.flaw
    assert (forked.flaw.record, forked.flaw.why) == (3, FORKED)


def test_torn_first_write() -> None:
    """A segment whose very first write was torn is set aside, and its number used again."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 127)
    for _ in journal.work():
        pass
    medium = disk.copy()
    second = HOME / "journal" / "00000002.seg"
    medium.put(medium.names[second], b"\x77" * 512, 1024)
    again = opened(medium)
    again.append([record(127)])

    assert HOME / "journal" / "00000002.seg.torn-1" in medium.names
    assert [*range(128)] == [it.record.seq for it in opened(medium.copy()).past()]


def test_header_damage_is_no_tear() -> None:
    """A header that is gone before frames that were acknowledged is damage, however few: they are read without it."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 3)
    medium = medium_without_anchor(disk)
    file(medium)[5] ^= 1
    again = opened(medium)

    assert again.flaw
    assert "l'en-tête du segment 1 est abîmé" in again.flaw.why
    assert [it.record.seq for it in again.past()] == [0, 1, 2]
    with pytest.raises(JournalDamaged, match="no valid header"):
        Journal.open(HOME, medium.copy(), Key(bytes(32)), segment_size=SEGMENT)


def test_newer_format() -> None:
    """A journal of a later software is left alone, with a sentence that says so."""
    disk = MemoryDisk()
    fill(opened(disk), 2)
    medium = disk.copy()
    newer(file(medium))
    with pytest.raises(JournalError, match="written by format 2, this software reads 1: update it"):
        opened(medium)


def newer(data: bytearray) -> None:
    data[18:20] = b"\0\x02"
    data[4:8] = crc32(data[8:512]).to_bytes(4, "big")


def test_other_key() -> None:
    """A journal is not continued under a key that is not its own."""
    disk = MemoryDisk()
    fill(opened(disk), 2)
    with pytest.raises(JournalError, match="key file is not the one"):
        Journal.open(HOME, disk.copy(), Key(bytes(32)), segment_size=SEGMENT)


def test_missing_segment() -> None:
    """A hole among the segments is damage."""
    disk = MemoryDisk()
    fill(opened(disk), 300)
    medium = disk.copy()
    del medium.names[HOME / "journal" / "00000002.seg"]
    with pytest.raises(JournalDamaged, match="segment 2 is missing"):
        opened(medium)


def test_two_openers(tmp_path: Path) -> None:
    """The second till is told so, and a closed one gives the folder free."""
    first = opened(OsDisk(), tmp_path)
    with pytest.raises(JournalBusy, match="another till holds"):
        opened(OsDisk(), tmp_path)
    first.close()
    opened(OsDisk(), tmp_path).close()


class Failing(MemoryDisk):
    """Raises `error` at the n-th write or flush from when it is armed."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1
        self.error = 0

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.error, os.strerror(self.error))

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self._count()
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        self._count()


@pytest.mark.parametrize(("error", "says"), [(errno.ENOSPC, "full"), (errno.EIO, "medium"), (errno.EROFS, "read-only")])
@pytest.mark.parametrize("step", [1, 2])
def test_failure_is_for_good(error: int, says: str, step: int) -> None:
    """After a failed write or flush nothing more is written, and the sentence says what to do."""
    disk = Failing()
    journal = opened(disk)
    fill(journal, 3)
    disk.left, disk.error = step, error
    with pytest.raises(JournalFailed, match=says):
        journal.append([record(3)])
    before = bytes(file(disk))
    for attempt in (lambda: journal.append([record(3)]), journal.anchor):
        with pytest.raises(JournalFailed, match=says):
            attempt()

    assert before == bytes(file(disk))
    assert journal.next_seq == 3
    journal.close()
    assert opened(disk.copy()).next_seq == 2 + step


def test_short_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that took fewer bytes is a failure like any other."""
    journal = opened(OsDisk(), tmp_path)
    fill(journal, 2)
    monkeypatch.setattr(os, "pwrite", lambda handle, data, offset: len(data) - 512)
    with pytest.raises(JournalFailed, match="only 0 of 512 bytes"):
        journal.append([record(2)])
    journal.close()


class Full(MemoryDisk):
    """No room for new files once `full`."""

    full = False

    def open(self, path: Path, mode: Mode) -> int:
        if self.full and mode is Mode.CREATE:
            raise OSError(errno.ENOSPC, "no space")
        return super().open(path, mode)


def test_full_disk_uses_the_blanks() -> None:
    """With no room for another blank the two held back are still written, and only then the journal stops."""
    disk = Full()
    journal = opened(disk)
    fill(journal, 1)
    for _ in journal.work():
        pass
    disk.full = True
    with pytest.raises(JournalFailed, match="disk is full"):
        fill(journal, 1000)

    assert journal.next_seq == 3 * 127
    again = opened(disk.copy())
    assert again.next_seq == 3 * 127


def test_anchor_slots() -> None:
    """The slots are written in turn; a torn one leaves the other."""
    disk = MemoryDisk()
    journal = opened(disk)
    fill(journal, 1)
    journal.anchor()
    fill(journal, 2)
    journal.anchor()
    data = bytes(file(disk, HOME / "anchor"))
    slots = [anchor.parse(data[:4096]), anchor.parse(data[4096:])]

    assert [slot.cp.next_seq for slot in slots if slot] == [1, 2]
    file(disk, HOME / "anchor")[4096 + 9] ^= 1
    said = anchor.newest(bytes(file(disk, HOME / "anchor")))[1]
    assert said == slots[0]


def test_cut_segment_and_foreign_header() -> None:
    """A segment that was cut short or put under another number is not opened."""

    def cut(medium: MemoryDisk) -> None:
        del file(medium)[4096 * 4 :]

    def renamed(medium: MemoryDisk) -> None:
        medium.rename(SEG, HOME / "journal" / "00000002.seg")

    changes: list[Callable[[MemoryDisk], None]] = [cut, renamed]
    for change in changes:
        disk = MemoryDisk()
        fill(opened(disk), 3)
        medium = disk.copy()
        change(medium)
        with pytest.raises(JournalDamaged, match="header of another file"):
            opened(medium)
