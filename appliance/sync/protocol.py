"""Batches and receipts, protocol version 1 (PROTOCOL.md): bytes in, bytes out. Pure.

A batch is a run of records that ends with a frame, under that frame's own signature. A receipt is the collector's word
that it holds them for good. The till shows its last receipt with its next batch, so that a collector needs no memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain
from appliance.storage.chain import Checkpoint
from appliance.storage.cose import Form
from appliance.storage.record import GENESIS_KEY, Record, RecordError, decode
from appliance.sync import shape
from appliance.sync.shape import ProtocolError as ProtocolError

BATCH_BYTES: Final = 1024 * 1024
BATCH_RECORDS: Final = 4096
RECEIPT_BYTES: Final = 1024
REQUEST_BYTES: Final = BATCH_BYTES + RECEIPT_BYTES + 16

BATCH_TYPE: Final = "application/vnd.sceau.batch+cbor"
OBJECT_TYPE: Final = "application/vnd.sceau.stored-batch+cbor"
RECEIPT_FORM: Final = Form("application/vnd.sceau.receipt+cbor", b"sceau/receipt/1")

GENESIS: Final = 1  # kinds of records that the protocol looks at
KEY: Final = 8
KEY_DOMAIN: Final = b"sceau/key/1\0"
ED25519: Final = 1
UNAUTHORIZED, TOO_LARGE, UNPROCESSABLE, RECEIPT_WANTED = 401, 413, 422, 428


_fit = lru_cache(16_384)(chain.fit)  # a collector meets the same keys again and again; a test costs 60 us


class _Batch(NamedTuple):
    chain_id: bytes
    first_seq: int
    prev_head: bytes
    records: tuple[bytes, ...]
    signature: bytes


class Batch(_Batch):
    """Records `first_seq` to `next_seq` - 1; `signature` is that of the frame that ends with the last of them."""

    @property
    def next_seq(self) -> int:
        return self.first_seq + len(self.records)

    @cached_property
    def head(self) -> bytes:
        """One SHA-256 a record, once."""
        return chain.follow(self.prev_head, self.records)

    @property
    def cp(self) -> bytes:
        """What the frame's key has signed, 67 bytes."""
        return chain.cp_bytes(Checkpoint(self.chain_id, self.next_seq, self.head))

    def encode(self) -> bytes:
        return cbor2.dumps(dict(enumerate((*self[:3], list(self.records), self.signature), start=1)))


class Receipt(NamedTuple):
    """`received` is UTC ms, `kid` names the collector's key, `key` is the one that signs the chain after the batch.

    `checkpoint`: size and root of the collector's last global checkpoint.
    """

    chain_id: bytes
    first_seq: int
    next_seq: int
    head: bytes
    batch_sha256: bytes
    received: int
    kid: bytes
    key: bytes
    sig_alg: int
    quarantined: bool
    checkpoint: tuple[int, bytes] | None


def kid(key: bytes) -> bytes:
    """The name of a collector's public key, 8 bytes."""
    return sha256(key).digest()[:8]


_BATCH: Final = (
    ("chain", shape.octets(chain.ID_SIZE)),
    ("first seq", shape.natural),
    ("head before", shape.octets(32)),
    ("records", lambda value: type(value) is list and set(map(type, value)) == {bytes}),
    ("signature", shape.octets(chain.SIGNATURE_SIZE)),
)


def read_batch(data: bytes) -> Batch:
    """Form, sizes, every record's strictness and number; its signature is `accept`'s. Raises ProtocolError."""
    if len(data) > BATCH_BYTES:
        raise ProtocolError(f"the batch has {len(data)} bytes, at most {BATCH_BYTES} are taken", TOO_LARGE)
    chain_id, first_seq, prev_head, records, signature = shape.unpack(data, _BATCH, "batch")
    if len(records) > BATCH_RECORDS:
        raise ProtocolError(f"the batch has {len(records)} records, at most {BATCH_RECORDS} are taken", TOO_LARGE)
    batch = Batch(chain_id, first_seq, prev_head, tuple(records), signature)
    last = batch.next_seq - 1
    for seq, each in enumerate(batch.records, start=first_seq):
        record = _record(each, seq)
        if record.seq != seq or record.kind in (GENESIS, KEY):
            _placed(record, seq, last=seq == last)
    if first_seq == 0:
        _begins(batch)
    return batch


def _record(data: bytes, seq: int) -> Record:
    try:
        return decode(data)
    except RecordError as error:
        raise ProtocolError(f"record {seq} of the batch is no record: {error}", UNPROCESSABLE) from error


def _placed(record: Record, seq: int, *, last: bool) -> None:
    if record.seq != seq:
        raise ProtocolError(f"record {record.seq} stands in the batch where {seq} comes next", UNPROCESSABLE)
    if record.kind == KEY and not last:
        raise ProtocolError(f"key record {seq} is not the last of its batch: cut behind it", UNPROCESSABLE)
    if record.kind == GENESIS and seq:
        raise ProtocolError(f"record {seq} is a genesis record: only number 0 is", UNPROCESSABLE)


def _begins(batch: Batch) -> None:
    if _record(batch.records[0], 0).kind != GENESIS:
        raise ProtocolError("record 0 is no genesis record", UNPROCESSABLE)
    if batch.prev_head != chain.START:
        raise ProtocolError("the head before the genesis record is 32 zero bytes", UNPROCESSABLE)
    if chain.chain_id(chain.link(chain.START, batch.records[0])) != batch.chain_id:
        raise ProtocolError("the chain id is not that of the genesis record", UNPROCESSABLE)
    _genesis_key(batch.records[0])


def _genesis_key(genesis: bytes) -> bytes:
    key = _record(genesis, 0).body.get(GENESIS_KEY)
    if not isinstance(key, bytes) or not _fit(key):
        raise ProtocolError("the genesis record names no sound Ed25519 key", UNPROCESSABLE)
    return key


def accept(batch: Batch, before: Receipt | None) -> tuple[bytes, int]:
    """(key that signs the chain after the batch, its algorithm), when the batch follows `before`, which is proven.

    Raises ProtocolError: 428 when another receipt is wanted, 422 when the heads differ, 401 for a wrong signature.
    """
    key = _active(batch, before)
    if not chain.signed(key, batch.cp, batch.signature):
        raise ProtocolError("the batch is not signed by the key that signs this chain", UNAUTHORIZED)
    return _turned(batch, key), ED25519


def _active(batch: Batch, before: Receipt | None) -> bytes:
    if before is None:
        if batch.first_seq:
            raise ProtocolError("the last receipt is missing: send it with the batch", RECEIPT_WANTED)
        return _genesis_key(batch.records[0])
    if (before.chain_id, before.next_seq) != (batch.chain_id, batch.first_seq):
        raise ProtocolError("the receipt is not that of the batch before: send that one", RECEIPT_WANTED)
    if before.head != batch.prev_head:
        raise ProtocolError("the batch does not follow the head that its receipt names", UNPROCESSABLE)
    return before.key


def _turned(batch: Batch, key: bytes) -> bytes:
    """The key after the batch: the one that a key record at its end names and proves (FORMAT.md, section Keys)."""
    record = _record(batch.records[-1], batch.next_seq - 1)
    if record.kind != KEY:
        return key
    new, proof = record.body.get(1), record.body.get(2)
    if not isinstance(new, bytes) or not isinstance(proof, bytes) or len(proof) != chain.SIGNATURE_SIZE:
        raise ProtocolError(f"key record {record.seq} names no key and no proof", UNPROCESSABLE)
    if new == key or not _fit(new) or not chain.signed(new, KEY_DOMAIN + batch.chain_id + key + new, proof):
        raise ProtocolError(f"the key that record {record.seq} names has not proven that it takes over", UNPROCESSABLE)
    return new


def same_state(one: Batch, other: Batch) -> bool:
    """Whether two batches with one place tell one history: their records agree where both have them."""
    both = min(len(one.records), len(other.records))
    return one[:3] == other[:3] and one.records[:both] == other.records[:both]


def _checkpoint(value: Any) -> bool:  # noqa: ANN401
    if type(value) is not list or len(value) != 2:
        return False
    return shape.natural(value[0]) and shape.octets(32)(value[1])


_RECEIPT: Final = (
    ("chain", shape.octets(chain.ID_SIZE)),
    ("first seq", shape.natural),
    ("next seq", shape.natural),
    ("head", shape.octets(32)),
    ("hash of the batch", shape.octets(32)),
    ("time", shape.instant),
    ("key id", shape.octets(8)),
    ("active key", shape.octets(32)),
    ("algorithm", shape.one_of(ED25519)),
    ("state", shape.one_of(0, 1)),
    ("checkpoint", shape.maybe(_checkpoint)),
)


def read_receipt(data: bytes) -> tuple[Receipt, bytes, bytes]:
    """(receipt, payload, signature). The signature is not checked: see `receipt_proven`. Raises ProtocolError."""
    payload, signature = shape.opened(RECEIPT_FORM, data, "receipt")
    values = shape.unpack(payload, _RECEIPT, "receipt")
    values[-2:] = values[-2] == 1, values[-1] and (values[-1][0], values[-1][1])
    receipt = Receipt(*values)
    if not receipt.first_seq < receipt.next_seq <= receipt.first_seq + BATCH_RECORDS:
        raise ProtocolError("the receipt is for no run of records")
    if not _fit(receipt.key):
        raise ProtocolError("the receipt names no sound Ed25519 key")
    return receipt, payload, signature


def seal_receipt(receipt: Receipt, sign: Callable[[bytes], bytes]) -> bytes:
    seen = None if receipt.checkpoint is None else list(receipt.checkpoint)
    values = (*receipt[:9], int(receipt.quarantined), seen)
    return RECEIPT_FORM.seal(cbor2.dumps(dict(enumerate(values, start=1))), sign)


def receipt_proven(data: bytes, key: bytes) -> Receipt:
    """A receipt that the collector's `key` has signed. Raises ProtocolError, 401 for another's."""
    receipt, payload, signature = read_receipt(data)
    right = _fit(key) and chain.signed(key, RECEIPT_FORM.to_be_signed(payload), signature)
    if receipt.kid != kid(key) or not right:
        raise ProtocolError("the receipt is not signed by the collector's key", UNAUTHORIZED)
    return receipt


def request(batch: bytes, before: bytes | None) -> bytes:
    """The body of a PUT: a batch and the receipt of the one before."""
    return cbor2.dumps([batch, before])


def read_request(data: bytes) -> tuple[bytes, bytes | None]:
    """Raises ProtocolError."""
    fields = (("batch", shape.octets_to(REQUEST_BYTES)), ("receipt", shape.maybe(shape.octets_to(RECEIPT_BYTES))))
    batch, before = shape.listed(data, fields, "request")
    return batch, before


def stored(batch: bytes, receipt: bytes) -> bytes:
    """The object that a collector keeps under the batch's place."""
    return cbor2.dumps([batch, receipt])


def read_stored(data: bytes) -> tuple[bytes, bytes]:
    """(batch, receipt), neither of them read. Raises ProtocolError."""
    fields = (("batch", shape.octets_to(BATCH_BYTES)), ("receipt", shape.octets_to(RECEIPT_BYTES)))
    batch, receipt = shape.listed(data, fields, "stored batch")
    return batch, receipt


def place(chain_id: bytes, first_seq: int) -> str:
    """The name of a batch's object in the store."""
    name = chain_id.hex()
    return f"chains/{name[:2]}/{name}/{first_seq:012d}"
