"""Batches and receipts: what is taken, what is refused, and that no byte of either can be changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.storage import rotation
from appliance.storage.keys import Key
from appliance.sync import protocol
from appliance.sync.protocol import (
    BATCH_BYTES,
    BATCH_RECORDS,
    Batch,
    ProtocolError,
    Receipt,
    accept,
    read_batch,
    read_receipt,
    receipt_proven,
    same_state,
    seal_receipt,
)
from tests.sync.line import COLLECTOR, Line, T, receipt

SMALL_ORDER = bytes(31) + b"\x80"


def lived() -> Line:
    line = Line()
    line.sell(3)
    line.turn()
    line.sell(2)
    return line


LINE = lived()
FIRST = LINE.cut(0)  # ends with the key record
SECOND = LINE.cut(5)
RECEIPT = receipt(FIRST, None)


def proven(data: bytes) -> Receipt:
    return receipt_proven(data, COLLECTOR.public)


def status(call: Callable[[], Any]) -> int:
    with pytest.raises(ProtocolError) as caught:
        call()
    assert str(caught.value).strip()
    return caught.value.status


def test_a_chain_is_taken_batch_by_batch() -> None:
    """The second one is signed by the key that ends the first, and the receipt alone says so."""
    assert read_batch(FIRST.encode()) == FIRST
    assert accept(FIRST, None) == (LINE.key.public, 1)
    assert accept(SECOND, proven(RECEIPT)) == (LINE.key.public, 1)
    assert (FIRST.next_seq, FIRST.head) == (5, LINE.heads[5])


def test_the_domain_of_a_key_record_is_the_journals() -> None:
    """Written twice, once on each side of the wire."""
    assert (protocol.KEY_DOMAIN, protocol.KEY) == (rotation.DOMAIN, rotation.KIND)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["sell", "turn", "three"]), min_size=1, max_size=12), st.data())
def test_any_cut_of_any_chain_is_taken(acts: list[str], data: st.DataObject) -> None:
    """Frames of one record and of three, keys that change, cuts at any frame: one line of receipts."""
    line = Line()
    for act in acts:
        if act == "turn":
            line.turn()
        elif act == "sell":
            line.sell()
        else:
            line.add(*(line.record(line.seq + at, 22, {1: "Pain", 2: at}) for at in range(3)))
    first, last = 0, None
    while first < line.seq:
        most = line.cut(first).next_seq
        ends = [start + len(records) for start, records, _ in line.frames if first < start + len(records) <= most]
        batch = line.cut(first, data.draw(st.sampled_from(ends)))
        assert read_batch(batch.encode()) == batch
        last = receipt(batch, last)
        assert proven(last).head == line.heads[batch.next_seq]
        first = batch.next_seq
    assert last
    assert proven(last).key == line.key.public


@pytest.mark.parametrize("batch", [FIRST, SECOND], ids=["with genesis", "after a key"])
def test_no_byte_of_a_batch_can_change(batch: Batch) -> None:
    """Every byte, three ways: not read, or not taken behind the receipt that is due."""
    before = proven(RECEIPT) if batch.first_seq else None
    data = batch.encode()
    for at in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            with pytest.raises(ProtocolError):
                accept(read_batch(data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]), before)


def test_no_byte_of_a_receipt_can_change() -> None:
    """Nor can it be cut or grow."""
    full = seal_receipt(proven(RECEIPT)._replace(checkpoint=(7, bytes(32))), COLLECTOR.sign)
    for data in (RECEIPT, full):
        assert seal_receipt(proven(data), COLLECTOR.sign) == data
        changed = [
            data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :] for at in range(len(data)) for flip in (1, 128)
        ]
        for wrong in [*changed, *(data[:at] for at in range(len(data))), data + b"\0"]:
            with pytest.raises(ProtocolError):
                proven(wrong)


def test_a_receipt_of_another_collector() -> None:
    """Its form is right; its key is not ours."""
    other = Key(bytes(32))
    assert status(lambda: proven(receipt(FIRST, None, other))) == 401
    lie = seal_receipt(proven(RECEIPT), other.sign)  # names our key and is signed by another
    assert status(lambda: proven(lie)) == 401


@given(st.builds(
    Receipt,
    st.binary(min_size=16, max_size=16), st.just(4), st.integers(5, 4100), st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32), st.integers(0, T), st.just(proven(RECEIPT).kid),
    st.just(LINE.key.public),
    st.just(1), st.booleans(), st.none() | st.tuples(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32)),
))  # fmt: skip
def test_receipts_there_and_back(it: Receipt) -> None:
    """Sealed, read and proven: the same values."""
    assert proven(seal_receipt(it, COLLECTOR.sign)) == it


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "no record run": ({"next_seq": 0}, "run of records"),
    "too long a run": ({"next_seq": BATCH_RECORDS + 1}, "run of records"),
    "a key of small order": ({"key": SMALL_ORDER}, "sound Ed25519"),
    "an unknown algorithm": ({"sig_alg": 3}, "algorithm"),
    "a short head": ({"head": bytes(31)}, "head"),
    "a time beyond the calendar": ({"received": 2**50}, "time"),
    "a truth as number": ({"first_seq": False}, "first seq"),
    "a checkpoint without root": ({"checkpoint": (1, b"")}, "checkpoint"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_receipts_that_are_none(name: str) -> None:
    """Signed by the right key all the same."""
    changes, why = CHANGES[name]
    with pytest.raises(ProtocolError, match=why):
        read_receipt(seal_receipt(proven(RECEIPT)._replace(**changes), COLLECTOR.sign))


def refused(batch: Batch, before: Receipt | None = None) -> int:
    return status(lambda: accept(read_batch(batch.encode()), before))


def test_what_may_not_follow() -> None:
    """Another place, another head, another chain, no receipt, a receipt where none belongs."""
    good = proven(RECEIPT)
    assert refused(SECOND) == 428
    assert refused(SECOND, good._replace(next_seq=6)) == 428
    assert refused(SECOND, good._replace(chain_id=bytes(16))) == 428
    assert refused(SECOND, good._replace(head=bytes(32))) == 422
    assert refused(SECOND, good._replace(key=COLLECTOR.public)) == 401
    assert refused(FIRST, good) == 428


def test_what_is_no_batch() -> None:
    """Numbers with a hole, genesis elsewhere, a key record inside, a foreign chain id, a wrong head before."""
    records = FIRST.records
    assert refused(SECOND._replace(first_seq=6)) == 422
    assert refused(FIRST._replace(records=(records[0], *records[2:]))) == 422
    assert refused(FIRST._replace(records=(*records, SECOND.records[0]))) == 422
    assert refused(FIRST._replace(chain_id=bytes(16))) == 422
    assert refused(FIRST._replace(prev_head=b"\1" * 32)) == 422
    assert refused(FIRST._replace(records=(records[0], records[1] + b"\0"))) == 422
    assert refused(FIRST._replace(records=())) == 400
    assert refused(FIRST._replace(signature=bytes(63))) == 400
    assert refused(FIRST._replace(signature=bytes(64))) == 401


def test_a_key_that_does_not_prove_itself() -> None:
    """The frame is signed right, by the old key; the record names a key that nobody has shown to hold."""
    for new, proof in ((Key(bytes(32)).public, bytes(64)), (SMALL_ORDER, bytes(64)), (Key(bytes(32)).public, b"")):
        line = Line()
        line.add(line.record(1, 8, {1: new, 2: proof}))
        assert refused(line.cut(0)) == 422


def test_a_genesis_with_an_unsound_key() -> None:
    """Of small order: one signature would fit many messages."""
    line = Line()
    line.key = Key(bytes(32))
    line.frames, line.heads, line.chain_id = [], line.heads[:1], b""
    line.add(line.record(0, 1, {5: SMALL_ORDER}))
    assert refused(line.cut(0)) == 422


def test_caps() -> None:
    """4,096 records and 1 MiB are taken, one more is not."""
    line = Line()
    line.add(*(line.record(seq, 22, {1: 1}) for seq in range(1, BATCH_RECORDS + 1)))
    whole = line.cut(0)
    assert refused(whole) == 413
    longest = b"x" * 24_000
    line = Line()
    line.add(*(line.record(seq, 22, {1: longest}) for seq in range(1, 1 + BATCH_BYTES // 24_000)))
    assert accept(read_batch(line.cut(0).encode()), None)
    line.add(line.record(line.seq, 22, {1: longest}))
    assert refused(line.cut(0)) == 413


@pytest.mark.parametrize(
    "data",
    [b"", b"\xa0", b"\xff", b"\x9f\xff", cbor2.dumps(1), cbor2.dumps([1] * 5), b"\xbf\xff", b"\x9b" + b"\xff" * 8],
)
def test_what_is_no_message(data: bytes) -> None:
    """One sentence each, never another error."""
    for read in (read_batch, read_receipt, protocol.read_request, protocol.read_stored):
        assert status(lambda: read(data)) == 400  # noqa: B023 - called at once


@given(st.binary(max_size=80))
def test_noise(data: bytes) -> None:
    """Whatever comes, the only error is ours."""
    for read in (read_batch, read_receipt, protocol.read_request, protocol.read_stored):
        with suppress(ProtocolError):
            read(data)


def test_envelopes() -> None:
    """A request and a stored object, there and back; the name of a place."""
    batch = FIRST.encode()
    assert protocol.read_request(protocol.request(batch, None)) == (batch, None)
    assert protocol.read_request(protocol.request(batch, RECEIPT)) == (batch, RECEIPT)
    assert protocol.read_stored(protocol.stored(batch, RECEIPT)) == (batch, RECEIPT)
    assert protocol.place(b"\xab" * 16, 12) == "chains/ab/" + "ab" * 16 + "/000000000012"


def test_a_fork_is_a_difference_of_state() -> None:
    """A longer or shorter cut of one history is none; one other record is one."""
    line = Line()
    line.sell(2)
    twin = line.clone()
    line.sell(2)
    twin.sell(2, label="Croissant")
    short, long_ = line.cut(0, 2), line.cut(0)

    assert same_state(short, long_)
    assert same_state(long_, short)
    assert same_state(twin.cut(0, 3), long_)
    assert not same_state(twin.cut(0), long_)
    assert not same_state(long_, Line(2).cut(0))
