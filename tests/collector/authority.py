"""An authority that vouches for a test's collector."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# Booted machines live on a day of their own.
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Authority:
    """Makes certificates; `path` is what tills are given."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={name}")
        self.path = folder / f"{name}.pem"
        made = self._signed(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *more: x509.ExtensionType
    ) -> x509.Certificate:
        made = x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
        made = made.not_valid_before(SINCE).not_valid_after(UNTIL)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        for each in (*more, x509.SubjectKeyIdentifier.from_public_key(key), usage):
            made = made.add_extension(each, critical=not isinstance(each, x509.SubjectKeyIdentifier))
        whose = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return made.add_extension(whose, critical=False).sign(self._key, hashes.SHA256())

    def serve(self, folder: Path, address: str = "127.0.0.1") -> None:
        """A certificate for an address and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        made = self._signed(x509.Name([]), key.public_key(), names, x509.BasicConstraints(ca=False, path_length=None))
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / "tls.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / "tls.key").write_bytes(key.private_bytes(*plain))
