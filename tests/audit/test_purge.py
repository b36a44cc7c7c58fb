"""A purge takes only what stands in checked archives on other media, and what is left still holds."""

from __future__ import annotations

import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from appliance.audit.archive import Made
from appliance.audit.archive_check import Core
from appliance.audit.archive_period import Asked, Refusal
from appliance.audit.command import verify_main
from appliance.audit.dump import dump
from appliance.audit.purge import Copies, Held, Plan, held, plan
from appliance.audit.verify import BROKEN, INTACT, Verdict
from appliance.core import event as ev
from appliance.core.event import NAMES
from appliance.storage import purge, segment
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.purge import PurgeError, RecordPurged
from appliance.storage.recover import JournalDamaged
from tests.audit.archiving import checked, days, made
from tests.audit.scribe import SIZE, UNIT
from tests.audit.shop import KINDS, Nothing, Shop
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

CORE = Core(NAMES, KINDS, Nothing)
FATES = (Fate.DONE, Fate.LOST, Fate.TORN, Fate.SHREDDED, Fate.REORDERED)


def recorded(shop: Shop, archive: Made, media: int = 2) -> None:
    """The records that a till writes: the archive's, and one for each medium on which it was read back."""
    seq = shop.write([(ev.ARCHIVE, archive.body)])
    for number in range(media):
        shop.write([(ev.ARCHIVE_COPY, {1: seq, 2: archive.body[8], 3: f"stick-{number}", 4: "intact"})])
    shop.save()


def three_months(home: Path) -> Shop:
    shop = Shop(home, date(2026, 10, 30))
    for sales, month in ((60, False), (60, True), (60, True), (20, False)):
        shop.live(sales, month=month)
    shop.save()
    return shop


class Story:
    """A journal with two archives on two media each: October's, and a later one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.shop = three_months(home)
        self.archives = [made(self.shop, days("2026-10-30", "2026-10-31"))]
        self.archives.append(made(self.shop, days("2026-11-01", "2026-11-02")))
        for each in self.archives:
            recorded(self.shop, each)

    def held(self) -> list[Held]:
        copies = Copies()
        for record in self.records():
            copies.record(record)
        return [held(each.path, copies, CORE) for each in self.archives]

    def records(self) -> list[Any]:
        journal = Journal.open(self.home, OsDisk(), self.shop.key, segment_size=SIZE, unit=UNIT)
        try:
            return [sealed.record for sealed in journal.past()]
        finally:
            journal.close(clean=False)

    def planned(self) -> Plan:
        return plan(self.home, self.held())

    def ordered(self) -> Plan:
        """The purge record is durable, every segment still whole."""
        planned = self.planned()
        self.shop.write([(ev.PURGE, planned.body)])
        self.shop.save()
        return planned

    def purged(self) -> Plan:
        planned = self.ordered()
        assert purge.carry_out(self.home, OsDisk(), planned.order) != []
        return planned


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("told") / "data"
    Story(home)
    return home


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "data")


def test_what_may_go(story: Story) -> None:
    """Whole segments before the last closed month, each of them whole in an archive."""
    body: dict[int, Any] = {**story.planned().body}
    headers = sorted(story.shop.starts)

    assert list(body) == sorted(NAMES[ev.PURGE][1])
    assert body[1] == 1
    assert body[2] >= 2
    assert (body[3], body[4]) == (0, headers[body[2]][0] - 1)
    assert body[5] == headers[body[2]][1]
    assert body[8] == headers[body[2]][0]
    assert body[4] < story.shop.closings[2]
    assert body[6] == [each.body[8] for each in story.archives]
    assert body[7] == ["stick-0", "stick-1"]


def test_what_is_left_holds(story: Story) -> None:
    planned = story.purged()
    before = planned.order.last_record + 1
    verdict = checked(story.home)

    assert verdict.code == INTACT, verdict.line
    assert verdict.records == story.shop.scribe.seq - before
    assert verdict.head == story.shop.scribe.head
    assert any(note.startswith(f"purged: records 0 to {before - 1} stand in their archives") for note in verdict.notes)
    assert checked(story.home, mode="quick")[:5] == checked(story.home, mode="paranoid")[:5]
    assert len(list(dump(story.home, NAMES))) == verdict.records
    for number in range(1, planned.order.last_segment + 1):
        assert (story.home / "journal" / segment.name(number)).stat().st_size == UNIT


def test_it_is_done_once(story: Story) -> None:
    planned = story.purged()

    assert purge.carry_out(story.home, OsDisk(), planned.order) == []


def test_the_till_goes_on(story: Story) -> None:
    """It opens, starts from a snapshot, says of an old record where it is, and a second purge goes further."""
    planned = story.purged()
    journal = Journal.open(story.home, OsDisk(), story.shop.key, segment_size=SIZE, unit=UNIT)
    try:
        first = next(journal.past(ev.SNAPSHOT))
        assert first.record.kind == ev.SNAPSHOT
        assert journal.sealed(planned.order.last_record + 1).record.seq == planned.order.last_record + 1
        for seq in (0, planned.order.last_record):
            with pytest.raises(RecordPurged, match=f"record {seq} was purged: look for it in the archive"):
                journal.sealed(seq)
        with pytest.raises(JournalDamaged, match="no snapshot that this software reads"):
            list(journal.past())
    finally:
        journal.close(clean=False)


def test_archive_and_journal_together(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """What went and what stayed are one chain: no fork."""
    story.purged()
    paths = [str(story.home), *(str(each.path) for each in story.archives)]

    assert verify_main(paths, KINDS, Nothing) == INTACT
    said = capsys.readouterr().out
    assert said.count("intact: ") == 3
    assert "fork" not in said


def test_an_archive_of_another_history(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same genesis, another third day: the journal and the archive part at a record."""
    other = Shop(tmp_path / "other", date(2026, 10, 30))
    for sales, month in ((60, False), (59, True), (60, True)):
        other.live(sales, month=month)
    other.save()
    strange = made(other, days("2026-10-31", "2026-11-01"))

    assert verify_main([str(story.home), str(strange.path)], KINDS, Nothing) == BROKEN
    assert "fork: chain" in capsys.readouterr().out


def test_nothing_is_archived_twice_from_nothing(story: Story) -> None:
    story.purged()
    with pytest.raises(Refusal, match="a part of this period was purged"):
        made(story.shop, days("2026-10-30", "2026-10-30"))


# --- refusals ------------------------------------------------------------------------------------------------------


def test_one_medium_is_not_enough(tmp_path: Path) -> None:
    shop = three_months(tmp_path)
    archive = made(shop, days("2026-10-30", "2026-11-02"))
    recorded(shop, archive, media=1)
    copies = Copies()
    for step_record in _records(shop):
        copies.record(step_record)
    with pytest.raises(Refusal, match="was read back on 1 of the 2 other media"):
        plan(tmp_path, [held(archive.path, copies, CORE)])


def _records(shop: Shop) -> list[Any]:
    journal = Journal.open(shop.scribe.home, OsDisk(), shop.key, segment_size=SIZE, unit=UNIT)
    try:
        return [sealed.record for sealed in journal.past()]
    finally:
        journal.close(clean=False)


def test_an_archive_that_is_not_recorded(story: Story) -> None:
    with pytest.raises(Refusal, match="is not an archive that this till recorded"):
        held(story.archives[0].path, Copies(), CORE)


def test_an_archive_that_does_not_hold(story: Story) -> None:
    copies = Copies()
    path = story.archives[0].path
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    copies.archives[sha256(data).digest()] = 1
    with pytest.raises(Refusal, match="copy the archive again"):
        held(path, copies, CORE)


def test_a_hole_between_the_archives(story: Story) -> None:
    with pytest.raises(Refusal, match="no archive that was checked holds record 0"):
        plan(story.home, story.held()[1:])
    with pytest.raises(Refusal, match="no archive that was checked holds record 0"):
        plan(story.home, [])


def test_no_month_is_closed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.live(120)
    shop.save()
    archive = made(shop, Asked("day"))
    recorded(shop, archive)
    copies = Copies()
    for record in _records(shop):
        copies.record(record)
    with pytest.raises(Refusal, match="no month is closed"):
        plan(tmp_path, [held(archive.path, copies, CORE)])


def test_a_journal_that_rotted_is_not_purged(story: Story) -> None:
    """The archive holds what was written; what is on flash now differs: it is kept, for somebody to look at."""
    holding = story.held()
    path = story.home / "journal" / segment.name(1)
    data = bytearray(path.read_bytes())
    data[20_000] ^= 1
    path.write_bytes(data)
    with pytest.raises(Refusal, match="the journal does not verify, nothing is purged: record"):
        plan(story.home, holding)


# --- attacks and cuts ----------------------------------------------------------------------------------------------


def _broken(home: Path) -> str:
    verdict: Verdict = checked(home)
    assert verdict.code == BROKEN, verdict.line
    assert checked(home, mode="quick").code == BROKEN
    return verdict.line


def _cut(home: Path, number: int) -> None:
    path = home / "journal" / segment.name(number)
    path.write_bytes(path.read_bytes()[:UNIT])


def test_a_purge_that_nobody_ordered(told: Path, tmp_path: Path) -> None:
    """Headers alone where no record says so: records are missing."""
    home = Path(shutil.copytree(told, tmp_path / "data"))
    _cut(home, 1)

    assert "the records up to" in _broken(home)
    assert "are gone and no purge record says so" in _broken(home)


@pytest.mark.parametrize("number", [2, 3])
def test_a_hole_in_the_middle(told: Path, tmp_path: Path, number: int) -> None:
    home = Path(shutil.copytree(told, tmp_path / "data"))
    _cut(home, number)

    assert f"segment {number}: its records are gone" in _broken(home)


def test_more_is_gone_than_was_ordered(story: Story) -> None:
    planned = story.purged()
    _cut(story.home, planned.order.last_segment + 1)

    assert "no purge record says so" in _broken(story.home)


def test_a_purged_header_of_another_chain(story: Story, tmp_path: Path) -> None:
    story.purged()
    other = Shop(tmp_path / "other", date(2026, 10, 1))
    other.live(120)
    other.save()
    foreign = (tmp_path / "other" / "journal" / segment.name(2)).read_bytes()[:UNIT]
    (story.home / "journal" / segment.name(2)).write_bytes(foreign)

    assert _broken(story.home).startswith("broken: segment 2")


def test_a_purged_header_is_missing(story: Story) -> None:
    story.purged()
    (story.home / "journal" / segment.name(1)).unlink()

    assert checked(story.home).code == BROKEN


def test_an_order_that_does_not_fit(story: Story) -> None:
    """Nothing is given up."""
    order = story.planned().order
    for wrong in (order._replace(head=bytes(32)), order._replace(last_record=5), order._replace(last_segment=90)):
        with pytest.raises(PurgeError, match="nothing was purged"):
            purge.carry_out(story.home, OsDisk(), wrong)
    assert checked(story.home).code == INTACT


def _in_memory(home: Path) -> MemoryDisk:
    disk = MemoryDisk()
    for path in sorted((home / "journal").iterdir()):
        disk.make(path)
        disk.put(disk.names[path], path.read_bytes(), 0)
    return disk


def _files(disk: MemoryDisk) -> dict[str, bytes]:
    return {path.name: bytes(disk.files[number]) for path, number in disk.names.items() if path.suffix == ".seg"}


def test_a_purge_cut_at_every_act(story: Story, tmp_path: Path) -> None:
    """Each segment is whole or its header; the journal holds all the same, and the next start finishes the purge."""
    planned = story.ordered()
    disk = Recorder(on=_in_memory(story.home))
    purge.carry_out(story.home, disk, planned.order)
    final, seen = _files(disk), set()
    for op in disk.ops:
        for fate in FATES:
            left = disk.cut(op.stamp, fate)
            files = _files(left)
            state = sha256(repr(sorted(files.items())).encode()).digest()
            if state in seen:
                continue
            seen.add(state)
            _holds(story, files, tmp_path / str(len(seen)))
            purge.carry_out(story.home, left, planned.order)
            assert _files(left) == final
    assert len(seen) > planned.order.last_segment


def _holds(story: Story, files: dict[str, bytes], home: Path) -> None:
    (home / "journal").mkdir(parents=True)
    shutil.copy(story.home / "anchor", home / "anchor")
    for name, data in files.items():
        (home / "journal" / name).write_bytes(data)

    assert checked(home).code == INTACT, checked(home).line


def test_the_record_is_first(story: Story) -> None:
    """Cut right after the order was recorded: all is there, verify holds, and the order is found."""
    planned = story.ordered()
    orders = [purge.order(record) for record in story.records() if record.kind == ev.PURGE]

    assert orders == [planned.order]
    assert checked(story.home).code == INTACT
    assert not any("purged" in note for note in checked(story.home).notes)
