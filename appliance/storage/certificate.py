"""The self-signed X.509 certificate of a signing key, in its one form (FORMAT.md, section Certificates; SEC-08).

Anybody's OpenSSL checks a signed string with it. Everything but key and signature follows from the key, so a reader
makes the certificate's statement anew and compares: no parser of X.509 is trusted here. RFC 5280, 8410 and 5480.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.storage import chain, p256

ED25519: Final = 1
P256: Final = 2
ALGORITHMS: Final = {"ed25519": ED25519, "ecdsa-p256": P256}  # as shop.toml spells them

_INTEGER, _BITS, _OCTETS, _OID, _TEXT, _UTC, _TIME = 0x02, 0x03, 0x04, 0x06, 0x0C, 0x17, 0x18
_SEQUENCE, _SET, _VERSION, _EXTENSIONS = 0x30, 0x31, 0xA0, 0xA3
_FROM, _TO = b"260101000000Z", b"99991231235959Z"  # RFC 5280, 4.1.2.5: no date of expiry
_NO_PAD = b"\0"  # a bit string of whole bytes
_HEAD = 4  # bytes of tag and length before the statement


class Certified(NamedTuple):
    """A key of the algorithm that signs strings: 32 bytes for Ed25519, X ‖ Y for P-256."""

    algorithm: int
    key: bytes

    def signed(self, message: bytes, signature: bytes) -> bool:
        if self.algorithm == P256:
            return p256.signed(self.key, message, signature)
        return len(signature) == chain.SIGNATURE_SIZE and chain.signed(self.key, message, signature)


def _der(tag: int, *parts: bytes) -> bytes:
    """ITU-T X.690, 8.1 and 10.1."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    wide = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(wide))) + wide + content


_COMMON_NAME = _der(_OID, bytes.fromhex("550403"))
_KEY_USAGE = _der(_OID, bytes.fromhex("551d0f"))
_TRUE, _DIGITAL_SIGNATURE = bytes.fromhex("0101ff"), bytes.fromhex("03020780")
_EDDSA = _der(_SEQUENCE, _der(_OID, bytes.fromhex("2b6570")))
_ECDSA = _der(_SEQUENCE, _der(_OID, bytes.fromhex("2a8648ce3d040302")))
_ON_P256 = _der(_SEQUENCE, _der(_OID, bytes.fromhex("2a8648ce3d0201")), _der(_OID, bytes.fromhex("2a8648ce3d030107")))
_SIGNS = {ED25519: _EDDSA, P256: _ECDSA}
_KEY_SIZES = {ED25519: 32, P256: 64}


def _key_info(certified: Certified) -> bytes:
    """SubjectPublicKeyInfo."""
    if certified.algorithm == P256:
        return _der(_SEQUENCE, _ON_P256, _der(_BITS, _NO_PAD, b"\x04", certified.key))
    return _der(_SEQUENCE, _EDDSA, _der(_BITS, _NO_PAD, certified.key))


def statement(certified: Certified) -> bytes:
    """TBSCertificate: what the key signs of itself."""
    name = f"Sceau {certified.key[:8].hex()}".encode()
    whom = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, _der(_TEXT, name))))
    return _der(
        _SEQUENCE,
        _der(_VERSION, _der(_INTEGER, b"\x02")),
        _der(_INTEGER, b"\x01", sha256(certified.key).digest()[:15]),
        _SIGNS[certified.algorithm],
        whom,
        _der(_SEQUENCE, _der(_UTC, _FROM), _der(_TIME, _TO)),
        whom,
        _key_info(certified),
        _der(_EXTENSIONS, _der(_SEQUENCE, _der(_SEQUENCE, _KEY_USAGE, _TRUE, _der(_OCTETS, _DIGITAL_SIGNATURE)))),
    )


def make(certified: Certified, sign: Callable[[bytes], bytes]) -> bytes:
    """DER; the same bytes each time, as both algorithms sign the same text the same way."""
    said = statement(certified)
    return _sealed(certified.algorithm, said, sign(said))


def read(data: bytes) -> Certified | None:
    """The key that `data` certifies; None unless it is a certificate of a till, signed by its own key."""
    for algorithm, size in _KEY_SIZES.items():
        at = _HEAD + statement(Certified(algorithm, bytes(size))).rindex(bytes(size))
        found = Certified(algorithm, data[at : at + size])
        if len(found.key) == size and _proven(found, data):
            return found
    return None


def _proven(found: Certified, data: bytes) -> bool:
    said = statement(found)
    signature = _signature(found.algorithm, data[_HEAD + len(said) :])
    if len(signature) != chain.SIGNATURE_SIZE or _sealed(found.algorithm, said, signature) != data:
        return False
    return (found.algorithm == P256 or chain.fit(found.key)) and found.signed(said, signature)


def _signature(algorithm: int, tail: bytes) -> bytes:
    """The raw signature in what stands behind the statement; whatever is malformed does not come back the same."""
    if algorithm == ED25519:
        return tail[-chain.SIGNATURE_SIZE :]
    numbers = tail[len(_ECDSA) + 5 :]  # behind the heads of the bit string and of the sequence
    if len(numbers) < 2 or numbers[1] > p256.SIZE + 1:
        return b""
    end = 2 + numbers[1]
    try:
        return b"".join(
            int.from_bytes(part, "big").to_bytes(p256.SIZE, "big") for part in (numbers[2:end], numbers[end + 2 :])
        )
    except OverflowError:
        return b""


def openssl(algorithm: int, signature: bytes) -> bytes:
    """A signature as OpenSSL takes it: raw for Ed25519, SEQUENCE of r and s for ECDSA (RFC 3279, 2.2.3)."""
    if algorithm == ED25519:
        return signature
    half = p256.SIZE
    return _der(_SEQUENCE, *(_number(part) for part in (signature[:half], signature[half:])))


def _number(data: bytes) -> bytes:
    value = int.from_bytes(data, "big")
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sealed(algorithm: int, said: bytes, signature: bytes) -> bytes:
    return _der(_SEQUENCE, said, _SIGNS[algorithm], _der(_BITS, _NO_PAD, openssl(algorithm, signature)))
