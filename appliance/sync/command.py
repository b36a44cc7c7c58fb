"""`sceau sync`: the stick by hand, at the till (export, status) and wherever there is a network (push)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from appliance.core import event as ev
from appliance.storage.flash import OsDisk
from appliance.sync import carrier, dating
from appliance.sync.carrier import CarryError, Home
from appliance.sync.client import Client, Unreachable
from appliance.sync.cut import CutError, Cutter
from appliance.sync.protocol import ProtocolError

SOCKET = "socket"  # a till that runs listens there: its last frame may not be durable yet


class Told(NamedTuple):
    """What the journal itself says: where to, what the collector has, what waits."""

    url: str
    home: Home
    tickets: int


def sync_main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        return int(options.do(options))
    except (CutError, CarryError, Unreachable, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("sceau sync", description="Brings the journal to the collector on a stick.")
    acts = parser.add_subparsers(required=True, metavar="act")
    export = acts.add_parser("export", help="writes what the collector has no receipt for to a folder")
    export.add_argument("data", type=Path, metavar="DATA")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.set_defaults(do=_export)
    push = acts.add_parser("push", help="sends what stands in a folder, and keeps the receipts there")
    push.add_argument("folder", type=Path, metavar="DIR")
    push.add_argument("--url", required=True, help="of the collector")
    push.add_argument("--ca", type=Path, metavar="FILE", help="the root that vouches for its name, PEM")
    push.set_defaults(do=_push)
    word = acts.add_parser("dated", help="when an archive was at the collector, by the file beside it")
    word.add_argument("archive", type=Path, metavar="ARCHIVE")
    word.add_argument("--root", type=bytes.fromhex, required=True, metavar="HEX", help="the collector's root key")
    word.set_defaults(do=_dated)
    status = acts.add_parser("status", help="what the collector has and what waits")
    status.add_argument("data", type=Path, metavar="DATA")
    status.set_defaults(do=_status)
    return parser


def _export(options: argparse.Namespace) -> int:
    cutter = Cutter(options.data, OsDisk())
    told = tell(options.data, cutter)
    if not options.folder.is_dir():
        raise CarryError(f"{options.folder} is no folder: plug the stick in and name its folder")
    at = carrier.export(options.folder, cutter, told.home, OsDisk())
    sys.stdout.write(f"records {told.home.next_seq} to {at - 1} are in {options.folder / carrier.FOLDER}\n")
    return 0


def _push(options: argparse.Namespace) -> int:
    done = carrier.push(options.folder, Client(options.url, options.ca))
    sys.stdout.write(f"{done} batches sent; bring the stick back to the till\n")
    return 0


def _dated(options: argparse.Namespace) -> int:
    try:
        said = dating.dated(options.archive, options.root)
    except ProtocolError as error:
        sys.stdout.write(f"{options.archive}: the collector's word does not hold: {error}\n")
        return 1
    when = datetime.fromtimestamp(said.received / 1000, UTC).isoformat(timespec="milliseconds")
    sys.stdout.write(f"{options.archive}: records {said.first} to {said.last}, at the collector {when}\n")
    return 0


def _status(options: argparse.Namespace) -> int:
    told = tell(options.data, Cutter(options.data, OsDisk()))
    where = told.url or "no collector: this till is not enrolled"
    waiting = told.home.until - told.home.next_seq
    sys.stdout.write(f"{where}\nreceipts up to record {told.home.next_seq - 1}\n" if told.url else f"{where}\n")
    sys.stdout.write(f"{waiting} records and {told.tickets} tickets without a receipt\n")
    return 0


def tell(data: Path, cutter: Cutter) -> Told:
    """From the records alone, in one pass; a till may run beside. Raises CutError, OSError."""
    url, receipt, next_seq, tickets, until = "", None, 0, list[int](), 0
    for record in cutter.records():
        body = dict(record.body)
        if record.kind == ev.ENROLMENT:
            url, receipt, next_seq = str(body[1]), None, 0
        elif record.kind == ev.RECEIPT and int(body[2]) > next_seq:  # type: ignore[arg-type]
            next_seq, receipt = int(body[2]), bytes(body[5])  # type: ignore[arg-type]
        elif record.kind == ev.TICKET:
            tickets.append(record.seq)
        until = record.seq + 1
    if (data / SOCKET).exists():
        until = cutter.frame_of(until - 1)
    return Told(url, Home(next_seq, receipt, until), sum(next_seq <= seq for seq in tickets))
