"""ECDSA P-256 for the signed strings, for a certifier who asks for it (INA-06): frames stay Ed25519.

FIPS 186-5, signatures deterministic (RFC 6979) and raw, r ‖ s of 32 bytes each; a public key is X ‖ Y, 64 bytes.
`cryptography` is loaded at the first call and not before: a till that signs its strings with Ed25519 never loads it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

INFO: Final = b"sceau/strings/p256"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SP 800-186, 3.2.1.3
SIZE: Final = 32  # bytes of a number
_BITS: Final = 48  # bytes drawn for a scalar: 128 bits more than it has, so that the remainder has no bias


class Pair(NamedTuple):
    """`public` is 64 bytes; `sign` gives 64."""

    public: bytes
    sign: Callable[[bytes], bytes]


def scalar(seed: bytes) -> int:
    """1 … n − 1 of an epoch's seed: HKDF-SHA-256 (RFC 5869) without salt, then FIPS 186-5, A.2.1."""
    inner = hmac.digest(bytes(SIZE), seed, sha256)
    one = hmac.digest(inner, INFO + b"\x01", sha256)
    two = hmac.digest(inner, one + INFO + b"\x02", sha256)
    return int.from_bytes((one + two)[:_BITS], "big") % (ORDER - 1) + 1


def pair(seed: bytes) -> Pair:
    """The key for strings that lives and dies with `seed`, 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    secret = ec.derive_private_key(scalar(seed), ec.SECP256R1())
    point = secret.public_key().public_numbers()
    how = ec.ECDSA(SHA256(), deterministic_signing=True)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(secret.sign(message, how))
        return r.to_bytes(SIZE, "big") + s.to_bytes(SIZE, "big")

    return Pair(point.x.to_bytes(SIZE, "big") + point.y.to_bytes(SIZE, "big"), sign)


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """False as well for a key that is no point of the curve, and for numbers out of range."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    if len(public) != 2 * SIZE or len(signature) != 2 * SIZE:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:SIZE], signature[SIZE:]))
    if not (0 < r < ORDER and 0 < s < ORDER):
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public)
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
