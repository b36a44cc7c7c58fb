"""A disk that writes down what is done to it, and the media that a power cut could leave behind.

Cut model: what was flushed is there; of what was not, the last write (or name) in flight meets its fate and
the ones before it are there, except with Fate.LOST, which takes back everything since the last flush.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from random import Random
from typing import NamedTuple

from appliance.storage.flash import Mode
from tests.storage.memory import MemoryDisk

SECTOR = 512


class Act(Enum):
    CREATE = "create"
    WRITE = "write"
    FLUSH = "flush"
    RENAME = "rename"
    UNLINK = "unlink"
    FLUSH_NAMES = "flush-names"
    MKDIR = "mkdir"


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
    """Of the write in flight when the power goes."""

    DONE = "done"  # all of it reached the medium, nobody was told
    LOST = "lost"  # nothing since the last flush did
    TORN = "torn"  # some of its sectors did, in any order
    GARBAGE = "garbage"  # one of its sectors holds neither old nor new bytes


class Recorder(MemoryDisk):
    """`stamp` gives the next number of a counter that outside events may share."""

    def __init__(self, stamp: Callable[[], int] | None = None, on: MemoryDisk | None = None) -> None:
        super().__init__()
        if on is not None:
            self.__dict__.update(on.copy().__dict__)
        self.base = self.copy()
        self.ops: list[Op] = []
        self._stamp = stamp or (lambda: len(self.ops))

    def _note(self, act: Act, path: Path, file: int = 0, data: bytes = b"", offset: int = 0) -> None:
        self.ops.append(Op(self._stamp(), act, path, file, data, offset))

    def _path(self, handle: int) -> Path:
        file = self.handles[handle]
        return next((path for path, number in self.names.items() if number == file), Path())

    def open(self, path: Path, mode: Mode) -> int:
        handle = super().open(path, mode)
        if mode is Mode.CREATE:
            self._note(Act.CREATE, path, self.handles[handle])
        return handle

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self._note(Act.WRITE, self._path(handle), self.handles[handle], bytes(data), offset)
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        self._note(Act.FLUSH, self._path(handle), self.handles[handle])

    def fsync(self, handle: int) -> None:
        self._note(Act.FLUSH, self._path(handle), self.handles[handle])

    def fsync_directory(self, path: Path) -> None:
        self._note(Act.FLUSH_NAMES, path)

    def rename(self, old: Path, new: Path) -> None:
        self.ops.append(Op(self._stamp(), Act.RENAME, old, target=new))
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        self._note(Act.UNLINK, path)
        super().unlink(path)

    def mkdir(self, path: Path) -> None:
        if path not in self.directories:
            self._note(Act.MKDIR, path)
            self._note(Act.FLUSH_NAMES, path.parent)
        super().mkdir(path)

    def cut(self, stamp: int, fate: Fate, seed: int = 0) -> MemoryDisk:
        """The medium as a power cut right after the op stamped `stamp` was begun could leave it."""
        return rebuild(self.base, [op for op in self.ops if op.stamp <= stamp], fate, seed)


def rebuild(base: MemoryDisk, ops: Sequence[Op], fate: Fate, seed: int = 0) -> MemoryDisk:
    disk = base.copy()
    flying: list[Op] = []
    for op in ops:
        if op.act in (Act.FLUSH, Act.FLUSH_NAMES):
            flying = list(_settle(disk, flying, op))
        else:
            flying.append(op)
    if fate is not Fate.LOST:
        for op in flying[:-1]:
            _apply(disk, op)
        for op in flying[-1:]:
            _meet(disk, op, fate, Random(seed))
    return disk


def _settle(disk: MemoryDisk, flying: Sequence[Op], flush: Op) -> Iterator[Op]:
    """Applies what `flush` makes durable and yields what still flies; names keep their order among themselves."""
    for op in flying:
        written = op.act is Act.WRITE
        if written and op.file == flush.file if flush.act is Act.FLUSH else not written and _within(op, flush.path):
            _apply(disk, op)
        else:
            yield op


def _within(op: Op, directory: Path) -> bool:
    return directory in (op.path.parent, op.target.parent if op.target else None)


def _apply(disk: MemoryDisk, op: Op) -> None:
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


def _meet(disk: MemoryDisk, op: Op, fate: Fate, random: Random) -> None:
    if op.act is not Act.WRITE or fate is Fate.DONE:
        _apply(disk, op)
        return
    sectors = range(0, len(op.data), SECTOR)
    hurt = random.choice(sectors) if fate is Fate.GARBAGE else -1
    for at in sectors:
        piece = op.data[at : at + SECTOR]
        if at == hurt:
            disk.put(op.file, random.randbytes(len(piece)), op.offset + at)
        elif fate is Fate.GARBAGE or random.random() < 0.5:
            disk.put(op.file, piece, op.offset + at)
