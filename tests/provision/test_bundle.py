"""What a bundle is, byte by byte; what a till refuses, and by which word."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycddl import Schema, ValidationError

from appliance.provision import lock, retirement
from appliance.provision.authority import (
    ISSUER_FORM,
    REVOCATIONS_FORM,
    Issuer,
    Revocations,
    read_issuer,
    read_revocations,
    seal_issuer,
    seal_revocations,
)
from appliance.provision.bundle import BUNDLE_FORM, Bundle, Inside, prove, read, read_inside, unlock
from appliance.provision.fault import BundleError, Fault
from appliance.provision.signer import Signer, secret
from appliance.sync import delivery
from appliance.sync.shape import ProtocolError
from appliance.sync.token import Token, digits
from tests.provision import made

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "provision.json").read_text("utf-8"))
DOCUMENT = (ROOT / "appliance" / "provision" / "bundle.cddl").read_text("utf-8")


def refused(
    data: bytes, known: Revocations | None = None, seed: bytes = made.DEVICE_SEED, code: bytes = made.CODE
) -> Fault:
    with pytest.raises(BundleError) as caught:
        unlock(prove(data, made.ROOT.public, known or Revocations()).bundle, seed, code)
    assert str(caught.value)
    return caught.value.fault


def vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name])


def test_the_published_bytes() -> None:
    """Made today, all that has no chance in it is as published; a bundle closed to a device opens as published."""
    assert vector("issuer") == made.CERTIFICATE
    assert vector("revocations") == made.NOBODY_REVOKED
    assert made.inside().encode() == vector("inside")
    assert made.bundle() == vector("under_code")
    assert lock.digits(made.CODE) == VECTORS["code_digits"]
    assert delivery.identity_text("till 0001", made.DEVICE) == VECTORS["identity"]
    assert retirement.seal(made.RETIREMENT, made.ISSUER.sign) == vector("retirement")
    assert retirement.read(vector("retirement")) == made.RETIREMENT
    for name, code in (("under_code", made.CODE), ("to_device", None)):
        proven = prove(vector(name), bytes.fromhex(VECTORS["root"]))
        assert proven.issuer.name == "Nadia Petit"
        assert unlock(proven.bundle, made.DEVICE_SEED, code).encode() == vector("inside")


def payloads() -> list[tuple[str, bytes]]:
    bundle, payload, _ = read(vector("under_code"))
    return [
        ("bundle", payload),
        ("issuer", ISSUER_FORM.open(bundle.issuer)[0]),
        ("revocations", REVOCATIONS_FORM.open(bundle.revocations or b"")[0]),
        ("inside", vector("inside")),
        ("retirement", retirement.FORM.open(vector("retirement"))[0]),
    ]


@pytest.mark.parametrize(("rule", "data"), payloads(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_document_says_so(rule: str, data: bytes) -> None:
    """The CDDL takes each, and none with a field left out, as the readers do."""
    Schema(f"start = {rule}\n{DOCUMENT}").validate_cbor(data)
    for key in cbor2.loads(data):
        hole = cbor2.dumps({at: value for at, value in cbor2.loads(data).items() if at != key})
        with pytest.raises(ValidationError):
            Schema(f"start = {rule}\n{DOCUMENT}").validate_cbor(hole)
        if rule == "inside":
            with pytest.raises(BundleError):
                read_inside(hole)
        elif rule == "bundle":
            with pytest.raises(BundleError):
                read(BUNDLE_FORM.seal(hole, made.ISSUER.sign))


@pytest.mark.parametrize("name", ["under_code", "to_device"])
def test_every_byte_counts(name: str) -> None:
    """Each byte changed, and each length cut: always a refusal in words, never another bundle and never a crash."""
    data = vector(name)
    for at in range(len(data)):
        assert refused(data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :]) in Fault
    for length in range(0, len(data), 7):
        assert refused(data[:length]) is Fault.TORN
    assert refused(data + b"\0") is Fault.TORN


def test_every_byte_of_the_inside_counts() -> None:
    """Were a signer's machine wrong: what is inside is read as strictly."""
    data = made.inside().encode()
    for at in range(len(data)):
        wrong = data[:at] + bytes((data[at] ^ 0x80,)) + data[at + 1 :]
        with suppress(BundleError):
            assert read_inside(wrong).encode() == wrong


def test_for_another_device() -> None:
    """Closed to a key: no other till opens it, with or without a code."""
    assert refused(made.bundle(device=made.DEVICE), seed=bytes(32)) is Fault.DEVICE


def test_with_another_s_code() -> None:
    """The sheet of another till, and no sheet at all."""
    assert refused(made.bundle(), code=bytes(16)) is Fault.CODE
    with pytest.raises(BundleError) as caught:
        unlock(prove(made.bundle(), made.ROOT.public).bundle, made.DEVICE_SEED, None)
    assert caught.value.fault is Fault.CODE


def test_by_whom_nobody_certified() -> None:
    """Another root; and a right certificate with a signature of somebody else."""
    stranger = secret(bytes(32))
    certificate = seal_issuer(Issuer(b"12345678", "X", stranger.public, 0, made.NOW * 2), stranger.sign)
    assert refused(made.bundle(signer=Signer(stranger, certificate, None))) is Fault.SIGNATURE
    assert refused(made.bundle(signer=Signer(stranger, made.CERTIFICATE, None))) is Fault.SIGNATURE
    foreign = seal_revocations(Revocations(9, 0, ()), stranger.sign)
    assert refused(made.bundle(signer=Signer(made.ISSUER, made.CERTIFICATE, foreign))) is Fault.SIGNATURE


def test_by_who_may_no_more() -> None:
    """Revoked in the list that it brings, or in one that the till has seen; an older list takes nothing back."""
    listed = Revocations(2, made.NOW, (made.SERIAL,))
    brought = Signer(made.ISSUER, made.CERTIFICATE, seal_revocations(listed, made.ROOT.sign))
    assert refused(made.bundle(signer=brought)) is Fault.REVOKED
    assert refused(made.bundle(), known=listed) is Fault.REVOKED
    assert prove(made.bundle(), made.ROOT.public, Revocations()).revoked.version == 1
    assert prove(made.bundle(), made.ROOT.public, Revocations(5, 0, ())).revoked.version == 5


@pytest.mark.parametrize("issued", [made.NOW - made.DAY - 1, made.NOW + 365 * made.DAY])
def test_signed_outside_of_what_he_may(issued: int) -> None:
    """Held against the stated moment, not against the till's clock, which may be of 1970."""
    assert refused(made.bundle(issued=issued)) is Fault.TIME


def test_statements_that_no_reader_takes_are_not_made() -> None:
    """An empty name, a serial of the wrong size, serials out of order on the wire."""
    with pytest.raises(ProtocolError):
        seal_issuer(Issuer(made.SERIAL, "", made.ISSUER.public, 0, 1), made.ROOT.sign)
    with pytest.raises(ProtocolError):
        seal_revocations(Revocations(1, 0, (b"short",)), made.ROOT.sign)
    wrong = REVOCATIONS_FORM.seal(cbor2.dumps({1: 1, 2: 0, 3: [b"b" * 8, b"a" * 8]}), made.ROOT.sign)
    with pytest.raises(BundleError):
        read_revocations(wrong, made.ROOT.public)
    assert read_issuer(made.CERTIFICATE, made.ROOT.public).serial == made.SERIAL


@given(code=st.binary(min_size=16, max_size=16))
def test_any_code_comes_back_from_its_digits(code: bytes) -> None:
    """41 or 42 digits; one digit changed is refused by its check."""
    said = lock.digits(code)
    assert lock.is_code(said)
    assert lock.code_of(f"{said[:20]} {said[20:]}") == code
    wrong = said[:-5] + str((int(said[-5]) + 1) % 10) + said[-4:]
    with pytest.raises(BundleError):
        lock.code_of(wrong)


def test_an_enrolment_code_is_no_opening_code() -> None:
    """Each is refused where the other is wanted."""
    other = digits(Token(bytes(16), bytes(8), "https://a"))
    assert not lock.is_code(other)
    with pytest.raises(BundleError):
        lock.code_of(other)
    assert len(lock.digits(bytes(16))) < 60 <= len(other)


def test_an_identity_is_read_back() -> None:
    """Only signs of a QR's alphanumeric mode; what is no identity is a sentence."""
    said = delivery.identity_text("10000000ABCD", made.DEVICE)
    assert delivery.read_identity(said) == ("10000000ABCD", made.DEVICE)
    assert set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:")
    for wrong in ("", "SCEAU:1", "SCEAU:1:AAAA", "SCEAU:1:é", said + ":X"):
        with pytest.raises(ValueError, match="is not what a till's QR says"):
            delivery.read_identity(wrong)


def test_a_bundle_says_outside_only_for_whom_it_is() -> None:
    """Neither a badge, nor the network's passphrase, nor a price can be read without the code or the device."""
    for data in (made.bundle(), made.bundle(device=made.DEVICE)):
        for secret_word in (b"04A1B2C3D4E580", b"douze signes", b"Halles", b"4.25", b"Sophie"):
            assert secret_word not in data
    it = read(made.bundle())[0]
    assert (it.siret, it.till, it.version) == (made.SIRET, "1", 7)
    assert isinstance(it, Bundle)
    assert isinstance(read_inside(made.inside().encode()), Inside)
