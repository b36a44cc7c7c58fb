"""A signed pointer to what a till should apply; the collector only relays it (PROTOCOL.md, section Pointers). Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.pointer+cbor", b"sceau/pointer/1")
LIST_TYPE: Final = "application/vnd.sceau.pointers+cbor"
POINTER_BYTES: Final = 1024
MOST: Final = 32


class Pointer(NamedTuple):
    """`sha256` and `size` of the object; times are UTC ms; `whom`: "siret/till", "siret/*" or "*"."""

    scope: str
    version: int
    sha256: bytes
    size: int
    not_before: int
    expires: int
    whom: str


_FIELDS: Final = (
    ("scope", shape.text_to(32, 1)),
    ("version", shape.natural),
    ("hash", shape.octets(32)),
    ("size", shape.natural),
    ("not before", shape.instant),
    ("expiry", shape.instant),
    ("whom it is for", shape.text_to(128, 1)),
)


def seal(pointer: Pointer, sign: Callable[[bytes], bytes]) -> bytes:
    """`sign` is the release key's."""
    return FORM.seal(cbor2.dumps(dict(enumerate(pointer, start=1))), sign)


def read(data: bytes) -> Pointer:
    """The signature is not checked: whoever relays it needs no more. Raises ProtocolError."""
    return Pointer(*shape.unpack(shape.opened(FORM, data, "pointer")[0], _FIELDS, "pointer"))


def proven(data: bytes, release_key: bytes) -> Pointer:
    """Raises ProtocolError."""
    return Pointer(*shape.unpack(shape.proven(FORM, data, release_key, "pointer"), _FIELDS, "pointer"))


def refusal(pointer: Pointer, siret: str, till: str, applied: int, now: int) -> str:
    """Why this till does not follow it, one sentence; empty when it does. `applied`: version in force, or -1."""
    if not meant(pointer, siret, till):
        return f"the pointer is for {pointer.whom}, not for this till"
    if pointer.version <= applied:
        return f"version {pointer.version} of {pointer.scope} is not above {applied}, which is in force"
    if not pointer.not_before <= now < pointer.expires:
        return f"version {pointer.version} of {pointer.scope} is out of its time"
    return ""


def meant(pointer: Pointer, siret: str, till: str) -> bool:
    return pointer.whom in ("*", f"{siret}/*", f"{siret}/{till}")


def decode(data: bytes) -> list[bytes]:
    """The pointers in an answer to GET …/desired, none of them read. Raises ProtocolError."""
    found = shape.decoded(data, "list of pointers")
    if type(found) is not list or len(found) > MOST or not all(map(shape.octets_to(POINTER_BYTES), found)):
        raise ProtocolError(f"the list of pointers is not an array of at most {MOST}")
    return found
