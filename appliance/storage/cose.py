"""A signed statement: COSE_Sign1 (RFC 9052, section 4.2) in one form, so that none can be taken for another.

The protected header is a constant of the statement's kind, the unprotected one empty, and a domain string of its own
goes in as external_aad. A reader makes every byte anew and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain

_TAG: Final = 18
_EDDSA: Final = -8


class CoseError(ValueError):
    """It is no statement of this kind in its only form; the text says why."""


class Form(NamedTuple):
    """A kind of statement: its media type and its domain."""

    type: str
    domain: bytes

    @property
    def protected(self) -> bytes:
        return cbor2.dumps({1: _EDDSA, 3: self.type})

    def to_be_signed(self, payload: bytes) -> bytes:
        """The Sig_structure (RFC 9052, section 4.4)."""
        return cbor2.dumps(["Signature1", self.protected, self.domain, payload])

    def envelope(self, payload: bytes, signature: bytes) -> bytes:
        return cbor2.dumps(cbor2.CBORTag(_TAG, [self.protected, {}, payload, signature]))

    def seal(self, payload: bytes, sign: Callable[[bytes], bytes]) -> bytes:
        return self.envelope(payload, sign(self.to_be_signed(payload)))

    def open(self, data: bytes) -> tuple[bytes, bytes, bytes]:
        """(payload, signature, what follows in `data`). The signature is not checked. Raises CoseError."""
        front = b"\xd2\x84" + cbor2.dumps(self.protected) + b"\xa0"
        if not data.startswith(front):
            raise CoseError("it does not begin as such a statement does")
        size, at = _length(data[len(front) : len(front) + 5])
        start = len(front) + at
        end = start + size + 2 + chain.SIGNATURE_SIZE
        payload, signature = data[start : start + size], data[end - chain.SIGNATURE_SIZE : end]
        if self.envelope(payload, signature) != data[:end]:
            raise CoseError("its CBOR is not in the one form that is allowed")
        return payload, signature, data[end:]

    def proven(self, key: bytes, payload: bytes, signature: bytes) -> bool:
        return chain.fit(key) and chain.signed(key, self.to_be_signed(payload), signature)


def _length(head: bytes) -> tuple[int, int]:
    """Length of a byte string and of its head, which may be of any form: the caller compares."""
    first = head[0] if head else 0
    for mark, wide in ((0x58, 1), (0x59, 2), (0x5A, 4)):
        if first == mark:
            return int.from_bytes(head[1 : 1 + wide], "big"), 1 + wide
    return max(0, first - 0x40) if first < 0x58 else 0, 1


def loaded(data: bytes) -> Any:  # noqa: ANN401 - whatever the bytes say; the caller checks every type
    """Raises CoseError unless `data` is CBOR in its shortest form."""
    try:
        found = cbor2.loads(data)
        same = cbor2.dumps(found) == data
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, EOFError) as error:
        raise CoseError(f"it is no CBOR ({type(error).__name__})") from error
    if not same:
        raise CoseError("its CBOR is not in the one form that is allowed")
    return found
