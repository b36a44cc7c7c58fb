"""Everything that makes bytes durable: the only fsync and fdatasync of the project, with the calls they cost.

The journal, the anchor and the key file reach the disk through a `Disk`, so that a test can record, fail or
cut below it. Handles are small integers; paths are whole. Every method raises OSError and nothing else.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import struct
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Protocol

from appliance.storage.mount import on_fat

SECTOR = 512
_ROOM = 64 * 1024  # the largest single write through an aligned buffer
_FIEMAP = 0xC020660B
_FIEMAP_HEAD = struct.Struct("=QQIIII")
_FIEMAP_EXTENT = struct.Struct("=QQQQQIIII")
_UNWRITTEN = 0x800


class Mode(Enum):
    """How a file is opened: DIRECT goes past the page cache where the file system can."""

    READ = os.O_RDONLY
    WRITE = os.O_RDWR
    DIRECT = os.O_RDWR | os.O_DIRECT
    CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL


class Disk(Protocol):
    def open(self, path: Path, mode: Mode) -> int: ...

    def close(self, handle: int) -> None: ...

    def size(self, handle: int) -> int: ...

    def permissions(self, handle: int) -> int: ...

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        """Fewer bytes than asked only at the end of the file. In DIRECT mode both numbers are whole sectors."""

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        """All of it, or OSError."""

    def fdatasync(self, handle: int) -> None: ...

    def fsync(self, handle: int) -> None: ...

    def fsync_directory(self, path: Path) -> None: ...

    def unwritten(self, handle: int) -> bool:
        """Whether extents are left whose first write would cost a file system transaction."""

    def direct(self, path: Path) -> bool:
        """Whether one aligned sector can be written past the cache into `path`, a blank: tried, not asked."""

    def rename(self, old: Path, new: Path) -> None: ...

    def unlink(self, path: Path) -> None: ...

    def listdir(self, path: Path) -> list[str]: ...

    def mkdir(self, path: Path) -> None: ...

    def lock(self, path: Path) -> int:
        """A handle that holds `path` until it is closed; BlockingIOError when another process holds it."""


class OsDisk:
    """The real one. One thread writes; any thread may read."""

    def __init__(self) -> None:
        self._direct: set[int] = set()
        self._buffer = mmap.mmap(-1, _ROOM)
        self._buffer_lock = Lock()

    def open(self, path: Path, mode: Mode) -> int:
        """openat(O_CLOEXEC)"""
        handle = os.open(path, mode.value | os.O_CLOEXEC, 0o600)
        if mode is Mode.DIRECT:
            self._direct.add(handle)
        return handle

    def close(self, handle: int) -> None:
        """close"""
        self._direct.discard(handle)
        os.close(handle)

    def size(self, handle: int) -> int:
        """fstat"""
        return os.fstat(handle).st_size

    def permissions(self, handle: int) -> int:
        """fstat"""
        return os.fstat(handle).st_mode & 0o777

    def pread(self, handle: int, size: int, offset: int) -> bytes:
        """pread64; in DIRECT mode preadv into fresh pages, so that readers share nothing with the writer"""
        if handle not in self._direct:
            return os.pread(handle, size, offset)
        with mmap.mmap(-1, max(size, SECTOR)) as pages, memoryview(pages) as room:
            got = os.preadv(handle, [room[:size]], offset)
            return pages[:got]

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        """pwrite64, once"""
        if handle not in self._direct:
            done = os.pwrite(handle, data, offset)
        else:
            with self._buffer_lock, memoryview(self._buffer) as room:
                room[: len(data)] = data
                done = os.pwrite(handle, room[: len(data)], offset)
        if done != len(data):
            raise OSError(errno.EIO, f"only {done} of {len(data)} bytes were written")

    def fdatasync(self, handle: int) -> None:
        """fdatasync: data and, where the size changed, the inode"""
        os.fdatasync(handle)

    def fsync(self, handle: int) -> None:
        """fsync: data, inode and extents"""
        os.fsync(handle)

    def fsync_directory(self, path: Path) -> None:
        """openat(O_DIRECTORY), fsync, close: names made and renamed in it survive a cut"""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def unwritten(self, handle: int) -> bool:
        """ioctl(FS_IOC_FIEMAP); False on a file system that does not know it"""
        room = bytearray(_FIEMAP_HEAD.pack(0, 2**64 - 1, 0, 0, 256, 0) + bytes(256 * _FIEMAP_EXTENT.size))
        try:
            fcntl.ioctl(handle, _FIEMAP, room)
        except OSError:
            return False
        found = _FIEMAP_HEAD.unpack_from(room)[3]
        flags = (_FIEMAP_EXTENT.unpack_from(room, _FIEMAP_HEAD.size + i * _FIEMAP_EXTENT.size)[5] for i in range(found))
        return any(flag & _UNWRITTEN for flag in flags)

    def direct(self, path: Path) -> bool:
        """openat(O_DIRECT), pwrite64 of 512 zeros at 512, preadv, close"""
        try:
            handle = self.open(path, Mode.DIRECT)
        except OSError:
            return False
        try:
            self.pwrite(handle, bytes(SECTOR), SECTOR)
            return self.pread(handle, SECTOR, SECTOR) == bytes(SECTOR)
        except OSError as error:
            if error.errno == errno.EINVAL:
                return False
            raise
        finally:
            self.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """renameat; on FAT also openat, fsync, close: there the new name has length 0 until the file itself is flushed
        again (fs/fat/namei_vfat.c), and a stick that is pulled keeps an empty file."""
        old.rename(new)
        if on_fat(new.parent):
            self._flushed(new)

    def _flushed(self, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # If we stop here, the name is there and the file may be empty: whoever reads a stick checks what it reads.
            os.fsync(handle)
        finally:
            os.close(handle)

    def unlink(self, path: Path) -> None:
        """unlinkat"""
        path.unlink()

    def listdir(self, path: Path) -> list[str]:
        """openat, getdents64, close"""
        return sorted(it.name for it in path.iterdir())

    def mkdir(self, path: Path) -> None:
        """mkdirat, unless it is there; then the parent's fsync_directory makes it last"""
        if not path.is_dir():
            path.mkdir(0o700)
            self.fsync_directory(path.parent)

    def lock(self, path: Path) -> int:
        """openat(O_CREAT), flock(LOCK_EX | LOCK_NB); freed by the kernel when the process ends, however it ends"""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise
        return handle


def durable_file(disk: Disk, path: Path, data: bytes) -> None:
    """Puts a whole small file in place: after it returns the file is there after any cut, before it the old one is.

    openat(O_EXCL) pwrite64 fsync close renameat + fsync of the directory
    """
    temporary = path.with_name(path.name + ".tmp")
    if temporary.name in disk.listdir(path.parent):
        disk.unlink(temporary)
    handle = disk.open(temporary, Mode.CREATE)
    try:
        disk.pwrite(handle, data, 0)
        # If we stop here, a temporary file is on flash that nobody reads; the next call removes it.
        disk.fsync(handle)
    finally:
        disk.close(handle)
    disk.rename(temporary, path)
    # If we stop here, either name may be on flash, each with whole content; the next start sees one of them.
    disk.fsync_directory(path.parent)
