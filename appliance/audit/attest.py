"""The attestation of the publisher, as a signed file that the till keeps and checks (VER-05, ATTESTATION.md).

Part 1 is the publisher's and signed by his offline key; part 2 is the shop's and bound to part 1 by its hash. `stored`,
`refusal`, `foot` and `body` are what a till asks: the file it keeps, whether that proves something for this build, this
shop and this day, what its tickets may say, and what its journal records.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import cbor2

from appliance.audit.perimeter import Difference, Perimeter
from appliance.core import law
from appliance.storage.cose import CoseError, Form, loaded

NAME: Final = "attestation"  # in the data folder
PINNED: Final = Path(__file__).with_name("publisher.json")
FORM: Final = Form("application/vnd.sceau.attestation+cbor", b"sceau/attestation/1\0")
VERSION: Final = 1
NONE, ATTESTATION, CERTIFICATE = "none", "attestation", "certificate"
MODES: Final = (NONE, ATTESTATION, CERTIFICATE)
LARGEST: Final = 65_536  # bytes of a file
_LONGEST, _MOST = 400, 40  # characters of a text, texts of a list


class AttestationError(ValueError):
    """One sentence that says what is wrong and what to do."""


class Certificate(NamedTuple):
    """Of an accredited body: its number, who issued it, when (ISO date)."""

    number: str
    body: str
    date: str


class Part1(NamedTuple):
    """The publisher's. `version`: fiscal, `major.minor`; `digest`: of the perimeter; dates are ISO."""

    number: str
    mode: str
    certificate: Certificate | None
    publisher: str
    address: tuple[str, ...]
    publisher_siret: str
    representative: str
    quality: str
    software: str
    licence: str
    version: str
    digest: bytes
    covered: tuple[str, ...]
    excluded: tuple[str, ...]
    shop: str
    siret: str
    market: str
    place: str
    made: str
    key: bytes

    @property
    def major(self) -> str:
        """The root of the versions that it covers (BOI-TVA-DECLA-30-10-30, § 340)."""
        return self.version.split(".")[0]


class Part2(NamedTuple):
    """The shop's: who has acquired the software, from whom, when, and uses it since when; place and date."""

    shop: str
    representative: str
    siret: str
    seller: str
    acquired: str
    used: str
    place: str
    made: str


class Attestation(NamedTuple):
    part1: Part1
    part2: Part2 | None
    data: bytes  # the whole file

    @property
    def sha256(self) -> bytes:
        return sha256(self.data).digest()


class Publisher(NamedTuple):
    """Whose word this build takes. `trial`: a key for development, whose secret everybody may know."""

    name: str
    key: bytes
    trial: bool


def publisher(path: Path = PINNED) -> Publisher:
    """The key that is pinned in the build."""
    said = json.loads(path.read_bytes())
    return Publisher(said["name"], bytes.fromhex(said["key"]), said["state"] == "development")


def make(part1: Part1, sign: Callable[[bytes], bytes]) -> Attestation:
    """Signed by the key that part 1 names. Raises AttestationError for what the law or the format refuses."""
    payload = cbor2.dumps(_map(part1))
    try:
        _checked(_part1(payload))
    except CoseError as error:
        raise AttestationError(f"{error}: say it otherwise") from error
    return Attestation(part1, None, FORM.seal(payload, sign))


def complete(attestation: Attestation, part2: Part2) -> Attestation:
    """With the shop's part, in place of one that is there. Raises AttestationError."""
    first = _first(attestation.data)
    whole = first + cbor2.dumps({1: sha256(first).digest(), **dict(enumerate(part2, start=2))})
    return read(whole, attestation.part1.key)


def read(data: bytes, key: bytes) -> Attestation:
    """A file whose part 1 is signed by `key`. Raises AttestationError."""
    try:
        payload, signature, rest = FORM.open(data)
        part1 = _part1(payload)
        part2 = _part2(rest, data[: len(data) - len(rest)]) if rest else None
    except CoseError as error:
        raise AttestationError(
            f"this is no attestation of Sceau: {error}; ask the publisher for the file again"
        ) from error
    if part1.key != key or not FORM.proven(key, payload, signature):
        raise AttestationError("the publisher of this software did not sign it: ask the publisher for another one")
    _checked(part1)
    if part2:
        _together(part1, part2)
    return Attestation(part1, part2, data)


def stored(folder: Path, key: bytes | None = None) -> Attestation | None:
    """What the till keeps in its data folder, signature checked; None when there is none. Raises AttestationError."""
    path = folder / NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AttestationError(f"{path} cannot be read ({error.strerror}): store the attestation again") from error
    return read(data[: LARGEST + 1], publisher().key if key is None else key)


def refusal(attestation: Attestation, build: Perimeter | Difference, siret: str, day: date) -> str:
    """Why it proves nothing for this build, this shop and this day: one sentence, empty when it does."""
    part1 = attestation.part1
    if isinstance(build, Difference):
        return str(build)
    if build.version.split(".")[0] != part1.major:
        return f"it is for version {part1.version}, this is {build.version}: ask the publisher for a new one"
    if build.digest != part1.digest:
        return f"the publisher did not sign the fiscal perimeter of this build ({build.version}): ask for a new one"
    if siret != part1.siret:
        return f"it is for the shop with SIRET {part1.siret}, this till's is {siret}: ask for one in your name"
    if day.isoformat() < part1.made:
        return f"it is dated {part1.made}, after today's {day}: set the clock right or wait"
    if part1.mode not in (NONE, *law.PROOFS.on(day)):
        return f"the law does not take an attestation as proof on {day}: a certificate is needed"
    return ""


def foot(attestation: Attestation | None, refused: str = "", *, trial: bool = False) -> str:
    """The line at the foot of a ticket (VER-03); only the third mode prints a certificate's number."""
    if attestation is None or refused or attestation.part1.mode == NONE:
        return "sans certificat ni attestation"
    part1 = attestation.part1
    said = f"certificat {part1.certificate.number}" if part1.certificate else f"attestation n° {part1.number}"
    return f"{said} (essai)" if trial else said


def body(attestation: Attestation) -> dict[int, Any]:
    """Of the record of kind 63."""
    part1 = attestation.part1
    number = part1.certificate.number if part1.certificate else part1.number
    return {1: part1.mode, 2: "" if part1.mode == NONE else number, 3: part1.version, 4: attestation.sha256}


def _map(part1: Part1) -> dict[int, Any]:
    return dict(enumerate((VERSION, *map(_plain, part1)), start=1))


def _plain(value: Any) -> Any:  # noqa: ANN401 - texts, bytes, tuples of texts, None
    return list(value) if isinstance(value, tuple) else value


_TEXTS = {at for at, name in enumerate(Part1._fields) if name in ("address", "covered", "excluded")}
_BYTES = {Part1._fields.index("digest"), Part1._fields.index("key")}
_CERTIFICATE: Final = Part1._fields.index("certificate")


def _part1(payload: bytes) -> Part1:
    """Raises CoseError."""
    found = loaded(payload)
    if type(found) is not dict or list(found) != list(range(1, len(Part1._fields) + 2)) or found[1] != VERSION:
        raise CoseError("its first part has not the fields of version 1")
    return Part1(*(_field(at, value) for at, value in enumerate(list(found.values())[1:])))


def _field(at: int, value: Any) -> Any:  # noqa: ANN401
    if at == _CERTIFICATE:
        return Certificate(*_texts(value, 3, 3)) if value is not None else None
    if at in _TEXTS:
        return _texts(value, 1, _MOST)
    if at in _BYTES:
        if type(value) is not bytes or len(value) != 32:
            raise CoseError("a hash or a key has not 32 bytes")
        return value
    return _text(value)


def _text(value: Any) -> str:  # noqa: ANN401
    if type(value) is not str or len(value) > _LONGEST or not value.isprintable() or value != value.strip():
        raise CoseError("a text is missing, too long or not printable")
    return value


def _texts(value: Any, least: int, most: int) -> tuple[str, ...]:  # noqa: ANN401
    if type(value) is not list or not least <= len(value) <= most:
        raise CoseError("a list of texts has not its length")
    return tuple(map(_text, value))


def _part2(data: bytes, first: bytes) -> Part2:
    """Raises CoseError."""
    found = loaded(data)
    if type(found) is not dict or list(found) != list(range(1, len(Part2._fields) + 2)):
        raise CoseError("its second part has not its fields")
    if found[1] != sha256(first).digest():
        raise CoseError("its second part belongs to another first part")
    return Part2(*map(_text, list(found.values())[1:]))


def _first(data: bytes) -> bytes:
    return data[: len(data) - len(FORM.open(data)[2])]


def _checked(part1: Part1) -> None:
    """What the law and plain sense ask of part 1, whoever signed it. Raises AttestationError."""
    for name in ("number", "publisher", "representative", "software", "version", "shop", "place"):
        if not getattr(part1, name):
            raise AttestationError(f"{name} is missing in part 1: the attestation has to name it")
    if part1.mode not in MODES:
        raise AttestationError(f"mode {part1.mode!r} is not {', '.join(MODES)}")
    if (part1.certificate is not None) != (part1.mode == CERTIFICATE):
        raise AttestationError("the certificate's number, body and date stand in mode certificate, and only there")
    if part1.certificate and not all(part1.certificate):
        raise AttestationError("mode certificate needs the certificate's number, body and date")
    made = _day(part1.made, "part 1")
    _day(part1.market, "market")
    if part1.mode not in (NONE, *law.PROOFS.on(made)):
        raise AttestationError(f"the law does not take an attestation as proof on {made}: a certificate is needed")


def _together(part1: Part1, part2: Part2) -> None:
    """Raises AttestationError."""
    if part2.siret != part1.siret:
        raise AttestationError(f"part 1 is for SIRET {part1.siret}, part 2 for {part2.siret}: they must be one shop")
    if not all(part2):
        raise AttestationError("part 2 has an empty field: name, representative, seller, place and dates are wanted")
    days = [_day(part2.acquired, "acquired"), _day(part2.used, "used"), _day(part2.made, "part 2")]
    late = [day for day in days if part1.mode not in (NONE, *law.PROOFS.on(day))]
    if late:
        raise AttestationError(f"the law does not take an attestation as proof on {late[0]}: a certificate is needed")
    if days[1] < days[0]:
        raise AttestationError(f"it says used since {part2.used} and acquired on {part2.acquired}: used comes after")


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AttestationError(f"the date of {what} is {text!r}: YYYY-MM-DD is wanted") from error
