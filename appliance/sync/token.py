"""The one-time token of an enrolment as digits, typed by any scanner (PROTOCOL.md, section Enrolment). Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from appliance.sync.shape import ProtocolError

SECRET: Final = 16
MARK: Final = 8
URL_LIMIT: Final = 64
_LEAD: Final = b"\x01"
_LEAST: Final = 60
_MOST: Final = 240
_URL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._~:/[]")


class Token(NamedTuple):
    """`mark`: how SHA-256 of the collector's root key begins; `url` may be empty."""

    secret: bytes
    mark: bytes
    url: str


def mark(root: bytes) -> bytes:
    return sha256(root).digest()[:MARK]


def digits(token: Token) -> str:
    """For the QR. Raises ProtocolError for an address that does not fit."""
    if not _plain(token.url):
        raise ProtocolError(f"{token.url!r} is no address of at most {URL_LIMIT} lower-case characters")
    number = int.from_bytes(_LEAD + token.secret + token.mark + token.url.encode(), "big")
    return f"{number}{98 - number * 100 % 97:02d}"


def read(text: str) -> Token:
    """What was scanned or typed; spaces do not count. Raises ProtocolError."""
    plain = text.replace(" ", "")
    if not (plain.isascii() and plain.isdecimal() and _LEAST <= len(plain) <= _MOST) or int(plain) % 97 != 1:
        raise ProtocolError("this is no enrolment code: scan the whole code that the collector shows")
    number = int(plain[:-2])
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    url = data[1 + SECRET + MARK :].decode("ascii", "replace")
    token = Token(data[1 : 1 + SECRET], data[1 + SECRET : 1 + SECRET + MARK], url)
    if data[:1] != _LEAD or len(token.mark) != MARK or not _plain(url) or digits(token) != plain:
        raise ProtocolError("this is no enrolment code: scan the whole code that the collector shows")
    return token


def _plain(url: str) -> bool:
    return len(url) <= URL_LIMIT and set(url) <= _URL
