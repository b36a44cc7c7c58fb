"""What a pointer of `software` names: a release, and the pieces in which its bundle is fetched (PROTOCOL.md). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

import cbor2

from appliance.sync import releases, shape
from appliance.sync.releases import REGISTER_BYTES, Published
from appliance.sync.shape import ProtocolError

PIECE: Final = 1024 * 1024
HASH: Final = 32
RELEASE_BYTES: Final = REGISTER_BYTES + HASH * (releases.BUNDLE_BYTES // PIECE) + 1024


class _Release(NamedTuple):
    version: str
    board: str
    sha256: bytes
    size: int
    piece: int
    hashes: bytes
    register: bytes


class Release(_Release):
    """`sha256` and `size` of the bundle; `hashes`: of its pieces, one behind the other; `register`: the publisher's."""

    @property
    def parts(self) -> int:
        """How many."""
        return len(self.hashes) // HASH

    def digest(self, number: int) -> bytes:
        """Of piece `number`, from 0."""
        return self.hashes[number * HASH : (number + 1) * HASH]

    def digests(self) -> list[bytes]:
        return [self.digest(number) for number in range(self.parts)]

    def span(self, number: int) -> tuple[int, int]:
        """Where the piece stands in the bundle, and how long it is."""
        begin = number * self.piece
        return begin, min(self.piece, self.size - begin)

    def encode(self) -> bytes:
        return cbor2.dumps(dict(enumerate(self, start=1)))


_FIELDS: Final = (
    ("version", releases.is_version),
    ("board", releases.is_board),
    ("hash", shape.octets(HASH)),
    ("size", releases.bundle_size),
    ("piece's size", shape.one_of(PIECE)),
    ("hashes", shape.octets_to(HASH * (releases.BUNDLE_BYTES // PIECE))),
    ("register", shape.octets_to(REGISTER_BYTES)),
)


def read(data: bytes) -> Release:
    """The register inside is not read: see `proven`. Raises ProtocolError."""
    if len(data) > RELEASE_BYTES:
        raise ProtocolError(f"a release has {RELEASE_BYTES} bytes at most")
    it = Release(*shape.unpack(data, _FIELDS, "release"))
    if len(it.hashes) != HASH * pieces_of(it.size):
        raise ProtocolError("the release has not one hash for each piece of its bundle")
    return it


def proven(it: Release, register: releases.Register) -> Published:
    """Its row of a register that was read. Raises ProtocolError."""
    found = register.bundle(it.sha256)
    if found is None or (found.version, found.board, found.size) != (it.version, it.board, it.size):
        raise ProtocolError("the release is not in the publisher's register")
    return found


def pieces_of(size: int) -> int:
    return -(-size // PIECE)


def release(published: Published, pieces: Iterable[bytes], register: bytes) -> Release:
    """`pieces` of its bundle, in order; read one after the other. Raises ProtocolError."""
    whole, size, hashes = sha256(), 0, bytearray()
    for piece in pieces:
        whole.update(piece)
        size += len(piece)
        hashes += sha256(piece).digest()
    if (whole.digest(), size) != (published.sha256, published.size):
        raise ProtocolError("the bundle is not the one that the register names")
    said = (published.version, published.board, published.sha256, published.size)
    return read_back(Release(*said, PIECE, bytes(hashes), register))


def read_back(it: Release) -> Release:
    """What no till would read is not given out. Raises ProtocolError."""
    return read(it.encode())
