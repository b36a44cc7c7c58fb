"""What a medium promises, and so what a power cut may leave on it.

A `Fate` is of a medium that keeps its word: what was flushed is there. It may do as it likes with what flies, that
is with what was written and not flushed: keep it, lose it, tear it, keep it out of order. Names keep their order, as in
a file system's own journal; files do not. A `Fault` is of a medium that breaks its word: it hurts an acknowledged
neighbour of the unit that is being programmed, or answers a flush and does nothing. No till can undo that. It must see
it where it can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.storage.memory import MemoryDisk

SECTOR = 512
PAIRED = 16 * 1024  # how far from the unit being programmed flash may hurt another: pages of one block share cells
ENUMERATED = 24  # choices of what landed out of order that are all tried; of more, as many are drawn


class Act(Enum):
    CREATE = "create"
    WRITE = "write"
    FLUSH = "flush"
    RENAME = "rename"
    UNLINK = "unlink"
    FLUSH_NAMES = "flush-names"
    MKDIR = "mkdir"


FLUSHES = (Act.FLUSH, Act.FLUSH_NAMES)


class Op(NamedTuple):
    """`stamp` orders it among outside events; `file` is its number, 0 for acts on names."""

    stamp: int
    act: Act
    path: Path
    file: int = 0
    data: bytes = b""
    offset: int = 0
    target: Path | None = None


class Fate(Enum):
    """Of what flies when the power goes. Nothing that was flushed is touched."""

    DONE = "done"  # all of it reached the medium, nobody was told
    LOST = "lost"  # none of it did
    TORN = "torn"  # of the last write some sectors did, in any order
    GARBAGE = "garbage"  # one sector of the last write holds neither old nor new bytes
    SHREDDED = "shredded"  # no sector is atomic: new bytes, then noise, then old ones
    REORDERED = "reordered"  # any of the writes, each whole or torn; of the names, the first ones


class Fault(Enum):
    """Of what was flushed."""

    BEYOND = "beyond"  # the blank unit behind the last write was hurt
    HURT = "hurt"  # a unit next to the last write, or paired with it
    LYING_1 = "lying-1"  # the last flush did nothing
    LYING_2 = "lying-2"
    LYING_4 = "lying-4"


class Order(Enum):
    """Which of the acts that fly reach the medium."""

    FIRST = "in the order they were written"
    NONE = "none"
    ANY = "any of them"


class Piece(Enum):
    """How much of the write in flight is old or new."""

    WHOLE = "the write is atomic"
    SECTOR = "a sector is"
    NOISE = "a sector is, but one holds noise"
    BYTE = "nothing is"


class Device(NamedTuple):
    """`deaf`: how many of the last flushes did nothing. `hurts`: a flushed unit near the last write becomes noise."""

    order: Order = Order.FIRST
    piece: Piece = Piece.WHOLE
    beyond: bool = False
    hurts: bool = False
    deaf: int = 0


DEVICES: dict[Fate | Fault, Device] = {
    Fate.DONE: Device(),
    Fate.LOST: Device(Order.NONE),
    Fate.TORN: Device(piece=Piece.SECTOR),
    Fate.GARBAGE: Device(piece=Piece.NOISE),
    Fate.SHREDDED: Device(piece=Piece.BYTE),
    Fate.REORDERED: Device(Order.ANY),
    Fault.BEYOND: Device(piece=Piece.SECTOR, beyond=True),
    Fault.HURT: Device(piece=Piece.SECTOR, hurts=True),
    Fault.LYING_1: Device(Order.ANY, deaf=1),
    Fault.LYING_2: Device(Order.ANY, deaf=2),
    Fault.LYING_4: Device(Order.ANY, deaf=4),
}


def fate_of(name: str) -> Fate | Fault:
    return next(each for each in DEVICES if each.value == name)


class Cutting(NamedTuple):
    """A medium after the cut, and where on it a flushed unit was hurt: (file, offset, what stood there), or None."""

    disk: MemoryDisk
    hurt: tuple[int, int, bytes] | None


def rebuild(base: MemoryDisk, ops: Sequence[Op], fate: Fate | Fault, seed: int = 0) -> MemoryDisk:
    """The medium that a cut after the last of `ops` was begun leaves; the same for the same seed."""
    return cut(base, ops, fate, seed).disk


def cut(base: MemoryDisk, ops: Sequence[Op], fate: Fate | Fault, seed: int = 0) -> Cutting:
    device = DEVICES[fate]
    disk = base.copy()
    flushed, flown = settled(ops, device.deaf)
    for op in flushed:
        apply(disk, op)
    random = Random(seed)
    if device.order is Order.ANY:
        _any(disk, flown, seed)
    elif device.order is Order.FIRST:
        for op in flown[:-1]:
            apply(disk, op)
        _last(disk, flown, device, random)
    return Cutting(disk, _hurt(disk, flown, random) if device.hurts else None)


def settled(ops: Sequence[Op], deaf: int = 0) -> tuple[list[Op], list[Op]]:
    """What was flushed, as it became durable, and what flies; `deaf` flushes at the end did nothing."""
    heard = [at for at, op in enumerate(ops) if op.act in FLUSHES]
    heard = heard[: max(0, len(heard) - deaf)]
    flushed: list[Op] = []
    flown: list[Op] = []
    for at, op in enumerate(ops):
        if op.act not in FLUSHES:
            flown.append(op)
        elif heard and at <= heard[-1]:
            flushed += [each for each in flown if reaches(op, each)]
            flown = [each for each in flown if not reaches(op, each)]
    return flushed, flown


def choices(flown: Sequence[Op]) -> int:
    """In how many ways acts may land out of order: every subset of the writes, with every prefix of the names."""
    writes = sum(op.act is Act.WRITE for op in flown)
    return (1 << writes) * (len(flown) - writes + 1)


def _any(disk: MemoryDisk, flown: Sequence[Op], seed: int) -> None:
    """Seeds below `choices` name one each; those from there on draw one and tear its writes."""
    writes = [op for op in flown if op.act is Act.WRITE]
    names = [op for op in flown if op.act is not Act.WRITE]
    many = choices(flown)
    random = Random(seed)
    pick = seed if seed < many else random.randrange(many)
    mask, prefix = divmod(pick, len(names) + 1)
    landed = [op for at, op in enumerate(writes) if mask >> at & 1]
    for op in [op for op in flown if op in landed or op in names[:prefix]]:
        if seed >= many and op.act is Act.WRITE:
            _meet(disk, op, random.choice((Piece.WHOLE, Piece.SECTOR, Piece.BYTE)), random)
        else:
            apply(disk, op)


def _last(disk: MemoryDisk, flown: Sequence[Op], device: Device, random: Random) -> None:
    for op in flown[-1:]:
        if op.act is Act.WRITE:
            _meet(disk, op, device.piece, random)
            if device.beyond:
                _noise_beyond(disk, op, random)
        else:
            apply(disk, op)


def reaches(flush: Op, op: Op) -> bool:
    """Whether `flush` makes `op` durable: that of a file its writes, that of a folder the names in it."""
    if flush.act is Act.FLUSH:
        return op.act is Act.WRITE and op.file == flush.file
    return op.act is not Act.WRITE and _within(op, flush.path)


def _within(op: Op, directory: Path) -> bool:
    return directory in (op.path.parent, op.target.parent if op.target else None)


def apply(disk: MemoryDisk, op: Op) -> None:
    if op.act is Act.CREATE:
        disk.names[op.path] = op.file
        disk.files.setdefault(op.file, bytearray())
    elif op.act is Act.WRITE:
        disk.files.setdefault(op.file, bytearray())
        disk.put(op.file, op.data, op.offset)
    elif op.act is Act.RENAME and op.target and op.path in disk.names:
        disk.rename(op.path, op.target)
    elif op.act is Act.UNLINK:
        disk.names.pop(op.path, None)
    elif op.act is Act.MKDIR:
        disk.mkdir(op.path)


def _meet(disk: MemoryDisk, op: Op, piece: Piece, random: Random) -> None:
    """A write that was under way."""
    disk.files.setdefault(op.file, bytearray())
    if piece is Piece.WHOLE:
        apply(disk, op)
    elif piece is Piece.BYTE:
        _shred(disk, op, random)
    else:
        _sectors(disk, op, random, noise=piece is Piece.NOISE)


def _sectors(disk: MemoryDisk, op: Op, random: Random, *, noise: bool) -> None:
    sectors = range(0, len(op.data), SECTOR)
    hurt = random.choice(sectors) if noise else -1
    for at in sectors:
        piece = op.data[at : at + SECTOR]
        if at == hurt:
            disk.put(op.file, random.randbytes(len(piece)), op.offset + at)
        elif noise or random.random() < 0.5:
            disk.put(op.file, piece, op.offset + at)


def _shred(disk: MemoryDisk, op: Op, random: Random) -> None:
    new = random.randrange(len(op.data))
    noise = random.randrange(min(SECTOR, len(op.data) - new))
    disk.put(op.file, op.data[:new] + random.randbytes(noise), op.offset)


def _noise_beyond(disk: MemoryDisk, op: Op, random: Random) -> None:
    end = op.offset + len(op.data)
    if end + SECTOR <= len(disk.files[op.file]):
        disk.put(op.file, random.randbytes(SECTOR), end)


def _hurt(disk: MemoryDisk, flown: Sequence[Op], random: Random) -> tuple[int, int, bytes] | None:
    """Noise over a flushed unit before the last write: the next one, or one that is paired with it."""
    if not flown or flown[-1].act is not Act.WRITE:
        return None
    op = flown[-1]
    units = range(max(0, op.offset - PAIRED), op.offset, SECTOR)
    if not units or op.offset > len(disk.files[op.file]):
        return None
    at = units[-1] if random.random() < 0.5 else random.choice(units)
    old = bytes(disk.files[op.file][at : at + SECTOR])
    disk.put(op.file, random.randbytes(SECTOR), at)
    return op.file, at, old
