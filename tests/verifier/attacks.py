"""What is done to a journal or an archive by somebody who wants other figures: functions of honest bytes.

`JOURNAL` changes a data folder in place, `LIES` are told by who holds the till's key, `ARCHIVE` gives other bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from appliance.audit.manifest import Manifest
from appliance.core import event as ev
from appliance.storage import chain, frame, segment
from appliance.storage.frame import Frame
from appliance.storage.keys import Key
from appliance.storage.record import Record, decode, encode
from appliance.storage.trail import Trail
from tests.audit.archiving import packed, resigned
from tests.audit.scribe import key_of

UNIT = 512
STRANGER = Key(b"s" * 32)
Members = dict[str, bytes]


class Segment:
    """One segment of a data folder; `save` writes what was put."""

    def __init__(self, home: Path, number: int) -> None:
        self.path, self.number = home / "journal" / segment.name(number), number
        self.data = bytearray(self.path.read_bytes())
        before = bytes(self.data)
        trail = Trail(lambda size, offset: before[offset : offset + size], number, len(before), UNIT)
        self.frames = [each for each in trail.frames() if isinstance(each, Frame)]

    def bytes_of(self, found: Frame) -> bytes:
        return bytes(self.data[found.start * UNIT : found.end * UNIT])

    def put(self, unit: int, data: bytes) -> None:
        self.data[unit * UNIT : unit * UNIT + len(data)] = data

    def sum_again(self, found: Frame) -> None:
        at, end = found.start * UNIT, found.end * UNIT
        self.data[at + 4 : at + 8] = crc32(self.data[at + 8 : end]).to_bytes(4, "big")

    def save(self) -> None:
        self.path.write_bytes(self.data)


def ticket_frame(found: Segment, nth: int = 2) -> Frame:
    return [each for each in found.frames if any(decode(raw).kind == ev.TICKET for raw in each.records)][nth]


Attack = Callable[[Path, Path], None]  # (the folder to change, another till's folder)
JOURNAL: dict[str, Attack] = {}


def journal(do: Attack) -> Attack:
    JOURNAL[do.__name__] = do
    return do


@journal
def flip_a_byte(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    found.data[ticket_frame(found).start * UNIT + 200] ^= 1
    found.save()


@journal
def flip_a_byte_and_sum_again(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    victim = ticket_frame(found)
    at = bytes(found.data).index("Pâte".encode(), victim.start * UNIT)
    found.data[at] ^= 2
    found.sum_again(victim)
    found.save()


@journal
def flip_a_signature(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    victim = found.frames[3]
    used = 64 + sum(2 + len(raw) for raw in victim.records)
    found.data[victim.start * UNIT + used + 5] ^= 1
    found.sum_again(victim)
    found.save()


@journal
def drop_a_frame(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    gone = found.frames[6]
    del found.data[gone.start * UNIT : gone.end * UNIT]
    found.data += bytes((gone.end - gone.start) * UNIT)
    found.save()


@journal
def drop_a_frame_with_right_places(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    gone, index = found.frames[6], found.frames[6].start
    for each in found.frames[7:]:
        built = frame.build(1, index, UNIT, each.first_seq, each.prev_head, each.records, each.signature)
        found.put(index, built)
        index += len(built) // UNIT
    found.put(index, bytes((gone.end - gone.start) * UNIT))
    found.save()


@journal
def duplicate_a_frame(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    last = found.frames[-1]
    built = frame.build(2, last.end, UNIT, last.first_seq, last.prev_head, last.records, last.signature)
    found.put(last.end, built)
    found.save()


@journal
def swap_two_frames(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    one, two = next(
        (a, b) for a, b in zip(found.frames[3:], found.frames[4:], strict=False) if a.end - a.start == b.end - b.start
    )
    first, second = found.bytes_of(one), found.bytes_of(two)
    found.put(one.start, second)
    found.put(two.start, first)
    found.save()


@journal
def cut_the_end(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    keep = found.frames[-3].start
    found.put(keep, bytes(len(found.data) - keep * UNIT))
    found.save()


@journal
def cut_the_file(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    del found.data[-4096:]
    found.save()


@journal
def lose_a_segment(home: Path, other: Path) -> None:
    (home / "journal" / segment.name(1)).unlink()


@journal
def cross_two_chains(home: Path, other: Path) -> None:
    (home / "journal" / segment.name(2)).write_bytes((other / "journal" / segment.name(2)).read_bytes())


@journal
def cross_two_frames(home: Path, other: Path) -> None:
    found, strange = Segment(home, 1), Segment(other, 1)
    one, two = found.frames[5], strange.frames[5]
    assert one.end == two.end
    found.put(one.start, strange.bytes_of(two))
    found.save()


@journal
def sign_with_another_key(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    rewrite(found, lambda record: record, STRANGER)


@journal
def another_label_at_equal_totals(home: Path, other: Path) -> None:
    """Rehashed to the end of the segment, each frame with the signature that it had."""
    found = Segment(home, 1)
    rewrite(found, relabelled, None)


@journal
def another_label_signed_with_todays_key(home: Path, other: Path) -> None:
    """Today's key was stolen: it signs the earlier segment too."""
    rewrite(Segment(home, 1), relabelled, key_of(2))


def relabelled(record: Record) -> Record:
    if record.kind != ev.TICKET or record.body[1] != 2:
        return record
    data = encode(record).replace("Pâte".encode(), "Pête".encode())
    return decode(data)


def rewrite(found: Segment, change: Callable[[Record], Record], key: Key | None) -> None:
    """From the first changed record on, chained again."""
    head = b""
    genesis = bytes(found.data[32:64])
    for each in found.frames[2:]:
        raws = [encode(change(decode(raw))) for raw in each.records]
        before = head or each.prev_head
        head = chain.follow(before, raws)
        cp = chain.Checkpoint(chain.chain_id(genesis), each.next_seq, head)
        sign = key.sign(chain.cp_bytes(cp)) if key else each.signature
        found.put(each.start, frame.build(found.number, each.start, UNIT, each.first_seq, before, raws, sign))
    found.save()


@journal
def header_of_a_stranger(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    header = segment.parse(bytes(found.data))
    assert header
    found.put(0, segment.build(header._replace(key=STRANGER.public), STRANGER.sign))
    found.save()


@journal
def header_flipped(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    found.data[100] ^= 1
    found.data[4:8] = crc32(found.data[8:UNIT]).to_bytes(4, "big")
    found.save()


@journal
def header_scratched(home: Path, other: Path) -> None:
    found = Segment(home, 2)
    found.data[100] ^= 1
    found.save()


@journal
def two_frames_made_to_look_torn(home: Path, other: Path) -> None:
    (home / "anchor").unlink()
    found = Segment(home, 2)
    for each in found.frames[-2:]:
        found.data[each.start * UNIT + 70] ^= 1
    found.save()


@journal
def bytes_behind_the_end(home: Path, other: Path) -> None:
    found = Segment(home, 1)
    found.data[-1] = 1
    found.save()


Lie = Callable[[Record], Record]
LIES: dict[str, Lie] = {}


def lie(kind: int, nth: int = 3) -> Callable[[Callable[[Record], Record]], Callable[[Record], Record]]:
    """Told of the nth record of a kind, before it is sealed and signed with the till's own key."""

    def named(do: Lie) -> Lie:
        LIES[do.__name__] = counted(do, kind, nth)
        return do

    return named


def counted(do: Lie, kind: int, nth: int) -> Lie:
    def change(record: Record, seen: dict[int, int]) -> Record:
        if record.kind != kind:
            return record
        seen[kind] = seen.get(kind, 0) + 1
        return do(record) if seen[kind] == nth else record

    return lambda record: change(record, LIE_STATE)


LIE_STATE: dict[int, int] = {}


def whole(record: Record, key: int) -> int:
    value = record.body[key]
    assert isinstance(value, int)
    return value


def rows(record: Record, key: int) -> list[Any]:
    value = record.body[key]
    assert isinstance(value, list)
    return value


def with_body(record: Record, key: int, value: ev.Value) -> Record:
    return record._replace(body={**record.body, key: value})


@lie(ev.TICKET)
def a_total(record: Record) -> Record:
    return with_body(record, 4, whole(record, 4) - 100)


@lie(ev.TICKET)
def a_perpetual_total(record: Record) -> Record:
    return with_body(record, 9, whole(record, 9) - 100)


@lie(ev.TICKET)
def a_ticket_number(record: Record) -> Record:
    return with_body(record, 1, whole(record, 1) + 1)


@lie(ev.TICKET)
def a_vat_row(record: Record) -> Record:
    (rate, ht, vat, ttc), *rest = rows(record, 6)
    return with_body(record, 6, [[rate, ht + 1, vat - 1, ttc], *rest])


@lie(ev.TICKET)
def a_payment(record: Record) -> Record:
    (label, kind, amount), *rest = rows(record, 7)
    return with_body(record, 7, [[label, kind, amount - 1], *rest])


@lie(ev.DAY_CLOSE, 2)
def a_day_without_a_ticket(record: Record) -> Record:
    return with_body(record, 6, whole(record, 6) - 1)


@lie(ev.DAY_CLOSE, 2)
def a_month_total(record: Record) -> Record:
    return with_body(record, 22, whole(record, 22) - 1)


@lie(ev.DAY_OPEN, 2)
def a_day_number(record: Record) -> Record:
    return with_body(record, 1, 7)


@lie(ev.LINE, 5)
def back_in_time(record: Record) -> Record:
    return record._replace(t=record.t - 3_600_000)


@lie(ev.LINE, 5)
def another_till(record: Record) -> Record:
    return record._replace(till="2")


@lie(ev.LINE, 5)
def another_session(record: Record) -> Record:
    return record._replace(session=9)


@lie(ev.LINE, 5)
def an_unknown_kind(record: Record) -> Record:
    return record._replace(kind=999)


@lie(ev.LINE, 5)
def a_recovered_that_healed_nothing(record: Record) -> Record:
    return record._replace(kind=ev.RECOVERED, body={1: 512, 2: bytes(32)})


@lie(ev.SEAL, 6)
def a_seal_signed_by_a_stranger(record: Record) -> Record:
    (kind, number, form, _), *rest = rows(record, 2)
    return with_body(record, 2, [[kind, number, form, STRANGER.sign(b"x")], *rest])


@lie(ev.SEAL, 6)
def a_seal_of_another_fact(record: Record) -> Record:
    return with_body(record, 1, 0)


@lie(ev.SEAL, 6)
def a_seal_number_left_out(record: Record) -> Record:
    (kind, number, *more), *rest = rows(record, 2)
    return with_body(record, 2, [[kind, number + 1, *more], *rest])


@lie(ev.SEAL, 6)
def no_seal(record: Record) -> Record:
    return record._replace(kind=ev.DRAWER_SEEN, body={1: 0})


Forge = Callable[[Members, bytes, Key, Members], bytes]  # (members, the whole ZIP, the till's key, another archive)
ARCHIVE: dict[str, Forge] = {}


def archive(do: Forge) -> Forge:
    ARCHIVE[do.__name__] = do
    return do


def raw(name: str, members: Mapping[str, bytes]) -> str:
    return next(each for each in members if each.startswith(name))


@archive
def a_csv_replaced(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return packed({**members, "data/ticket.csv": members["data/ticket.csv"].replace(b"sale", b"salt", 1)})


@archive
def a_csv_replaced_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return resigned({**members, "data/ticket.csv": members["data/ticket.csv"].replace(b"sale", b"salt", 1)}, key)


@archive
def a_row_left_out_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    rows = members["data/records.jsonl"].split(b"\n")
    return resigned({**members, "data/records.jsonl": b"\n".join(rows[:5] + rows[6:])}, key)


@archive
def a_string_changed_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = "data/signatures.csv"
    return resigned({**members, name: members[name].replace(b",O,", b",N,", 1).replace(b"Vente", b"vente", 1)}, key)


@archive
def a_member_added(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return packed({**members, "data/zzz.csv": b"x"})


@archive
def a_member_added_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return resigned({**members, "data/zzz.csv": b"x"}, key)


@archive
def a_member_left_out(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return packed({name: each for name, each in members.items() if name != "data/jet.csv"})


@archive
def a_member_left_out_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return resigned({name: each for name, each in members.items() if name != "data/order.csv"}, key)


@archive
def a_column_left_out_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    """As an archive of before `absolute` was a field: the records have it all the same."""
    rows = members["data/ticket.csv"].split(b"\r\n")
    cut = [row.split(b";absolute")[0] for row in rows[:1]] + rows[1:]
    return resigned({**members, "data/ticket.csv": b"\r\n".join(cut)}, key)


@archive
def the_manifest_edited(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    changed = members["manifest.cose"].replace(b"2026-11-22", b"2026-11-23")
    return packed({**members, "manifest.cose": changed})


@archive
def the_json_edited(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return packed({**members, "manifest.json": members["manifest.json"].replace(b"2026-11-22", b"2026-11-21")})


@archive
def signed_by_a_stranger(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return resigned(members, STRANGER)


def stated(change: Callable[[Manifest], Manifest]) -> Forge:
    return lambda members, data, key, other: resigned(members, key, change)


ARCHIVE |= {
    "another_siret": stated(lambda it: it._replace(siret="00000000000000")),
    "another_till": stated(lambda it: it._replace(till="2")),
    "another_chain": stated(lambda it: it._replace(chain=bytes(16))),
    "another_date": stated(lambda it: it._replace(begins="2026-11-20")),
    "another_perpetual": stated(lambda it: it._replace(perpetual=(0, 0, 0, 0))),
    "another_start": stated(lambda it: it._replace(start_head=bytes(32))),
    "another_end": stated(lambda it: it._replace(end_head=bytes(32))),
    "a_record_less": stated(lambda it: it._replace(last_record=it.last_record - 1)),
    "a_level_of_its_own": stated(lambda it: it._replace(level="week")),
}


@archive
def the_journal_of_another(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = raw("journal/", members)
    return resigned({**members, name: other[name]}, key)


@archive
def a_journal_byte(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = raw("journal/", members)
    changed = bytearray(members[name])
    changed[UNIT * 20 + 100] ^= 1
    return packed({**members, name: bytes(changed)})


@archive
def a_journal_cut_short_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = [each for each in members if each.startswith("journal/")][-1]
    return resigned({**members, name: members[name][: -8 * UNIT]}, key)


@archive
def zeros_behind_the_journal_and_signed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = [each for each in members if each.startswith("journal/")][-1]
    return resigned({**members, name: members[name] + bytes(UNIT)}, key)


@archive
def bytes_before(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return b"\0" + data


@archive
def bytes_after(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return data + b"\0"


@archive
def cut_in_the_middle(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return data[: len(data) // 2]


@archive
def a_comment(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return data[:-2] + b"\x02\x00hi"


@archive
def out_of_order(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return zipped(dict(reversed(members.items())))


@archive
def compressed(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return zipped(members, zipfile.ZIP_DEFLATED)


@archive
def as_another_tool_stores_it(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return zipped(members)


@archive
def a_name_twice(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    plain = packed({**members, "data/jet.csw": members["data/jet.csv"]})
    return plain.replace(b"data/jet.csw", b"data/jet.csv")


@archive
def a_time_of_its_own(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    return data[:10] + b"\x01" + data[11:]


@archive
def a_wrong_checksum(members: Members, data: bytes, key: Key, other: Members) -> bytes:
    name = b"notice.txt"
    at, end = data.index(name) - 16, data.rindex(name) - 30
    wrong = bytes(4)
    return data[:at] + wrong + data[at + 4 : end] + wrong + data[end + 4 :]


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()
