"""The files of those who sign: an Ed25519 key (32 bytes in hexadecimal), its certificate beside it as `<key>.cert`,
and, where there is one, the root's newest list of revocations as `revocations` in the same folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.storage.flash import OsDisk, durable_file

CERTIFICATE: Final = ".cert"
REVOCATIONS: Final = "revocations"


class SignerError(Exception):
    """A key file is not fit; the sentence says what to do."""


class Secret(NamedTuple):
    public: bytes
    sign: Callable[[bytes], bytes]


class Signer(NamedTuple):
    """`issuer` and `revocations`: the statements as they stand in the files."""

    secret: Secret
    issuer: bytes
    revocations: bytes | None


def secret(seed: bytes) -> Secret:
    public, private = chain.pair(seed)
    return Secret(public, lambda message: chain.sign(private, message))


def make_key(path: Path) -> Secret:
    """A new key in a file that only its owner reads. Raises SignerError, OSError."""
    if path.exists():
        raise SignerError(f"{path} is already there: a key is never written over, give another name")
    seed = token_bytes(32)
    # If we stop here, no key is there or a whole one that nobody has certified: it is removed and made again.
    durable_file(OsDisk(), path, seed.hex().encode() + b"\n")
    return secret(seed)


def load_key(path: Path) -> Secret:
    """Raises SignerError."""
    try:
        if path.stat().st_mode & 0o077:
            raise SignerError(f"{path} can be read by others: chmod 600 it, and have the key certified anew")
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise SignerError(f"{path} is no key file: name one that `sceau provision` or `sceau releases` made") from error
    if len(seed) != 32:
        raise SignerError(f"{path} does not hold 32 bytes: name a file that `sceau provision` or `sceau releases` made")
    return secret(seed)


def load_signer(path: Path) -> Signer:
    """Raises SignerError."""
    beside = path.with_name(path.name + CERTIFICATE)
    found = path.parent / REVOCATIONS
    try:
        return Signer(load_key(path), beside.read_bytes(), found.read_bytes() if found.exists() else None)
    except OSError as error:
        raise SignerError(f"{beside} cannot be read ({error.strerror}): put the certificate beside the key") from error


def public_key(text: str) -> bytes:
    """Of a root as an image or a command names it: 64 hexadecimal digits. Raises SignerError."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SignerError(f"{text.strip()[:80]!r} is no public key of 64 hexadecimal digits")
    return key
