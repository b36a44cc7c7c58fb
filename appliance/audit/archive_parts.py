"""The members of an archive while it is made: size, CRC-32 and SHA-256 are known before the ZIP begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from appliance.audit.manifest import File
from appliance.audit.zip import CHUNK, Member
from appliance.storage.flash import Disk, Mode

TEMPORARY: Final = ".tmp"
_BUFFER: Final = 64 * 1024

Chunks = Callable[[], Iterator[bytes]]


class Part(NamedTuple):
    """A member that is ready; `chunks` gives its content again."""

    file: File
    crc: int
    chunks: Chunks

    @property
    def member(self) -> Member:
        return Member(self.file.name, self.crc, self.file.size)


class Digest:
    """Size, CRC-32 and SHA-256 of bytes as they pass."""

    def __init__(self) -> None:
        self.size, self.crc, self._sha = 0, 0, sha256()

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self.crc = crc32(data, self.crc)
        self._sha.update(data)

    @property
    def sha256(self) -> bytes:
        return self._sha.digest()


def of_bytes(name: str, data: bytes) -> Part:
    return Part(File(name, len(data), sha256(data).digest()), crc32(data), lambda: iter((data,)))


def of_file(disk: Disk, path: Path, name: str, size: int) -> Part:
    """The first `size` bytes of a file."""
    digest = Digest()
    for chunk in chunks(disk, path, size):
        digest.add(chunk)
    return Part(File(name, digest.size, digest.sha256), digest.crc, lambda: chunks(disk, path, size))


def chunks(disk: Disk, path: Path, size: int) -> Iterator[bytes]:
    handle = disk.open(path, Mode.READ)
    try:
        for at in range(0, size, CHUNK):
            yield disk.pread(handle, min(CHUNK, size - at), at)
    finally:
        disk.close(handle)


class Drafts:
    """Files beside the archive that its projections grow in; nobody reads them but the one who makes the archive."""

    def __init__(self, disk: Disk, directory: Path) -> None:
        self._disk, self._directory = disk, directory
        self._drafts: dict[str, _Draft] = {}

    def clear(self) -> None:
        """Removes what an archive that was not finished left behind."""
        for name in self._disk.listdir(self._directory):
            if name.endswith(TEMPORARY):
                # If we stop here, some are left; they hold nothing that is not in the journal, the next call goes on.
                self._disk.unlink(self._directory / name)

    def sink(self, name: str) -> Callable[[bytes], None]:
        path = self._directory / f"part-{len(self._drafts)}{TEMPORARY}"
        draft = self._drafts[name] = _Draft(self._disk, path)
        return draft.write

    def parts(self) -> Iterator[Part]:
        for name, draft in self._drafts.items():
            draft.close()
            size, path = draft.digest.size, draft.path
            yield Part(File(name, size, draft.digest.sha256), draft.digest.crc, self._again(path, size))

    def _again(self, path: Path, size: int) -> Chunks:
        return lambda: chunks(self._disk, path, size)

    def drop(self) -> None:
        """Whatever became of the archive: what fills the disk goes."""
        for draft in self._drafts.values():
            draft.drop()
        with suppress(OSError):
            self.clear()


class _Draft:
    def __init__(self, disk: Disk, path: Path) -> None:
        self.path, self.digest = path, Digest()
        self._disk, self._buffer = disk, bytearray()
        self._handle: int | None = disk.open(path, Mode.CREATE)

    def write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def _flush(self) -> None:
        data = bytes(self._buffer)
        self._buffer.clear()
        if self._handle is not None and data:
            # If we stop here, a draft is on flash that nobody reads; the next archive begins by removing it.
            self._disk.pwrite(self._handle, data, self.digest.size)
            self.digest.add(data)

    def close(self) -> None:
        if self._handle is not None:
            self._flush()
        self.drop()

    def drop(self) -> None:
        if self._handle is not None:
            self._disk.close(self._handle)
            self._handle = None
