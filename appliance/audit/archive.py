"""Makes an archive: one canonical ZIP of closed days, proven before it is written and read back after (ARC rows)."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from appliance.audit import archive_parts as parts
from appliance.audit import manifest as statement
from appliance.audit import notice, signatory, succession
from appliance.audit import zip as canonical
from appliance.audit.archive_facts import Facts
from appliance.audit.archive_parts import Drafts, Part
from appliance.audit.archive_period import Asked, Exists, Refusal, Span, find_span
from appliance.audit.check import Kinds, Refold, check
from appliance.audit.dump import Names
from appliance.audit.heard import Heard
from appliance.audit.manifest import Manifest
from appliance.audit.parts import restored
from appliance.audit.projection import Projection
from appliance.audit.seals import Seals
from appliance.audit.source import Broken, Source, Unreadable, find
from appliance.audit.walk import Step
from appliance.storage import chain, folder, rotation, segment
from appliance.storage.flash import Disk, Mode
from appliance.storage.record import Value

FOLDER: Final = "archives"  # in a data folder
NOTICE: Final = "notice.txt"
OWN: Final = ("control/", "verifier/")  # what a caller may add
_FULL = (errno.ENOSPC, errno.EDQUOT)

__all__ = ["FOLDER", "Asked", "Made", "Order", "Refusal", "create"]


class Signing(Protocol):
    """The till's active key; a `KeyRing` is one."""

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


class Order(NamedTuple):
    """What is asked. `made` in UTC ms; `extras`: members of `control/` and `verifier/` by name.

    `kinds`, `refold`, `names` are the core's, as for `verify` and `dump`.
    """

    data: Path
    archives: Path
    asked: Asked
    key: Signing
    made: int
    software: str
    kinds: Kinds
    refold: Callable[[], Refold]
    names: Names
    extras: Mapping[str, bytes] = {}


class Made(NamedTuple):
    """A finished archive on flash; `body` is that of the `archive` record, which is still to be written."""

    path: Path
    manifest: Manifest
    body: dict[int, Value]


def create(order: Order, disk: Disk, *, replace: bool = False, forget: Callable[[Path], None] | None = None) -> Made:
    """The archive of a closed period, under its final name, flushed and read back.

    `forget` drops a file from the page cache, so that reading back reads the medium. `replace`: an archive of this name
    that no record names may be written again. Raises Refusal; no draft is left behind.
    """
    drafts = Drafts(disk, order.archives)
    try:
        drafts.clear()
        return _create(order, disk, drafts, replace=replace, forget=forget)
    except (Broken, Unreadable) as error:
        where = f"record {error.seq}: " if isinstance(error, Broken) else ""
        raise Refusal(f"the journal does not verify, nothing is archived: {where}{error}") from error
    except canonical.ZipError as error:
        raise Refusal(f"{error.member or 'the archive'}: {error}; archive a shorter period") from error
    except succession.SuccessionError as error:
        raise Refusal(f"{error}: run sceau verify") from error
    except OSError as error:
        why = "the disk is full: free space" if error.errno in _FULL else "a write failed: check the medium"
        raise Refusal(f"no archive was made, {why} ({error})") from error
    finally:
        drafts.drop()


def _create(order: Order, disk: Disk, drafts: Drafts, *, replace: bool, forget: Callable[[Path], None] | None) -> Made:
    source = find(order.data)
    span = find_span(source, order.asked)
    told = _Reading(source, span, drafts, order)
    found = told.parts() + [parts.of_bytes(name, data) for name, data in _extras(order.extras)]
    later = succession.carried(source, span.end.place, told.keys, order.key.public)
    if later:
        found.append(parts.of_bytes(succession.NAME, later))
    if told.certificate:
        found.append(parts.of_bytes(signatory.NAME, told.certificate))
    found.append(parts.of_bytes(NOTICE, notice.text(order.names, told.facts.kinds)))
    manifest = told.manifest(order, sorted(found, key=_name))
    found += _statements(manifest, order.key)
    path = order.archives / _file_name(manifest)
    if path.name in disk.listdir(order.archives) and not replace:
        raise Exists(f"{path.name} is there already: check it with sceau archive check, or move it to another medium")
    digest = _write(disk, path, sorted(found, key=_name), forget)
    return Made(path, manifest, _body(manifest, told.facts, digest, path.name))


def _name(part: Part) -> bytes:
    return part.file.name.encode()


class _Reading:
    """One pass over the period: proven, folded, projected."""

    def __init__(self, source: Source, span: Span, drafts: Drafts, order: Order) -> None:
        self._source, self._span, self._drafts = source, span, drafts
        self.facts = Facts()
        self.segments: list[int] = []
        self.keys: set[bytes] = set()  # that the period's segments and records name
        self._projection = Projection(drafts.sink, order.names)
        number = span.after.place.number if span.after else 1
        self.certificate = signatory.carried(source, number) if number > 1 else b""
        certified = signatory.told(signatory.carried(source, number)) if span.after else None
        self._seals = Seals(_unknown, certified)
        if span.after and span.after.snapshot:
            self._seals.record(span.after.snapshot, b"")
        fold = order.refold()
        if span.after:
            known = restored(order.kinds, span.after.snapshot) if span.after.snapshot else None
            if known is None:
                raise Refusal("the closing before this period has no snapshot that this software reads: begin earlier")
            fold = known
        start = span.after.place if span.after else None
        walk = Heard(source, self._hear, start=start, until=span.end.place)
        # A defect that the till recorded is archived for everybody to see; it stops no archive.
        passed = check(walk, "full", order.kinds._replace(defect=None), fold, certified)
        if (passed.place.seq, passed.place.head) != (span.end.place.seq, span.end.place.head):
            raise Refusal("the journal ends before the closing that was asked for: run sceau verify")

    def _hear(self, step: Step) -> None:
        if step.header.number not in self.segments:
            self.segments.append(step.header.number)
            self.keys.add(step.header.key)
            self._projection.segment(step.header)
        self.keys |= {new for data in step.frame.records if (new := rotation.announced(data))}
        for record in step.records:
            self._projection.record(record, self._seals.record(record, step.header.key))
            self.facts.record(record)
        self._seals.frame_ends()

    def parts(self) -> list[Part]:
        return [*self._drafts.parts(), *self._raw()]

    def _raw(self) -> Iterator[Part]:
        end, raw = self._span.end.place, self._source.folder
        for number in self.segments:
            with raw.reading(number) as it:
                header = it.header()
                size = it.size
            if number == end.number and header:
                size = end.unit * header.unit
            name = segment.name(number)
            yield parts.of_file(raw.disk, raw.file(number), f"{folder.NAME}/{name}", size)

    def manifest(self, order: Order, members: Sequence[Part]) -> Manifest:
        facts, span = self.facts, self._span
        witness = facts.witness
        before = span.after.perpetual if span.after else (0, 0)
        after = facts.perpetual or (0, 0)
        if (before[0] + facts.moved[0], before[1] + facts.moved[1]) != after:
            raise Refusal("the tickets of this period do not add up to the perpetual totals: run sceau verify")
        if witness is None or not facts.siret:
            raise Refusal("no snapshot in this period names the shop: close one more day, then archive both")
        end = span.end.place
        return Manifest(
            chain.chain_id(end.genesis),
            facts.till,
            facts.siret,
            order.asked.level,
            span.days[0].day.isoformat(),
            span.end.day.isoformat(),
            span.first_record,
            end.seq - 1,
            span.after.place.head if span.after else chain.START,
            end.head,
            order.software,
            order.made,
            order.key.public,
            tuple(part.file for part in members),
            (*before, *after),
            *witness,
        )


def _unknown(kind: int, number: int) -> bytes | None:
    raise Refusal("the closing before this period does not tell the last signatures: begin with the first record")


def _extras(extras: Mapping[str, bytes]) -> Collection[tuple[str, bytes]]:
    wrong = next((name for name in extras if not name.startswith(OWN)), None)
    if wrong is not None:
        raise ValueError(f"{wrong} has no place in an archive")
    return extras.items()


def _statements(manifest: Manifest, key: Signing) -> list[Part]:
    return [
        parts.of_bytes(statement.COSE_NAME, statement.seal(manifest, key.sign)),
        parts.of_bytes(statement.JSON_NAME, statement.as_json(manifest)),
    ]


def _file_name(manifest: Manifest) -> str:
    till = re.sub("[^a-z0-9._-]", "-", manifest.till.lower())
    days = f"{manifest.begins}-{manifest.ends}-{manifest.last_record}"  # a date may be closed twice
    return f"{manifest.siret}-{till}-{manifest.level}-{days}.zip"


def _write(disk: Disk, path: Path, found: Sequence[Part], forget: Callable[[Path], None] | None) -> parts.Digest:
    """The ZIP under its final name, durable and read back."""
    members = [part.member for part in found]
    canonical.check(members)
    temporary = path.with_name(path.name + parts.TEMPORARY)
    digest = parts.Digest()
    handle = disk.open(temporary, Mode.CREATE)
    try:
        for chunk in _stream(found):
            # If we stop here, a `.tmp` file is on flash that is no archive; the next one begins by removing it.
            disk.pwrite(handle, chunk, digest.size)
            digest.add(chunk)
        disk.fsync(handle)
    finally:
        disk.close(handle)
    disk.rename(temporary, path)
    # If we stop here, either name may be on flash, with whole content; no record names the archive yet, so that the
    # till makes it again and this one is replaced.
    disk.fsync_directory(path.parent)
    if forget:
        forget(path)
    again = sha256()
    for chunk in parts.chunks(disk, path, digest.size):
        again.update(chunk)
    if again.digest() != digest.sha256:
        disk.unlink(path)
        # If we stop here, the name may still be there; nobody recorded it, and `archive check` refuses its content.
        disk.fsync_directory(path.parent)
        raise Refusal("what was written is not what is read back: replace the medium, then archive again")
    return digest


def _stream(found: Sequence[Part]) -> Iterator[bytes]:
    for part in found:
        yield canonical.local(part.member)
        passed = parts.Digest()
        for chunk in part.chunks():
            passed.add(chunk)
            yield chunk
        if (passed.size, passed.sha256) != (part.file.size, part.file.sha256):
            raise Refusal(f"{part.file.name} changed while it was archived: archive again")
    yield canonical.tail([part.member for part in found])


def _body(manifest: Manifest, facts: Facts, digest: parts.Digest, name: str) -> dict[int, Value]:
    sums = facts.sums
    return {
        1: manifest.level,
        2: manifest.begins,
        3: manifest.ends,
        4: manifest.first_record,
        5: manifest.last_record,
        6: manifest.start_head,
        7: manifest.end_head,
        8: digest.sha256,
        9: digest.size,
        10: sums.vat,
        11: sums.total,
        12: sums.tickets,
        13: name,
    }
