"""Which till of a taxpayer had sent what, as one signed statement a day (PROTOCOL.md, section Manifest). Pure.

A chain proves that nothing is missing inside it; this says which chains there are, so that none is missing whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.storage.record import NAME_LIMIT
from appliance.sync import shape
from appliance.sync.keylog import KeyLog
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.manifest+cbor", b"sceau/manifest/1")
SIREN: Final = re.compile(r"[0-9]{9}")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST: Final = 10_000


class Row(NamedTuple):
    """A chain. `next_seq` 0 and `head` zeros: nothing has come. `received`: ms of its last receipt, 0 for none."""

    chain_id: bytes
    siret: str
    till: str
    next_seq: int
    head: bytes
    received: int
    silent: bool
    closed: bool
    forks: int


class Manifest(NamedTuple):
    """`made` is UTC ms; rows in the order of their chain ids."""

    siren: str
    day: str
    made: int
    rows: tuple[Row, ...]
    kid: bytes


_ROW: Final = (
    shape.octets(16),
    shape.text_to(14, 14),
    shape.text_to(NAME_LIMIT, 1),
    shape.natural,
    shape.octets(32),
    shape.instant,
    shape.one_of(0, 1),
    shape.one_of(0, 1),
    shape.natural,
)


def _row(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    if type(value) is not list or len(value) != len(_ROW):
        return False
    return all(check(each) for check, each in zip(_ROW, value, strict=True))


def _rows(value: Any) -> bool:  # noqa: ANN401
    return type(value) is list and len(value) <= MOST and all(map(_row, value))


_FIELDS: Final = (
    ("SIREN", lambda value: type(value) is str and SIREN.fullmatch(value) is not None),
    ("day", lambda value: type(value) is str and DAY.fullmatch(value) is not None),
    ("time", shape.instant),
    ("rows", _rows),
    ("key id", shape.octets(8)),
)


def seal(it: Manifest, sign: Callable[[bytes], bytes]) -> bytes:
    rows = [[*row[:6], int(row.silent), int(row.closed), row.forks] for row in it.rows]
    return FORM.seal(cbor2.dumps(dict(enumerate((*it[:3], rows, it.kid), start=1))), sign)


def read(data: bytes, log: KeyLog) -> Manifest:
    """Signed by a key of `log` that was good when it was made. Raises ProtocolError."""
    payload, _ = shape.opened(FORM, data, "manifest")
    siren, day, made, rows, kid = shape.unpack(payload, _FIELDS, "manifest")
    shape.proven(FORM, data, log.key(kid, made), "manifest")
    found = tuple(Row(*row)._replace(silent=row[6] == 1, closed=row[7] == 1) for row in rows)
    chains = [row.chain_id for row in found]
    if chains != sorted(set(chains)):
        raise ProtocolError("the chains of the manifest are not in order, or one stands there twice")
    return Manifest(siren, day, made, found, kid)
