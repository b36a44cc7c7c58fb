"""Fetches a bundle piece by piece into a file beside the one it becomes. Blocking, for the courier's thread.

    bundle.part                        pieces in their places, each checked before it was written
    sceau-<board>-<version>.raucb      whole: its SHA-256 was read back from flash

Nothing is remembered of how far it came: after a start each piece that lies there is checked against its hash again.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from appliance.storage.flash import Disk, Mode
from appliance.sync.client import Unreachable
from appliance.sync.pieces import Release
from appliance.sync.reading import Reading

PART: Final = "bundle.part"
SPARE: Final = 32 * 1024 * 1024  # bytes that stay free beside a bundle
OK: Final = 200
LOOKED: Final = 8  # pieces that one step reads again: a step shall not hold up what goes to the collector


class Step(Enum):
    """What became of one step."""

    ON = "on"  # something was done at once: the next may follow
    PIECE = "piece"  # a piece came over the network: others first
    WHOLE = "whole"
    LATER = "later"  # the collector did not answer, or has not this piece
    LYING = "lying"  # it gave another piece than was signed
    WRONG = "wrong"  # every piece is right and the whole is not: the release contradicts itself
    NO_ROOM = "no-room"


class Stepped(NamedTuple):
    """`room`: bytes that are missing."""

    step: Step
    room: int = 0


def name_of(release: Release) -> str:
    return f"sceau-{release.board}-{release.version}.raucb"


def is_bundle(name: str) -> bool:
    return name.startswith("sceau-") and name.endswith(".raucb")


def free(folder: Path) -> int:
    """Bytes that whoever has no rights may still write. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class Pull:
    """One bundle. `reading` of the collector; None while none is known: then only what lies here is checked."""

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        release: Release,
        chain_id: bytes,
        reading: Reading | None,
        room: Callable[[Path], int] = free,
    ) -> None:
        self._folder, self._disk, self._release, self._chain_id = folder, disk, release, chain_id
        self._reading, self._room = reading, room
        self.path = folder / name_of(release)
        self._next = 0  # the pieces below are right
        self._ready = False  # old bundles are gone and there is room
        self._proof, self._read = sha256(), 0  # over the pieces below, read back

    @property
    def done(self) -> int:
        """Bytes that are here."""
        return min(self._next * self._release.piece, self._release.size)

    def step(self) -> Stepped:
        """The next short act. A medium that fails is tried again later, from what it still holds."""
        try:
            return self._step()
        except Unreachable:
            return Stepped(Step.LATER)
        except OSError as error:
            self._again()
            return Stepped(Step.NO_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else Step.LATER)

    def _again(self) -> None:
        self._next, self._ready = 0, False
        self._proof, self._read = sha256(), 0

    def _step(self) -> Stepped:
        names = self._disk.listdir(self._folder)
        if self.path.name in names:
            return self._proven(self.path)
        if not self._ready:
            return self._prepared(names)
        if self._next < self._release.parts:
            return self._fetched(PART in names)
        return self._proven(self._folder / PART)

    def _prepared(self, names: list[str]) -> Stepped:
        """One bundle at a time: what lies here of others goes first."""
        for name in filter(is_bundle, names):
            # If we stop here, some old bundles are gone: the next start removes the rest.
            self._disk.unlink(self._folder / name)
        lies = self._size(PART) if PART in names else 0
        if lies > self._release.size:
            # If we stop here, the pieces of another release lie here or none: both are found out by their hashes.
            self._disk.unlink(self._folder / PART)
            lies = 0
        missing = self._release.size - lies + SPARE - self._room(self._folder)
        if missing > 0:
            return Stepped(Step.NO_ROOM, missing)
        self._ready = True
        return Stepped(Step.ON)

    def _size(self, name: str) -> int:
        handle = self._disk.open(self._folder / name, Mode.READ)
        try:
            return self._disk.size(handle)
        finally:
            self._disk.close(handle)

    def _fetched(self, begun: bool) -> Stepped:
        """What an earlier process left is looked at before anything is asked for."""
        release, part = self._release, self._folder / PART
        if begun and self._looked(part):
            return Stepped(Step.ON)
        if self._reading is None:
            return Stepped(Step.LATER)
        digest = release.digest(self._next)
        answer = self._reading.read(f"/v1/objects/{digest.hex()}?chain={self._chain_id.hex()}")
        if answer.status != OK:
            return Stepped(Step.LATER)
        begin, size = release.span(self._next)
        if (len(answer.body), sha256(answer.body).digest()) != (size, digest):
            return Stepped(Step.LYING)
        self._write(part, answer.body, begin, begun=begun)
        self._next += 1
        return Stepped(Step.PIECE)

    def _looked(self, part: Path) -> bool:
        """Whether some of the next pieces lie there and are right."""
        first = self._next
        handle = self._disk.open(part, Mode.READ)
        try:
            while self._next < min(self._release.parts, first + LOOKED):
                begin, size = self._release.span(self._next)
                if sha256(self._disk.pread(handle, size, begin)).digest() != self._release.digest(self._next):
                    break
                self._next += 1
        finally:
            self._disk.close(handle)
        return self._next > first

    def _write(self, part: Path, data: bytes, begin: int, *, begun: bool) -> None:
        handle = self._disk.open(part, Mode.WRITE if begun else Mode.CREATE)
        try:
            # If we stop here, none, some or all of this piece is on flash: its hash tells at the next start.
            self._disk.pwrite(handle, data, begin)
            # Each piece for itself: a bundle that reaches flash in one burst would hold up the journal.
            self._disk.fdatasync(handle)
        finally:
            self._disk.close(handle)

    def _proven(self, path: Path) -> Stepped:
        """The file as flash has it, some pieces in one step; then it gets its name."""
        if self._read == 0 and self._size(path.name) != self._release.size:
            return self._spoilt(path)
        handle = self._disk.open(path, Mode.READ)
        try:
            for number in range(self._read, min(self._release.parts, self._read + LOOKED)):
                begin, size = self._release.span(number)
                data = self._disk.pread(handle, size, begin)
                if sha256(data).digest() != self._release.digest(number):
                    return self._spoilt(path)
                self._proof.update(data)
                self._read += 1
        finally:
            self._disk.close(handle)
        return Stepped(Step.ON) if self._read < self._release.parts else self._ended(path)

    def _spoilt(self, path: Path) -> Stepped:
        """It was right when it was written. The pieces that still are need not come again."""
        if path == self.path:
            # If we stop here, the spoilt bundle lies here and is found out again, or nothing does: it is fetched anew.
            self._disk.rename(path, self._folder / PART)
            self._disk.fsync_directory(self._folder)
        self._again()
        return Stepped(Step.LATER)

    def _ended(self, path: Path) -> Stepped:
        right = self._proof.digest() == self._release.sha256
        self._proof, self._read = sha256(), 0
        if not right:
            return Stepped(Step.WRONG)
        if path != self.path:
            # Before the rename every piece is durable: whoever sees the name sees the whole bundle.
            self._disk.rename(path, self.path)
            # If we stop here, either name may be on flash: the next start finds every piece right and renames again.
            self._disk.fsync_directory(self._folder)
        return Stepped(Step.WHOLE)


def clear(folder: Path, disk: Disk) -> None:
    """No bundle and nothing of one stays. Raises OSError."""
    for name in disk.listdir(folder):
        if name == PART or is_bundle(name):
            # If we stop here, something is left that nobody wants: the next start clears it away.
            disk.unlink(folder / name)
