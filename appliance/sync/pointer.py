"""A signed pointer to what a till should apply; the collector only relays it (PROTOCOL.md, section Pointers). Pure."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.pointer+cbor", b"sceau/pointer/1")
LIST_TYPE: Final = "application/vnd.sceau.pointers+cbor"
POINTER_BYTES: Final = 1024
MOST: Final = 32
WHOLE: Final = 1000  # per mille of the tills
COHORT: Final = b"sceau/cohort/1\0"


class Pointer(NamedTuple):
    """`sha256` and `size` of the object; times are UTC ms; `whom`: "siret/till", "siret/*" or "*".

    `share`: per mille of these tills that follow it, None for all.
    """

    scope: str
    version: int
    sha256: bytes
    size: int
    not_before: int
    expires: int
    whom: str
    share: int | None = None

    @property
    def width(self) -> int:
        """Per mille."""
        return WHOLE if self.share is None else self.share

    @property
    def rank(self) -> tuple[int, int]:
        """Of several pointers of one scope the greatest counts."""
        return self.version, self.width


_FIELDS: Final = (
    ("scope", shape.text_to(32, 1)),
    ("version", shape.natural),
    ("hash", shape.octets(32)),
    ("size", shape.natural),
    ("not before", shape.instant),
    ("expiry", shape.instant),
    ("whom it is for", shape.text_to(128, 1)),
)
_SHARED: Final = (*_FIELDS, ("share", lambda value: type(value) is int and 1 <= value <= WHOLE))


def seal(pointer: Pointer, sign: Callable[[bytes], bytes]) -> bytes:
    """`sign` is the release key's."""
    values = pointer if pointer.share is not None else pointer[:-1]
    return FORM.seal(cbor2.dumps(dict(enumerate(values, start=1))), sign)


def read(data: bytes) -> Pointer:
    """The signature is not checked: whoever relays it needs no more. Raises ProtocolError."""
    return _read(shape.opened(FORM, data, "pointer")[0])


def proven(data: bytes, release_key: bytes) -> Pointer:
    """Raises ProtocolError."""
    return _read(shape.proven(FORM, data, release_key, "pointer"))


def _read(payload: bytes) -> Pointer:
    """The share is the one field that may be left out."""
    found = shape.decoded(payload, "pointer")
    shared = type(found) is dict and len(found) == len(_SHARED)
    return Pointer(*shape.unpack(payload, _SHARED if shared else _FIELDS, "pointer"))


def place_of(chain_id: bytes, scope: str, version: int) -> int:
    """Where this till stands among a thousand: another place for each version, and nobody's to choose."""
    said = COHORT + chain_id + scope.encode() + version.to_bytes(8, "big")
    return int.from_bytes(sha256(said).digest()[:8], "big") % WHOLE


def follows(pointer: Pointer, chain_id: bytes) -> bool:
    """Whether this till is among the tills that go first. Whoever is in a share is in each wider one."""
    return place_of(chain_id, pointer.scope, pointer.version) < pointer.width


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
