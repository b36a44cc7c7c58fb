"""An archive that is read: its members, and its raw segments as a journal's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from zlib import crc32

from appliance.audit import manifest as statement
from appliance.audit.manifest import File, Manifest, ManifestError
from appliance.audit.source import Source
from appliance.audit.zip import CHUNK, Found, ZipError, open_zip
from appliance.storage import folder, segment
from appliance.storage.flash import Mode, OsDisk
from appliance.storage.folder import Folder, Open
from appliance.storage.segment import SegmentError

_RAW = f"{folder.NAME}/"


class Fault(Exception):
    """`member` of the archive is not as it must be; the text says why."""

    def __init__(self, member: str, why: str) -> None:
        super().__init__(why)
        self.member = member


def is_archive(path: Path) -> bool:
    """By its name: what calls itself an archive is checked as one, whatever it holds."""
    return path.suffix == ".zip" and path.is_file()


class Archive:
    """Opened and canonical, nothing more. Raises Fault and OSError; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)
        try:
            self.size = os.fstat(self._file.fileno()).st_size
            self.members = {each.name: each for each in self._members()}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def _members(self) -> list[Found]:
        try:
            return open_zip(self.read, self.size)
        except ZipError as error:
            raise Fault(error.member or self.path.name, str(error)) from error

    def read(self, size: int, offset: int) -> bytes:
        """Fewer bytes only at the end of the file."""
        data = os.pread(self._file.fileno(), size, offset)
        while 0 < len(data) < size:
            more = os.pread(self._file.fileno(), size - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def content(self, name: str, limit: int) -> bytes:
        """A small member whole."""
        found = self.member(name)
        if found.size > limit:
            raise Fault(name, f"it has {found.size} bytes, more than {limit}")
        return self.read(found.size, found.offset)

    def member(self, name: str) -> Found:
        if name not in self.members:
            raise Fault(name, "it is missing")
        return self.members[name]

    def manifest(self) -> Manifest:
        """Signed by the key that it names, and the same in JSON. Raises Fault."""
        try:
            found = statement.open_seal(self.content(statement.COSE_NAME, statement.LARGEST))
        except ManifestError as error:
            raise Fault(statement.COSE_NAME, str(error)) from error
        if self.content(statement.JSON_NAME, 2 * statement.LARGEST) != statement.as_json(found):
            raise Fault(statement.JSON_NAME, "it does not say what manifest.cose says")
        return found

    def digest(self, found: Found) -> File:
        """Raises Fault when the member's checksum is wrong."""
        sha, crc = sha256(), 0
        for at in range(0, found.size, CHUNK):
            data = self.read(min(CHUNK, found.size - at), found.offset + at)
            sha.update(data)
            crc = crc32(data, crc)
        if crc != found.crc:
            raise Fault(found.name, "its checksum is wrong")
        return File(found.name, found.size, sha.digest())

    def journal(self) -> Source:
        """Its raw segments. Raises Fault when there is none."""
        raw = {
            number: found
            for name, found in self.members.items()
            if name.startswith(_RAW) and (number := segment.number_of(name.removeprefix(_RAW)))
        }
        if not raw:
            raise Fault(_RAW, "it holds no segment")
        return Source(_Raw(self, raw), None, None, min(raw))


class _Raw(Folder):
    """The last segment was cut behind the period's last frame: zeros stand there, as on flash."""

    def __init__(self, archive: Archive, raw: dict[int, Found]) -> None:
        super().__init__(archive.path, OsDisk(), Mode.READ)
        self._archive, self._raw = archive, raw

    def numbers(self) -> list[int]:
        return sorted(self._raw)

    @contextmanager
    def reading(self, number: int) -> Iterator[Open]:
        found = self._raw[number]
        size = self._full_size(found) if number == max(self._raw) else found.size

        def read(length: int, offset: int) -> bytes:
            length = max(0, min(length, size - offset))
            there = max(0, min(length, found.size - offset))
            return self._archive.read(there, found.offset + offset).ljust(length, b"\0")

        yield Open(number, size, read)

    def _full_size(self, found: Found) -> int:
        try:
            header = segment.parse(self._archive.read(min(folder.HEAD_READ, found.size), found.offset))
        except SegmentError:
            return found.size
        return max(found.size, header.size) if header else found.size
