"""Whose updates an image takes: a root certificate, and a publisher's below it, kept where the image is built.

They are made at the first build and belong to whoever builds. For images that are shipped, the folder is made once on a
machine without a network, `root.key` stays there, and the folder without it is given to the builds.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey as Private
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey as Public
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEARS = timedelta(days=365)
ROOT_LASTS, PUBLISHER_LASTS = 30 * YEARS, 3 * YEARS
BACK = timedelta(days=1)  # a builder's clock may be a little ahead of another's


class Keys(NamedTuple):
    """PEM files. `crossed`: this root's key, certified by the root before it, for tills that know only that one."""

    root: Path
    certificate: Path
    key: Path
    crossed: Path | None


def publisher(folder: Path) -> Keys:
    """Those in the folder, made now when there are none."""
    if not (folder / "publisher.pem").exists():
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)
    crossed = folder / "crossed.pem"
    certificate, key = folder / "publisher.pem", folder / "publisher.key"
    return Keys(folder / "root.pem", certificate, key, crossed if crossed.exists() else None)


def make(folder: Path, now: datetime | None = None) -> None:
    """`root.key`, `root.pem`, `publisher.key`, `publisher.pem`; P-256, for the builds' own OpenSSL and the till's."""
    moment = now or datetime.now(UTC)
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sceau, root of updates {_number(root)}")])
    leaf = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sceau, publisher {_number(own)}")])
    _keep(folder / "root.pem", _authority(name, name, root.public_key(), root, moment))
    _keep(folder / "publisher.pem", _publisher(leaf, name, own.public_key(), root, moment))
    _keep_key(folder / "root.key", root)
    _keep_key(folder / "publisher.key", own)


def cross(old: Path, new: Path, now: datetime | None = None) -> None:
    """The new folder's root certified by the old folder's: `crossed.pem` in the new one, which its bundles carry."""
    root = cast(Private, serialization.load_pem_private_key((old / "root.key").read_bytes(), None))
    before = x509.load_pem_x509_certificate((old / "root.pem").read_bytes())
    after = x509.load_pem_x509_certificate((new / "root.pem").read_bytes())
    public = cast(Public, after.public_key())
    _keep(new / "crossed.pem", _authority(after.subject, before.subject, public, root, now or datetime.now(UTC)))


def _number(key: Private) -> str:
    digest = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest
    return digest.hex()[:8]


def _authority(
    subject: x509.Name,
    issuer: x509.Name,
    public: Public,
    signer: Private,
    now: datetime,
) -> x509.Certificate:
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = _begun(subject, issuer, public, now, ROOT_LASTS)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return _ended(made.add_extension(usage, critical=True), signer)


def _publisher(
    subject: x509.Name,
    issuer: x509.Name,
    public: Public,
    signer: Private,
    now: datetime,
) -> x509.Certificate:
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    made = _begun(subject, issuer, public, now, PUBLISHER_LASTS)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=True)
    return _ended(made.add_extension(usage, critical=True), signer)


def _begun(
    subject: x509.Name, issuer: x509.Name, public: Public, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - BACK).not_valid_after(now + lasts)
    return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _ended(made: x509.CertificateBuilder, signer: Private) -> x509.Certificate:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return made.add_extension(authority, critical=False).sign(signer, hashes.SHA256())


def _keep(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _keep_key(path: Path, key: Private) -> None:
    form = serialization.PrivateFormat.PKCS8
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
