"""A secret at rest, bound to the machine: a file copied elsewhere, from a backup or a stolen card, opens nowhere else.

What this protects against and what not is argued in DESIGN.md, section Keys. A sealed blob says its kind:
`SEAL`, version 1, kind, two zeros, CRC-32 of the rest (damage is told from another machine), then the rest, which is

- kind 1, machine: nonce (24 bytes) and XSalsa20-Poly1305 box under BLAKE2b-256 of the machine's identity;
- kind 2, TPM: length (2 bytes) and TPM2B_PUBLIC, length and TPM2B_PRIVATE of a sealed data object
  (TCG TPM 2.0 Library, Part 1, 23.6; Part 2, 12.2.5 and 12.3.7).
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from struct import Struct
from typing import Protocol
from zlib import crc32

from nacl.bindings import crypto_secretbox, crypto_secretbox_NONCEBYTES, crypto_secretbox_open
from nacl.exceptions import CryptoError

from appliance.storage.machine import machine_identity
from appliance.storage.vault import Vault
from appliance.tpm import DEVICE, SENTENCES, Code, TpmError, patiently

VERSION = 1
MACHINE, TPM = 1, 2
LIMIT = 128  # bytes of a secret: what every TPM 2.0 takes (Part 2, MAX_SYM_DATA)
_HEAD = Struct(">4sBB2xI")
_MAGIC = b"SEAL"
_LENGTH = Struct(">H")
_DAMAGED = "it is damaged: put back the file that the till made"


class SealError(Exception):
    """It cannot be sealed or opened; the text is one sentence that says what to do."""


class Sealer(Protocol):
    name: str

    def seal(self, secret: bytes) -> bytes:
        """A blob for a file; `secret` has 1 to 128 bytes. Raises SealError."""

    def open(self, blob: bytes) -> bytes:
        """The secret. Raises SealError."""


class MachineSealer:
    """`identity`: what machine_identity gives."""

    name = "machine"

    def __init__(self, identity: bytes) -> None:
        self._key = blake2b(identity, digest_size=32, person=b"sceau/seal/1").digest()

    def seal(self, secret: bytes) -> bytes:
        nonce = token_bytes(crypto_secretbox_NONCEBYTES)
        return _wrap(MACHINE, nonce + crypto_secretbox(_fit(secret), nonce, self._key))

    def open(self, blob: bytes) -> bytes:
        rest = _unwrap(blob, MACHINE)
        nonce, box = rest[:crypto_secretbox_NONCEBYTES], rest[crypto_secretbox_NONCEBYTES:]
        try:
            return crypto_secretbox_open(box, nonce, self._key)
        except (CryptoError, ValueError) as error:
            raise SealError(
                "it was sealed on another machine or by another user: use it there, run as the till's user"
            ) from error


class TpmSealer:
    """Each call connects, makes the parent again (it is derived from the TPM's seed, nothing is kept), and lets go."""

    name = "tpm"

    def __init__(self, path: Path = DEVICE) -> None:
        self._path = path

    def seal(self, secret: bytes) -> bytes:
        """TPM2_Create under the storage hierarchy; the secret crosses the bus encrypted."""
        _fit(secret)
        try:
            areas = patiently(lambda: Vault(self._path).put(secret))
            return _wrap(TPM, b"".join(_LENGTH.pack(len(area)) + area for area in areas))
        except TpmError as error:
            raise SealError(str(error)) from error

    def open(self, blob: bytes) -> bytes:
        """TPM2_Load, TPM2_Unseal."""
        public, private = _areas(_unwrap(blob, TPM))
        try:
            return patiently(lambda: Vault(self._path).get(public, private))
        except TpmError as error:
            if error.code == Code.NONE or error.code in SENTENCES:
                raise SealError(str(error)) from error
            raise SealError(
                "it was sealed by another TPM, or this one was cleared since: put the medium back into its machine"
            ) from error


class Choice:
    """Seals with the first, opens with the one that a blob names."""

    def __init__(self, best: Sealer, *others: Sealer) -> None:
        self.name, self._best = best.name, best
        self._all = {sealer.name: sealer for sealer in (best, *others)}

    def seal(self, secret: bytes) -> bytes:
        return self._best.seal(secret)

    def open(self, blob: bytes) -> bytes:
        name = _NAMES[_kind(blob)]
        if name not in self._all:
            raise SealError(f"it was sealed by a {name}, which this machine does not have or has switched off")
        return self._all[name].open(blob)


def sealer_for(device: Path = DEVICE, identity: bytes | None = None) -> Sealer:
    """Seals with the TPM where there is one that this user may use, else with the machine; opens both.

    Nothing is loaded or asked yet. A developer's own machine has a TPM too, which is not for its simulated tills.
    """
    machine, chip = MachineSealer(machine_identity() if identity is None else identity), TpmSealer(device)
    if not device.exists():
        return Choice(machine)
    return Choice(chip, machine) if os.access(device, os.R_OK | os.W_OK) else Choice(machine, chip)


def _fit(secret: bytes) -> bytes:
    if not 1 <= len(secret) <= LIMIT:
        raise ValueError(f"a secret has 1 to {LIMIT} bytes, not {len(secret)}")
    return secret


def _wrap(kind: int, rest: bytes) -> bytes:
    return _HEAD.pack(_MAGIC, VERSION, kind, crc32(rest)) + rest


_NAMES = {MACHINE: "machine", TPM: "tpm"}


def _kind(blob: bytes) -> int:
    """Which sealer made it; raises SealError for what no sealer of this version made, or damage."""
    if len(blob) < _HEAD.size or blob[:4] != _MAGIC:
        raise SealError("it is no sealed file: put back the one that the till made")
    _, version, kind, crc = _HEAD.unpack_from(blob)
    if crc32(blob[_HEAD.size :]) != crc or blob[6:8] != b"\0\0":
        raise SealError(_DAMAGED)
    if version != VERSION or kind not in _NAMES:
        raise SealError("it was sealed by a newer version of Sceau: update this one")
    return int(kind)


def _unwrap(blob: bytes, kind: int) -> bytes:
    found = _kind(blob)
    if found != kind:
        raise SealError(f"it was sealed by a {_NAMES[found]}, not by a {_NAMES[kind]}")
    return blob[_HEAD.size :]


def _areas(rest: bytes) -> tuple[bytes, bytes]:
    """The public and the private area."""
    public, more = _cut(rest)
    private, none = _cut(more)
    if none:
        raise SealError(_DAMAGED)
    return public, private


def _cut(rest: bytes) -> tuple[bytes, bytes]:
    """The first area and what follows it."""
    end = _LENGTH.size + int.from_bytes(rest[: _LENGTH.size], "big")
    if not _LENGTH.size < end <= len(rest):
        raise SealError(_DAMAGED)
    return rest[_LENGTH.size : end], rest[end:]
