"""Signed HTTP requests, one fixed profile of RFC 9421 and RFC 9530 (PROTOCOL.md, section Reads of one chain). Pure."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.sync.protocol import UNAUTHORIZED, kid
from appliance.sync.shape import ProtocolError

WINDOW: Final = 300  # seconds that `created` may be off
DIGEST, INPUT, SIGNATURE, NONCE = "content-digest", "signature-input", "signature", "sceau-nonce"
_COVERED: Final = '("@method" "@target-uri" "content-digest")'
_INPUT: Final = re.compile(
    r'sceau=(\("@method" "@target-uri" "content-digest"\);created=([0-9]{1,12});keyid="([0-9a-f]{16})"'
    r';nonce="([A-Za-z0-9._-]{1,64})";alg="ed25519")'
)
_VALUE: Final = re.compile(r"sceau=:([A-Za-z0-9+/]{86}==):")


class Signed(NamedTuple):
    """`created` in seconds since 1970."""

    created: int
    key_id: bytes
    nonce: str


def digest(body: bytes) -> str:
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def sign(
    method: str, uri: str, body: bytes, created: int, nonce: str, key: tuple[bytes, Callable[[bytes], bytes]]
) -> dict[str, str]:
    """The three header fields. `key`: public network key and what it signs with."""
    public, signer = key
    params = f'{_COVERED};created={created};keyid="{kid(public).hex()}";nonce="{nonce}";alg="ed25519"'
    signature = b64encode(signer(_base(method, uri, digest(body), params))).decode()
    return {DIGEST: digest(body), INPUT: f"sceau={params}", SIGNATURE: f"sceau=:{signature}:"}


def read(headers: Mapping[str, str]) -> Signed:
    """Who says to have signed; nothing is proven. Raises ProtocolError, 401."""
    found = _INPUT.fullmatch(headers.get(INPUT, ""))
    if found is None:
        raise ProtocolError("the request is not signed in the form that this collector takes", UNAUTHORIZED)
    return Signed(int(found[2]), bytes.fromhex(found[3]), found[4])


def check(method: str, uri: str, body: bytes, headers: Mapping[str, str], public: bytes) -> None:
    """Raises ProtocolError, 401, unless `public` has signed this very request."""
    found, value = _INPUT.fullmatch(headers.get(INPUT, "")), _VALUE.fullmatch(headers.get(SIGNATURE, ""))
    if found is None or value is None or headers.get(DIGEST) != digest(body):
        raise ProtocolError("the request is not signed in the form that this collector takes", UNAUTHORIZED)
    base = _base(method, uri, digest(body), found[1])
    named = bytes.fromhex(found[3]) == kid(public) and chain.fit(public)
    if not named or not chain.signed(public, base, _raw(value[1])):
        raise ProtocolError("the request is not signed by the till's network key", UNAUTHORIZED)


def _raw(text: str) -> bytes:
    """Of base64 in its one form; zeros, which sign nothing, for another."""
    data = b64decode(text)
    return data if b64encode(data).decode() == text else bytes(chain.SIGNATURE_SIZE)


def _base(method: str, uri: str, said: str, params: str) -> bytes:
    """The signature base (RFC 9421, section 2.5)."""
    lines = (f'"@method": {method}', f'"@target-uri": {uri}', f'"content-digest": {said}')
    return "\n".join((*lines, f'"@signature-params": {params}')).encode()
