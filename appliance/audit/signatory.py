"""Who signs the strings (SEC-08): the segment's key, or the P-256 key that genesis or the last `key` record certifies.

A part of a chain that begins behind genesis has to be told what stood before: a segment's header names no P-256 key.
"""

from __future__ import annotations

from typing import Any, Final

from appliance.audit.source import Broken, Source
from appliance.storage import certificate, chain, rotation
from appliance.storage.certificate import ED25519, P256, Certified
from appliance.storage.frame import Frame, FrameError
from appliance.storage.record import Record, RecordError, decode
from appliance.storage.segment import SegmentError
from appliance.storage.trail import Trail, find_end, last_frame

NAME: Final = "journal/certificate.der"  # in an archive that begins behind genesis, when strings are ECDSA
_GENESIS: Final = 1
_ALGORITHM: Final = 7
_PLACES: Final = {_GENESIS: (5, 12), rotation.KIND: (1, 3)}  # of the key and of its certificate in a body


class Signatory:
    """`record` takes the records in order; `certified`: the P-256 key that signs where they begin behind genesis."""

    def __init__(self, certified: Certified | None = None) -> None:
        self._certified = certified
        self._algorithm = certified.algorithm if certified else None  # None: nobody has said yet

    def record(self, record: Record) -> None:
        """Raises Broken for a certificate that is not of the key that signs."""
        if record.kind in _PLACES:
            self._certified = self._found(record)

    def holds(self, key: bytes, said: bytes, signature: bytes) -> bool:
        """Whether the string `said` is signed in a segment of `key`."""
        if self._certified and self._certified.algorithm == P256:
            return self._certified.signed(said, signature)
        return len(signature) == chain.SIGNATURE_SIZE and chain.signed(key, said, signature)

    def _found(self, record: Record) -> Certified | None:
        algorithm = self._algorithm_of(record)
        key, data = (record.body.get(at) for at in _PLACES[record.kind])
        if not data and algorithm != P256:
            return None  # it takes no certificate to know an Ed25519 key
        found = certificate.read(data) if isinstance(data, bytes) else None
        if found is None or algorithm not in (None, found.algorithm):
            raise Broken(record.seq, "its certificate is not in the form of a till's, or of another algorithm")
        if found.algorithm == ED25519 and found.key != key:
            raise Broken(record.seq, "its certificate is not of the key that signs")
        return found

    def _algorithm_of(self, record: Record) -> int | None:
        if record.kind == _GENESIS:
            said: Any = record.body.get(_ALGORITHM, ED25519)
            if said not in certificate.ALGORITHMS.values():
                raise Broken(record.seq, f"signature algorithm {said!r} is not known to this version")
            self._algorithm = int(said)
        return self._algorithm


def carried(source: Source, number: int) -> bytes:
    """The certificate of the P-256 key that signs strings where segment `number` begins.

    Empty for Ed25519, where a header says enough, and when nobody knows.
    """
    try:
        born = _genesis(source)
        if born and born.body.get(_ALGORITHM, ED25519) != P256:
            return b""
        last = _turned(source, number) or born
    except (SegmentError, FrameError, RecordError, OSError):
        return b""
    data: Any = last.body.get(_PLACES[last.kind][1]) if last else None
    return data if isinstance(data, bytes) and told(data) else b""


def told(data: bytes) -> Certified | None:
    """What a carried certificate says; None unless it is of a P-256 key."""
    found = certificate.read(data) if data else None
    return found if found and found.algorithm == P256 else None


def _genesis(source: Source) -> Record | None:
    if source.only or 1 not in source.numbers():
        return None
    with source.folder.reading(1) as it:
        header = it.header()
        first = Trail(it.read, 1, it.size, header.unit).step() if header and it.size > header.unit else None
    return decode(first.records[0]) if isinstance(first, Frame) else None


def _turned(source: Source, number: int) -> Record | None:
    """The last `key` record before segment `number`."""
    for before in sorted((each for each in source.numbers() if each < number), reverse=True):
        with source.folder.reading(before) as it:
            header = it.header()
            if header is None or it.size == header.unit:
                return None
            last = last_frame(it.read, it.size, before, header.unit, find_end(it.read, it.size, header.unit))
        if last and rotation.announced(last.records[-1]):
            return decode(last.records[-1])
    return None
