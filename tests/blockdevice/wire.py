"""A disk whose every block write and flush is written down: one file served by FUSE, for a loop device to stand on.

`python -m tests.blockdevice.wire IMAGE LOG FOLDER` serves until FOLDER is unmounted. In FOLDER: `disk` is the image,
held in memory; what is written to `mark` goes into the log as it is; what is written to `fault` is the disk's mood:
"write 5" makes each later write answer errno 5, "flush 5" each flush, "" none. This process must touch nothing on the
disk it serves, or it would wait for itself.

A log is a row of entries: kind (W, F, M), offset (u64), length (u32), bytes. An entry is written before its answer goes
out: a write that is in the log was at least begun, and a mark stands behind all that was answered before it was made.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HEAD = struct.Struct(">cQI")
WRITE, FLUSH, MARK = b"W", b"F", b"M"
DISK, MARKS, FAULT = "/disk", "/mark", "/fault"


class Entry(NamedTuple):
    kind: bytes
    offset: int
    data: bytes


def entries(log: bytes) -> Iterator[Entry]:
    at = 0
    while at + HEAD.size <= len(log):
        kind, offset, length = HEAD.unpack_from(log, at)
        at += HEAD.size
        yield Entry(kind, offset, log[at : at + length])
        at += length


class Wire:
    """What the file system asks, answered from memory; all calls come on one thread."""

    def __init__(self, image: bytes, log: int) -> None:
        self._disk, self._log = bytearray(image), log
        self._faults: dict[str, int] = {}

    def note(self, kind: bytes, offset: int = 0, data: bytes = b"") -> None:
        os.write(self._log, HEAD.pack(kind, offset, len(data)) + data)

    def size(self, path: str) -> int:
        if path not in (DISK, MARKS, FAULT):
            raise OSError(errno.ENOENT, "no such file")
        return len(self._disk) if path == DISK else 0

    def read(self, path: str, size: int, offset: int) -> bytes:
        return bytes(self._disk[offset : offset + size]) if path == DISK else b""

    def write(self, path: str, data: bytes, offset: int) -> int:
        if path == MARKS:
            self.note(MARK, 0, data)
        elif path == FAULT:
            self._set(data.decode().split())
        else:
            self._fail("write")
            if offset + len(data) > len(self._disk):
                raise OSError(errno.EIO, "behind the end")
            self._disk[offset : offset + len(data)] = data
            self.note(WRITE, offset, data)
        return len(data)

    def flush(self, path: str) -> None:
        if path == DISK:
            self._fail("flush")
            self.note(FLUSH)

    def cut(self, length: int) -> None:
        """The medium is shorter than it said: what lies behind is gone."""
        del self._disk[length:]

    def _set(self, mood: list[str]) -> None:
        self._faults = {mood[0]: int(mood[1])} if mood else {}

    def _fail(self, what: str) -> None:
        if what in self._faults:
            raise OSError(self._faults[what], what)


def serve(image: Path, log: Path, folder: Path) -> None:
    import mfusepy  # its library is looked for at import: only this process needs it

    wire = Wire(image.read_bytes(), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))

    class Served(mfusepy.Operations):  # type: ignore[misc]  # untyped where it is not installed
        use_ns = True

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            if path == "/":
                return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": self._guard(lambda: wire.size(path))}

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", DISK[1:], MARKS[1:], FAULT[1:]]

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            return wire.read(path, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            done: int = self._guard(lambda: wire.write(path, data, offset))
            return done

        def fsync(self, path: str, datasync: int, fh: int) -> int:
            self._guard(lambda: wire.flush(path))
            return 0

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            if path == DISK:
                wire.cut(length)
            return 0

        @staticmethod
        def _guard(answer: Any) -> Any:
            try:
                return answer()
            except OSError as error:
                raise mfusepy.FuseOSError(error.errno) from error

    mfusepy.FUSE(Served(), str(folder), foreground=True, nothreads=True, fsname="sceau-wire")


if __name__ == "__main__":
    serve(*(Path(argument) for argument in sys.argv[1:4]))
