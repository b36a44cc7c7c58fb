"""The collector's keys as its offline root has published them (PROTOCOL.md, section Key log). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import cbor2

from appliance.storage import chain
from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.protocol import UNAUTHORIZED, Receipt, kid, read_receipt, receipt_proven
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.key+cbor", b"sceau/collector-key/1")
LOG_TYPE: Final = "application/vnd.sceau.keys+cbor"
MOST: Final = 64
ENTRY_BYTES: Final = 512


class Entry(NamedTuple):
    """`key` signs from `since` until before `until` (UTC ms); `before`: SHA-256 of the entry before."""

    number: int
    key: bytes
    since: int
    until: int | None
    before: bytes | None


_FIELDS: Final = (
    ("number", shape.natural),
    ("key", shape.octets(32)),
    ("since", shape.instant),
    ("until", shape.maybe(shape.instant)),
    ("entry before", shape.maybe(shape.octets(32))),
)


def seal(entry: Entry, sign: Callable[[bytes], bytes]) -> bytes:
    """`sign` is the root's."""
    return FORM.seal(cbor2.dumps(dict(enumerate(entry, start=1))), sign)


class KeyLog(NamedTuple):
    """Entries as bytes and as read: every one signed by `root`, each bound to the one before."""

    root: bytes
    data: tuple[bytes, ...]
    entries: tuple[Entry, ...]

    def key(self, name: bytes, at: int) -> bytes:
        """The key with this kid, when it was good at `at` (UTC ms). Raises ProtocolError, 401."""
        found = [entry for entry in self.entries if kid(entry.key) == name]
        if not found:
            raise ProtocolError("it is signed by a key that the collector's key log does not know", UNAUTHORIZED)
        last = found[-1]
        if at < last.since or (last.until is not None and at >= last.until):
            raise ProtocolError("it is signed by a key that was not good at its time", UNAUTHORIZED)
        return last.key

    def good(self, at: int) -> list[bytes]:
        """Every key that was good at `at` (UTC ms)."""
        last = {entry.key: entry for entry in self.entries}
        return [key for key, it in last.items() if it.since <= at and (it.until is None or at < it.until)]

    def receipt(self, data: bytes) -> Receipt:
        """Proven by a key of this log that was good when it was received. Raises ProtocolError."""
        said = read_receipt(data)[0]
        return receipt_proven(data, self.key(said.kid, said.received))

    def next(self, key: bytes, since: int, until: int | None) -> Entry:
        before = sha256(self.data[-1]).digest() if self.data else None
        return Entry(len(self.data), key, since, until, before)

    def encode(self) -> bytes:
        """The answer to GET /v1/keys."""
        return cbor2.dumps(list(self.data))


def read(entries: Sequence[bytes], root: bytes) -> KeyLog:
    """Raises ProtocolError unless `root` has signed every entry, in this order and without a hole."""
    if not chain.fit(root):
        raise ProtocolError("the root key of the collector is no sound Ed25519 key", UNAUTHORIZED)
    found: list[Entry] = []
    for number, data in enumerate(entries):
        before = sha256(entries[number - 1]).digest() if number else None
        entry = Entry(*shape.unpack(shape.proven(FORM, data, root, "key log"), _FIELDS, "key log"))
        if (entry.number, entry.before) != (number, before) or not chain.fit(entry.key):
            raise ProtocolError(f"entry {number} of the key log does not follow the one before", UNAUTHORIZED)
        found.append(entry)
    return KeyLog(root, tuple(entries), tuple(found))


def decode(data: bytes, root: bytes) -> KeyLog:
    """What GET /v1/keys answered. Raises ProtocolError."""
    found = shape.decoded(data, "key log")
    if type(found) is not list or len(found) > MOST or not all(map(shape.octets_to(ENTRY_BYTES), found)):
        raise ProtocolError(f"the key log is not an array of at most {MOST} entries")
    return read(found, root)
