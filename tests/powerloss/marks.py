"""What stands on a medium, read for the judge without the journal's own recovery."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.storage import frame, segment
from appliance.storage.anchor import NAME, newest
from appliance.storage.record import Record, decode
from tests.powerloss.recording import DATA
from tests.storage.device import SECTOR, Cutting, Op
from tests.storage.memory import MemoryDisk


def records(disk: MemoryDisk) -> Iterator[Record]:
    """Every record of every whole frame, wherever it stands: also behind what is broken."""
    for path, file in sorted(disk.names.items()):
        number = segment.number_of(path.name)
        header = segment.parse(bytes(disk.files[file])) if number is not None else None
        if number is None or header is None:
            continue
        data = bytes(disk.files[file])
        for index in range(1, len(data) // header.unit):
            found = frame.parse(data, index * header.unit, header.unit, number, index)
            yield from (decode(each) for each in found.records) if found else ()


def last_of(disk: MemoryDisk, kind: int) -> int:
    """The number of the last record of `kind`; -1 when there is none."""
    return max((record.seq for record in records(disk) if record.kind == kind), default=-1)


def tip_of(disk: MemoryDisk) -> int:
    """The number that comes after the greatest one on the medium."""
    return max((record.seq + 1 for record in records(disk)), default=0)


def anchored(disk: MemoryDisk) -> int:
    """The number that the newest anchor expects next; 0 without one."""
    number = disk.names.get(DATA / NAME)
    last = newest(bytes(disk.files[number]))[1] if number is not None else None
    return last.cp.next_seq if last else 0


def covering(cutting: Cutting) -> range | None:
    """The records that stood in the flushed unit that was hurt; None when it held nothing of a record."""
    if cutting.hurt is None:
        return None
    file, at, old = cutting.hurt
    name = next((path.name for path, number in cutting.disk.names.items() if number == file), "")
    number = segment.number_of(name)
    if number is None or not any(old):
        return None
    data = bytearray(cutting.disk.files[file])
    data[at : at + len(old)] = old
    return _frame_at(bytes(data), number, at)


def _frame_at(data: bytes, number: int, at: int) -> range | None:
    header = segment.parse(data)
    if header is None:
        return None
    if at < header.unit:  # the header: all that the segment holds stands under it
        return range(header.first_seq, 1 << 53)
    for index in range(at // header.unit, 0, -1):
        found = frame.parse(data, index * header.unit, header.unit, number, index)
        if found:
            inside = found.end * header.unit > at
            return range(found.first_seq, found.next_seq) if inside else None
    return None


def trace(disk: MemoryDisk, op: Op) -> bool:
    """Whether the write in flight left its first sector, which says that a record before it had been flushed."""
    return bytes(disk.files[op.file][op.offset : op.offset + SECTOR]) == op.data[:SECTOR]
