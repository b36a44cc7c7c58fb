"""How the inside of a bundle is closed: to one device's key, or under a code that is scanned. Pure but for chance.

The code is 16 random bytes shown as decimal digits, so that any scanner types it; the QR stands on the technician's
sheet, the bundle on the stick, and neither opens anything without the other.
"""

from __future__ import annotations

from hashlib import blake2b, sha256
from secrets import token_bytes
from typing import Final

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_box_SEALBYTES,
    crypto_box_seed_keypair,
    crypto_secretbox,
    crypto_secretbox_NONCEBYTES,
    crypto_secretbox_open,
)
from nacl.exceptions import CryptoError

from appliance.provision.fault import BundleError, Fault

CODE: Final = 16
LEAD: Final = b"\x02"  # an enrolment code begins with 1 (sync/token.py): none is taken for the other
_LEAST, _MOST = 40, 44  # digits
_PERSON: Final = b"sceau/bundle/1"


def pair(seed: bytes) -> tuple[bytes, bytes]:
    """(public, secret) X25519 key of a device, from the 32 bytes that it keeps."""
    public, secret = crypto_box_seed_keypair(seed)
    return public, secret


def close_to(device: bytes, inside: bytes) -> bytes:
    return crypto_box_seal(inside, device)


def open_with(seed: bytes, box: bytes) -> bytes:
    """Raises BundleError."""
    try:
        return crypto_box_seal_open(box, *pair(seed))
    except (CryptoError, ValueError, TypeError) as error:
        raise BundleError(Fault.DEVICE, "it cannot be opened with this till's key") from error


def close_under(code: bytes, inside: bytes, nonce: bytes = b"") -> bytes:
    nonce = nonce or token_bytes(crypto_secretbox_NONCEBYTES)
    return nonce + crypto_secretbox(inside, nonce, _key(code))


def open_under(code: bytes, box: bytes) -> bytes:
    """Raises BundleError."""
    nonce, rest = box[:crypto_secretbox_NONCEBYTES], box[crypto_secretbox_NONCEBYTES:]
    try:
        return crypto_secretbox_open(rest, nonce, _key(code))
    except (CryptoError, ValueError, TypeError) as error:
        raise BundleError(Fault.CODE, "this code does not open it: scan the one of the same till's sheet") from error


def _key(code: bytes) -> bytes:
    return blake2b(code, digest_size=32, person=_PERSON).digest()


def least(device: bool) -> int:
    """Bytes that a box has at least."""
    return crypto_box_SEALBYTES if device else crypto_secretbox_NONCEBYTES + 16


def digits(code: bytes) -> str:
    """For the QR of the sheet; the last two are a check (ISO 7064, mod 97)."""
    number = int.from_bytes(LEAD + code, "big")
    return f"{number}{98 - number * 100 % 97:02d}"


def is_code(text: str) -> bool:
    """Whether a scan has the look of an opening code."""
    return text.isascii() and text.isdecimal() and _LEAST <= len(text) <= _MOST


def code_of(text: str) -> bytes:
    """What was scanned or typed; spaces do not count. Raises BundleError."""
    plain = text.replace(" ", "")
    if is_code(plain) and int(plain) % 97 == 1:
        data = (int(plain) // 100).to_bytes(CODE + 2, "big").lstrip(b"\0")
        if data[:1] == LEAD and len(data) == CODE + 1:
            return data[1:]
    raise BundleError(Fault.CODE, "this is no opening code: scan the whole QR of the till's sheet")


def fingerprint(device: bytes) -> str:
    """Four groups of four, to be compared by eye: how SHA-256 of the key begins."""
    said = sha256(device).hexdigest()[:16].upper()
    return " ".join(said[at : at + 4] for at in range(0, 16, 4))
