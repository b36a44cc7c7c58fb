"""Is an archive what the till wrote? Everything in it is held against everything else (ARC-08; FORMAT.md, Checking).

The order is fixed, so that two programs name the same place: ZIP, manifest, members' hashes, journal, statement,
projections.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from appliance.audit import manifest as statement
from appliance.audit import projection as shape
from appliance.audit import signatory, succession
from appliance.audit.archive_facts import Facts
from appliance.audit.archive_period import LEVELS, Refusal, check_length
from appliance.audit.archive_source import Archive, Fault
from appliance.audit.check import NO_KINDS, Awaiting, Kinds, Mode, Passed, Refold, check
from appliance.audit.dump import Names
from appliance.audit.heard import Heard
from appliance.audit.manifest import Manifest
from appliance.audit.parts import restored
from appliance.audit.projection import Projection
from appliance.audit.seals import Seals
from appliance.audit.source import Source
from appliance.audit.walk import Place, Step
from appliance.audit.zip import Found
from appliance.core import event as ev
from appliance.storage import chain, rotation
from appliance.storage.certificate import Certified
from appliance.storage.segment import name as segment_name

_AHEAD: Final = 64 * 1024
_STATEMENTS: Final = (statement.COSE_NAME, statement.JSON_NAME)
_NEEDED: Final = (shape.EVENTS, shape.KEYS, shape.RECORDS, shape.SIGNATURES, "notice.txt")
_FREE: Final = (
    succession.NAME,
    signatory.NAME,
    "control/control.json",
    "control/control.pdf",
    "verifier/sceau_verify.py",
    "verifier/verifier.html",
)

Show = Callable[[int, int], None]


class Core(NamedTuple):
    """What the till's rules say of records; without them only chain, seals and projections are checked."""

    names: Names = ev.NAMES
    kinds: Kinds = NO_KINDS
    refold: Callable[[], Refold] | None = None


class Result(NamedTuple):
    """An archive that holds; `passed` is of its journal part, `facts` of its period."""

    manifest: Manifest
    passed: Passed
    facts: Facts
    genesis: bool  # whether the chain's first record is in it


def examine(archive: Archive, core: Core, mode: Mode = "full", progress: Show | None = None) -> Result:
    """Raises Fault, Broken, Unreadable."""
    manifest = archive.manifest()
    meter = _Meter(archive, progress)
    hurt = _hashes(archive, manifest, meter)
    if hurt and not hurt.member.startswith("journal/"):
        raise hurt
    source = archive.journal()
    pass_ = _Pass(archive, source, manifest, core, meter)
    passed = pass_.run(mode)
    if hurt:
        raise hurt
    _said(manifest, pass_, passed)
    _signed(archive, manifest, pass_.keys, passed.place)
    pass_.finish()
    return Result(manifest, passed, pass_.facts, manifest.first_record == 0)


def _said(manifest: Manifest, found: _Pass, passed: Passed) -> None:
    """Raises Fault where the manifest says something else than the journal part."""
    facts, last = found.facts, found.last
    if (facts.last, passed.place.head) != (manifest.last_record, manifest.end_head) or not found.closes:
        raise Fault(last.name, f"it does not end with the closing of record {manifest.last_record}")
    if passed.notes or found.cut != last.size:
        raise Fault(last.name, "bytes stand behind its last frame")
    if not found.met or facts.first != manifest.first_record or not found.begins:
        raise Fault(statement.COSE_NAME, f"record {manifest.first_record} does not follow a closing of this journal")
    for what, wanted, said in _claims(manifest, facts, passed):
        if wanted != said:
            raise Fault(statement.COSE_NAME, f"its {what} is not what the records say")
    _dated(manifest)


def _signed(archive: Archive, manifest: Manifest, named: set[bytes], end: Place) -> None:
    """The key that signs is one that the journal part names, or one that the succession leads to."""
    if succession.NAME not in archive.members:
        if manifest.key not in named:
            raise Fault(statement.COSE_NAME, "a key signed it that this archive does not name")
        return
    if manifest.key in named:
        raise Fault(succession.NAME, "no succession is needed")
    try:
        data = archive.content(succession.NAME, statement.LARGEST)
        reached = succession.last_key(data, end.genesis, end.key, manifest.last_record)
    except succession.SuccessionError as error:
        raise Fault(succession.NAME, str(error)) from error
    if reached != manifest.key:
        raise Fault(statement.COSE_NAME, "a key signed it that this archive does not name")


def _claims(manifest: Manifest, facts: Facts, passed: Passed) -> list[tuple[str, object, object]]:
    before, after = manifest.perpetual[:2], manifest.perpetual[2:]
    begins, ends = (facts.days[0].isoformat(), facts.days[-1].isoformat()) if facts.days else ("", "")
    return [
        ("chain", chain.chain_id(passed.place.genesis), manifest.chain),
        ("till", facts.till, manifest.till),
        ("siret", facts.siret, manifest.siret),
        ("from", begins, manifest.begins),
        ("to", ends, manifest.ends),
        ("perpetual", facts.perpetual, after),
        ("perpetual", tuple(sum(pair) for pair in zip(before, facts.moved, strict=True)), after),
        ("witness_class", (facts.witness or ("", 0))[0], manifest.witness_class),
        ("unwitnessed", (facts.witness or ("", 0))[1], manifest.unwitnessed),
        ("level", manifest.level in LEVELS, True),
    ]


def _dated(manifest: Manifest) -> None:
    try:
        check_length(date.fromisoformat(manifest.begins), date.fromisoformat(manifest.ends))
    except (Refusal, ValueError) as error:
        raise Fault(statement.COSE_NAME, str(error)) from error


class _Meter:
    """Each byte counts twice: once hashed, once understood."""

    def __init__(self, archive: Archive, show: Show | None) -> None:
        self._show, self._done, self._total = show, 0, max(1, 2 * archive.size)

    def add(self, count: int) -> None:
        self._done += count
        if self._show:
            self._show(min(self._done, self._total), self._total)


def _hashes(archive: Archive, manifest: Manifest, meter: _Meter) -> Fault | None:
    """The first member that is not what the manifest names; one of `journal/` only when all others hold."""
    named = {file.name: file for file in manifest.files}
    members = [name for name in archive.members if name not in _STATEMENTS]
    if [file.name for file in manifest.files] != members:
        odd = next(iter(sorted(set(members) ^ set(named))), "")
        if not odd:
            return Fault(statement.COSE_NAME, "its files are not those of the ZIP in their order")
        return Fault(odd, "the manifest does not name it" if odd in members else "it is missing")
    hurt = [fault for name in members if (fault := _hash(archive, name, named[name], meter))]
    return next((each for each in hurt if not each.member.startswith("journal/")), hurt[0] if hurt else None)


def _hash(archive: Archive, name: str, wanted: statement.File, meter: _Meter) -> Fault | None:
    found = archive.members[name]
    meter.add(found.size)
    try:
        return None if archive.digest(found) == wanted else Fault(name, "it is not what the manifest says")
    except Fault as fault:
        return fault


def _certified(archive: Archive, source: Source) -> Certified | None:
    """The P-256 key that signs strings where an archive begins; the manifest vouches for its certificate."""
    if signatory.NAME not in archive.members:
        return None
    found = signatory.told(archive.content(signatory.NAME, _AHEAD))
    if found is None or source.since == 1:
        raise Fault(signatory.NAME, "no such certificate is needed")
    return found


class _Pass:
    """The journal part, walked once: proven, folded from where it can be, its projections made again and compared."""

    def __init__(self, archive: Archive, source: Source, manifest: Manifest, core: Core, meter: _Meter) -> None:
        self._archive, self._source, self._manifest, self._core, self._meter = archive, source, manifest, core, meter
        self.facts = Facts()
        self.keys: set[bytes] = set()
        self.met = manifest.first_record == 0 and manifest.start_head == chain.START
        self.begins = True  # the frame before the period, when it is here, holds a closing
        self.closes = False
        self._ends = 0  # bytes of the segment up to the last frame
        self._written: dict[str, _Written] = {}
        self._fault: Fault | None = None
        self._certified = _certified(archive, source)
        self._seals = Seals(self._previous, self._certified)
        self._projection = Projection(self._sink, core.names, self._width)
        self._number = 0
        self._inside = False  # the record at hand belongs to the period

    def run(self, mode: Mode) -> Passed:
        """Raises Broken; a fault of a projection waits until the journal is known to hold."""
        awaiting = Awaiting(lambda record: restored(self._core.kinds, record), self._core.kinds.snapshot)
        fold = self._core.refold() if self._core.refold and self._source.since == 1 else awaiting
        walk = Heard(self._source, self._hear, pause=lambda: None)
        return check(walk, mode, self._core.kinds, fold, self._certified)

    def _hear(self, step: Step) -> None:
        frame, wanted = step.frame, self._manifest.first_record
        if step.header.number != self._number:
            self._number = step.header.number
            self.keys.add(step.header.key)
            self._meter.add(step.header.size)
            self._put(lambda: self._projection.segment(step.header))
        if frame.next_seq <= wanted:
            self.begins = _closing(step)
        elif frame.first_seq == wanted:
            self.met = frame.prev_head == self._manifest.start_head
        for data, record in zip(frame.records, step.records, strict=True):
            new = rotation.announced(data)
            if new:
                self.keys.add(new)
            self._inside = record.seq >= wanted
            entries = self._seals.record(record, step.header.key)
            if self._inside:
                self.facts.record(record)
                self._put(lambda record=record, entries=entries: self._projection.record(record, entries))  # type: ignore[misc]
        self._seals.frame_ends()
        self.closes = _closing(step)
        self._ends = frame.end * step.header.unit

    def _put(self, write: Callable[[], None]) -> None:
        if self._fault is None:
            try:
                write()
            except Fault as fault:
                self._fault = fault

    def _sink(self, name: str) -> Callable[[bytes], None]:
        try:
            written = self._written[name] = _Written(self._archive, self._archive.member(name))
        except Fault as fault:
            self._fault = self._fault or fault
            return lambda data: None
        return written.same

    def _width(self, name: str) -> int | None:
        """As many columns as its first row has: fields are only ever added, behind those that were there."""
        found = self._archive.members.get(name)
        if found is None:
            return None
        head = self._archive.read(min(found.size, _AHEAD), found.offset)
        return head.split(b"\r\n", 1)[0].count(b";") + 1

    def _previous(self, kind: int, number: int) -> bytes | None:
        """What the till signed before this archive begins, as its own string names it; the signature proves it."""
        written = self._written.get(shape.SIGNATURES)
        if not self._inside or self._fault or written is None:
            return None
        found = written.previous(kind, number)
        if found is None:
            raise Fault(shape.SIGNATURES, f"it does not hold string {number} of type {kind}")
        return found

    @property
    def cut(self) -> int:
        """Bytes of the last segment up to the end of its last frame."""
        return self._ends

    @property
    def last(self) -> Found:
        return self._archive.members[f"journal/{segment_name(self._source.numbers()[-1])}"]

    def finish(self) -> None:
        """Raises Fault for the first projection that is not what the records say."""
        if self._fault:
            raise self._fault
        for written in self._written.values():
            written.ended()
        odd = [name for name in self._archive.members if not self._known(name)]
        if odd:
            raise Fault(odd[0], "no record of the period is in it, and it is nothing else that an archive holds")

    def _known(self, name: str) -> bool:
        raw = name.startswith("journal/")
        return name in self._written or name in _NEEDED or name in _FREE or name in _STATEMENTS or raw


def _closing(step: Step) -> bool:
    return any(record.kind == ev.DAY_CLOSE for record in step.records)


class _Written:
    """A member that should hold what is made again, byte by byte."""

    def __init__(self, archive: Archive, found: Found) -> None:
        self._archive, self._found = archive, found
        self._at, self._buffer, self._row = 0, b"", 0

    def same(self, data: bytes) -> None:
        if self._ahead(len(data))[: len(data)] != data:
            raise Fault(self._found.name, f"row {self._row + 1} is not what the records say")
        self._buffer = self._buffer[len(data) :]
        self._at += len(data)
        self._row += data.count(b"\n")

    def _ahead(self, size: int) -> bytes:
        if len(self._buffer) < size:
            start = self._at + len(self._buffer)
            more = min(max(_AHEAD, size), self._found.size - start)
            self._buffer += self._archive.read(more, self._found.offset + start) if more > 0 else b""
        return self._buffer

    def ended(self) -> None:
        if self._at != self._found.size:
            raise Fault(self._found.name, f"it holds more than the records say, from row {self._row + 1} on")

    def previous(self, kind: int, number: int) -> bytes | None:
        """The signature that the string of the next rows' entry (type, number) ends with."""
        rows = self._ahead(_AHEAD)[:_AHEAD].split(b"\r\n")[:64]
        start = f"{kind};{number};".encode()
        row = next((row for row in rows if row.startswith(start)), None)
        if row is None:
            return None
        text = row.rsplit(b";", 1)[0].rstrip(b'"').rsplit(b",", 1)[-1].decode("ascii", "replace")
        return _from_text(text)


def _from_text(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
