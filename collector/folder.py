"""The store as a folder. obstore reads and lists it; it flushes nothing, so objects are put down here.

An object is written under a staging name, flushed, and only then linked to its own name: what stands there is whole,
whenever the power goes. Then every folder on the way down is flushed. A link fails when the name is taken: create-only.
"""

from __future__ import annotations

import asyncio
import os
import time
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Final

from obstore.store import LocalStore

from collector.store import Unavailable, Window

STAGING: Final = ".staging"
LEFT: Final = 3600  # seconds after which a staged file is nobody's
KNOWN: Final = 65_536  # folders remembered as flushed


class Unfit(Exception):
    """The folder cannot be a store; the sentence says what to do."""


class Folder(Window):
    """`root` is made when it is missing. Raises Unfit."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._staging = self._root / STAGING
        self._names, self._own = count(), token_hex(8)
        self._flushed: dict[str, None] = {}
        try:
            _made(self._staging)
            self._prove()
            self._sweep()
        except OSError as error:
            raise Unfit(
                f"{root} cannot hold the store ({error.strerror}): give a folder that can be written"
            ) from error
        super().__init__(LocalStore(self._root))

    async def create(self, name: str, data: bytes) -> bytes:
        try:
            created = await asyncio.to_thread(self._create, self._root / name, data)
        except OSError as error:
            raise Unavailable(f"{name} could not be created ({error.strerror})") from error
        if created:
            return data
        found = await self.get(name)
        if found is None:
            raise Unavailable(f"{name} was there and is gone")
        return found

    def _create(self, path: Path, data: bytes) -> bool:
        """Whether it is ours; either way what stands there is durable when this returns. Raises OSError."""
        staged = self._staging / f"{self._own}-{next(self._names)}"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(staged, data)
            # If we stop here, a staged file is left; a later start removes it. Nobody was told anything.
            created = _linked(staged, path)
            # If we stop here, the object may or may not be there after a power cut, whole if so; no receipt has left.
            self._flush_way(path.parent)
        finally:
            staged.unlink(missing_ok=True)
        return created

    def _flush_way(self, folder: Path) -> None:
        """The folder, and upwards each one whose own name is not known to be on disk."""
        _flush(folder, os.O_RDONLY | os.O_DIRECTORY)
        while folder != self._root and str(folder) not in self._flushed:
            _flush(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
            while len(self._flushed) >= KNOWN:
                self._flushed.pop(next(iter(self._flushed)))
            self._flushed[str(folder)] = None
            folder = folder.parent

    def _prove(self) -> None:
        """A file system without hard links (FAT, some network shares) cannot create exclusively."""
        probe = self._staging / f"{self._own}-probe"
        _write(probe, b"")
        linked = probe.with_suffix(".linked")
        try:
            os.link(probe, linked)
            linked.unlink()
        except OSError as error:
            raise Unfit(
                f"{self._root} is on a file system without hard links ({error.strerror}): take ext4, XFS, Btrfs or ZFS"
            ) from error
        finally:
            probe.unlink()

    def _sweep(self) -> None:
        for path in self._staging.iterdir():
            try:
                if time.time() - path.stat().st_mtime > LEFT:
                    path.unlink()
            except FileNotFoundError:
                continue  # another replica swept it


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _linked(staged: Path, path: Path) -> bool:
    """False when the name is taken: what stands there is flushed, for whoever put it may have died before."""
    try:
        os.link(staged, path)
    except FileExistsError:
        _flush(path, os.O_RDONLY)
        return False
    return True


def _made(folder: Path) -> None:
    """With every folder above it that was missing, and their names on disk."""
    if folder.exists():
        return
    _made(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _flush(folder.parent, os.O_RDONLY | os.O_DIRECTORY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
