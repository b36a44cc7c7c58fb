"""Who may sign a bundle: a root in the image certifies people, and takes it back (FORMAT.md, section Signers). Pure.

A till is asked for its time by nobody here: validity is held against the moment that the signer stated, since a till
without a battery wakes in 1970. What a stolen key could state is ended by a revocation, which a till never forgets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.provision.fault import BundleError, Fault
from appliance.storage.cose import Form
from appliance.sync.shape import ProtocolError, instant, natural, octets, opened, proven, text_to, unpack

ISSUER_FORM: Final = Form("application/vnd.sceau.issuer+cbor", b"sceau/issuer/1")
REVOCATIONS_FORM: Final = Form("application/vnd.sceau.revocations+cbor", b"sceau/revocations/1")
SERIAL: Final = 8
MOST: Final = 4096  # revoked certificates in one list
Sign = Callable[[bytes], bytes]


class Issuer(NamedTuple):
    """A person and the public key he signs bundles with, good from `not_before` to `not_after`, UTC ms."""

    serial: bytes
    name: str
    key: bytes
    not_before: int
    not_after: int


class Revocations(NamedTuple):
    """All serials that are revoked, by version: the highest one that a till has seen counts."""

    version: int = 0
    issued: int = 0
    serials: tuple[bytes, ...] = ()


def _serials(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is list and len(value) <= MOST and all(map(octets(SERIAL), value)) and value == sorted(value)


_ISSUER: Final = (
    ("serial", octets(SERIAL)),
    ("name", text_to(64, 1)),
    ("key", octets(32)),
    ("start", instant),
    ("end", instant),
)
_REVOCATIONS: Final = (("version", natural), ("time", instant), ("serials", _serials))


def seal_issuer(it: Issuer, root: Sign) -> bytes:
    """Raises ProtocolError for a value that no reader takes."""
    data = ISSUER_FORM.seal(cbor2.dumps(dict(enumerate(it, start=1))), root)
    unpack(opened(ISSUER_FORM, data, "certificate")[0], _ISSUER, "certificate")
    return data


def read_issuer(data: bytes, root: bytes) -> Issuer:
    """Raises BundleError."""
    try:
        return Issuer(*unpack(proven(ISSUER_FORM, data, root, "certificate"), _ISSUER, "certificate"))
    except ProtocolError as error:
        raise BundleError(Fault.SIGNATURE, f"the signer is not certified by this image's root ({error})") from error


def seal_revocations(it: Revocations, root: Sign) -> bytes:
    """Raises ProtocolError for a value that no reader takes."""
    values = [it.version, it.issued, sorted(set(it.serials))]
    data = REVOCATIONS_FORM.seal(cbor2.dumps(dict(enumerate(values, start=1))), root)
    unpack(opened(REVOCATIONS_FORM, data, "revocations")[0], _REVOCATIONS, "revocations")
    return data


def read_revocations(data: bytes, root: bytes) -> Revocations:
    """Raises BundleError."""
    try:
        values = unpack(proven(REVOCATIONS_FORM, data, root, "revocations"), _REVOCATIONS, "revocations")
    except ProtocolError as error:
        raise BundleError(Fault.SIGNATURE, f"its list of revocations is not the root's ({error})") from error
    return Revocations(values[0], values[1], tuple(values[2]))


def allowed(issuer: Issuer, issued: int, revoked: Revocations) -> None:
    """Whether he might sign at `issued`, UTC ms. Raises BundleError."""
    if issuer.serial in revoked.serials:
        raise BundleError(Fault.REVOKED, f"{issuer.name} may sign no more: ask another technician for a bundle")
    if not issuer.not_before <= issued < issuer.not_after:
        raise BundleError(Fault.TIME, f"it was signed when {issuer.name} might not sign: have it signed again")
