"""How a till becomes known to a collector: offer, enrolment, registration (PROTOCOL.md, section Enrolment). Pure."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain
from appliance.storage.cose import Form
from appliance.storage.record import GENESIS_KEY, NAME_LIMIT, RECORD_LIMIT, RecordError, decode
from appliance.sync import keylog, shape
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import GENESIS, UNAUTHORIZED, UNPROCESSABLE
from appliance.sync.shape import ProtocolError

ENROLMENT_TYPE: Final = "application/vnd.sceau.enrolment+cbor"
REGISTRATION_FORM: Final = Form("application/vnd.sceau.registration+cbor", b"sceau/registration/1")
OFFER_FORM: Final = Form("application/vnd.sceau.offer+cbor", b"sceau/offer/1")
PROOF_DOMAIN: Final = b"sceau/enrolment/1\0"
ENROLMENT_BYTES: Final = 32 * 1024
TILL, SIRET = 3, 4  # fields of the genesis record
_TEXT: Final = 128
_KEY: Final = shape.octets(32)
_SIGNATURE: Final = shape.octets(chain.SIGNATURE_SIZE)


class Enrolment(NamedTuple):
    """What the till sends; the proofs are by the key of the genesis record and by the network key."""

    token: bytes
    genesis: bytes
    network_key: bytes
    serial: str
    software: str
    fiscal_proof: bytes
    network_proof: bytes

    def encode(self) -> bytes:
        return cbor2.dumps(list(self))

    @property
    def chain_id(self) -> bytes:
        return chain.chain_id(chain.link(chain.START, self.genesis))


class Policy(NamedTuple):
    """Seconds between two batches while something waits, records that trigger one, seconds of silence that alarm."""

    interval: int
    records: int
    silence: int


POLICY: Final = Policy(900, 512, 26 * 3600)


class Registration(NamedTuple):
    """The collector's answer, kept in the till's journal; `log`: entries of the key log, `at` UTC ms."""

    chain_id: bytes
    siret: str
    till: str
    root: bytes
    log: tuple[bytes, ...]
    url: str
    policy: Policy
    release_key: bytes
    network_key: bytes
    at: int
    kid: bytes


class Offer(NamedTuple):
    """A token that was given out; `token`: its SHA-256, `expires` UTC ms."""

    token: bytes
    siret: str
    till: str
    expires: int
    kid: bytes


def proof(token: bytes, chain_id: bytes, network_key: bytes, serial: str, software: str) -> bytes:
    """What both keys sign."""
    said = b"".join(sha256(text.encode()).digest() for text in (serial, software))
    return PROOF_DOMAIN + sha256(token).digest() + chain_id + network_key + said


def seal(
    token: bytes, genesis: bytes, network: tuple[bytes, Callable[[bytes], bytes]], fiscal: Callable[[bytes], bytes],
    serial: str, software: str,
) -> Enrolment:  # fmt: skip
    """`network`: public key and what it signs with; `fiscal`: what the key of the genesis record signs with."""
    key, sign = network
    chain_id = chain.chain_id(chain.link(chain.START, genesis))
    said = proof(token, chain_id, key, serial, software)
    return Enrolment(token, genesis, key, serial, software, fiscal(said), sign(said))


_ENROLMENT: Final = (
    ("token", shape.octets(16)),
    ("genesis record", shape.octets_to(RECORD_LIMIT)),
    ("network key", _KEY),
    ("serial", shape.text_to(_TEXT)),
    ("software", shape.text_to(_TEXT)),
    ("fiscal proof", _SIGNATURE),
    ("network proof", _SIGNATURE),
)


def read_enrolment(data: bytes) -> tuple[Enrolment, str, str]:
    """(enrolment, SIRET and till of its genesis record), both proofs checked. Raises ProtocolError."""
    it = Enrolment(*shape.listed(data, _ENROLMENT, "enrolment"))
    key, siret, till = _born(it.genesis)
    said = proof(it.token, it.chain_id, it.network_key, it.serial, it.software)
    for name, public, signature in (("fiscal", key, it.fiscal_proof), ("network", it.network_key, it.network_proof)):
        if not chain.fit(public) or not chain.signed(public, said, signature):
            raise ProtocolError(f"the {name} key has not proven that the till holds it", UNPROCESSABLE)
    return it, siret, till


def _born(genesis: bytes) -> tuple[bytes, str, str]:
    """Key, SIRET and till of a genesis record."""
    try:
        record = decode(genesis)
    except RecordError as error:
        raise ProtocolError(f"the genesis record is no record: {error}", UNPROCESSABLE) from error
    key, siret, till = (record.body.get(at) for at in (GENESIS_KEY, SIRET, TILL))
    if (record.seq, record.kind) != (0, GENESIS) or not isinstance(key, bytes):
        raise ProtocolError("this is no genesis record", UNPROCESSABLE)
    if not isinstance(siret, str) or not isinstance(till, str):
        raise ProtocolError("the genesis record names no SIRET and no till", UNPROCESSABLE)
    return key, siret, till


def _siret(value: Any) -> bool:  # noqa: ANN401
    return type(value) is str and len(value) == 14 and value.isascii() and value.isdecimal()


def _policy(value: Any) -> bool:  # noqa: ANN401
    return type(value) is dict and list(value) == [1, 2, 3] and all(map(shape.natural, value.values()))


def _log(value: Any) -> bool:  # noqa: ANN401
    return (
        type(value) is list and 1 <= len(value) <= keylog.MOST and all(map(shape.octets_to(keylog.ENTRY_BYTES), value))
    )


_REGISTRATION: Final = (
    ("chain", shape.octets(16)),
    ("SIRET", _siret),
    ("till", shape.text_to(NAME_LIMIT, 1)),
    ("root key", _KEY),
    ("key log", _log),
    ("address", shape.text_to(_TEXT)),
    ("policy", _policy),
    ("release key", _KEY),
    ("network key", _KEY),
    ("time", shape.instant),
    ("key id", shape.octets(8)),
)


def seal_registration(it: Registration, sign: Callable[[bytes], bytes]) -> bytes:
    values = [*it[:4], list(it.log), it.url, dict(enumerate(it.policy, start=1)), *it[7:]]
    return REGISTRATION_FORM.seal(cbor2.dumps(dict(enumerate(values, start=1))), sign)


def read_registration(data: bytes, root: bytes) -> tuple[Registration, KeyLog]:
    """Proven through its own key log by `root`, which the caller trusts. Raises ProtocolError."""
    payload, _ = shape.opened(REGISTRATION_FORM, data, "registration")
    values = shape.unpack(payload, _REGISTRATION, "registration")
    values[4], values[6] = tuple(values[4]), Policy(*values[6].values())
    it = Registration(*values)
    if it.root != root:
        raise ProtocolError("the registration names another root key than the one that is trusted", UNAUTHORIZED)
    log = keylog.read(it.log, root)
    shape.proven(REGISTRATION_FORM, data, log.key(it.kid, it.at), "registration")
    return it, log


def root_of(data: bytes) -> bytes:
    """The root key that a registration names, to be held against the token's mark. Nothing is proven yet."""
    root: bytes = shape.unpack(shape.opened(REGISTRATION_FORM, data, "registration")[0], _REGISTRATION, "registration")[
        3
    ]
    return root


_OFFER: Final = (
    ("hash of the token", shape.octets(32)),
    ("SIRET", _siret),
    ("till", shape.text_to(NAME_LIMIT, 1)),
    ("expiry", shape.instant),
    ("key id", shape.octets(8)),
)


def seal_offer(it: Offer, sign: Callable[[bytes], bytes]) -> bytes:
    """Raises ProtocolError for a SIRET or till that is none."""
    data = OFFER_FORM.seal(cbor2.dumps(dict(enumerate(it, start=1))), sign)
    shape.unpack(shape.opened(OFFER_FORM, data, "token offered")[0], _OFFER, "token offered")
    return data


def read_offer(data: bytes, log: KeyLog, at: int) -> Offer:
    """Signed by a key of `log` that is good at `at` (UTC ms). Raises ProtocolError."""
    payload, _ = shape.opened(OFFER_FORM, data, "token offered")
    it = Offer(*shape.unpack(payload, _OFFER, "token offered"))
    shape.proven(OFFER_FORM, data, log.key(it.kid, at), "token offered")
    return it
