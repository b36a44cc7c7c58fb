"""Heads, checkpoints and signatures: the one statement that the till signs (FORMAT.md, section Chain). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_BYTES,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

CP_DOMAIN = b"sceau/cp/1\0"
SEGMENT_DOMAIN = b"sceau/seg/1\0"
START = bytes(32)  # stands before the genesis record
ID_SIZE = 16
CP_SIZE = len(CP_DOMAIN) + ID_SIZE + 8 + 32
SIGNATURE_SIZE = crypto_sign_BYTES


class Checkpoint(NamedTuple):
    """Where a chain stands: `head` is the hash of record `next_seq - 1` and, through it, of all before."""

    chain_id: bytes
    next_seq: int
    head: bytes


def link(head: bytes, record: bytes) -> bytes:
    """SHA-256(0x01 ‖ head ‖ record), 32 bytes."""
    return sha256(b"\x01" + head + record).digest()


def follow(head: bytes, records: Iterable[bytes]) -> bytes:
    for record in records:
        head = sha256(b"\x01" + head + record).digest()
    return head


def chain_id(head_0: bytes) -> bytes:
    return head_0[:ID_SIZE]


def cp_bytes(cp: Checkpoint) -> bytes:
    """The signed string, 67 bytes."""
    return CP_DOMAIN + cp.chain_id + cp.next_seq.to_bytes(8, "big") + cp.head


def parse_cp(data: bytes) -> Checkpoint | None:
    if len(data) != CP_SIZE or not data.startswith(CP_DOMAIN):
        return None
    at = len(CP_DOMAIN)
    return Checkpoint(data[at : at + 16], int.from_bytes(data[at + 16 : at + 24], "big"), data[at + 24 :])


def pair(seed: bytes) -> tuple[bytes, bytes]:
    """(public key of 32 bytes, secret key of 64) of a 32-byte seed."""
    return crypto_sign_seed_keypair(seed)


def sign(secret: bytes, message: bytes) -> bytes:
    return crypto_sign(message, secret)[:SIGNATURE_SIZE]


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Cofactorless verification of one signature; never in batch. `public` has passed `fit` once before."""
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True


def fit(public: bytes) -> bool:
    """Whether `public` is a point of the main subgroup: with any other key one signature fits many messages."""
    return len(public) == 32 and crypto_core_ed25519_is_valid_point(public)
