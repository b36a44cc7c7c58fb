"""The publisher's offline key: a file of its own, for its owner alone, under a passphrase if he wants one.

`SPUB` 4 · version 1 (1) · kind (1) · then kind 0: the 32-byte Ed25519 seed; kind 1: salt 16 ‖ nonce 24 ‖
XSalsa20-Poly1305 box of the seed under Argon2id (RFC 9106) of the passphrase at libsodium's "moderate" cost.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from secrets import token_bytes
from typing import Final

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from appliance.audit.attest import AttestationError
from appliance.storage.keys import Key

MAGIC: Final = b"SPUB\x01"
_PLAIN, _LOCKED = b"\0", b"\x01"
_SEED: Final = 32
_SALT: Final = argon2id.SALTBYTES


def make(path: Path, passphrase: str) -> Key:
    """A new key in a new file of mode 0600. Raises AttestationError when something is there, OSError."""
    seed = token_bytes(_SEED)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise AttestationError(f"{path} is there already: a key is never overwritten, give another name") from error
    # If we stop here, the file is empty and no key was told to anybody: remove it and make the key again.
    with os.fdopen(handle, "wb") as file:
        file.write(_sealed(seed, passphrase))
    return Key(seed)


def load(path: Path, passphrase: str) -> Key:
    """Raises AttestationError."""
    try:
        data, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise AttestationError(f"{path} cannot be read ({error.strerror}): name the publisher's key file") from error
    if mode & 0o077:
        raise AttestationError(f"{path} can be read by others (mode {mode:04o}): chmod 600 it and change the key")
    kind, rest = data[len(MAGIC) : len(MAGIC) + 1], data[len(MAGIC) + 1 :]
    if data.startswith(MAGIC + _PLAIN) and len(rest) == _SEED:
        return Key(rest)
    if not data.startswith(MAGIC) or kind != _LOCKED:
        raise AttestationError(f"{path} is no publisher's key: make one with sceau attest key")
    try:
        return Key(_box(passphrase, rest[:_SALT]).decrypt(rest[_SALT:]))
    except (CryptoError, ValueError) as error:
        raise AttestationError(f"{path} does not open: wrong passphrase, or the file is damaged") from error


def _sealed(seed: bytes, passphrase: str) -> bytes:
    if not passphrase:
        return MAGIC + _PLAIN + seed
    salt = token_bytes(_SALT)
    return MAGIC + _LOCKED + salt + bytes(_box(passphrase, salt).encrypt(seed))


def _box(passphrase: str, salt: bytes) -> SecretBox:
    key = argon2id.kdf(
        SecretBox.KEY_SIZE, passphrase.encode(), salt, argon2id.OPSLIMIT_MODERATE, argon2id.MEMLIMIT_MODERATE
    )
    return SecretBox(key)
