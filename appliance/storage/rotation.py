"""One signing key gives way to the next (FORMAT.md, section Keys). Pure.

The record that names the new key is signed by the old one (its frame) and by the new one (its proof), and ends its
segment: whoever steals today's key cannot rewrite a segment that ended before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from appliance.storage import chain, frame, sealing
from appliance.storage.frame import FRAME_LIMIT
from appliance.storage.keys import Signer
from appliance.storage.record import Record, RecordError, Value, decode

KIND: Final = 8
DOMAIN: Final = b"sceau/key/1\0"
MARK: Final = b"\x08\xa3\x01\x58\x20"  # kind 8, a map of three, key 1, 32 bytes: what every key record holds


class Offer(NamedTuple):
    """The new public key, the proof that its maker holds it, and the certificate of what will sign strings (SEC-08)."""

    key: bytes
    proof: bytes
    certificate: bytes

    @property
    def body(self) -> dict[int, Value]:
        """Of the `key` record."""
        return dict(enumerate(self, start=1))


def statement(chain_id: bytes, old: bytes, new: bytes) -> bytes:
    """What the new key signs, 92 bytes."""
    return DOMAIN + chain_id + old + new


def offer(chain_id: bytes, keys: Signer) -> Offer | None:
    """None when no next key is ready."""
    if keys.next is None:
        return None
    return Offer(keys.next, keys.prove(statement(chain_id, keys.public, keys.next)), keys.next_certificate)


def announced(data: bytes) -> bytes | None:
    """The new public key when `data` is a key record."""
    if MARK not in data:
        return None
    try:
        record = decode(data)
    except RecordError:
        return None
    key = record.body.get(1)
    return key if record.kind == KIND and isinstance(key, bytes) else None


def sound(chain_id: bytes, old: bytes, body: Mapping[int, Any]) -> bool:
    """Whether the body of a key record names a fit key whose holder has proven it."""
    new, proof = body.get(1), body.get(2)
    if not isinstance(new, bytes) or not isinstance(proof, bytes) or not chain.fit(new):
        return False
    if len(proof) != chain.SIGNATURE_SIZE:  # libsodium takes signature and message as one: a longer one would shift it
        return False
    return new != old and chain.signed(new, statement(chain_id, old, new), proof)


def check(record: Record, chain_id: bytes, keys: Signer) -> None:
    """Raises ValueError for a key record that does not name the next key."""
    if record.kind != KIND:
        return
    ours = (record.body.get(1), record.body.get(3)) == (keys.next, keys.next_certificate)
    if not ours or not sound(chain_id, keys.public, record.body):
        raise ValueError("a key record names the next key of this till and no other")


def batches(data: list[bytes], unit: int) -> Iterator[list[bytes]]:
    """As few frames as hold the records, each small enough to share its write with a header.

    A key record ends one; a seal stays with the record before it.
    """
    batch: list[bytes] = []
    for group in _groups(data):
        if batch and (frame.size([*batch, *group], unit) > FRAME_LIMIT - unit or announced(batch[-1])):
            yield batch
            batch = []
        batch += group
    yield batch


def _groups(data: list[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for record in data:
        if group and not sealing.is_seal(record):
            yield group
            group = []
        group.append(record)
    yield group
