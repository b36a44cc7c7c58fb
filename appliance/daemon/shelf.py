"""What the owner sent and the shop has not begun to use: it waits here for an opening, then takes the files' place.

    shelf/<scope>         pointer and object; waits
    shelf/<scope>.going   the same, from the moment on that it counts until its `applied` record is durable
    <shop>/<file>.wanted  the new files beside the old ones

Renaming <scope> to <scope>.going is the decision: before it the old files stand, after it whoever comes renames the
new ones into place, which needs no room on the medium.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import cbor2

from appliance.core.input import Applied
from appliance.provision.shop import ShopError, read_shop
from appliance.storage.cose import loaded
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.sync import parcel, pointer
from appliance.sync.parcel import FILES, OBJECT_BYTES
from appliance.sync.pointer import Pointer

NAME: Final = "shelf"
GOING: Final = ".going"
WANTED: Final = ".wanted"
OTHER: Final = "une autre caisse y est nommée"
NO_PLACE: Final = "Mise à jour impossible\u00a0: le dossier de la boutique ne peut pas être écrit."


class Waiting(NamedTuple):
    pointer: Pointer
    statement: bytes
    data: bytes

    @property
    def applied(self) -> Applied:
        it = self.pointer
        return Applied(it.scope, it.version, it.sha256, self.statement)


class Shelf:
    """`data` the till's folder, `shop` its shop's."""

    def __init__(self, data: Path, shop: Path, disk: Disk) -> None:
        self._home, self._shop, self._disk = data / NAME, shop, disk

    def put(self, statement: bytes, data: bytes) -> None:
        """Instead of what waited under this scope. Raises OSError."""
        self._disk.mkdir(self._home)
        place = self._home / pointer.read(statement).scope
        # If we stop here, what waited before waits on, or nothing does: the collector is asked again.
        durable_file(self._disk, place, cbor2.dumps([statement, data]))

    def waiting(self) -> tuple[Waiting, ...]:
        """By scope. What flash has spoilt is dropped: the collector is asked again. Raises OSError."""
        return self._held("")

    def going(self) -> tuple[Waiting, ...]:
        """Stands in its place, and its record may not be durable. Raises OSError."""
        return self._held(GOING)

    def drop(self, scope: str) -> None:
        # If we stop here, it waits on and is refused again.
        self._disk.unlink(self._home / scope)

    def finish(self) -> None:
        """What was decided is brought to its end, what was only begun is cleared away. Raises OSError."""
        if self._names():
            self._rename({name for scope in FILES if scope + GOING in self._names() for name in FILES[scope]})
            for name in list(self._left()):
                # If we stop here, the next start clears the rest away.
                self._disk.unlink(self._shop / (name + WANTED))

    def take(self, it: Waiting) -> None:
        """The files of the shop are now its own. Raises OSError: then the old ones stand, unless `going` names it."""
        scope, files = it.pointer.scope, parcel.unpack(it.pointer.scope, it.data)
        for name, content in files.items():
            # If we stop here, the old files stand, some new ones beside them: `finish` clears them away.
            durable_file(self._disk, self._shop / (name + WANTED), content)
        self._disk.rename(self._home / scope, self._home / (scope + GOING))
        # If we stop here, either name may be on flash: the old files stand and it waits, or `finish` goes on from here.
        self._disk.fsync_directory(self._home)
        self._rename(set(files))

    def settled(self, version: Callable[[str], int]) -> None:
        """`version` of a scope whose `applied` record is durable. Raises OSError."""
        for it in self.going():
            if it.pointer.version <= version(it.pointer.scope):
                # If we stop here, the next start finds every file in its place and the record in the journal.
                self._disk.unlink(self._home / (it.pointer.scope + GOING))

    def _rename(self, names: set[str]) -> None:
        for name in sorted(names & set(self._left())):
            # If we stop here, some files are the new ones: nothing reads them before `finish` has renamed the others.
            self._disk.rename(self._shop / (name + WANTED), self._shop / name)
        if names:
            self._disk.fsync_directory(self._shop)

    def _left(self) -> Iterator[str]:
        known = {name + WANTED for names in FILES.values() for name in names}
        return (name.removesuffix(WANTED) for name in self._disk.listdir(self._shop) if name in known)

    def _names(self) -> list[str]:
        return self._disk.listdir(self._home) if NAME in self._disk.listdir(self._home.parent) else []

    def _held(self, suffix: str) -> tuple[Waiting, ...]:
        found = []
        for scope in (scope for scope in sorted(FILES) if scope + suffix in self._names()):
            it = self._read(self._home / (scope + suffix))
            if it is None:
                self.drop(scope + suffix)
            else:
                found.append(it)
        return tuple(found)

    def _read(self, path: Path) -> Waiting | None:
        """None when it is not what `put` wrote."""
        handle = self._disk.open(path, Mode.READ)
        try:
            statement, data = loaded(self._disk.pread(handle, OBJECT_BYTES + 4096, 0))
            found = Waiting(pointer.read(statement), statement, data)
            return found if sha256(data).digest() == found.pointer.sha256 else None
        except (ValueError, TypeError):
            return None
        finally:
            self._disk.close(handle)


def fault(shop: Path, it: Pointer, data: bytes, today: date, own: tuple[str, str]) -> str:
    """The first fault that the shop's reader finds once these files stand among the others; nothing is replaced.

    `own`: SIRET and till of the journal. Tried in a folder of its own, never in the shop's.
    """
    with TemporaryDirectory(prefix="sceau-") as trial:
        for name in (name for names in FILES.values() for name in names):
            with suppress(FileNotFoundError):
                shutil.copyfile(shop / name, Path(trial) / name)
        for name, content in parcel.unpack(it.scope, data).items():
            (Path(trial) / name).write_bytes(content)
        try:
            read = read_shop(Path(trial), bytes(32), today)
        except ShopError as error:
            return error.lines[0]
    return "" if (read.identity.siret, read.till) == own else OTHER
