"""The till's signing key: made on the device at the first start, never copied."""

from __future__ import annotations

from pathlib import Path
from secrets import token_bytes

from appliance.storage import chain
from appliance.storage.flash import Disk, Mode, durable_file

NAME = "key"
SEED_SIZE = 32


class KeyFileError(Exception):
    """The key cannot be used; the text is one sentence that says what to do."""


class Key:
    """An Ed25519 pair; `public` is 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self.public, self._secret = chain.pair(seed)

    def sign(self, message: bytes) -> bytes:
        return chain.sign(self._secret, message)


def load_or_make(directory: Path, disk: Disk) -> Key:
    """The key of this data folder; made if neither a key nor a journal is there yet."""
    names = disk.listdir(directory)
    if NAME in names:
        return load(directory, disk)
    if "journal" in names and disk.listdir(directory / "journal"):
        raise KeyFileError(f"{directory / NAME} is missing beside a journal: put the till's key file back")
    return make(directory, disk)


def make(directory: Path, disk: Disk) -> Key:
    seed = token_bytes(SEED_SIZE)
    durable_file(disk, directory / NAME, seed)
    return Key(seed)


def load(directory: Path, disk: Disk) -> Key:
    path = directory / NAME
    try:
        handle = disk.open(path, Mode.READ)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror}): run as the till's user") from error
    try:
        mode, seed = disk.permissions(handle), disk.pread(handle, SEED_SIZE + 1, 0)
    finally:
        disk.close(handle)
    if mode & 0o077:
        raise KeyFileError(f"{path} can be read by others (mode {mode:04o}): chmod 600 it and change the key")
    if len(seed) != SEED_SIZE:
        raise KeyFileError(f"{path} is not {SEED_SIZE} bytes long: put the till's key file back")
    return Key(seed)
