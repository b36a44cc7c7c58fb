"""Every record as one line of JSON, in order, under the names that FORMAT.md gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from appliance.audit.archive_source import Archive, is_archive
from appliance.audit.source import find
from appliance.audit.walk import Walk
from appliance.storage.record import Record, Value

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time of the till is added to it

Names = Mapping[int, tuple[str, dict[int, str]]]  # kind -> (its name, key of the body -> name of the field)


def dump(path: Path, names: Names) -> Iterator[str]:
    """Raises Unreadable, and Broken at the first record that does not follow: the lines before it are proven.

    Of an archive, those of its period; raises Fault when it is none.
    """
    if is_archive(path):
        yield from _archived(path, names)
        return
    for step in Walk(find(path)).steps():
        for record in step.records:
            yield line(record, names)


def _archived(path: Path, names: Names) -> Iterator[str]:
    with Archive(path) as archive:
        manifest = archive.manifest()
        for step in Walk(archive.journal(), pause=lambda: None).steps():
            for record in step.records:
                if manifest.first_record <= record.seq <= manifest.last_record:
                    yield line(record, names)


def line(record: Record, names: Names) -> str:
    name, fields = names.get(record.kind, (str(record.kind), {}))
    said = {
        "seq": record.seq,
        "time": time(record.t, record.tz),
        "till": record.till,
        "operator": record.operator,
        "session": record.session,
        "kind": name,
        "body": {fields.get(key) or str(key): plain(value) for key, value in record.body.items()},
    }
    return compact(said)


@lru_cache(4)
def time(t: int, tz: int) -> str:
    """ISO 8601 in the till's local time, to the millisecond, with its offset."""
    return (_EPOCH + timedelta(milliseconds=t, minutes=tz)).isoformat(timespec="milliseconds") + _offset(tz)


@lru_cache(16)
def _offset(tz: int) -> str:
    return f"{'-' if tz < 0 else '+'}{abs(tz) // 60:02d}:{abs(tz) % 60:02d}"


def plain(value: Value) -> object:
    """As JSON can say it: bytes in hex, keys as text."""
    kind = type(value)
    if kind is int or kind is str or value is None:
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
