"""Bytes that must never change: the published examples of PROTOCOL.md, and the CDDL document that describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycddl import Schema, ValidationError

from appliance.provision import lock
from appliance.storage.keys import Key
from appliance.sync import (
    countersign,
    delivery,
    merkle,
    message,
    note,
    pieces,
    pointer,
    protocol,
    releases,
    token,
)
from appliance.sync.protocol import RECEIPT_FORM, Receipt, accept, read_batch, read_receipt, receipt_proven
from appliance.sync.tiles import Edge
from appliance.sync.token import Token
from collector.log import sheet
from collector.witness import judge
from tests.sync.line import COLLECTOR
from tests.sync.publisher import bundle, release
from tests.sync.test_statements import LOG, READ, SHARED

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "sync.json").read_text("utf-8"))
RELEASES: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "releases.json").read_text("utf-8"))
DOCUMENT = (ROOT / "appliance" / "sync" / "protocol.cddl").read_text("utf-8")


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


@pytest.mark.parametrize("name", READ)
def test_statements(name: str) -> None:
    """Made today they have the published bytes, and their readers take those."""
    data, read = READ[name]

    assert data.hex() == VECTORS["statements"][name]
    assert read(bytes.fromhex(VECTORS["statements"][name]))


def test_the_first_tills() -> None:
    """A pointer with a share, and where a till stands among a thousand."""
    assert SHARED.hex() == VECTORS["share"]
    for it in VECTORS["cohort"]:
        assert pointer.place_of(bytes.fromhex(it["chain"]), it["scope"], it["version"]) == it["place"]


def test_releases() -> None:
    """The register before and behind a change of the publisher's key, and a release that carries it."""
    it = releases.read(bytes.fromhex(RELEASES["register"]), bytes.fromhex(RELEASES["root"]))
    turned = releases.read(bytes.fromhex(RELEASES["turned"]), bytes.fromhex(RELEASES["root"]))
    assert (it.number, turned.number, turned.keys[-1].hex()) == (1, 2, RELEASES["successor"])
    assert releases.why_not_after(it, turned) == ""
    assert [[*row[:2], *(each.hex() for each in row[4:6])] for row in it.releases] == RELEASES["rows"]
    cut = pieces.read(bytes.fromhex(RELEASES["release"]))
    assert (pieces.proven(cut, it), cut.register) == (it.releases[0], it.data)
    assert release(bundle(3000)).encode().hex() == RELEASES["release"]


def test_token_and_signed_request() -> None:
    """The digits of the QR; the header fields of a read."""
    said, asked = VECTORS["token"], VECTORS["message"]
    it = Token(bytes.fromhex(said["secret"]), bytes.fromhex(said["mark"]), said["url"])

    assert (token.digits(it), token.read(said["digits"])) == (said["digits"], it)
    assert it.mark == token.mark(bytes.fromhex(VECTORS["root"]))
    message.check(asked["method"], asked["uri"], b"", asked["fields"], bytes.fromhex(asked["key"]))


def test_the_question_for_a_bundle() -> None:
    """One seed: what is signed with it, and what bundles are closed to; the signed fields, made today, are the same."""
    said = VECTORS["claim"]
    key = Key(bytes.fromhex(said["seed"]))
    device = delivery.device_of(key.public)

    assert (key.public.hex(), device.hex()) == (said["public"], said["device"])
    assert device == lock.pair(bytes.fromhex(said["seed"]))[0]
    assert said["uri"] == f"https://c.example{delivery.path(device)}"
    signed = message.sign("GET", said["uri"], b"", 1000, "n-1", (key.public, key.sign))
    assert {delivery.IDENTITY: key.public.hex(), **signed} == said["fields"]
    message.check("GET", said["uri"], b"", said["fields"], key.public)


@given(st.binary(min_size=32, max_size=32))
def test_one_point_in_two_forms(seed: bytes) -> None:
    """Whatever the seed: the machine that signs is the one that the box is closed to."""
    assert delivery.device_of(Key(seed).public) == lock.pair(seed)[0]


def test_the_manifest_of_a_till_s_archive() -> None:
    """The published example of an archive is one that a collector reads."""
    said = json.loads((ROOT / "tests" / "vectors" / "archive.json").read_text("utf-8"))
    it, told = countersign.read_archive(bytes.fromhex(said["manifest_cose"])), said["manifest"]

    assert (it.chain_id.hex(), it.till, it.siret) == (told["chain"], told["till"], told["siret"])
    assert (it.first, it.last, it.key.hex()) == (told["first_record"], told["last_record"], told["key"])
    assert (it.start_head.hex(), it.end_head.hex()) == (told["start_head"], told["end_head"])


def test_the_log() -> None:
    """Both receipts in a sheet; tile, root, proofs and the request to a witness follow from it; the notes hold."""
    said = VECTORS["log"]
    it = sheet.read(bytes.fromhex(said["sheet"]), LOG)
    sheet.follows(it, None)
    hashed = [merkle.leaf(bytes.fromhex(each["receipt"])) for each in VECTORS["batches"]]
    assert [leaf.hashed for leaf in it.leaves] == hashed == [bytes.fromhex(each) for each in said["leaves"]]
    assert sheet.seal(it, COLLECTOR.sign).hex() == said["sheet"]
    edge = Edge()
    assert list(edge.grow(hashed)) == []
    assert [(tile.path, data.hex()) for tile, data in edge.partial()] == [(said["tile"]["path"], said["tile"]["data"])]
    whole = note.read((said["checkpoint"] + said["cosignature"]).encode())
    assert note.checkpoint(whole.text) == ("c.example", 2, edge.root())
    assert note.signed(whole, note.signer(said["key"], note.ED25519))
    assert note.cosigned(whole, note.signer(said["witness"], note.COSIGNATURE)) == it.at // 1000
    for index, path in enumerate(said["inclusion"]):
        proof = [bytes.fromhex(each) for each in path]
        assert merkle.included(hashed[index], index, 2, proof).hex() == said["root"]
    proof = [bytes.fromhex(each) for each in said["consistency"]]
    merkle.consistent(1, hashed[0], 2, edge.root(), proof)
    asked = judge.read(said["request"].encode())
    assert (asked.old, list(asked.proof), asked.said.root) == (1, proof, edge.root())


def payload(name: str) -> bytes:
    return cbor2.loads(bytes.fromhex(VECTORS["statements"][name])).value[2]  # type: ignore[no-any-return]


def examples() -> list[tuple[str, bytes]]:
    """(rule of the document, bytes)."""
    batches = [("batch", bytes.fromhex(it["batch"])) for it in VECTORS["batches"]]
    receipts = [("receipt", RECEIPT_FORM.open(bytes.fromhex(it["receipt"]))[0]) for it in VECTORS["batches"]]
    plain = [("request", VECTORS["request"]), ("enrolment", VECTORS["statements"]["enrolment"])]
    sealed = {"key-entry": "key log", "registry-entry": "registry"}
    names = ("registration", "offer", "pointer", "manifest", "countersignature", "wanted", "diagnostics")
    sealed |= {name: name for name in names}
    sealed["shop-closing"] = "shop closing"
    shared = ("pointer", cbor2.loads(SHARED).value[2])
    release = ("release", bytes.fromhex(RELEASES["release"]))
    logged = ("sheet", sheet.FORM.open(bytes.fromhex(VECTORS["log"]["sheet"]))[0])
    whole = [(rule, bytes.fromhex(data)) for rule, data in plain]
    return [
        *batches,
        *receipts,
        logged,
        shared,
        release,
        *whole,
        *((rule, payload(name)) for rule, name in sealed.items()),
    ]


@pytest.mark.parametrize(("rule", "data"), examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_document_takes_them(rule: str, data: bytes) -> None:
    """Each example is what the CDDL says under its name."""
    Schema(f"start = {rule}\n{DOCUMENT}").validate_cbor(data)


@pytest.mark.parametrize("key", range(1, 12))
def test_the_document_refuses_a_receipt_with_a_hole(key: int) -> None:
    """As the reader does."""
    payload, signature = read_receipt(bytes.fromhex(VECTORS["batches"][0]["receipt"]))[1:]
    wrong = {at: value for at, value in cbor2.loads(payload).items() if at != key}
    with pytest.raises(ValidationError):
        Schema(f"start = receipt\n{DOCUMENT}").validate_cbor(cbor2.dumps(wrong))
    with pytest.raises(protocol.ProtocolError):
        read_receipt(RECEIPT_FORM.envelope(cbor2.dumps(wrong), signature))
