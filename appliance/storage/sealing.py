"""Signs the strings of seals on their way to flash (FORMAT.md, section Seals): numbers come from the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from appliance.storage.record import Record, RecordError, Value, decode

SEAL: Final = 70
SNAPSHOT: Final = 51
LAST: Final = 24  # field of a snapshot: the last string of each type
_MARK: Final = b"\x18\x46\xa2\x01"  # kind 70, a map of two, key 1: what every seal holds

Strings = Callable[[Record, int, int, bytes], bytes]  # fact, type, number, the signature before -> what is signed


def is_seal(data: bytes) -> bool:
    if _MARK not in data:
        return False
    try:
        return decode(data).kind == SEAL
    except RecordError:
        return False


class Sealing:
    """Keeps the last signature of each type, as the records on flash have it."""

    def __init__(self, strings: Strings, sign: Callable[[bytes], bytes], last: Mapping[int, bytes]) -> None:
        self._strings, self._sign = strings, sign
        self._last = dict(last)

    def complete(self, records: Sequence[Record]) -> list[Record]:
        """The same records, signatures in the places that were kept for them. Raises ValueError for a stray seal."""
        done: list[Record] = []
        for record in records:
            if record.kind == SEAL:
                done.append(self._seal(record, done[-1] if done else None))
            elif record.kind == SNAPSHOT and LAST in record.body:
                done.append(self._snapshot(record))
            else:
                done.append(record)
        return done

    def _seal(self, seal: Record, fact: Record | None) -> Record:
        body: dict[int, Any] = dict(seal.body)
        if fact is None or fact.seq != body[1]:
            raise ValueError("a seal stands directly behind its record")
        signed: list[Value] = []
        for kind, number, form, _ in body[2]:
            self._last[kind] = self._sign(self._strings(fact, kind, number, self._last.get(kind, b"")))
            signed.append([kind, number, form, self._last[kind]])
        return seal._replace(body={**body, 2: signed})

    def _snapshot(self, record: Record) -> Record:
        body: dict[int, Any] = dict(record.body)
        last: list[Value] = [[kind, number, self._last[kind]] for kind, number, _ in body[LAST]]
        return record._replace(body={**body, LAST: last})
