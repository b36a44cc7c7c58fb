"""A disk in memory: names and files apart, as on a real one, so that a rename can be lost while content is kept."""

from __future__ import annotations

import errno
from pathlib import Path

from appliance.storage.flash import Mode


class MemoryDisk:
    """`names` maps a path to the number of a file, `files` a number to its bytes."""

    def __init__(self) -> None:
        self.names: dict[Path, int] = {}
        self.files: dict[int, bytearray] = {}
        self.directories: set[Path] = set()
        self.modes: dict[int, int] = {}
        self.handles: dict[int, int] = {}
        self.locked: set[int] = set()
        self.read = 0  # bytes read, for tests that count them
        self.aligned = True
        self._next = 3

    def open(self, path: Path, mode: Mode) -> int:
        if mode is Mode.CREATE:
            if path in self.names:
                raise FileExistsError(errno.EEXIST, "file exists", str(path))
            self.make(path)
        if path not in self.names:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
        self._next += 1
        self.handles[self._next] = self.names[path]
        return self._next

    def make(self, path: Path) -> None:
        self.names[path] = max(self.files, default=0) + 1
        self.files[self.names[path]] = bytearray()

    def close(self, handle: int) -> None:
        del self.handles[handle]
        self.locked.discard(handle)

    def size(self, handle: int) -> int:
        return len(self.files[self.handles[handle]])

    def permissions(self, handle: int) -> int:
        return self.modes.get(self.handles[handle], 0o600)

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        data = bytes(self.files[self.handles[handle]][offset : offset + size])
        self.read += len(data)
        return data

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        self.put(self.handles[handle], data, offset)

    def put(self, number: int, data: bytes, offset: int) -> None:
        file = self.files[number]
        file.extend(bytes(max(0, offset - len(file))))
        file[offset : offset + len(data)] = data

    def fdatasync(self, handle: int) -> None: ...

    def fsync(self, handle: int) -> None: ...

    def fsync_directory(self, path: Path) -> None: ...

    def unwritten(self, handle: int) -> bool:
        return False

    def direct(self, path: Path) -> bool:
        return self.aligned

    def rename(self, old: Path, new: Path) -> None:
        self.names[new] = self.names.pop(old)

    def unlink(self, path: Path) -> None:
        del self.names[path]

    def listdir(self, path: Path) -> list[str]:
        return sorted(it.name for it in (*self.names, *self.directories) if it.parent == path)

    def mkdir(self, path: Path) -> None:
        self.directories.add(path)

    def lock(self, path: Path) -> int:
        if path not in self.names:
            self.make(path)
        if any(self.handles.get(handle) == self.names[path] for handle in self.locked):
            raise BlockingIOError(errno.EAGAIN, "locked")
        handle = self.open(path, Mode.WRITE)
        self.locked.add(handle)
        return handle

    def copy(self) -> MemoryDisk:
        """What a machine finds when it starts on the same medium: no handle, no lock."""
        other = MemoryDisk()
        other.names, other.directories = dict(self.names), set(self.directories)
        other.files = {number: bytearray(data) for number, data in self.files.items()}
        other.modes, other.aligned = dict(self.modes), self.aligned
        return other
