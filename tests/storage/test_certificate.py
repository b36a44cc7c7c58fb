"""A certificate has one form, any tool reads it, and a till's signatures of both algorithms are what they were."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from appliance.storage import certificate, p256
from appliance.storage.certificate import ED25519, P256, Certified
from appliance.storage.keys import Key

ROOT = Path(__file__).resolve().parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "vectors" / "signatures.json").read_text("utf-8"))
ALGORITHMS = (ED25519, P256)
SEED = bytes(range(32))


def key_in(found: x509.Certificate) -> bytes:
    public = found.public_key()
    if isinstance(public, Ed25519PublicKey):
        return public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_reader(algorithm: int) -> None:
    """A whole X.509 parser finds the key, the name and the dates, and the certificate signed by its own key."""
    made = Key(SEED, algorithm).certificate
    found, said = x509.load_der_x509_certificate(made), certificate.read(made)
    assert said
    found.verify_directly_issued_by(found)
    name = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value

    assert said == (algorithm, key_in(found))
    assert name == f"Sceau {said.key.hex()[:16]}"
    assert found.not_valid_before_utc == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.not_valid_after_utc == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["algorithm"]))
def test_vectors(vector: dict[str, Any]) -> None:
    """Key, certificate and signature of a seed are the bytes that they were, and hold."""
    key = Key(bytes.fromhex(vector["seed"]), vector["algorithm"])
    found = certificate.read(key.certificate)
    said, signature = vector["string"].encode(), bytes.fromhex(vector["signature"])
    assert found

    assert found.key.hex() == vector["key"]
    assert key.certificate.hex() == vector["certificate"]
    assert key.sign_string(said) == signature
    assert found.signed(said, signature)
    assert not found.signed(said + b"x", signature)
    assert not found.signed(said, signature + b"\0")
    assert not found.signed(said, signature[:-1])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_bit_of_it_is_free(algorithm: int) -> None:
    """A certificate that is changed, cut or lengthened certifies nothing."""
    made = Key(SEED, algorithm).certificate
    for place in range(len(made)):
        changed = bytearray(made)
        changed[place] ^= 1 << place % 8
        assert certificate.read(bytes(changed)) is None
        assert certificate.read(made[:place]) is None

    assert certificate.read(made + b"\0") is None
    assert certificate.read(b"") is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_form(algorithm: int) -> None:
    """What the same key signs in another form is no certificate of a till."""
    key = Key(SEED, algorithm)
    found = certificate.read(key.certificate)
    assert found
    said = certificate.statement(found)
    later = said.replace(b"99991231", b"99981231")
    sealed = key.certificate.replace(said, later)

    assert later != said
    assert certificate.read(sealed) is None
    assert certificate.read(certificate.make(found, lambda _: key.sign_string(later))) is None


def test_a_small_key_certifies_nothing() -> None:
    """An Ed25519 key of small order fits one signature to many messages."""
    small = Certified(ED25519, b"\x01" + bytes(31))

    assert certificate.read(certificate.make(small, lambda _: b"\x01" + bytes(63))) is None


def test_the_scalar_is_hkdf() -> None:
    """As another implementation of RFC 5869 derives it."""
    for number in range(8):
        seed = number.to_bytes(32, "big")
        drawn = HKDF(SHA256(), 48, None, p256.INFO).derive(seed)

        assert p256.scalar(seed) == int.from_bytes(drawn, "big") % (p256.ORDER - 1) + 1


@pytest.mark.parametrize("number", [0, p256.ORDER, p256.ORDER + 1, (1 << 256) - 1])
@pytest.mark.parametrize("which", ["r", "s"])
def test_numbers_out_of_range(number: int, which: str) -> None:
    pair = p256.pair(SEED)
    signature = pair.sign(b"x")
    wrong = number.to_bytes(32, "big")
    changed = wrong + signature[32:] if which == "r" else signature[:32] + wrong

    assert p256.signed(pair.public, b"x", signature)
    assert not p256.signed(pair.public, b"x", changed)


def test_a_key_off_the_curve() -> None:
    pair = p256.pair(SEED)

    assert not p256.signed(bytes(64), b"x", pair.sign(b"x"))
    assert not p256.signed(pair.public[:-1], b"x", pair.sign(b"x"))


def test_nothing_is_loaded_for_it() -> None:
    """A till that signs with Ed25519 makes, uses and certifies its key without the library of the other."""
    code = (
        "import sys\n"
        "import appliance.daemon.wiring\n"
        "from appliance.storage import certificate\n"
        "from appliance.storage.keys import Key\n"
        "made = Key(bytes(32)).certificate\n"
        "assert certificate.read(made)\n"
        "sys.exit('cryptography' in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
