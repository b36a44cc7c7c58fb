"""What may leave the till: whole segments that stand, byte for byte, in checked archives on other media (PUR-01…04).

Off unless somebody asks (PUR-05). The plan is the body of the `purge` record; `storage/purge.py` carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from appliance.audit.archive_check import Core, examine
from appliance.audit.archive_copy import OK
from appliance.audit.archive_parts import chunks
from appliance.audit.archive_period import Refusal
from appliance.audit.archive_source import Archive, Fault
from appliance.audit.manifest import Manifest
from appliance.audit.quick import kind_of
from appliance.audit.signatory import carried
from appliance.audit.source import Broken, Source, Unreadable, find
from appliance.audit.walk import Walk
from appliance.core import event as ev
from appliance.core.event import Value
from appliance.storage import purge
from appliance.storage.record import Record
from appliance.storage.segment import Header, SegmentError
from appliance.storage.segment import name as segment_name

MEDIA: Final = 2  # on which each archive must have been read back, where nobody upstream has a receipt


class Held(NamedTuple):
    """An archive that was checked whole on a medium; `media`: all numbers on which it was read back."""

    manifest: Manifest
    sha256: bytes
    media: frozenset[str]


class Plan(NamedTuple):
    """`body` of the `purge` record, and the order that it becomes once it is durable."""

    body: dict[int, Value]
    order: purge.Order


class Copies:
    """Which archives were recorded and read back where; `record` takes the journal's records."""

    def __init__(self) -> None:
        self.archives: dict[bytes, int] = {}  # SHA-256 -> the `archive` record
        self._media: dict[bytes, set[str]] = {}
        self.receipted: int | None = None  # the first record without a receipt; None: the till is not enrolled

    def record(self, record: Record) -> None:
        body = record.body
        if record.kind == ev.ENROLMENT:
            self.receipted = 0
        elif record.kind == ev.RECEIPT:
            next_seq = body.get(2)
            self.receipted = max(self.receipted or 0, next_seq if isinstance(next_seq, int) else 0)
        elif record.kind == ev.ARCHIVE and isinstance(body.get(8), bytes):
            self.archives[bytes(body[8])] = record.seq  # type: ignore[arg-type]
        elif record.kind == ev.ARCHIVE_COPY and body.get(4) == OK:
            digest, medium = body.get(2), body.get(3)
            if isinstance(digest, bytes) and isinstance(medium, str):
                self._media.setdefault(digest, set()).add(medium)

    def media(self, digest: bytes) -> frozenset[str]:
        return frozenset(self._media.get(digest, ()))


def held(path: Path, copies: Copies, core: Core) -> Held:
    """Checks a copy, on its medium, from the first byte to the last. Raises Refusal."""
    try:
        with Archive(path) as archive:
            digest = _hash(archive)
            if digest not in copies.archives:
                raise Refusal(
                    f"{path.name} is not an archive that this till recorded: make one with sceau archive create"
                )
            manifest = examine(archive, core).manifest
    except Fault as fault:
        raise Refusal(f"{path.name} does not hold ({fault.member}: {fault}): copy the archive again") from fault
    except (Broken, Unreadable, OSError) as error:
        raise Refusal(f"{path.name} does not hold ({error}): copy the archive again") from error
    return Held(manifest, digest, copies.media(digest))


def _hash(archive: Archive) -> bytes:
    digest = sha256()
    for at in range(0, archive.size, 1 << 20):
        digest.update(archive.read(min(1 << 20, archive.size - at), at))
    return digest.digest()


def plan(data: Path, archives: Sequence[Held], media: int = MEDIA, receipted: int | None = None) -> Plan:
    """The most that may go now; `receipted` as `Copies` found it. Raises Refusal with the reason why nothing may."""
    try:
        return _planned(find(data), archives, media, receipted)
    except (Broken, Unreadable) as error:
        where = f"record {error.seq}: " if isinstance(error, Broken) else ""
        raise Refusal(f"the journal does not verify, nothing is purged: {where}{error}") from error


def _planned(source: Source, archives: Sequence[Held], media: int, receipted: int | None) -> Plan:
    poor = next((each for each in archives if len(each.media) < media), None)
    if poor:
        raise Refusal(
            f"the archive of {poor.manifest.begins} to {poor.manifest.ends} was read back on {len(poor.media)} of the"
            f" {media} other media that are needed: copy it to one more"
        )
    headers = _headers(source)
    if carried(source, len(headers)):
        raise Refusal(
            "strings signed with ECDSA need the certificates that a purge would take away: buy a larger medium"
        )
    first = next((at for at, (_, gone) in enumerate(headers) if not gone), len(headers))
    last = _last(source, [header for header, _ in headers], first, archives, receipted)
    return _plan([header for header, _ in headers], first, last, archives)


def _headers(source: Source) -> list[tuple[Header, bool]]:
    """Of every written segment, and whether it is purged."""
    found = []
    try:
        for number in source.numbers():
            with source.folder.reading(number) as it:
                header = it.header()
                if header is not None:
                    found.append((header, purge.header_only(it, header)))
    except SegmentError as error:
        raise Refusal(f"the journal does not verify, nothing is purged: {error}") from error
    return found


def _last(
    source: Source, headers: Sequence[Header], first: int, archives: Sequence[Held], receipted: int | None
) -> int:
    """Behind the last segment that may go, as a place in `headers`."""
    begins = headers[first].first_seq if first < len(headers) else 0
    if receipted is not None and receipted <= begins:
        raise Refusal(f"the collector has no receipt of record {begins} yet: nothing is purged before it has")
    covered = _covered(headers[first].first_seq if first < len(headers) else 0, archives)
    closed = _last_closed(source)
    whole = {name: digest for each in archives for name, digest in _whole(each.manifest)}
    last = first
    while last + 1 < len(headers) and headers[last + 1].first_seq - 1 <= min(covered, closed):
        if receipted is not None and headers[last + 1].first_seq > receipted:
            break
        header = headers[last]
        name = f"journal/{segment_name(header.number)}"
        if name not in whole:
            break
        if _file_hash(source, header) != whole[name]:
            raise Refusal(f"segment {header.number} is not what its archive holds: nothing is purged, run sceau verify")
        last += 1
    if last == first:
        raise Refusal(_why(headers, first, covered, closed))
    return last


def _why(headers: Sequence[Header], first: int, covered: int, closed: int) -> str:
    begins = headers[first].first_seq if first < len(headers) else 0
    if covered < begins:
        return f"no archive that was checked holds record {begins}: archive and copy from there on, then purge"
    if closed < begins:
        return "no month is closed behind what is on the till: nothing may go before its month is closed"
    return "no whole segment lies in closed months and checked archives yet: there is nothing to purge"


def _covered(begins: int, archives: Sequence[Held]) -> int:
    """The last record up to which the archives follow one another from `begins` on; less than it when none does."""
    reached, head = begins - 1, b""
    for each in sorted(archives, key=lambda held: held.manifest.first_record):
        said = each.manifest
        if said.first_record > reached + 1:
            break
        if said.last_record > reached:
            if head and said.first_record == reached + 1 and said.start_head != head:
                raise Refusal(f"the archive of {said.begins} does not follow from the one before it: run sceau verify")
            reached, head = said.last_record, said.end_head
    return reached


def _whole(manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    """Segments that the archive holds to their end, by name: all but its last."""
    names = [file for file in manifest.files if file.name.startswith("journal/") and file.name.endswith(".seg")]
    yield from ((file.name, file.sha256) for file in names[:-1])


def _last_closed(source: Source) -> int:
    """The last record before the closing of the newest closed month and before the last snapshot: a start needs one."""
    closed = snapshot = -1
    for step in Walk(source, decoding=False).steps():
        kinds = set(map(kind_of, step.frame.records))
        if kinds & {ev.MONTH_CLOSE, ev.YEAR_CLOSE}:
            closed = step.frame.first_seq - 1
        if ev.SNAPSHOT in kinds:
            snapshot = step.frame.first_seq - 1
    return min(closed, snapshot)


def _file_hash(source: Source, header: Header) -> bytes:
    digest = sha256()
    for chunk in chunks(source.folder.disk, source.folder.file(header.number), header.size):
        digest.update(chunk)
    return digest.digest()


def _plan(headers: Sequence[Header], first: int, last: int, archives: Sequence[Held]) -> Plan:
    begins, after = headers[first], headers[last]
    used = [each for each in archives if each.manifest.first_record < after.first_seq]
    media: list[Value] = [*sorted({number for each in used for number in each.media})]
    body: dict[int, Value] = {
        1: begins.number,
        2: after.number - 1,
        3: begins.first_seq,
        4: after.first_seq - 1,
        5: after.prev_head,
        6: [each.sha256 for each in used],
        7: media,
        8: after.first_seq - begins.first_seq,
    }
    return Plan(body, purge.Order(after.number - 1, after.first_seq - 1, after.prev_head))
