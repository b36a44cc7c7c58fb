"""The signed statement on an archive: what it holds and where in the chain it stands (FORMAT.md, section Manifest).

COSE_Sign1 (RFC 9052, section 4.2) with one constant header and a domain of its own, so that nothing else that the till
signs can be taken for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain

VERSION: Final = 1
TYPE: Final = "application/vnd.sceau.archive+cbor"
PROTECTED: Final[bytes] = cbor2.dumps({1: -8, 3: TYPE})
DOMAIN: Final = b"sceau/archive/1\0"
FRONT_SIGNED: Final = b"\x84" + cbor2.dumps(["Signature1", PROTECTED, DOMAIN])[1:]  # how every statement begins
COSE_NAME: Final = "manifest.cose"
JSON_NAME: Final = "manifest.json"
LARGEST: Final = 16 * 1024 * 1024  # bytes that a reader takes
_TAG = 18
_FRONT = b"\xd2\x84" + cbor2.dumps(PROTECTED) + b"\xa0"  # tag 18, four items, the header, no unprotected one
_SIGNATURE_HEAD = b"\x58\x40"
_BACK = len(_SIGNATURE_HEAD) + chain.SIGNATURE_SIZE
_INT_LIMIT = 2**53 - 1


class ManifestError(ValueError):
    """It is no manifest in its only form; the text says why."""


class File(NamedTuple):
    """A member of the archive; `sha256` of its content."""

    name: str
    size: int
    sha256: bytes


class Manifest(NamedTuple):
    """`made` in UTC ms; `perpetual` = [algebraic before, absolute before, algebraic after, absolute after] in cents."""

    chain: bytes
    till: str
    siret: str
    level: str
    begins: str
    ends: str
    first_record: int
    last_record: int
    start_head: bytes
    end_head: bytes
    software: str
    made: int
    key: bytes
    files: tuple[File, ...]
    perpetual: tuple[int, int, int, int]
    witness_class: str
    unwitnessed: int


# The names that a person reads, in the order of the payload's keys; 1 is the version.
NAMES: Final = (
    "version",
    "chain",
    "till",
    "siret",
    "level",
    "from",
    "to",
    "first_record",
    "last_record",
    "start_head",
    "end_head",
    "software",
    "made",
    "key",
    "files",
    "perpetual",
    "witness_class",
    "unwitnessed",
)
_TYPES = (bytes, str, str, str, str, str, int, int, bytes, bytes, str, int, bytes, list, list, str, int)
_SIZES = {0: chain.ID_SIZE, 8: 32, 9: 32, 12: 32}  # of fields that are bytes


def _fields(manifest: Manifest) -> list[Any]:
    files = [[each.name, each.size, each.sha256] for each in manifest.files]
    return [VERSION, *manifest[:13], files, list(manifest.perpetual), *manifest[15:]]


def payload(manifest: Manifest) -> bytes:
    """Deterministic CBOR (RFC 8949, section 4.2): a map of ascending small integers."""
    return cbor2.dumps(dict(enumerate(_fields(manifest), start=1)))


def to_be_signed(data: bytes) -> bytes:
    """The Sig_structure of a payload (RFC 9052, section 4.4)."""
    return cbor2.dumps(["Signature1", PROTECTED, DOMAIN, data])


def envelope(data: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(_TAG, [PROTECTED, {}, data, signature]))


def seal(manifest: Manifest, sign: Callable[[bytes], bytes]) -> bytes:
    """`manifest.cose`; `sign` is of the key that the manifest names."""
    data = payload(manifest)
    return envelope(data, sign(to_be_signed(data)))


def as_json(manifest: Manifest) -> bytes:
    """`manifest.json`: for a person; made anew from the signed form by every reader and compared."""
    said = {name: _plain(value) for name, value in zip(NAMES, _fields(manifest), strict=True)}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - bytes, text, int or lists of them
    if isinstance(value, bytes):
        return value.hex()
    return [_plain(each) for each in value] if isinstance(value, list) else value


def open_seal(data: bytes) -> Manifest:
    """Raises ManifestError unless `data` is a manifest in its only form, rightly signed by the key that it names.

    Whose key that is, is the caller's question.
    """
    inner, signature = _opened(data)
    manifest = _parsed(inner)
    if payload(manifest) != inner:
        raise ManifestError("its CBOR is not in the one form that is allowed")
    if not chain.fit(manifest.key) or not chain.signed(manifest.key, to_be_signed(inner), signature):
        raise ManifestError("its signature is wrong")
    return manifest


def _opened(data: bytes) -> tuple[bytes, bytes]:
    if not data.startswith(_FRONT) or data[-_BACK : 2 - _BACK] != _SIGNATURE_HEAD:
        raise ManifestError("it is no COSE_Sign1 with the header of an archive's manifest")
    inner, signature = _loaded(data[len(_FRONT) : -_BACK]), data[2 - _BACK :]
    if type(inner) is not bytes or envelope(inner, signature) != data:
        raise ManifestError("its CBOR is not in the one form that is allowed")
    return inner, signature


def _loaded(data: bytes) -> Any:  # noqa: ANN401 - whatever the bytes say; every type is checked after
    try:
        return cbor2.loads(data)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, EOFError) as error:
        raise ManifestError(f"it is no CBOR ({type(error).__name__})") from error


def _parsed(data: bytes) -> Manifest:
    found = _loaded(data)
    if type(found) is not dict or list(found) != list(range(1, len(NAMES) + 1)) or found[1] != VERSION:
        raise ManifestError("it has not the fields of version 1")
    values = list(found.values())[1:]
    if tuple(map(type, values)) != _TYPES or any(len(values[at]) != size for at, size in _SIZES.items()):
        raise ManifestError("a field has not its type or length")
    if not all(_whole(each) for each in values if type(each) is int):
        raise ManifestError("a number is out of range")
    values[13] = tuple(map(_file, values[13]))
    values[14] = _four(values[14])
    return Manifest(*values)


def _file(row: Any) -> File:  # noqa: ANN401
    if type(row) is not list or [type(each) for each in row] != [str, int, bytes]:
        raise ManifestError("a file is not named as [name, size, sha256]")
    if not _whole(row[1]) or len(row[2]) != 32:
        raise ManifestError("a file's size or hash is out of range")
    return File(*row)


def _four(row: list[Any]) -> tuple[int, int, int, int]:
    if [type(each) for each in row] != [int] * 4 or any(abs(each) > _INT_LIMIT for each in row):
        raise ManifestError("the perpetual totals are not four numbers")
    return row[0], row[1], row[2], row[3]


def _whole(number: int) -> bool:
    return 0 <= number <= _INT_LIMIT
