"""What the records of a period say, in files that anybody can open: a pure function of the records (FORMAT.md).

Nothing here knows a kind: names and fields come from a table, so that a stranger's program makes the same bytes.
Every row goes out as it comes: memory does not grow with the period.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from appliance.audit.archive_source import Fault
from appliance.audit.dump import Names, compact, line, plain, time
from appliance.audit.seals import Signed
from appliance.audit.source import Broken
from appliance.core import jet, signed
from appliance.storage.record import Record, Value
from appliance.storage.segment import Header

BOM: Final = b"\xef\xbb\xbf"
FRONT: Final = ("seq", "time", "till", "operator", "session")
RECORDS: Final = "data/records.jsonl"
KEYS: Final = "data/keys.csv"
SIGNATURES: Final = "data/signatures.csv"
EVENTS: Final = "data/jet.csv"
HEADS: Final[Mapping[str, Sequence[str]]] = {
    EVENTS: ("seq", "record", "time", "operator", "till", "code", "description"),
    KEYS: ("segment", "first_record", "key", "algorithm"),
    SIGNATURES: ("type", "type_seq", "format", "record", "data", "signature"),
}
ALGORITHM: Final = "ed25519"
_OWN: Final = {"jet": "data/jet-record.csv"}  # `data/jet.csv` is the JET of all kinds
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins so for a formula
_QUOTED = re.compile('[;"\r\n]')

Sink = Callable[[bytes], None]


def csv_name(kind: str) -> str:
    """The member that holds the records of a kind."""
    return _OWN.get(kind, f"data/{kind}.csv")


def row(cells: Sequence[Value]) -> bytes:
    return (";".join(map(cell, cells)) + "\r\n").encode()


def cell(value: Value) -> str:
    """Integers in decimal, bytes in hex, lists and maps as JSON; null is empty."""
    if type(value) is int:
        return str(value)
    if value is None:
        return ""
    if type(value) is bytes:
        return value.hex()
    text = value if isinstance(value, str) else compact(plain(value))
    if text.startswith(_RISKY):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


class Projection:
    """`sink` opens a member for what follows; each is opened once, when its first bytes come.

    `width`: how many columns a member has, of those that are known now; an archive of before a kind had a field has
    fewer. None: all.
    """

    def __init__(
        self, sink: Callable[[str], Sink], names: Names, width: Callable[[str], int | None] = lambda name: None
    ) -> None:
        self._open, self._names, self._width = sink, names, width
        self._sinks: dict[str, Sink] = {}
        self._kinds: dict[int, tuple[Sink, dict[int, str]]] = {}
        self._fact: Record | None = None
        self._lines = sink(RECORDS)
        for name in HEADS:
            self._headed(name, HEADS[name])

    def segment(self, header: Header) -> None:
        """A segment of the archive begins."""
        self._sinks[KEYS](row([header.number, header.first_seq, header.key.hex(), ALGORITHM]))

    def record(self, record: Record, entries: Sequence[Signed]) -> None:
        """`entries`: what `Seals` found when `record` is a seal. Raises Broken for what the table does not name."""
        self._lines(f"{line(record, self._names)}\n".encode())
        put, keys = self._kinds.get(record.kind) or self._kind(record)
        body = record.body
        if not body.keys() <= keys.keys():
            self._strange(record)
        front: list[Value] = [record.seq, time(record.t, record.tz), record.till, record.operator, record.session]
        put(row([*front, *map(body.get, keys)]))
        for entry in entries:
            self._signed(entry)
        self._fact = record

    def _strange(self, record: Record) -> None:
        name, fields = self._names[record.kind]
        if record.body.keys() <= fields.keys():
            raise Fault(csv_name(name), f"record {record.seq} has a field without a column")
        raise Broken(record.seq, "its body has a field that its kind does not know")

    def _kind(self, record: Record) -> tuple[Sink, dict[int, str]]:
        if record.kind not in self._names:
            raise Broken(record.seq, f"kind {record.kind} is not known to this version")
        name, fields = self._names[record.kind]
        member = csv_name(name)
        width = self._width(member)
        keys = dict(sorted(fields.items())[: None if width is None else max(0, width - len(FRONT))])
        found = self._headed(member, [*FRONT, *keys.values()]), keys
        self._kinds[record.kind] = found
        return found

    def _headed(self, name: str, head: Sequence[str]) -> Sink:
        put = self._sinks[name] = self._open(name)
        put(BOM + row(list(head)))
        return put

    def _signed(self, entry: Signed) -> None:
        put = self._sinks[SIGNATURES]
        put(row([entry.kind, entry.number, entry.form, entry.fact, entry.text, signed.text(entry.signature)]))
        fact = self._fact
        if entry.kind == signed.JET and fact:
            code = jet.code(fact.kind, fact.body)
            said = jet.description(fact.kind, fact.body)
            when = time(fact.t, fact.tz)
            self._sinks[EVENTS](row([entry.number, fact.seq, when, fact.operator, fact.till, code, said]))
