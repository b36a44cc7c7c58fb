"""`sceau archive create|check|copy|list` and `sceau purge`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from appliance.audit.archive import FOLDER, Order, create
from appliance.audit.archive_check import Core
from appliance.audit.archive_copy import copy
from appliance.audit.archive_period import Asked, Level, Refusal
from appliance.audit.command import _core
from appliance.audit.enclosure import enclosed
from appliance.audit.holder import Maker, Tills
from appliance.audit.purge import MEDIA, Copies, held, plan
from appliance.audit.source import Broken, Unreadable, find
from appliance.audit.verify import BROKEN, UNREADABLE, verify
from appliance.audit.walk import Walk
from appliance.core import event as ev
from appliance.core.event import NAMES
from appliance.storage import purge
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.medium import MediumError, forget, plugged
from appliance.storage.purge import PurgeError
from appliance.storage.record import Record

_ABOUT: Final = "Archives of closed days: one ZIP each, signed, with the journal and the same in clear."
_CODES: Final = """exit code:
  0  done; every archive holds
  1  an archive does not hold: the last line says where
  2  it could not be done: the line says what to do"""


def archive_main(argv: Sequence[str], tills: Tills) -> int:
    options = _parser().parse_args(argv)
    return _done(lambda: _WORDS[options.word](options, tills))


def purge_main(argv: Sequence[str], tills: Tills) -> int:
    parser = argparse.ArgumentParser(
        "sceau purge", description="Gives up segments that stand in checked archives on other media. Totals stay."
    )
    _data(parser)
    parser.add_argument(
        "archives", type=Path, nargs="+", metavar="ARCHIVE", help="copies, on the medium that holds them"
    )
    parser.add_argument("--do", action="store_true", help="carry it out; without it only the plan is said")
    options = parser.parse_args(argv)
    return _done(lambda: _purge(options, tills))


def _done(work: Callable[[], int]) -> int:
    try:
        return work()
    except (Refusal, MediumError, PurgeError, Unreadable) as error:
        sys.stderr.write(f"{error}\n")
    except Broken as broken:
        sys.stderr.write(f"the journal does not verify: record {broken.seq}: {broken.why}; run sceau verify\n")
    return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("sceau archive", description=_ABOUT, epilog=_CODES, formatter_class=raw)
    words = parser.add_subparsers(dest="word", required=True, metavar="create|check|copy|list")
    making = words.add_parser("create", help="makes the archive of a closed period, and records it")
    _data(making)
    making.add_argument("--level", choices=("day", "month", "year"), help="the last one that was closed")
    making.add_argument("--from", dest="begins", type=_date, metavar="DATE", help="first day, YYYY-MM-DD")
    making.add_argument("--to", dest="ends", type=_date, metavar="DATE", help="last day; 12 months at most")
    making.add_argument("--out", type=Path, metavar="DIR", help=f"where it goes; DATA/{FOLDER} if not said")
    checking = words.add_parser("check", help="checks archives from the first byte to the last")
    checking.add_argument("archives", type=Path, nargs="+", metavar="ARCHIVE")
    checking.add_argument("--chain", metavar="ID", help="the chain id that a Z ticket prints: pins the chain")
    copying = words.add_parser("copy", help="copies an archive to another medium, reads it back, and records it")
    _data(copying)
    copying.add_argument("archive", type=Path, metavar="ARCHIVE")
    copying.add_argument("medium", type=Path, metavar="DIR", help="a folder on the medium")
    _data(words.add_parser("list", help="the archives that the till recorded, and on which media they are"))
    return parser


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA", help="a data folder")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date: write it like 2026-11-21") from None


def _create(options: argparse.Namespace, tills: Tills) -> int:
    asked = _asked(options.level, options.begins, options.ends)
    archives = options.out or options.data / FOLDER
    disk = OsDisk()
    if not archives.parent.is_dir():
        raise Refusal(f"{archives.parent} is not there: name a folder that is")
    disk.mkdir(archives)
    with tills(options.data) as till:
        made = create(order(options.data, archives, asked, till, enclosed(options.data, asked)), disk, forget=forget)
        seq = till.record(ev.ARCHIVE, made.body)
    sys.stdout.write(f"{made.path}: records {made.manifest.first_record} to {made.manifest.last_record}, ")
    sys.stdout.write(f"recorded as {seq}; copy it to another medium: sceau archive copy\n")
    return 0


def order(data: Path, archives: Path, asked: Asked, till: Maker, extras: Mapping[str, bytes] | None = None) -> Order:
    """With the rules and names of the core."""
    kinds, refold = _core()
    return Order(data, archives, asked, till.key, till.now, till.software, kinds, refold, NAMES, extras or {})


def _asked(level: Level | None, begins: date | None, ends: date | None) -> Asked:
    if level and not (begins or ends):
        return Asked(level)
    if begins and ends and not level:
        return Asked.dates(begins, ends)
    raise Refusal("say which period: --level day|month|year, or both --from and --to")


def _check(options: argparse.Namespace, tills: Tills) -> int:
    kinds, refold = _core()
    codes = []
    for path in options.archives:
        if path.suffix != ".zip" or not path.is_file():
            raise Refusal(f"{path} is not an archive: name a .zip file")
        verdict = verify(path, "paranoid", options.chain, refold, None, kinds)
        for line in verdict.lines:
            sys.stdout.write(f"{path}: {line}\n")
        codes.append(verdict.code)
    return BROKEN if BROKEN in codes else max(codes)


def _copy(options: argparse.Namespace, tills: Tills) -> int:
    disk = OsDisk()
    known = {str(each.body[13]): each for each in _records(options.data, ev.ARCHIVE)}
    record = known.get(options.archive.name)
    if record is None or not options.archive.is_file():
        raise Refusal(f"{options.archive} is no archive that this till recorded: sceau archive list says which are")
    medium = plugged(options.medium, options.data, disk)
    recorded = record.body[8]
    if not isinstance(recorded, bytes):
        raise Refusal(f"record {record.seq} does not tell the archive's hash: run sceau verify")
    with tills(options.data) as till:
        done = copy(options.archive, medium, disk, record=record.seq, recorded=recorded, forget=forget)
        till.record(ev.ARCHIVE_COPY, done.body)
    sys.stdout.write(f"{done.path}: read back, medium {medium.number}\n")
    return 0


def _list(options: argparse.Namespace, tills: Tills) -> int:
    copies = _copies(options.data)
    for record in _records(options.data, ev.ARCHIVE):
        body, digest = record.body, record.body.get(8)
        media = sorted(copies.media(digest)) if isinstance(digest, bytes) else []
        where = f"on {', '.join(media)}" if media else "on no other medium: copy it"
        sys.stdout.write(f"{body[13]!s}: {body[12]!s} tickets, {body[11]!s} cents, {where}\n")
    return 0


def _purge(options: argparse.Namespace, tills: Tills) -> int:
    kinds, refold = _core()
    copies = _copies(options.data)
    core = Core(kinds=kinds, refold=refold)
    planned = plan(options.data, [held(path, copies, core) for path in options.archives], MEDIA, copies.receipted)
    body = planned.body
    said = f"segments {body[1]!s} to {body[2]!s}, records {body[3]!s} to {body[4]!s}"
    if not options.do:
        sys.stdout.write(f"{said} may go: give --do to carry it out\n")
        return 0
    disk: Disk = OsDisk()
    with tills(options.data) as till:
        till.record(ev.PURGE, body)
        # If we stop here, the order is on flash and every record still is: the next start carries it out.
        purge.carry_out(options.data, disk, planned.order)
    sys.stdout.write(f"{said} are purged: keep their archives\n")
    return 0


def _records(data: Path, kind: int) -> Iterator[Record]:
    for step in Walk(find(data)).steps():
        yield from (record for record in step.records if record.kind == kind)


def _copies(data: Path) -> Copies:
    found = Copies()
    for step in Walk(find(data)).steps():
        for record in step.records:
            found.record(record)
    return found


_WORDS: Final[Mapping[str, Callable[[argparse.Namespace, Tills], int]]] = {
    "create": _create,
    "check": _check,
    "copy": _copy,
    "list": _list,
}
