"""Error bodies: concise problem details (RFC 9290), three of its fields. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

import cbor2

from appliance.sync import shape
from appliance.sync.shape import ProtocolError

TYPE: Final = "application/concise-problem-details+cbor"
TITLE, DETAIL, STATUS = -1, -2, -4


class Problem(NamedTuple):
    """`title` names the kind of problem, `detail` is one sentence, `status` the HTTP status."""

    title: str
    detail: str
    status: int

    def encode(self) -> bytes:
        return cbor2.dumps({TITLE: self.title, DETAIL: self.detail, STATUS: self.status})


def read(data: bytes) -> Problem:
    """Raises ProtocolError."""
    found = shape.decoded(data, "problem")
    fit = type(found) is dict and list(found) == [TITLE, DETAIL, STATUS]
    if not fit or not all(map(shape.text_to(400), list(found.values())[:2])) or not shape.natural(found[STATUS]):
        raise ProtocolError("the error body is no problem of the form that is expected")
    return Problem(*found.values())
