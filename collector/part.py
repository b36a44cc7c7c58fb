"""What one stored batch says, read from its own records, and proven. Pure.

Nothing is taken from an object that the collector's key log, the batch's hash, its records and the till's signature do
not bear out together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.storage.record import Record, decode
from appliance.sync import protocol
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import KEY, Batch, ProtocolError, Receipt

CONFIG, DEFECT, DAY_OPEN = 6, 7, 20  # kinds of records that are looked at
# kind -> what is closed, and the fields of its number, period, total and perpetual total
CLOSINGS: Final = {50: ("day", 1, 2, 10, 25), 53: ("month", 1, 2, 12, 15), 54: ("year", 1, 2, 12, 15)}
_IDENTITY: Final = {CONFIG: 1, DAY_OPEN: 4}


class Closing(NamedTuple):
    """`what`: day, month or year; `period` as the till wrote it; amounts in cents; `day`: when, the till's own date."""

    what: str
    number: int
    period: str
    total: int
    perpetual: int
    seq: int
    day: str


class Part(NamedTuple):
    """A batch that holds. Days are the till's own dates, YYYY-MM-DD; `tz` minutes and `t` UTC ms of its last record.

    `linked`: proven to follow the batch before. `name`: the shop's, when a record of it says so, else "".
    """

    first_seq: int
    next_seq: int
    prev_head: bytes
    head: bytes
    sha256: bytes
    received: int
    quarantined: bool
    receipt: bytes
    linked: bool
    t: int
    tz: int
    first_day: str
    last_day: str
    closings: tuple[Closing, ...]
    defects: tuple[int, ...]
    name: str


class Fork(NamedTuple):
    """Another history of the same chain, kept as evidence; `sha256` is that of its batch."""

    first_seq: int
    next_seq: int
    head: bytes
    sha256: bytes
    first_day: str
    last_day: str


class Broken(NamedTuple):
    """An object of the store that does not hold."""

    first_seq: int
    why: str


def day(ms: int, tz: int) -> str:
    """The local date of a time."""
    return (datetime.fromtimestamp(ms // 1000, UTC) + timedelta(minutes=tz)).date().isoformat()


def read(chain_id: bytes, first_seq: int, data: bytes, before: Part | None, log: KeyLog) -> Part:
    """The object at a place, behind the part before it. Raises ProtocolError."""
    whole, sealed = protocol.read_stored(data)
    receipt, batch = log.receipt(sealed), protocol.read_batch(whole)
    digest = sha256(whole).digest()
    if digest != receipt.batch_sha256:
        raise ProtocolError("its receipt is for another batch")
    said = (batch.chain_id, batch.first_seq, batch.next_seq, batch.head)
    if said != receipt[:4] or said[:2] != (chain_id, first_seq):
        raise ProtocolError("batch, receipt and place do not name the same records")
    linked = _signed(batch, receipt, before)
    records = [decode(each) for each in batch.records]
    days = [day(record.t, record.tz) for record in records]
    return Part(
        first_seq, batch.next_seq, batch.prev_head, receipt.head, digest, receipt.received, receipt.quarantined, sealed,
        linked, records[-1].t, records[-1].tz, min(days), max(days), tuple(_closings(records)),
        tuple(record.seq for record in records if record.kind == DEFECT), _name(records),
    )  # fmt: skip


def follow(
    chain_id: bytes, objects: Iterable[tuple[int, bytes]], before: Part | None, log: KeyLog
) -> Iterator[Part | Broken]:
    """The objects of a chain behind `before`, each as (first number, bytes), in the order of their numbers."""
    for first_seq, data in objects:
        try:
            if before is not None and first_seq < before.next_seq:
                raise ProtocolError("it holds records that the batch before holds already")
            before = read(chain_id, first_seq, data, before, log)
            yield before
        except ProtocolError as error:
            yield Broken(first_seq, str(error))


def _signed(batch: Batch, receipt: Receipt, before: Part | None) -> bool:
    """Whether it is proven to follow `before`; behind a hole only its own signature can be. Raises ProtocolError."""
    if before is None or before.next_seq != batch.first_seq:
        if batch.first_seq:
            turned = decode(batch.records[-1]).kind == KEY
            if not turned and not chain.signed(receipt.key, batch.cp, batch.signature):
                raise ProtocolError("the batch is not signed by the key that its receipt names")
            return False
        shown = None
    else:
        shown = protocol.read_receipt(before.receipt)[0]
    if protocol.accept(batch, shown)[0] != receipt.key:
        raise ProtocolError("its receipt names another key than the batch")
    return True


def _closings(records: list[Record]) -> Iterator[Closing]:
    for record in records:
        if record.kind not in CLOSINGS:
            continue
        what, *fields = CLOSINGS[record.kind]
        number, period, total, perpetual = (record.body.get(field) for field in fields)
        if not (isinstance(number, int) and isinstance(period, str)):
            raise ProtocolError(f"closing {record.seq} has no number and no date")
        if not (isinstance(total, int) and isinstance(perpetual, int)):
            raise ProtocolError(f"closing {record.seq} has no totals")
        yield Closing(what, number, period, total, perpetual, record.seq, day(record.t, record.tz))


def _name(records: list[Record]) -> str:
    """The latest that a record gives."""
    for record in reversed(records):
        identity = record.body.get(_IDENTITY.get(record.kind, -1))
        if isinstance(identity, list) and identity and isinstance(identity[0], str):
            return identity[0]
    return ""


def read_fork(chain_id: bytes, data: bytes, log: KeyLog) -> Fork:
    """Evidence is only what the chain's own key has signed. Raises ProtocolError."""
    whole, shown = protocol.read_request(data)
    batch = protocol.read_batch(whole)
    if batch.chain_id != chain_id:
        raise ProtocolError("it is of another chain")
    protocol.accept(batch, log.receipt(shown) if shown is not None else None)
    records = [decode(each) for each in batch.records]
    days = [day(record.t, record.tz) for record in records]
    return Fork(batch.first_seq, batch.next_seq, batch.head, sha256(whole).digest(), min(days), max(days))
