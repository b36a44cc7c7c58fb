"""Archives are made of closed days and of nothing else, and every attack on one is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from appliance.audit import manifest as statement
from appliance.audit import succession
from appliance.audit.archive import create
from appliance.audit.archive_period import Asked, Refusal
from appliance.audit.dump import dump
from appliance.audit.manifest import Manifest
from appliance.audit.verify import BROKEN, INTACT
from appliance.core import event as ev
from appliance.core.event import NAMES
from appliance.storage import chain, frame, rotation
from appliance.storage.flash import OsDisk
from appliance.storage.record import Record, encode
from tests.audit.archiving import checked, contents, days, made, order, packed, resigned
from tests.audit.scribe import key_of
from tests.audit.shop import SIRET, Shop

Members = dict[str, bytes]
DAYS = ("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two months: three days, then two; a day that is open. Several segments, one key."""
    found = Shop(tmp_path_factory.mktemp("shop"), date(2026, 11, 28))
    found.live(45)
    found.live(60)
    found.live(3, month=True)
    found.live(4)
    found.live(2)
    found.open()
    found.sell()
    found.save()
    return found


@pytest.fixture(scope="module")
def archive(shop: Shop) -> Path:
    """The second and the third day: it begins in the middle of a segment and ends in the middle of one."""
    return made(shop, days("2026-11-29", "2026-11-30")).path


@pytest.fixture
def members(archive: Path) -> Members:
    return contents(archive)


def broken(tmp_path: Path, data: bytes) -> str:
    (tmp_path / "changed.zip").write_bytes(data)
    verdict = checked(tmp_path / "changed.zip")

    assert verdict.code == BROKEN, verdict.line
    return verdict.line.split(": ", 2)[1]


@pytest.mark.parametrize(
    ("asked", "first", "last", "records"),
    [
        (Asked("day"), "2026-12-02", "2026-12-02", (3, 4)),
        (Asked("month"), "2026-11-28", "2026-11-30", (-1, 2)),
        (days("2026-11-28", "2026-11-28"), "2026-11-28", "2026-11-28", (-1, 0)),
        (days("2026-11-29", "2026-12-01"), "2026-11-29", "2026-12-01", (0, 3)),
        (days("2026-06-01", "2026-11-30"), "2026-11-28", "2026-11-30", (-1, 2)),
    ],
)
def test_periods(shop: Shop, asked: Asked, first: str, last: str, records: tuple[int, int]) -> None:
    """From behind one closing to the end of another; the level names the last that was closed."""
    found = made(shop, asked)
    before, after = (shop.closings[at] if at >= 0 else 0 for at in records)
    try:
        assert (found.manifest.begins, found.manifest.ends) == (first, last)
        assert (found.manifest.first_record, found.manifest.last_record) == (before, after - 1)
        assert found.path.name == f"{SIRET}-b01-{asked.level}-{first}-{last}-{after - 1}.zip"
        assert found.body[8] == sha256(found.path.read_bytes()).digest()
        assert found.body[9] == found.path.stat().st_size
        assert list(found.body) == sorted(NAMES[ev.ARCHIVE][1])
    finally:
        found.path.unlink()


def test_archives_that_follow_meet(shop: Shop) -> None:
    """Where one ends the next begins: record, head and totals."""
    parts = [Asked.dates(date.fromisoformat(day), date.fromisoformat(day)) for day in DAYS]
    found = [made(shop, part) for part in parts]

    assert found[0].manifest.start_head == chain.START
    assert found[0].manifest.perpetual[:2] == (0, 0)
    for one, other in pairwise(each.manifest for each in found):
        assert (one.end_head, one.last_record + 1) == (other.start_head, other.first_record)
        assert one.perpetual[2:] == other.perpetual[:2]
    for each in found:
        each.path.unlink()


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-12-01", "2026-12-03", "the day of 2026-12-03 is open: close it first"),
        ("2026-12-03", "2026-12-03", "the day of 2026-12-03 is open"),
        ("2027-01-01", "2027-01-31", "nothing is closed in this period"),
        ("2026-01-01", "2027-01-01", "more than 12 months"),
        ("2024-02-29", "2025-03-01", "more than 12 months"),
        ("2026-11-30", "2026-11-28", "turn the two dates round"),
    ],
)
def test_refusals(shop: Shop, first: str, last: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        made(shop, days(first, last))


def test_twelve_months_are_not_too_much() -> None:
    assert days("2026-01-01", "2026-12-31").level == "period"
    assert days("2024-02-29", "2025-02-28").level == "period"


def test_no_year_is_closed(shop: Shop) -> None:
    with pytest.raises(Refusal, match="nothing is closed"):
        made(shop, Asked("year"))


def test_an_archive_is_not_written_over(shop: Shop, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(Refusal, match="is there already"):
        made(shop, days("2026-11-29", "2026-11-30"))
    create(order(shop, days("2026-11-29", "2026-11-30")), OsDisk(), replace=True)

    assert archive.read_bytes() == before


def test_a_journal_that_does_not_hold_is_not_archived(shop: Shop, tmp_path: Path) -> None:
    """A flipped byte in the period; one behind it does no harm to what was closed before."""
    home = Path(shutil.copytree(shop.scribe.home, tmp_path / "data"))
    place = home / "journal" / "00000002.seg"
    data = bytearray(place.read_bytes())
    at = data.index("Café".encode())
    data[at] ^= 1
    place.write_bytes(data)
    shutil.rmtree(home / "archives", ignore_errors=True)
    (home / "archives").mkdir()
    asked = order(shop, days("2026-11-28", "2026-11-30"))._replace(data=home, archives=home / "archives")
    with pytest.raises(Refusal, match="does not verify, nothing is archived: record"):
        create(asked, OsDisk())

    assert [it.name for it in (home / "archives").iterdir() if not it.name.endswith(".tmp")] == []


def test_it_holds(archive: Path, shop: Shop) -> None:
    verdict = checked(archive)
    chain_id = shop.scribe.cp.chain_id.hex()

    assert verdict.code == INTACT
    assert verdict.tickets == 63
    assert verdict.records == shop.closings[2] - shop.closings[0]
    assert f"coherent, not authentic: compare chain {chain_id} with a Z ticket" in verdict.notes
    assert checked(archive, chain_id).code == INTACT
    assert checked(archive, "0" * 32).code == BROKEN
    assert checked(archive, mode="paranoid").code == checked(archive, mode="quick").code == INTACT


def test_dump_says_its_records(archive: Path, members: Members) -> None:
    assert "".join(f"{line}\n" for line in dump(archive, NAMES)).encode() == members["data/records.jsonl"]


def test_extras_have_their_folders(shop: Shop, tmp_path: Path) -> None:
    asked = order(shop, Asked("day"), extras={"control/control.json": b"{}"})._replace(archives=tmp_path)
    found = create(asked, OsDisk())

    assert contents(found.path)["control/control.json"] == b"{}"
    assert checked(found.path).code == INTACT
    with pytest.raises(ValueError, match="has no place"):
        create(order(shop, Asked("day"), extras={"data/ticket.csv": b""}), OsDisk())


# --- attacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(6))
def test_any_changed_byte(archive: Path, tmp_path: Path, part: int) -> None:
    """Anywhere in the file: broken, and in content the member is named, or the record that stands there."""
    data, random = archive.read_bytes(), Random(part)
    for _ in range(12):
        at = random.randrange(len(data))
        broken(tmp_path, data[:at] + bytes([data[at] ^ random.randrange(1, 256)]) + data[at + 1 :])


def test_every_byte_of_the_manifest(archive: Path, members: Members, tmp_path: Path) -> None:
    """Its CRC put right each time."""
    cose = members[statement.COSE_NAME]
    for at in range(0, len(cose), 7):
        changed = cose[:at] + bytes([cose[at] ^ 1]) + cose[at + 1 :]

        assert broken(tmp_path, packed({**members, statement.COSE_NAME: changed})) == statement.COSE_NAME


def _other_csv(members: Members) -> Members:
    return {**members, "data/ticket.csv": members["data/ticket.csv"].replace("Café".encode(), b"Cafe.")}


def _other_line(members: Members) -> Members:
    return {**members, "data/records.jsonl": members["data/records.jsonl"].replace(b'"total":150', b'"total":140', 1)}


def _other_string(members: Members) -> Members:
    return {**members, "data/signatures.csv": members["data/signatures.csv"].replace(b"1000:150", b"1000:140", 1)}


def _first_link(members: Members) -> Members:
    """The first entry of a type: its predecessor is not in the archive, the signature alone proves it."""
    head, row, rest = members["data/signatures.csv"].split(b"\r\n", 2)
    return {**members, "data/signatures.csv": b"\r\n".join((head, row.replace(b",N,", b",N,A", 1), rest))}


def _no_rows(members: Members) -> Members:
    return {**members, "data/jet.csv": members["data/jet.csv"].split(b"\r\n")[0] + b"\r\n"}


def _more_rows(members: Members) -> Members:
    return {**members, "data/jet.csv": members["data/jet.csv"] + b"9;9;9;9;9;9;9\r\n"}


def _no_csv(members: Members) -> Members:
    return {name: data for name, data in members.items() if name != "data/ticket.csv"}


def _more_csv(members: Members) -> Members:
    return {**members, "data/witness.csv": b"seq\r\n"}


def _other_key(members: Members) -> Members:
    key = members["data/keys.csv"].split(b"\r\n")[1].split(b";")[2]
    return {**members, "data/keys.csv": members["data/keys.csv"].replace(key, key_of(99).public.hex().encode())}


def _column_less(members: Members) -> Members:
    """The last column of the closings, which every row fills, is taken away."""
    rows = members["data/day-close.csv"].split(b"\r\n")
    return {**members, "data/day-close.csv": b"\r\n".join(row.rpartition(b";")[0] for row in rows)}


def _column_more(members: Members) -> Members:
    rows = members["data/day-close.csv"].split(b"\r\n")
    more = [rows[0] + b";more", *(row + b";" if row else row for row in rows[1:])]
    return {**members, "data/day-close.csv": b"\r\n".join(more)}


CHANGES: dict[str, tuple[Callable[[Members], Members], str]] = {
    "column dropped": (_column_less, "data/day-close.csv"),
    "column added": (_column_more, "data/day-close.csv"),
    "label in a CSV": (_other_csv, "data/ticket.csv"),
    "amount in a line": (_other_line, "data/records.jsonl"),
    "signed string": (_other_string, "data/signatures.csv"),
    "rows dropped": (_no_rows, "data/jet.csv"),
    "row added": (_more_rows, "data/jet.csv"),
    "CSV dropped": (_no_csv, "data/ticket.csv"),
    "CSV added": (_more_csv, "data/witness.csv"),
    "key swapped": (_other_key, "data/keys.csv"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_projection_that_lies(members: Members, shop: Shop, tmp_path: Path, name: str) -> None:
    """Under the manifest as it was, and even under one that the till's own key signed again."""
    change, where = CHANGES[name]
    changed = change(members)

    assert changed != members
    assert broken(tmp_path, packed(changed)) == where
    assert broken(tmp_path, resigned(changed, shop.key)) == where


def test_an_archive_from_before_a_field(members: Members, shop: Shop, tmp_path: Path) -> None:
    """A column that no record fills may be missing, with all that come after it: the field did not exist yet."""
    rows = members["data/order.csv"].split(b"\r\n")
    older = b"\r\n".join(row.rpartition(b";")[0] for row in rows)
    (tmp_path / "older.zip").write_bytes(resigned({**members, "data/order.csv": older}, shop.key))

    assert rows[0].endswith(b";number;original;why")
    assert checked(tmp_path / "older.zip").code == INTACT


def test_a_first_link_that_lies(members: Members, shop: Shop, tmp_path: Path) -> None:
    """Signed again, the record whose string does not hold is named."""
    changed = _first_link(members)

    assert broken(tmp_path, packed(changed)) == "data/signatures.csv"
    assert broken(tmp_path, resigned(changed, shop.key)) != ""


LIES: dict[str, Callable[[Manifest], Manifest]] = {
    "chain": lambda it: it._replace(chain=bytes(16)),
    "till": lambda it: it._replace(till="B02"),
    "siret": lambda it: it._replace(siret="0" * 14),
    "level": lambda it: it._replace(level="week"),
    "from": lambda it: it._replace(begins="2026-11-27"),
    "to": lambda it: it._replace(ends="2026-12-01"),
    "first_record": lambda it: it._replace(first_record=it.first_record + 1),
    "start_head": lambda it: it._replace(start_head=bytes(32)),
    "end_head": lambda it: it._replace(end_head=bytes(32)),
    "last_record": lambda it: it._replace(last_record=it.last_record - 1),
    "perpetual": lambda it: it._replace(perpetual=(0, 0, *it.perpetual[2:])),
    "perpetual after": lambda it: it._replace(perpetual=(*it.perpetual[:2], 1, 1)),
    "witness_class": lambda it: it._replace(witness_class="A"),
    "unwitnessed": lambda it: it._replace(unwitnessed=0),
    "files": lambda it: it._replace(files=it.files[::-1]),
}


@pytest.mark.parametrize("name", LIES)
def test_a_manifest_that_lies(members: Members, shop: Shop, tmp_path: Path, name: str) -> None:
    """Signed by the till's key all the same."""
    where = broken(tmp_path, resigned(members, shop.key, LIES[name]))

    assert where in (statement.COSE_NAME, sorted(it for it in members if it.startswith("journal/"))[-1])


def test_another_key(members: Members, tmp_path: Path) -> None:
    assert broken(tmp_path, resigned(members, key_of(77))) == statement.COSE_NAME


def test_another_json(members: Members, tmp_path: Path) -> None:
    changed = members["manifest.json"].replace(SIRET.encode(), b"0" * 14)

    assert broken(tmp_path, packed({**members, "manifest.json": changed})) == "manifest.json"


def _segments(members: Members) -> list[str]:
    return sorted(name for name in members if name.startswith("journal/"))


def test_a_label_in_the_journal(members: Members, shop: Shop, tmp_path: Path) -> None:
    """The record is named, not the member."""
    name = _segments(members)[1]
    changed = {**members, name: members[name].replace("Café".encode(), b"Cafe.", 1)}
    lines = members["data/records.jsonl"].decode().splitlines()

    for data in (packed(changed), resigned(changed, shop.key)):
        where = broken(tmp_path, data)
        assert where.startswith("record ")
        assert int(where.split()[1]) <= shop.closings[0] + len(lines)


def test_a_segment_less(members: Members, shop: Shop, tmp_path: Path) -> None:
    first, *_, last = _segments(members)
    for name in (first, last):
        changed = {each: data for each, data in members.items() if each != name}

        assert broken(tmp_path, packed(changed)) == name
        assert broken(tmp_path, resigned(changed, shop.key)) != ""


def test_the_end_is_cut(members: Members, shop: Shop, tmp_path: Path) -> None:
    """The last frame of the journal part is taken away."""
    last = _segments(members)[-1]
    data = members[last]
    frames = [at for at in range(512, len(data), 512) if data[at : at + 4] == b"SCF1"]
    changed = {**members, last: data[: frames[-1]]}

    assert broken(tmp_path, resigned(changed, shop.key)) == last


def test_zeros_behind_the_end(members: Members, shop: Shop, tmp_path: Path) -> None:
    last = _segments(members)[-1]
    changed = {**members, last: members[last] + bytes(512)}

    assert broken(tmp_path, resigned(changed, shop.key)) == last


def test_the_journal_of_another_till(members: Members, shop: Shop, tmp_path: Path) -> None:
    """Two chains crossed: all that is in clear stays, the segments are those of a stranger."""
    other = Shop(tmp_path / "other", date(2026, 11, 28))
    other.live(70)
    other.save()
    foreign = {
        name: (tmp_path / "other" / name).read_bytes() if (tmp_path / "other" / name).exists() else members[name]
        for name in _segments(members)
    }

    assert broken(tmp_path, packed({**members, **foreign})) != ""
    assert broken(tmp_path, resigned({**members, **foreign}, shop.key)) != ""


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path]:
    """An archive of the first day, made when the key had changed twice."""
    found = Shop(tmp_path_factory.mktemp("late"), date(2026, 11, 28))
    for _ in range(3):
        found.live(5)
        found.turn()
    found.live(5)
    found.save()
    return found, made(found, days("2026-11-28", "2026-11-28")).path


def test_a_key_that_came_later(late: tuple[Shop, Path]) -> None:
    """The frames in which each key named the next are carried along."""
    shop, path = late

    assert checked(path).code == INTACT, checked(path).line
    assert shop.key.public.hex().encode() not in contents(path)["data/keys.csv"]
    assert contents(path)[succession.NAME].count(b"SCF1") == 3


def _less(data: bytes) -> bytes:
    """Without the last frame."""
    return data[: data.rindex(b"SCF1") - 4]


SUCCESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "last frame dropped": _less,
    "first frame dropped": lambda data: data[data.index(b"SCF1", 8) - 4 :],
    "frame twice": lambda data: data[: data.index(b"SCF1", 8) - 4] + data,
    "cut": lambda data: data[:-1],
    "two bytes more": lambda data: data + b"\0\0",
    "empty frame": lambda data: data + bytes(4),
    "signature flipped": lambda data: data[:300] + bytes([data[300] ^ 1]) + data[301:],
}


@pytest.mark.parametrize("name", SUCCESSIONS)
def test_a_succession_that_lies(late: tuple[Shop, Path], tmp_path: Path, name: str) -> None:
    shop, path = late
    members = contents(path)
    changed = {**members, succession.NAME: SUCCESSIONS[name](members[succession.NAME])}

    assert broken(tmp_path, resigned(changed, shop.key)) in (succession.NAME, statement.COSE_NAME)


def test_a_succession_of_another_till(late: tuple[Shop, Path], tmp_path: Path) -> None:
    """A thief's key, announced by a thief's frames; and a succession where none is needed."""
    shop, path = late
    members = contents(path)
    text = rotation.statement(shop.scribe.cp.chain_id, key_of(90).public, key_of(91).public)
    body = {1: key_of(91).public, 2: key_of(91).sign(text), 3: key_of(91).certificate}
    record = Record(5000, 1_795_300_000_000, 60, 0, "B01", "", 0, ev.KEY, body)
    data = frame.build(1, 9, 512, 5000, bytes(32), [encode(record)], bytes(64))
    forged = len(data).to_bytes(4, "big") + data

    assert broken(tmp_path, resigned({**members, succession.NAME: forged}, key_of(91))) == succession.NAME
    assert broken(tmp_path, resigned(members, key_of(1))) == succession.NAME
    without = {name: each for name, each in members.items() if name != succession.NAME}
    assert broken(tmp_path, resigned(without, shop.key)) == statement.COSE_NAME


def test_a_key_of_nobody_makes_no_archive(shop: Shop) -> None:
    with pytest.raises(Refusal, match="does not lead from the period's last key"):
        made(shop, Asked("day"), key_of(77))
