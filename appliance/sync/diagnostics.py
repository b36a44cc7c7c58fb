"""How a till is, for whoever looks after it: asked for by the release key, answered once under the till's network key.

No sale, no name and no text that a person typed (PROTOCOL.md, section Diagnostics). Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage.cose import CoseError, Form
from appliance.storage.record import INT_LIMIT
from appliance.sync import shape

WANTED_FORM: Final = Form("application/vnd.sceau.diagnostics-wanted+cbor", b"sceau/diagnostics-wanted/1")
FORM: Final = Form("application/vnd.sceau.diagnostics+cbor", b"sceau/diagnostics/1")
DIAGNOSTICS_BYTES: Final = 16 * 1024
NONCE: Final = 16  # bytes
MOST: Final = 32  # devices, errors
WORD: Final = 32  # characters of a kind, a level, a code


class Wanted(NamedTuple):
    """`nonce`: 16 bytes, used once; `not_after`: UTC ms."""

    chain_id: bytes
    nonce: bytes
    not_after: int


class Device(NamedTuple):
    """`kind` (printer …), `level` absent, ready, care or down, `code` a word of the driver."""

    kind: str
    level: str
    code: str


class Fault(NamedTuple):
    """`t`: UTC ms by the till's clock; `code`: kind of the device and its word."""

    t: int
    code: str


class Wear(NamedTuple):
    """Bytes and flushes since birth, as the last `wear` record says; the medium's own word, -1 where it says none."""

    bytes: int
    flushes: int
    life_a: int
    life_b: int
    end: int


class Clock(NamedTuple):
    """`skew`: ms by which the collector's clock was ahead when the last receipt came, or None; `correction`: ms that a
    person has added to the machine's clock; `trusted` 1 or 0."""

    skew: int | None
    correction: int
    trusted: int


class Queue(NamedTuple):
    """What has no receipt yet: records, tickets."""

    records: int
    tickets: int


class Diagnostics(NamedTuple):
    """`at`: UTC ms; `versions`: scope and version of what was applied; errors newest first."""

    chain_id: bytes
    nonce: bytes
    at: int
    software: str
    versions: tuple[tuple[str, int], ...]
    devices: tuple[Device, ...]
    errors: tuple[Fault, ...]
    wear: Wear
    clock: Clock
    queue: Queue


def _integer(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is int and abs(value) <= INT_LIMIT


_WORD: Final = shape.text_to(WORD)
_WANTED: Final = (("chain", shape.octets(16)), ("nonce", shape.octets(NONCE)), ("end", shape.instant))


def _row(*checks: shape.Check) -> shape.Check:
    return lambda value: (
        type(value) is list
        and len(value) == len(checks)
        and all(check(each) for check, each in zip(checks, value, strict=True))
    )


def _rows(*checks: shape.Check) -> shape.Check:
    row = _row(*checks)
    return lambda value: type(value) is list and len(value) <= MOST and all(map(row, value))


_FIELDS: Final = (
    ("chain", shape.octets(16)),
    ("nonce", shape.octets(NONCE)),
    ("time", shape.instant),
    ("software", shape.text_to(WORD)),
    ("versions", _rows(_WORD, shape.natural)),
    ("devices", _rows(_WORD, _WORD, _WORD)),
    ("errors", _rows(shape.instant, shape.text_to(2 * WORD))),
    ("wear", _row(shape.natural, shape.natural, _integer, _integer, _integer)),
    ("clock", _row(shape.maybe(_integer), _integer, shape.one_of(0, 1))),
    ("queue", _row(shape.natural, shape.natural)),
)


def ask(it: Wanted, sign: Callable[[bytes], bytes]) -> bytes:
    """`sign` is the release key's."""
    return WANTED_FORM.seal(cbor2.dumps(dict(enumerate(it, start=1))), sign)


def is_wanted(data: bytes) -> bool:
    """Whether this statement asks for diagnostics; nothing is proven."""
    try:
        return bool(WANTED_FORM.open(data))
    except CoseError:
        return False


def wanted(data: bytes, release_key: bytes) -> Wanted:
    """Raises ProtocolError, 401 for a wrong signature."""
    return Wanted(*shape.unpack(shape.proven(WANTED_FORM, data, release_key, "request"), _WANTED, "request"))


def read_wanted(data: bytes) -> Wanted:
    """The signature is not checked. Raises ProtocolError."""
    return Wanted(*shape.unpack(shape.opened(WANTED_FORM, data, "request")[0], _WANTED, "request"))


def seal(it: Diagnostics, sign: Callable[[bytes], bytes]) -> bytes:
    """`sign` is the network key's."""
    tables = ([list(row) for row in table] for table in (it.versions, it.devices, it.errors))
    said = [*it[:4], *tables, list(it.wear), list(it.clock), list(it.queue)]
    return FORM.seal(cbor2.dumps(dict(enumerate(said, start=1))), sign)


def proven(data: bytes, network_key: bytes) -> Diagnostics:
    """Raises ProtocolError, 401 for a wrong signature."""
    said = shape.unpack(shape.proven(FORM, data, network_key, "statement"), _FIELDS, "statement")
    versions = tuple((scope, version) for scope, version in said[4])
    devices, errors = tuple(Device(*row) for row in said[5]), tuple(Fault(*row) for row in said[6])
    chain_id, nonce, at, software = said[:4]
    wear, clock, queue = Wear(*said[7]), Clock(*said[8]), Queue(*said[9])
    return Diagnostics(chain_id, nonce, at, software, versions, devices, errors, wear, clock, queue)
