"""What a manager loads from a stick: it waits beside the journal under its hash until the record that takes it counts.

    <data>/loading/<scope>-<hash>   the files of one scope as they will stand in the shop's folder

Nothing here is decided: files whose hash the journal names go into place at an opening, all others are cleared away.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import cbor2

from appliance.storage.cose import CoseError, loaded
from appliance.storage.flash import Disk, Mode, durable_file

FOLDER: Final = "loading"
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "catalogue": ("catalogue.csv", "departments.csv"),
    "operators": ("operators.toml",),
}
LONGEST: Final = 4 * 1024 * 1024


def pack(scope: str, files: Mapping[str, bytes]) -> bytes:
    return cbor2.dumps([[name, files[name]] for name in SCOPES[scope] if name in files])


def stage(data: Path, disk: Disk, scope: str, packed: bytes) -> bytes:
    """The hash under which it waits. Raises OSError."""
    digest = sha256(packed).digest()
    disk.mkdir(data / FOLDER)
    # If we stop here, files lie on flash that no record names: the next opening clears them away.
    durable_file(disk, data / FOLDER / _name(scope, digest), packed)
    return digest


def take(data: Path, shop: Path, disk: Disk, named: tuple[tuple[str, bytes], ...]) -> None:
    """At an opening: what the journal names takes the files' place. Raises OSError: it is done again next time."""
    if FOLDER not in disk.listdir(data):
        return
    wanted = {_name(scope, digest): scope for scope, digest in named}
    for name in disk.listdir(data / FOLDER):
        if name in wanted:
            _put(data / FOLDER / name, wanted[name], shop, disk)
        # If we stop here, what is in place is put there once more, what nobody took is cleared away next time.
        disk.unlink(data / FOLDER / name)


def _put(path: Path, scope: str, shop: Path, disk: Disk) -> None:
    for name, content in _read(path, disk):
        if name in SCOPES[scope]:
            # If we stop here, some files are the new ones; the record stands, and the next opening goes on.
            durable_file(disk, shop / name, content)


def _read(path: Path, disk: Disk) -> list[tuple[str, bytes]]:
    """Nothing when flash has spoilt it: its name is its hash."""
    handle = disk.open(path, Mode.READ)
    try:
        data = disk.pread(handle, LONGEST, 0)
    finally:
        disk.close(handle)
    if not path.name.endswith(sha256(data).hexdigest()):
        return []
    try:
        return [(str(name), bytes(content)) for name, content in loaded(data)]
    except (CoseError, ValueError, TypeError):
        return []


def _name(scope: str, digest: bytes) -> str:
    return f"{scope}-{digest.hex()}"
