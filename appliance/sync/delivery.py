"""A bundle on its way to a machine that is no till yet: who it is for, who may fetch it (PROTOCOL.md, Bundles). Pure.

A machine has one key pair from one seed (RFC 8032). It signs with it, and the same point in Montgomery's form (RFC
7748, 4.1) is the X25519 key that stands in its QR and that its bundle is closed to: no second key has to be shown.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from hashlib import sha256
from typing import Any, Final, NamedTuple

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
from nacl.exceptions import CryptoError

from appliance.storage import chain
from appliance.storage.cose import Form
from appliance.sync.protocol import UNAUTHORIZED
from appliance.sync.shape import (
    Fields,
    ProtocolError,
    instant,
    maybe,
    natural,
    octets,
    octets_to,
    opened,
    text_to,
    unpack,
)

FORM: Final = Form("application/vnd.sceau.bundle+cbor", b"sceau/bundle/1")
LONGEST: Final = 4 * 1024 * 1024  # bytes of a bundle
IDENTITY: Final = "sceau-identity"  # the header that bears the public key, hexadecimal
MAX_STATEMENT: Final = 64 * 1024
_WORD: Final = "SCEAU"
_PATH: Final = "/v1/bundles/"


def _siret(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is str and len(value) == 14 and value.isascii() and value.isdecimal()


OUTSIDE: Final[Fields] = (
    ("certificate", octets_to(MAX_STATEMENT)),
    ("revocations", maybe(octets_to(MAX_STATEMENT))),
    ("version", natural),
    ("time", instant),
    ("SIRET", _siret),
    ("till", text_to(24, 1)),
    ("device", maybe(octets(32))),
    ("box", octets_to(LONGEST)),
)


class Label(NamedTuple):
    """What can be read on the outside; nothing is proven. `device`: X25519 key, None: closed under a code."""

    version: int
    siret: str
    till: str
    device: bytes | None


def label(data: bytes) -> Label:
    """Raises ProtocolError for what no machine would take for a bundle."""
    if len(data) > LONGEST:
        raise ProtocolError(f"a bundle may have {LONGEST} bytes at most", 413)
    said = unpack(opened(FORM, data, "bundle")[0], OUTSIDE, "bundle")
    return Label(said[2], *said[4:7])


def name(device: bytes) -> str:
    """Under which a collector keeps what is for the machine with this X25519 key."""
    return sha256(device).hexdigest()


def path(device: bytes) -> str:
    return _PATH + name(device)


def device_of(public: bytes) -> bytes:
    """The X25519 key of the machine that signs with `public`. Raises ProtocolError, 401."""
    try:
        if chain.fit(public):
            return crypto_sign_ed25519_pk_to_curve25519(public)
    except (CryptoError, ValueError):
        pass
    raise ProtocolError("the key of the machine is no sound key", UNAUTHORIZED)


def identity_text(serial: str, device: bytes) -> str:
    """What the QR of a blank till says: only signs of a QR's alphanumeric mode, so it stays coarse and readable."""
    return f"{_WORD}:{serial}:{b32encode(device).decode().rstrip('=')}"


def read_identity(text: str) -> tuple[str, bytes]:
    """(serial, public key). Raises ValueError with a sentence."""
    parts = text.strip().split(":")
    try:
        key = b32decode(parts[2] + "====") if len(parts) == 3 and parts[0] == _WORD else b""
    except (Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError(f"{text[:40]!r} is not what a till's QR says: SCEAU:serial:key")
    return parts[1], key
