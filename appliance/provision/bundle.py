"""A bundle: all that makes a blank machine a shop's till, in one signed and closed file (FORMAT.md). Pure.

Outside, signed and readable: who signed, for which till. Inside, closed: the shop's files and what is secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

from appliance.provision import authority, lock
from appliance.provision.authority import Issuer, Revocations, Sign
from appliance.provision.fault import BundleError, Fault
from appliance.sync import delivery
from appliance.sync.shape import ProtocolError, maybe, opened, text_to
from appliance.sync.shape import unpack as unpacked

BUNDLE_FORM: Final = delivery.FORM
SUFFIX: Final = ".sceau"
LONGEST: Final = delivery.LONGEST  # bytes of a file
WIFI: Final = "wifi"  # its network, sealed, beside the till's journal
FILES: Final = ("shop.toml", "catalogue.csv", "departments.csv", "operators.toml")


class Inside(NamedTuple):
    """`files` by name, all of FILES; `wifi` name and passphrase; `collector` digits of an enrolment, or empty."""

    files: Mapping[str, bytes]
    wifi: tuple[str, str] | None = None
    collector: str = ""
    board: str = ""

    def encode(self) -> bytes:
        files = [[name, self.files[name]] for name in FILES]
        return cbor2.dumps({1: files, 2: list(self.wifi) if self.wifi else None, 3: self.collector, 4: self.board})


class Bundle(NamedTuple):
    """What is signed. `device`: the key it is closed to, None when under a code; `version` only goes up on a till."""

    issuer: bytes
    revocations: bytes | None
    version: int
    issued: int
    siret: str
    till: str
    device: bytes | None
    box: bytes

    def encode(self, sign: Sign) -> bytes:
        return BUNDLE_FORM.seal(cbor2.dumps(dict(enumerate(self, start=1))), sign)


class Proven(NamedTuple):
    """A bundle whose signer the root vouches for. `sha256` of the whole file names it for ever."""

    bundle: Bundle
    issuer: Issuer
    revoked: Revocations
    sha256: bytes


def _pairs(value: Any) -> bool:  # noqa: ANN401
    whole = type(value) is list and len(value) == len(FILES)
    return whole and all(
        type(each) is list and len(each) == 2 and each[0] == name and type(each[1]) is bytes
        for name, each in zip(FILES, value, strict=True)
    )


def _wifi(value: Any) -> bool:  # noqa: ANN401
    """IEEE 802.11: a name of 32 bytes at most; a passphrase of 8 to 63 signs of ASCII, or none."""
    if type(value) is not list or len(value) != 2 or not all(type(each) is str for each in value):
        return False
    name, word = value
    return 1 <= len(name.encode()) <= 32 and (not word or (8 <= len(word) <= 63 and word.isascii())) and _plain(value)


def _plain(texts: list[str]) -> bool:
    return all(not text or text.isprintable() for text in texts)


_INSIDE: Final = (
    ("files", _pairs),
    ("wifi", maybe(_wifi)),
    ("collector", text_to(240)),
    ("board", text_to(64)),
)


def read(data: bytes) -> tuple[Bundle, bytes, bytes]:
    """(bundle, payload, signature); nothing is proven. Raises BundleError."""
    if len(data) > LONGEST:
        raise BundleError(Fault.TORN, f"it has more than {LONGEST} bytes")
    try:
        payload, signature = opened(BUNDLE_FORM, data, "bundle")
        it = Bundle(*unpacked(payload, delivery.OUTSIDE, "bundle"))
    except ProtocolError as error:
        raise BundleError(Fault.TORN, f"it is no whole bundle ({error}): copy it again") from error
    if len(it.box) < lock.least(it.device is not None):
        raise BundleError(Fault.TORN, "it is no whole bundle (its box is too short): copy it again")
    return it, payload, signature


def prove(data: bytes, root: bytes, known: Revocations = Revocations()) -> Proven:  # noqa: B008 - immutable
    """`known`: the newest list that this till has seen. Raises BundleError."""
    it, payload, signature = read(data)
    issuer = authority.read_issuer(it.issuer, root)
    revoked = known
    if it.revocations is not None:
        brought = authority.read_revocations(it.revocations, root)
        revoked = brought if brought.version > known.version else known
    if not BUNDLE_FORM.proven(issuer.key, payload, signature):
        raise BundleError(Fault.SIGNATURE, f"it is not signed by {issuer.name}, whose certificate it bears")
    authority.allowed(issuer, it.issued, revoked)
    return Proven(it, issuer, revoked, sha256(data).digest())


def unlock(it: Bundle, seed: bytes, code: bytes | None) -> Inside:
    """`seed`: of this device's key; `code`: what was scanned, if anything was. Raises BundleError."""
    if it.device is None:
        if code is None:
            raise BundleError(Fault.CODE, "it is closed under a code: scan the QR of the till's sheet")
        return read_inside(lock.open_under(code, it.box))
    if it.device != lock.pair(seed)[0]:
        raise BundleError(Fault.DEVICE, "it is closed for another till: take the stick there")
    return read_inside(lock.open_with(seed, it.box))


def read_inside(data: bytes) -> Inside:
    """Raises BundleError."""
    try:
        files, wifi, collector, board = unpacked(data, _INSIDE, "inside")
    except ProtocolError as error:
        raise BundleError(Fault.TORN, f"its inside is not what it should be ({error}): make it again") from error
    return Inside(dict(files), tuple(wifi) if wifi else None, collector, board)
