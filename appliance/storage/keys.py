"""The till's signing keys: made on the device, one for each segment, never copied, the old one destroyed.

`key` signs; `key.next`, when it is there, is the one that a `key` record has announced or will announce. Which of the
two signs next is decided by the journal, so no cut between two file operations can leave the till with the wrong one.

Frames are always signed with Ed25519. The strings that French law asks for are signed by the same key, or by one for
ECDSA P-256 that follows from the same seed and dies with it; a key file says which.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

from appliance.storage import certificate, chain, p256
from appliance.storage.certificate import ED25519, P256, Certified
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.storage.seal import Sealer, SealError

NAME = "key"
NEXT = "key.next"
PEPPER = "pepper"
IDENTITY = "identity"
NETWORK = "network"
SEED_SIZE = 32
_LARGEST = 4096  # bytes of a sealed seed


class KeyFileError(Exception):
    """The key cannot be used; the text is one sentence that says what to do."""


class Signer(Protocol):
    """What the journal asks of its keys. `next` is the public key that may follow, None while none is ready."""

    @property
    def public(self) -> bytes: ...

    @property
    def next(self) -> bytes | None: ...

    @property
    def certificate(self) -> bytes:
        """DER, of the key that signs strings now."""

    @property
    def next_certificate(self) -> bytes:
        """Of the one that may follow; empty while none is ready."""

    def sign(self, message: bytes) -> bytes: ...

    def sign_string(self, message: bytes) -> bytes:
        """64 bytes under the key of `certificate`."""

    def prepare(self) -> None:
        """Makes the next key durable; raises OSError."""

    def prove(self, message: bytes) -> bytes:
        """`message` under the next key."""

    def promote(self) -> None:
        """The next key signs from now on, the old one is destroyed; raises OSError."""


class Key:
    """An Ed25519 pair that stays; `public` is 32 bytes. `algorithm` is that of the strings."""

    def __init__(self, seed: bytes, algorithm: int = ED25519) -> None:
        self.public, self._secret = chain.pair(seed)
        self.algorithm = algorithm
        self._strings = p256.pair(seed) if algorithm == P256 else p256.Pair(self.public, self.sign)

    @property
    def next(self) -> bytes | None:
        return None

    @property
    def certificate(self) -> bytes:
        return certificate.make(Certified(self.algorithm, self._strings.public), self._strings.sign)

    @property
    def next_certificate(self) -> bytes:
        return b""

    def sign_string(self, message: bytes) -> bytes:
        return self._strings.sign(message)

    def sign(self, message: bytes) -> bytes:
        return chain.sign(self._secret, message)

    def prepare(self) -> None:
        """Nothing follows it."""

    def prove(self, message: bytes) -> bytes:
        raise ValueError("no next key is ready")

    def promote(self) -> None:
        raise ValueError("no next key is ready")


class KeyRing:
    """The key files of one data folder."""

    def __init__(self, directory: Path, disk: Disk, sealer: Sealer, current: Key, following: Key | None) -> None:
        self._directory, self._disk, self._sealer = directory, disk, sealer
        self._current, self._next = current, following

    @property
    def public(self) -> bytes:
        return self._current.public

    @property
    def next(self) -> bytes | None:
        return self._next.public if self._next else None

    @property
    def algorithm(self) -> int:
        return self._current.algorithm

    @property
    def certificate(self) -> bytes:
        return self._current.certificate

    @property
    def next_certificate(self) -> bytes:
        return self._next.certificate if self._next else b""

    def sign(self, message: bytes) -> bytes:
        return self._current.sign(message)

    def sign_string(self, message: bytes) -> bytes:
        return self._current.sign_string(message)

    def prepare(self) -> None:
        """A TPM that does not answer now is asked again later: the segment then keeps its key."""
        if self._next is None:
            with suppress(SealError):
                self._next = _make(self._directory / NEXT, self._disk, self._sealer, self.algorithm)

    def prove(self, message: bytes) -> bytes:
        if self._next is None:
            raise ValueError("no next key is ready")
        return self._next.sign(message)

    def promote(self) -> None:
        """renameat over the old name, fsync of the directory, then zeros over what the old file held.

        The medium may keep copies that nobody can overwrite from here (DESIGN.md, section Keys).
        """
        if self._next is None:
            raise ValueError("no next key is ready")
        old = self._disk.open(self._directory / NAME, Mode.WRITE)
        try:
            self._disk.rename(self._directory / NEXT, self._directory / NAME)
            # If we stop here, either name may be on flash; the journal's last record says which key signs next.
            self._disk.fsync_directory(self._directory)
            # If we stop here, the old seed's blocks are free and not yet zero; nobody has a name for them.
            self._disk.pwrite(old, bytes(self._disk.size(old)), 0)
            self._disk.fdatasync(old)
        finally:
            self._disk.close(old)
        self._current, self._next = self._next, None


def load_or_make(directory: Path, disk: Disk, sealer: Sealer, algorithm: int = ED25519) -> KeyRing:
    """The keys of this data folder; made, for strings of `algorithm`, if neither a key nor a journal is there yet."""
    names = disk.listdir(directory)
    if NAME in names:
        return load(directory, disk, sealer)
    if "journal" in names and disk.listdir(directory / "journal"):
        raise KeyFileError(f"{directory / NAME} is missing beside a journal: put the till's key file back")
    return make(directory, disk, sealer, algorithm)


def make(directory: Path, disk: Disk, sealer: Sealer, algorithm: int = ED25519) -> KeyRing:
    return KeyRing(directory, disk, sealer, _make(directory / NAME, disk, sealer, algorithm), None)


def load(directory: Path, disk: Disk, sealer: Sealer) -> KeyRing:
    current = _key(directory / NAME, disk, sealer)
    following = _key(directory / NEXT, disk, sealer) if NEXT in disk.listdir(directory) else None
    return KeyRing(directory, disk, sealer, current, following)


def pepper(directory: Path, disk: Disk, sealer: Sealer) -> bytes:
    """32 bytes of this device, made once: they key the hashes of badges and PINs (GDP-04)."""
    if PEPPER in disk.listdir(directory):
        return _read(directory / PEPPER, disk, sealer)[0]
    made = token_bytes(SEED_SIZE)
    durable_file(disk, directory / PEPPER, sealer.seal(made))
    return made


def identity(directory: Path, disk: Disk, sealer: Sealer) -> bytes:
    """32 bytes of this device, made once: the seed of the key that bundles are closed to.

    It signs nothing but the question for a bundle (sync/PROTOCOL.md, section Bundles).
    """
    if IDENTITY in disk.listdir(directory):
        return _read(directory / IDENTITY, disk, sealer)[0]
    made = token_bytes(SEED_SIZE)
    # If we stop here, no identity is on flash, or a whole one that nobody has read from the screen yet.
    durable_file(disk, directory / IDENTITY, sealer.seal(made))
    return made


def network(directory: Path, disk: Disk, sealer: Sealer) -> Key:
    """The key that signs requests to a collector, made once; it signs nothing of the journal."""
    if NETWORK in disk.listdir(directory):
        return _key(directory / NETWORK, disk, sealer)
    # If we stop here, no key is on flash or a whole one that nobody knows yet; the next call makes or finds it.
    return _make(directory / NETWORK, disk, sealer, ED25519)


def _make(path: Path, disk: Disk, sealer: Sealer, algorithm: int) -> Key:
    seed = token_bytes(SEED_SIZE)
    durable_file(disk, path, sealer.seal(seed if algorithm == ED25519 else seed + bytes((algorithm,))))
    return Key(seed, algorithm)


def _key(path: Path, disk: Disk, sealer: Sealer) -> Key:
    return Key(*_read(path, disk, sealer))


def _read(path: Path, disk: Disk, sealer: Sealer) -> tuple[bytes, int]:
    """The secret, and the algorithm of strings that stands behind it when it is not the usual one."""
    try:
        handle = disk.open(path, Mode.READ)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read ({error.strerror}): run as the till's user") from error
    try:
        mode, blob = disk.permissions(handle), disk.pread(handle, _LARGEST, 0)
    finally:
        disk.close(handle)
    if mode & 0o077:
        raise KeyFileError(f"{path} can be read by others (mode {mode:04o}): chmod 600 it and change the key")
    try:
        seed = sealer.open(blob)
    except SealError as error:
        raise KeyFileError(f"{path} cannot be opened: {error}") from error
    if len(seed) == SEED_SIZE:
        return seed, ED25519
    if len(seed) == SEED_SIZE + 1 and seed[-1] == P256:
        return seed[:-1], P256
    raise KeyFileError(f"{path} does not hold {SEED_SIZE} bytes: put the till's key file back")
