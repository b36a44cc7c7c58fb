"""The publisher's register as this machine has seen it last: what it says of a release, and what it offers.

<updates>/register   the newest that came
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.storage.flash import Disk, Mode, durable_file
from appliance.sync import pieces, releases
from appliance.sync.pieces import Release
from appliance.sync.protocol import ProtocolError
from appliance.sync.releases import REGISTER_BYTES, Published, Register

SEEN: Final = "register"
ELSEWHERE: Final = "le logiciel {0} est pour un autre modèle de caisse ({1})"
UNLISTED: Final = "le logiciel {0} n'est pas au registre de l'éditeur ({1})"
WITHDRAWN: Final = "le logiciel {0} a été retiré par l'éditeur"
NOT_NEWER: Final = "le logiciel {0} n'est pas plus récent que le {1}"


class Publisher(NamedTuple):
    """Whose releases this machine takes. `root`: a public key, `board`: its model, `running`: version that runs."""

    root: bytes
    board: str
    running: str

    def runs(self, release: Release) -> bool:
        """It, or one above it, is the system that runs: nothing is to be fetched."""
        return releases.order(release.version) <= releases.order(self.running)


class Registered:
    """`load` at a start. `why_not` is the courier's, all else the loop's: the register is replaced whole."""

    def __init__(self, updates: Path, publisher: Publisher, disk: Disk) -> None:
        self._file, self._publisher, self._disk = updates / SEEN, publisher, disk
        self._seen: Register | None = None

    def load(self) -> None:
        """Nothing is known when none was seen, or only those of a publisher whom this system does not know any more."""
        self._seen = None
        with suppress(OSError, ProtocolError):
            self._seen = releases.read(kept(self._disk, self._file, REGISTER_BYTES), self._publisher.root)

    def why_not(self, data: bytes) -> str:
        """Why this machine does not take a release, or nothing. Raises ProtocolError."""
        release = pieces.read(data)
        try:
            register = releases.read(release.register, self._publisher.root)
            why = releases.why_not_after(self._seen, register) if self._seen else ""
            if why:
                return UNLISTED.format(release.version, why)
            found = pieces.proven(release, register)
        except ProtocolError as error:
            return UNLISTED.format(release.version, error)
        self._remember(register)
        return self._unfit(release, found)

    def _unfit(self, release: Release, found: Published) -> str:
        own = self._publisher
        if found.withdrawn:
            return WITHDRAWN.format(release.version)
        if release.board != own.board:
            return ELSEWHERE.format(release.version, release.board)
        if releases.order(release.version) < releases.order(own.running):
            return NOT_NEWER.format(release.version, own.running)
        return ""

    def withdrawn(self, release: Release) -> bool:
        """A newer register may have come since it was good."""
        found = self._seen.bundle(release.sha256) if self._seen else None
        return found is not None and found.withdrawn

    @property
    def newest(self) -> Published | None:
        """The highest for this model that was not withdrawn."""
        rows = self._seen.releases if self._seen else ()
        own = [each for each in rows if each.board == self._publisher.board and not each.withdrawn]
        return max(own, key=lambda each: releases.order(each.version), default=None)

    def _remember(self, register: Register) -> None:
        if self._seen is not None and register.number == self._seen.number:
            return
        self._seen = register
        with suppress(OSError):  # until the next start it is remembered, and then it comes again
            # If we stop here, the register before stands: the new one comes with its release again.
            durable_file(self._disk, self._file, register.data)


def kept(disk: Disk, file: Path, most: int) -> Any:  # noqa: ANN401 - bytes, or whatever a broken disk gives
    """Raises OSError."""
    handle = disk.open(file, Mode.READ)
    try:
        return disk.pread(handle, most, 0)
    finally:
        disk.close(handle)
