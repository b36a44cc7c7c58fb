"""A till's archive and the collector's word on when it was there (PROTOCOL.md, section Archives). Pure.

What is signed is the manifest of the archive (../audit/FORMAT.md): it names every file by its hash and two heads.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain
from appliance.storage.cose import Form
from appliance.storage.record import NAME_LIMIT
from appliance.sync import shape
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import UNAUTHORIZED
from appliance.sync.shape import ProtocolError

ARCHIVE: Final = Form("application/vnd.sceau.archive+cbor", b"sceau/archive/1\0")
FORM: Final = Form("application/vnd.sceau.countersignature+cbor", b"sceau/countersignature/1")
ARCHIVE_BYTES: Final = 1024 * 1024
_VERSION: Final = 1


class Archive(NamedTuple):
    """What a manifest says of its place in the chain: `start_head` before `first`, `end_head` after `last`."""

    chain_id: bytes
    till: str
    siret: str
    first: int
    last: int
    start_head: bytes
    end_head: bytes
    key: bytes


class Countersigned(NamedTuple):
    """`sha256` of the manifest's bytes; `received` is UTC ms."""

    sha256: bytes
    chain_id: bytes
    first: int
    last: int
    received: int
    kid: bytes


def _list(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is list


_text = shape.text_to(NAME_LIMIT)
_MANIFEST: Final = (
    ("version", shape.one_of(_VERSION)),
    ("chain", shape.octets(chain.ID_SIZE)),
    ("till", shape.text_to(NAME_LIMIT, 1)),
    ("siret", shape.text_to(14, 14)),
    ("level", _text),
    ("from", shape.text_to(10, 10)),
    ("to", shape.text_to(10, 10)),
    ("first record", shape.natural),
    ("last record", shape.natural),
    ("start head", shape.octets(32)),
    ("end head", shape.octets(32)),
    ("software", _text),
    ("made", shape.instant),
    ("key", shape.octets(32)),
    ("files", _list),
    ("perpetual", _list),
    ("witness class", _text),
    ("unwitnessed", shape.natural),
)


def read_archive(data: bytes) -> Archive:
    """A manifest in its only form, signed by the key that it names: whose that is, is the caller's question.

    Raises ProtocolError.
    """
    payload, signature = shape.opened(ARCHIVE, data, "archive's manifest")
    said = dict(enumerate(shape.unpack(payload, _MANIFEST, "archive's manifest"), start=1))
    it = Archive(said[2], said[3], said[4], said[8], said[9], said[10], said[11], said[14])
    if not ARCHIVE.proven(it.key, payload, signature):
        raise ProtocolError("the archive's manifest is not signed by the key that it names", UNAUTHORIZED)
    if it.first > it.last:
        raise ProtocolError("the archive's manifest names no run of records")
    return it


_FIELDS: Final = (
    ("hash", shape.octets(32)),
    ("chain", shape.octets(chain.ID_SIZE)),
    ("first record", shape.natural),
    ("last record", shape.natural),
    ("time", shape.instant),
    ("key id", shape.octets(8)),
)


def seal(it: Countersigned, sign: Callable[[bytes], bytes]) -> bytes:
    return FORM.seal(cbor2.dumps(dict(enumerate(it, start=1))), sign)


def read(data: bytes, log: KeyLog) -> Countersigned:
    """Signed by a key of `log` that was good when it was received. Raises ProtocolError."""
    it = Countersigned(*shape.unpack(shape.opened(FORM, data, "countersignature")[0], _FIELDS, "countersignature"))
    shape.proven(FORM, data, log.key(it.kid, it.received), "countersignature")
    return it


def proven(data: bytes, manifest: bytes, log: KeyLog) -> Countersigned:
    """The collector's word on this very manifest. Raises ProtocolError."""
    it, said = read(data, log), read_archive(manifest)
    if it[:4] != (sha256(manifest).digest(), said.chain_id, said.first, said.last):
        raise ProtocolError("the countersignature is for another archive", UNAUTHORIZED)
    return it
