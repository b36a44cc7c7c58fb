"""Key log, registry, enrolment, pointers, signed requests and problems: there and back, and no byte changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.keys import Key
from appliance.sync import (
    countersign,
    diagnostics,
    enrolment,
    keylog,
    manifest,
    message,
    pointer,
    problem,
    registry,
    shop,
    token,
)
from appliance.sync.diagnostics import Clock, Device, Diagnostics, Fault, Queue, Wanted, Wear
from appliance.sync.enrolment import POLICY, Offer, Registration
from appliance.sync.keylog import Entry, KeyLog
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError, kid
from appliance.sync.token import Token
from tests.sync.line import COLLECTOR, SIRET, Line, T, receipt

ROOT = Key(b"the root key of a test collector")
NETWORK = Key(b"the network key of a test's till")
RELEASE = Key(b"the release key of a test's shop")
SECRET = bytes(range(16))
LINE = Line()


def log_of(*entries: tuple[Key, int, int | None]) -> KeyLog:
    log = KeyLog(ROOT.public, (), ())
    for key, since, until in entries:
        sealed = keylog.seal(log.next(key.public, since, until), ROOT.sign)
        log = keylog.read([*log.data, sealed], ROOT.public)
    return log


LOG = log_of((COLLECTOR, T, None))
ASKED = enrolment.seal(SECRET, LINE.genesis, (NETWORK.public, NETWORK.sign), LINE.key.sign, "SN-1", "0.1.0")
NAME = kid(COLLECTOR.public)
URL = "https://c.example"
SHOP = (LINE.chain_id, SIRET, "B01")
REGISTRATION = Registration(*SHOP, ROOT.public, LOG.data, URL, POLICY, RELEASE.public, NETWORK.public, T, NAME)
REGISTERED = enrolment.seal_registration(REGISTRATION, COLLECTOR.sign)
OFFER = Offer(sha256(SECRET).digest(), SIRET, "B01", T + 3_600_000, NAME)
POINTER = Pointer("catalogue", 4, bytes(32), 1000, T, T + 1000, f"{SIRET}/*")
ENROLLED = registry.Entry(LINE.chain_id, 0, registry.ENROLLED, T, None, NAME, b"\x82\x41a\x41b")

ROW = manifest.Row(LINE.chain_id, SIRET, "B01", 4, bytes(32), T, True, False, 1)
MANIFEST = manifest.Manifest(SIRET[:9], "2026-11-21", T, (ROW, ROW._replace(chain_id=b"\xff" * 16, silent=False)), NAME)
SALES = shop.Sums(2, 425, 0, 0, 425, ((550, 403, 22, 425),), (("Espèces", "cash", 2, 425),))
REFUND = shop.Sums(1, 0, -110, 1, -110, ((550, -104, -6, -110),), (("Carte", "card", 1, -110),))
CLOSINGS = (
    shop.TillClosing(LINE.chain_id, "B01", "day", "2026-11-21", 3, 40, SALES, 900, 950),
    shop.TillClosing(b"\xff" * 16, "B02", "day", "2026-11-21", 4, 41, REFUND, 901, 951),
)
CLOSED = shop.closed(SIRET, "day", "2026-11-21", CLOSINGS, [LINE.chain_id, bytes(16)], T)


def archived(line: Line, first: int, last: int, key: Key | None = None, **changes: Any) -> bytes:
    """The manifest of an archive of these records, as the till signs it; `changes` by name, `key`: another's."""
    by = key or line.key
    who = {"chain": line.chain_id, "till": line.till, "siret": SIRET, "level": "day"}
    when = {"from": "2026-11-21", "to": "2026-11-21", "first": first, "last": last}
    heads = {"start": line.heads[first], "end": line.heads[last + 1]}
    made = {"software": "0.1.0", "made": T, "key": by.public}
    rest = {"files": [["journal/0.bin", 12, bytes(32)]], "perpetual": [0, 0, 425, 425], "class": "C", "unwitnessed": 0}
    said = {**who, **when, **heads, **made, **rest, **changes}
    return countersign.ARCHIVE.seal(cbor2.dumps(dict(enumerate([1, *said.values()], start=1))), by.sign)


ARCHIVED = archived(LINE, 0, 0)
COUNTERSIGNED = countersign.Countersigned(sha256(ARCHIVED).digest(), LINE.chain_id, 0, 0, T, NAME)

WANTED = Wanted(LINE.chain_id, SECRET, T)
SAID = Diagnostics(
    LINE.chain_id, SECRET, T, "0.1.0", (("catalogue", 4),), (Device("printer", "down", "paper-out"),),
    (Fault(T, "printer paper-out"),), Wear(123456, 789, 1, 1, 1), Clock(-12, 0, 1), Queue(3, 1),
)  # fmt: skip

SHARED = pointer.seal(POINTER._replace(share=50), RELEASE.sign)
READ: dict[str, tuple[bytes, Callable[[bytes], Any]]] = {
    "key log": (LOG.data[0], lambda data: keylog.read([data], ROOT.public)),
    "registry": (
        registry.seal(ENROLLED, COLLECTOR.sign),
        lambda data: registry.read([data], LINE.chain_id, LOG),
    ),
    "enrolment": (ASKED.encode(), enrolment.read_enrolment),
    "registration": (REGISTERED, lambda data: enrolment.read_registration(data, ROOT.public)),
    "offer": (enrolment.seal_offer(OFFER, COLLECTOR.sign), lambda data: enrolment.read_offer(data, LOG, T)),
    "manifest": (manifest.seal(MANIFEST, COLLECTOR.sign), lambda data: manifest.read(data, LOG)),
    "shop closing": (shop.seal(CLOSED, COLLECTOR.sign), lambda data: shop.read(data, LOG)),
    "archive": (ARCHIVED, countersign.read_archive),
    "countersignature": (
        countersign.seal(COUNTERSIGNED, COLLECTOR.sign),
        lambda data: countersign.proven(data, ARCHIVED, LOG),
    ),
    "pointer": (pointer.seal(POINTER, RELEASE.sign), lambda data: pointer.proven(data, RELEASE.public)),
    "wanted": (diagnostics.ask(WANTED, RELEASE.sign), lambda data: diagnostics.wanted(data, RELEASE.public)),
    "diagnostics": (diagnostics.seal(SAID, NETWORK.sign), lambda data: diagnostics.proven(data, NETWORK.public)),
}


@pytest.mark.parametrize("name", READ)
def test_no_byte_can_change(name: str) -> None:
    """Nor can it be cut or grow."""
    data, read = READ[name]
    assert read(data)
    flips = [data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :] for at in range(len(data)) for flip in (0x01, 0x80)]
    for wrong in [*flips, *(data[:at] for at in range(len(data))), data + b"\0"]:
        with pytest.raises(ProtocolError):
            read(wrong)


@pytest.mark.parametrize("name", READ)
def test_one_is_never_taken_for_another(name: str) -> None:
    """Each kind of statement is refused by every other kind's reader."""
    data, _ = READ[name]
    for other, (_, read) in READ.items():
        if other != name:
            with pytest.raises(ProtocolError):
                read(data)


def test_there_and_back() -> None:
    """What was said is what is read."""
    assert enrolment.read_registration(REGISTERED, ROOT.public) == (REGISTRATION, LOG)
    assert enrolment.root_of(REGISTERED) == ROOT.public
    assert enrolment.read_enrolment(ASKED.encode()) == (ASKED, SIRET, "B01")
    assert enrolment.read_offer(READ["offer"][0], LOG, T) == OFFER
    assert pointer.proven(READ["pointer"][0], RELEASE.public) == pointer.read(READ["pointer"][0]) == POINTER
    assert diagnostics.wanted(READ["wanted"][0], RELEASE.public) == diagnostics.read_wanted(READ["wanted"][0]) == WANTED
    assert diagnostics.proven(READ["diagnostics"][0], NETWORK.public) == SAID
    assert registry.read([READ["registry"][0]], LINE.chain_id, LOG) == (ENROLLED,)
    assert registry.enrolled(ENROLLED) == (b"a", b"b")
    assert manifest.read(READ["manifest"][0], LOG) == MANIFEST
    assert countersign.proven(READ["countersignature"][0], ARCHIVED, LOG) == COUNTERSIGNED
    for changes in ({"sha256": bytes(32)}, {"chain_id": bytes(16)}, {"first": 1}, {"last": 1}, {"received": T - 1}):
        lying = countersign.seal(COUNTERSIGNED._replace(**changes), COLLECTOR.sign)
        with pytest.raises(ProtocolError) as caught:
            countersign.proven(lying, ARCHIVED, LOG)
        assert caught.value.status == 401
    assert shop.read(READ["shop closing"][0], LOG) == CLOSED
    for parts in (CLOSED.parts[::-1], (CLOSED.parts[0], CLOSED.parts[0], CLOSED.parts[1]._replace(total=-535))):
        with pytest.raises(ProtocolError, match="in order"):
            shop.read(shop.seal(CLOSED._replace(parts=parts), COLLECTOR.sign), LOG)
    for wrong in (shop.seal(CLOSED._replace(made=T - 1), COLLECTOR.sign), shop.seal(CLOSED, RELEASE.sign)):
        with pytest.raises(ProtocolError, match="good when it was made"):
            shop.read(wrong, LOG)
    for rows in (MANIFEST.rows[::-1], MANIFEST.rows[:1] * 2):
        with pytest.raises(ProtocolError, match="in order"):
            manifest.read(manifest.seal(MANIFEST._replace(rows=rows), COLLECTOR.sign), LOG)
    assert keylog.decode(LOG.encode(), ROOT.public) == LOG


def test_a_key_is_good_in_its_time_only() -> None:
    """A second entry ends a key early; receipts made behind that are refused, older ones stand."""
    new = Key(bytes(32))
    log = log_of((COLLECTOR, T, None), (COLLECTOR, T, T + 10), (new, T + 10, None))
    first = LINE.cut(0)

    assert log.receipt(receipt(first, None)).received == T
    assert log.receipt(receipt(first, None, new, received=T + 10)).kid == kid(new.public)
    for wrong in (
        receipt(first, None, received=T + 10),
        receipt(first, None, received=T - 1),
        receipt(first, None, new),
        receipt(first, None, Key(b"\1" * 32)),
    ):
        with pytest.raises(ProtocolError) as caught:
            log.receipt(wrong)
        assert caught.value.status == 401


def test_a_key_log_with_a_hole() -> None:
    """Entries change places, one is left out, one is of another root, one names an unsound key."""
    log = log_of((COLLECTOR, T, None), (Key(bytes(32)), T, None), (Key(b"\1" * 32), T, None))
    other = keylog.seal(Entry(0, COLLECTOR.public, T, None, None), COLLECTOR.sign)
    unsound = keylog.seal(Entry(0, bytes(32), T, None, None), ROOT.sign)
    one, two, three = log.data
    for wrong in ([two], [one, three], [one, three, two], [one, one], [other], [unsound]):
        with pytest.raises(ProtocolError):
            keylog.read(wrong, ROOT.public)


def test_a_registry_with_a_hole() -> None:
    """An entry left out, one of another chain, one that enrols twice."""
    one = READ["registry"][0]
    after = ENROLLED._replace(number=1, what=registry.REVOKED, before=sha256(one).digest(), details=b"")
    two = registry.seal(after, COLLECTOR.sign)
    assert [it.what for it in registry.read([one, two], LINE.chain_id, LOG)] == ["enrolled", "revoked"]
    again = registry.seal(after._replace(what=registry.ENROLLED), COLLECTOR.sign)
    foreign = registry.seal(after._replace(chain_id=bytes(16)), COLLECTOR.sign)
    for wrong in ([two], [one, again], [one, foreign], [one, two, two]):
        with pytest.raises(ProtocolError):
            registry.read(wrong, LINE.chain_id, LOG)


def test_an_enrolment_without_its_keys() -> None:
    """Whoever has the token and not the keys gets nowhere, nor does one who puts other words under the proofs."""
    thief = Key(b"\7" * 32)
    for fiscal, network in ((thief.sign, NETWORK.sign), (LINE.key.sign, thief.sign)):
        wrong = enrolment.seal(SECRET, LINE.genesis, (NETWORK.public, network), fiscal, "SN-1", "0.1.0")
        with pytest.raises(ProtocolError, match="has not proven"):
            enrolment.read_enrolment(wrong.encode())
    for changes in ({"serial": "SN-2"}, {"software": "9"}, {"token": bytes(16)}, {"network_key": thief.public}):
        with pytest.raises(ProtocolError, match="has not proven"):
            enrolment.read_enrolment(ASKED._replace(**changes).encode())


def test_a_registration_under_another_root() -> None:
    """The token told the till which root to trust."""
    with pytest.raises(ProtocolError, match="another root"):
        enrolment.read_registration(REGISTERED, RELEASE.public)


urls = st.from_regex(r"[a-z0-9.:/-]{0,64}", fullmatch=True)
tokens = st.builds(Token, st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8), urls)


@given(tokens, st.data())
def test_tokens(it: Token, data: st.DataObject) -> None:
    """Digits only, there and back; no digit can be wrong and no two neighbours change places."""
    text = token.digits(it)
    assert text.isdecimal()
    assert token.read(f" {text[:9]} {text[9:]}") == it
    at = data.draw(st.integers(0, len(text) - 2))
    digit = data.draw(st.sampled_from("0123456789"))
    for wrong in (text[:at] + digit + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :], text[1:]):
        if wrong != text:
            with pytest.raises(ProtocolError):
                token.read(wrong)


@pytest.mark.parametrize("text", ["", "1", "97" * 40, "9" * 300, "x" * 60, "é" * 60, "٣" * 60])
def test_what_is_no_token(text: str) -> None:
    """A barcode, a stutter, another alphabet's digits."""
    with pytest.raises(ProtocolError):
        token.read(text)


def test_an_address_that_no_token_carries() -> None:
    """Upper case and length."""
    for url in ("HTTPS://X", "a" * 65, "é"):
        with pytest.raises(ProtocolError):
            token.digits(Token(SECRET, bytes(8), url))


def test_whom_a_pointer_is_for() -> None:
    """This shop's, this till's or everybody's; above what is in force; in its time."""
    assert pointer.refusal(POINTER, SIRET, "B01", 3, T) == ""
    assert pointer.refusal(POINTER._replace(whom="*"), "x", "y", -1, T) == ""
    assert "not above" in pointer.refusal(POINTER, SIRET, "B01", 4, T)
    assert "out of its time" in pointer.refusal(POINTER, SIRET, "B01", 3, T + 1000)
    assert "out of its time" in pointer.refusal(POINTER, SIRET, "B01", 3, T - 1)
    assert "not for this till" in pointer.refusal(POINTER._replace(whom=f"{SIRET}/B02"), SIRET, "B01", 3, T)


URI = "https://c.example/v1/chains/ab/head?after=3"


def test_a_signed_request_and_no_character_of_it_changed() -> None:
    """Method, address, body and each character of the header fields."""
    fields = message.sign("GET", URI, b"", 1000, "n-1", (NETWORK.public, NETWORK.sign))
    message.check("GET", URI, b"", fields, NETWORK.public)
    assert message.read(fields) == message.Signed(1000, kid(NETWORK.public), "n-1")
    for method, uri, body, key in (
        ("PUT", URI, b"", NETWORK),
        ("GET", URI + "1", b"", NETWORK),
        ("GET", URI, b"x", NETWORK),
        ("GET", URI, b"", RELEASE),
    ):
        with pytest.raises(ProtocolError):
            message.check(method, uri, body, fields, key.public)
    for name, value in fields.items():
        for at in range(len(value)):
            for char in ("A", "0", '"'):
                wrong = value[:at] + char + value[at + 1 :]
                if wrong != value:
                    with pytest.raises(ProtocolError):
                        message.check("GET", URI, b"", {**fields, name: wrong}, NETWORK.public)
    with pytest.raises(ProtocolError):
        message.check("GET", URI, b"", {}, NETWORK.public)


def test_the_signature_base_is_that_of_the_rfc() -> None:
    """Four lines, no line feed behind the last (RFC 9421, section 2.5); made here by hand."""
    signed: list[bytes] = []
    message.sign("GET", URI, b"", 1000, "n-1", (NETWORK.public, lambda data: signed.append(data) or bytes(64)))  # type: ignore[func-returns-value]
    params = f'created=1000;keyid="{kid(NETWORK.public).hex()}";nonce="n-1";alg="ed25519"'
    assert signed[0].decode().split("\n") == [
        '"@method": GET',
        f'"@target-uri": {URI}',
        '"content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
        f'"@signature-params": ("@method" "@target-uri" "content-digest");{params}',
    ]


def test_problems() -> None:
    """Title, sentence and status, there and back; anything else is none."""
    it = problem.Problem("No such chain", "The chain is not enrolled: enrol the till.", 404)
    assert problem.read(it.encode()) == it
    for wrong in (b"", b"\xa0", it._replace(status=-1).encode(), it._replace(title="\n").encode()):
        with pytest.raises(ProtocolError):
            problem.read(wrong)


def test_no_byte_of_a_share_can_change() -> None:
    assert pointer.proven(SHARED, RELEASE.public) == POINTER._replace(share=50)
    for wrong in (SHARED[:at] + bytes([SHARED[at] ^ 1]) + SHARED[at + 1 :] for at in range(len(SHARED))):
        with pytest.raises(ProtocolError):
            pointer.proven(wrong, RELEASE.public)


@pytest.mark.parametrize("share", [0, 1001, -1, True, None, "1", 2**64])
def test_shares_that_are_none(share: Any) -> None:
    """Between one and a thousand, or left out."""
    payload = cbor2.dumps({**dict(enumerate(POINTER[:-1], start=1)), 8: share})
    with pytest.raises(ProtocolError):
        pointer.proven(pointer.FORM.seal(payload, RELEASE.sign), RELEASE.public)


@given(st.binary(min_size=16, max_size=16), st.text(max_size=8), st.integers(0, 2**63 - 1), st.data())
def test_whoever_is_in_a_share_is_in_every_wider_one(
    chain: bytes, scope: str, version: int, data: st.DataObject
) -> None:
    one = data.draw(st.integers(1, pointer.WHOLE))
    other = data.draw(st.integers(one, pointer.WHOLE))
    it = POINTER._replace(scope=scope, version=version)
    if pointer.follows(it._replace(share=one), chain):
        assert pointer.follows(it._replace(share=other), chain)
    assert pointer.follows(it, chain)
    assert pointer.follows(it._replace(share=pointer.WHOLE), chain)


def test_a_share_is_what_it_says() -> None:
    """Of many tills about as many per mille, and others at the next version."""
    chains = [sha256(bytes([at % 256, at // 256])).digest()[:16] for at in range(4000)]
    first, then = (
        {each for each in chains if pointer.follows(POINTER._replace(version=version, share=50), each)}
        for version in (7, 8)
    )
    assert 140 <= len(first) <= 260
    assert 140 <= len(then) <= 260
    assert len(first & then) < 40
