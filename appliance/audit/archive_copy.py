"""A copy of an archive on another medium, read back from it (ARC-10): a till that burns leaves its archives."""

from __future__ import annotations

import errno
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from appliance.audit.archive_parts import TEMPORARY, chunks
from appliance.audit.archive_period import Refusal
from appliance.core.event import Value
from appliance.storage.flash import Disk, Mode
from appliance.storage.medium import Medium

OK = "intact"


class Copied(NamedTuple):
    """`body`: of the `archive-copy` record, whose key 1, the `archive` record's number, the caller knows."""

    path: Path
    body: dict[int, Value]


def copy(
    archive: Path, medium: Medium, disk: Disk, *, record: int, recorded: bytes, forget: Callable[[Path], None]
) -> Copied:
    """`record` and `recorded` are the number and the SHA-256 of the `archive` record.

    Raises Refusal; then nothing under the archive's name is on the medium but what was there before.
    """
    try:
        return _copy(archive, medium, disk, record, recorded, forget)
    except OSError as error:
        why = "it is full" if error.errno == errno.ENOSPC else "a write failed"
        raise Refusal(f"nothing was copied to {medium.directory}, {why}: use another medium ({error})") from error


def _copy(
    archive: Path, medium: Medium, disk: Disk, record: int, recorded: bytes, forget: Callable[[Path], None]
) -> Copied:
    path = medium.directory / archive.name
    temporary = path.with_name(path.name + TEMPORARY)
    if temporary.name in disk.listdir(medium.directory):
        disk.unlink(temporary)
    if _written(archive, temporary, disk) != recorded:
        disk.unlink(temporary)
        raise Refusal(f"{archive.name} is not the archive that the till recorded: sceau archive check says where")
    disk.rename(temporary, path)
    # If we stop here, either name may be on the medium, with whole content; no record names the copy, it is made again.
    disk.fsync_directory(medium.directory)
    forget(path)
    if _hash(path, disk) != recorded:
        disk.unlink(path)
        # If we stop here, a bad copy may stay under its name; nobody recorded it, and `archive check` refuses it.
        disk.fsync_directory(medium.directory)
        raise Refusal(f"what {medium.directory} gives back is not what was written: use another medium")
    return Copied(path, {1: record, 2: recorded, 3: medium.number, 4: OK})


def _written(archive: Path, temporary: Path, disk: Disk) -> bytes:
    digest, at = sha256(), 0
    handle = disk.open(temporary, Mode.CREATE)
    try:
        for chunk in chunks(disk, archive, _size(archive, disk)):
            # If we stop here, a `.tmp` file is on the medium that is no archive; the next copy removes it.
            disk.pwrite(handle, chunk, at)
            digest.update(chunk)
            at += len(chunk)
        disk.fsync(handle)
    finally:
        disk.close(handle)
    return digest.digest()


def _hash(path: Path, disk: Disk) -> bytes:
    digest = sha256()
    for chunk in chunks(disk, path, _size(path, disk)):
        digest.update(chunk)
    return digest.digest()


def _size(path: Path, disk: Disk) -> int:
    handle = disk.open(path, Mode.READ)
    try:
        return disk.size(handle)
    finally:
        disk.close(handle)
