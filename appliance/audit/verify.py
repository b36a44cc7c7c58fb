"""The verdict on a journal: intact, broken from a record on, or nothing that can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from appliance.audit import quick
from appliance.audit.archive_check import Core, Result, examine
from appliance.audit.archive_source import Archive, Fault, is_archive
from appliance.audit.check import NO_KINDS, Awaiting, Kinds, Mode, Passed, Refold, check, seal
from appliance.audit.parts import Job, check_parts, restored
from appliance.audit.progress import Meter, Show
from appliance.audit.source import Broken, Source, Unreadable, find
from appliance.audit.walk import Place, Walk, wait
from appliance.storage import chain
from appliance.storage.frame import Frame, FrameError
from appliance.storage.record import RecordError, Value, decode
from appliance.storage.segment import SegmentError
from appliance.storage.trail import Trail

INTACT, BROKEN, UNREADABLE = 0, 1, 2
WORDS = ("intact", "broken", "unreadable")

__all__ = ["BROKEN", "INTACT", "NO_KINDS", "UNREADABLE", "Kinds", "Mode", "Refold", "Verdict", "verify"]


class Verdict(NamedTuple):
    """`code` is the exit code. `seq`, `segment` or `member` say where it broke; `notes` come before the last line.

    `predecessor` is what the genesis record says of the chain before: [chain id, head, perpetual, absolute] or None.
    """

    code: int
    why: str = ""
    seq: int | None = None
    segment: int | None = None
    records: int = 0
    tickets: int = 0
    tears: int = 0
    head: bytes = b""
    chain_id: bytes = b""
    notes: tuple[str, ...] = ()
    predecessor: Value = None
    member: str = ""

    @property
    def line(self) -> str:
        if self.code == INTACT:
            return f"intact: {self.records} records, {self.tickets} tickets, head {self.head.hex()}"
        if self.code == UNREADABLE:
            return self.why
        where = f"record {self.seq}" if self.segment is None else f"segment {self.segment}"
        where = self.member or where
        return f"broken: {where}: {self.why}"

    @property
    def lines(self) -> list[str]:
        return [*self.notes, self.line]


def verify(
    path: Path,
    mode: Mode = "full",
    chain_id: str | None = None,
    refold: Callable[[], Refold] | None = None,
    progress: Show | None = None,
    kinds: Kinds = NO_KINDS,
    *,
    processes: int = 1,
    pause: Callable[[], None] = wait,
) -> Verdict:
    """Reads only. `refold` makes a fresh fold, used in full and paranoid; `progress` gets (bytes read, of all).

    `processes`: quick is shared out by segments; full and paranoid at snapshots, where `kinds` can restore them.
    """
    try:
        pin = _pin(chain_id)
        if is_archive(path):
            return _archived(path, mode, pin, Core(kinds=kinds, refold=refold), progress)
        source = find(path)
        meter = Meter(source, progress)
        verdict = _verdict(source, mode, pin, kinds, refold, processes, pause, meter)
        meter.done()
    except Unreadable as error:
        return Verdict(UNREADABLE, str(error))
    except OSError as error:
        return Verdict(UNREADABLE, f"{path} cannot be read ({error.strerror}): check the medium and its permissions")
    return verdict


def _verdict(
    source: Source,
    mode: Mode,
    pin: bytes | None,
    kinds: Kinds,
    refold: Callable[[], Refold] | None,
    processes: int,
    pause: Callable[[], None],
    meter: Meter,
) -> Verdict:
    passed = None
    if mode == "quick":
        tip = quick.scan(source, kinds.ticket, kinds.defect, processes)
        passed = Passed(Place(0, 0, tip.records, tip.head, tip.genesis, b""), tip.records, tip.tickets) if tip else None
    elif processes > 1 and refold and not source.only and not _purged(source):
        passed = check_parts(Job(source, mode, kinds, refold, pause, meter), processes)
    try:
        passed = passed or _careful(source, mode, kinds, refold, pause, meter)
        return _intact(passed, pin, _predecessor(source, kinds))
    except Broken as broken:
        lowest = _lowest(source, kinds, broken)
        return Verdict(BROKEN, lowest.why, lowest.seq, lowest.number)


def _careful(
    source: Source,
    mode: Mode,
    kinds: Kinds,
    refold: Callable[[], Refold] | None,
    pause: Callable[[], None],
    meter: Meter,
) -> Passed:
    walk = Walk(source, decoding=mode != "quick", pause=pause, told=meter.share(0))
    fold = _fold(source, kinds, refold) if refold and mode != "quick" and not source.only else None
    return check(walk, mode, kinds, fold)


def _fold(source: Source, kinds: Kinds, refold: Callable[[], Refold]) -> Refold:
    """From the first record; of a purged journal from the first snapshot that is left."""
    if not _purged(source):
        return refold()
    return Awaiting(lambda record: restored(kinds, record), kinds.snapshot)


def _purged(source: Source) -> bool:
    try:
        return source.purged()
    except SegmentError:
        return False


def _archived(path: Path, mode: Mode, pin: bytes | None, core: Core, progress: Show | None) -> Verdict:
    try:
        with Archive(path) as archive:
            return _holds(examine(archive, core, mode, progress), pin)
    except Fault as fault:
        return Verdict(BROKEN, str(fault), member=fault.member)
    except Broken as broken:
        return Verdict(BROKEN, broken.why, broken.seq, broken.number)


def _holds(result: Result, pin: bytes | None) -> Verdict:
    manifest, facts, passed = result.manifest, result.facts, result.passed
    if pin not in (None, manifest.chain):
        return Verdict(BROKEN, f"the chain is {manifest.chain.hex()}, not the one asked for", 0)
    period = f"{manifest.begins} to {manifest.ends}, records {manifest.first_record} to {manifest.last_record}"
    said = [f"archive of {manifest.siret}, till {manifest.till}: {period}"]
    if pin is None:
        said.append(f"coherent, not authentic: compare chain {manifest.chain.hex()} with a Z ticket")
    elif not result.genesis:
        said.append(
            "the first record is not in it: that it is of this chain is proven together with the archives before"
        )
    if passed.said:
        said.append(passed.said)
    sums = facts.records, facts.tickets, passed.tears
    return Verdict(INTACT, "", None, None, *sums, manifest.end_head, manifest.chain, tuple(said))


def _lowest(source: Source, kinds: Kinds, broken: Broken) -> Broken:
    """Looks again with every signature: a frame that was forged whole shows only there, before what it broke."""
    walk = Walk(source, decoding=False, pause=lambda: None)
    try:
        for step in walk.steps():
            seal(walk, step)
    except Broken as again:
        return again if again.seq < broken.seq else broken
    return broken


def _intact(passed: Passed, pin: bytes | None, before: Value) -> Verdict:
    found = chain.chain_id(passed.place.genesis)
    if pin is not None and pin != found:
        return Verdict(BROKEN, f"the chain is {found.hex()}, not the one asked for", 0)
    said = [*passed.notes]
    if isinstance(before, list) and len(before) == 4 and isinstance(before[0], bytes):
        said.append(f"it follows chain {before[0].hex()}, whose perpetual total was {before[2]!r} cents: check it too")
    if pin is None:
        said.append(f"chain {found.hex()}: compare with a Z ticket")
    if passed.said:
        said.append(passed.said)
    sums = passed.records, passed.tickets, passed.tears
    return Verdict(INTACT, "", None, None, *sums, passed.place.head, found, tuple(said), before)


def _predecessor(source: Source, kinds: Kinds) -> Value:
    """What a proven genesis record says of the chain before its own. Raises Broken where quick did not look."""
    if kinds.predecessor is None or source.only:
        return None
    try:
        with source.folder.reading(1) as it:
            header = it.header()
            first = Trail(it.read, 1, it.size, header.unit).step() if header else None
        return decode(first.records[0]).body.get(kinds.predecessor) if isinstance(first, Frame) else None
    except (FrameError, RecordError) as error:
        raise Broken(0, str(error)) from error


def _pin(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        pin = bytes.fromhex(text.replace("-", " "))
    except ValueError:
        pin = b""
    if len(pin) != chain.ID_SIZE:
        raise Unreadable(f"{text!r} is no chain id: give the 32 hex digits that a Z ticket prints")
    return pin
