"""What a collector has recorded about a chain beside its batches (PROTOCOL.md, section Registry). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.keylog import KeyLog
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.registry+cbor", b"sceau/registry/1")
ENROLLED, REVOKED, SUCCESSOR, RETIRED, BRANCH = "enrolled", "revoked", "successor", "retired", "branch"
DETAILS_BYTES: Final = 128 * 1024
ENTRY_BYTES: Final = DETAILS_BYTES + 1024


class Entry(NamedTuple):
    """`at` is UTC ms; `before`: SHA-256 of the entry before; `details` as `what` needs them."""

    chain_id: bytes
    number: int
    what: str
    at: int
    before: bytes | None
    kid: bytes
    details: bytes


_FIELDS: Final = (
    ("chain", shape.octets(16)),
    ("number", shape.natural),
    ("what", shape.one_of(ENROLLED, REVOKED, SUCCESSOR, RETIRED, BRANCH)),
    ("time", shape.instant),
    ("entry before", shape.maybe(shape.octets(32))),
    ("key id", shape.octets(8)),
    ("details", lambda value: type(value) is bytes and len(value) <= DETAILS_BYTES),
)


def seal(entry: Entry, sign: Callable[[bytes], bytes]) -> bytes:
    return FORM.seal(cbor2.dumps(dict(enumerate(entry, start=1))), sign)


def read(entries: Sequence[bytes], chain_id: bytes, log: KeyLog) -> tuple[Entry, ...]:
    """Of one chain, from 0 on. Raises ProtocolError unless keys of `log` signed them, one bound to the next."""
    found: list[Entry] = []
    for number, data in enumerate(entries):
        before = sha256(entries[number - 1]).digest() if number else None
        entry = Entry(*shape.unpack(shape.opened(FORM, data, "registry's entry")[0], _FIELDS, "registry's entry"))
        shape.proven(FORM, data, log.key(entry.kid, entry.at), "registry's entry")
        if (entry.chain_id, entry.number, entry.before) != (chain_id, number, before):
            raise ProtocolError(f"entry {number} of the registry does not follow the one before", 401)
        if (entry.what == ENROLLED) != (number == 0):
            raise ProtocolError(f"entry {number} of the registry: the first, and no other, enrols the chain", 401)
        found.append(entry)
    return tuple(found)


def enrolled(entry: Entry) -> tuple[bytes, bytes]:
    """(enrolment's body, registration) of the first entry. Raises ProtocolError."""
    fields = (("enrolment", shape.octets_to(DETAILS_BYTES)), ("registration", shape.octets_to(DETAILS_BYTES)))
    body, registration = shape.listed(entry.details, fields, "registry's first entry")
    return body, registration
