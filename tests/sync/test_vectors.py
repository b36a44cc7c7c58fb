"""Bytes that must never change: the published examples of PROTOCOL.md, and the CDDL document that describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from pycddl import Schema, ValidationError

from appliance.sync import protocol
from appliance.sync.protocol import RECEIPT_FORM, Receipt, accept, read_batch, read_receipt, receipt_proven
from tests.sync.line import COLLECTOR

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "sync.json").read_text("utf-8"))
SCHEMA = Schema((ROOT / "appliance" / "sync" / "protocol.cddl").read_text("utf-8"))


def test_batches_and_receipts() -> None:
    """Each batch is taken behind the receipt before it, and encodes to itself; each receipt says what is published."""
    before: Receipt | None = None
    for it in VECTORS["batches"]:
        batch = read_batch(bytes.fromhex(it["batch"]))
        accept(batch, before)
        assert batch.encode().hex() == it["batch"]
        assert (batch.first_seq, batch.next_seq, batch.head.hex()) == (it["first_seq"], it["next_seq"], it["head"])
        before = receipt_proven(bytes.fromhex(it["receipt"]), bytes.fromhex(VECTORS["collector"]))
        assert (before.chain_id.hex(), before.head) == (VECTORS["chain"], batch.head)
        assert protocol.seal_receipt(before, COLLECTOR.sign).hex() == it["receipt"]
    assert before
    assert before.checkpoint == (5, bytes(range(32)))


def test_request() -> None:
    """The second batch with the first receipt."""
    first, second = VECTORS["batches"]
    batch, before = protocol.read_request(bytes.fromhex(VECTORS["request"]))

    assert (batch.hex(), before and before.hex()) == (second["batch"], first["receipt"])


def payloads() -> list[bytes]:
    batches = [bytes.fromhex(it["batch"]) for it in VECTORS["batches"]]
    receipts = [RECEIPT_FORM.open(bytes.fromhex(it["receipt"]))[0] for it in VECTORS["batches"]]
    return [*batches, *receipts, bytes.fromhex(VECTORS["request"])]


def test_the_document_takes_them() -> None:
    """Each example is what the CDDL says."""
    for data in payloads():
        SCHEMA.validate_cbor(data)


@pytest.mark.parametrize("key", range(1, 12))
def test_the_document_refuses_a_receipt_with_a_hole(key: int) -> None:
    """As the reader does."""
    payload, signature = read_receipt(bytes.fromhex(VECTORS["batches"][0]["receipt"]))[1:]
    wrong = {at: value for at, value in cbor2.loads(payload).items() if at != key}
    with pytest.raises(ValidationError):
        SCHEMA.validate_cbor(cbor2.dumps(wrong))
    with pytest.raises(protocol.ProtocolError):
        read_receipt(RECEIPT_FORM.envelope(cbor2.dumps(wrong), signature))
