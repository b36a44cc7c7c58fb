"""A disk that writes down what is done to it, and the media that a power cut could leave behind (`device.py`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from appliance.storage.flash import Mode
from tests.storage import device
from tests.storage.device import Act as Act
from tests.storage.device import Cutting, Fault, Op
from tests.storage.device import Fate as Fate
from tests.storage.memory import MemoryDisk


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

    def until(self, stamp: int) -> list[Op]:
        return [op for op in self.ops if op.stamp <= stamp]

    def cut(self, stamp: int, fate: Fate | Fault, seed: int = 0) -> MemoryDisk:
        """The medium as a power cut right after the op stamped `stamp` was begun could leave it."""
        return self.cutting(stamp, fate, seed).disk

    def cutting(self, stamp: int, fate: Fate | Fault, seed: int = 0) -> Cutting:
        return device.cut(self.base, self.until(stamp), fate, seed)
