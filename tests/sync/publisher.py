"""A publisher of tests: keys, releases, registers, and bundles that are only bytes."""

from __future__ import annotations

from hashlib import sha256
from random import Random

from appliance.storage.keys import Key
from appliance.sync import pieces, releases
from appliance.sync.pieces import PIECE, Release
from appliance.sync.releases import Published
from tests.sync.line import T

PUBLISHER = Key(sha256(b"the first key of a publisher").digest())
SECOND = Key(sha256(b"the second key of a publisher").digest())
THIRD = Key(sha256(b"the third key of a publisher").digest())
OWN = (PUBLISHER.public, PUBLISHER.sign)
BOARD = "virt-amd64"


def bundle(size: int = 2 * PIECE + 1000, seed: int = 1) -> bytes:
    return Random(seed).randbytes(size)


def published(data: bytes, version: str = "0.2.0", board: str = BOARD, *, withdrawn: bool = False) -> Published:
    root_hash = sha256(b"root" + sha256(data).digest()).digest()
    return Published(version, board, sha256(data).digest(), len(data), root_hash, bytes(range(32)), T, withdrawn)


def register(*rows: Published, number: int = 1, key: Key = PUBLISHER, turns: tuple[bytes, ...] = ()) -> bytes:
    return releases.seal(number, T, releases.placed(rows), turns, key.sign)


def turn(before: Key, after: Key, first: int) -> bytes:
    return releases.hand_over((before.public, before.sign), (after.public, after.sign), first)


def cut(data: bytes) -> list[bytes]:
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


def release(data: bytes, row: Published | None = None, said: bytes | None = None) -> Release:
    found = row or published(data)
    return pieces.release(found, cut(data), said or register(found))
