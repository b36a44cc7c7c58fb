"""`sceau provision decommission`: closings, archives on a stick, counters in a signed statement, keys destroyed.

Each step may be done twice, and the command is given again after a cut: the journal says how far it came. What stays in
`<data>/retired/<chain>` needs no key to be verified; the machine is blank again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, cast

from appliance.audit import archive_copy
from appliance.audit.archive import FOLDER, create
from appliance.audit.archive_command import _copies, _records, order
from appliance.audit.archive_period import Asked, Exists, Refusal
from appliance.audit.enclosure import enclosed
from appliance.audit.source import Broken, Unreadable, find
from appliance.audit.walk import Walk
from appliance.core import event as ev
from appliance.core.input import CloseAll, Retire
from appliance.daemon.remembrance import remembered
from appliance.daemon.tills import StillTill, is_running
from appliance.provision import bundle, install, retirement
from appliance.provision.bundle import FILES
from appliance.provision.retirement import Retirement
from appliance.storage import keys
from appliance.storage.flash import Disk, Mode, OsDisk, durable_file
from appliance.storage.journal import Journal
from appliance.storage.keys import KeyFileError
from appliance.storage.medium import Medium, MediumError, forget, plugged
from appliance.storage.record import Record
from appliance.storage.recover import JournalError
from appliance.storage.seal import SealError, sealer_for

RETIRED: Final = "retired"
STATEMENT: Final = "retirement.cose"
WORDS: Final = "retirement.txt"
SECRETS: Final = (keys.NAME, keys.NEXT, keys.PEPPER, keys.NETWORK, keys.IDENTITY, bundle.WIFI, install.CODE)
STAY: Final = (RETIRED, install.REVOKED, "lock", "socket")  # the machine's; all else is the till's


class Place(NamedTuple):
    data: Path
    shop: Path
    stick: Path
    why: str


def retire_main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "sceau provision decommission",
        description="Ends this till for good. Its day must be closed and the till stopped; give it again after a cut.",
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--shop", type=Path, required=True, help="the shop's folder, emptied at the end")
    parser.add_argument("--stick", type=Path, required=True, metavar="DIR", help="a medium that keeps the archives")
    parser.add_argument("--do", action="store_true", help="carry it out; without it only what would happen is said")
    said = parser.parse_args(argv)
    try:
        return _told(said.data) if not said.do else _done(Place(said.data, said.shop, said.stick, "decommissioned"))
    except (Refusal, MediumError, JournalError, KeyFileError, SealError, Unreadable, Broken, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _told(data: Path) -> int:
    record = _last_retired(data)
    state = f"record {record.seq} has ended it, the rest is missing" if record else "it sells"
    sys.stdout.write(f"{data}: {state}; give --do to end it for good\n")
    return 0


def _done(place: Place) -> int:
    disk = OsDisk()
    if is_running(place.data):
        raise Refusal("the till runs: close its day, then stop it (systemctl stop sceau)")
    medium = plugged(place.stick, place.data, disk)
    if STATEMENT not in disk.listdir(place.data):
        _ended(place, medium, disk)
    statement = (place.data / STATEMENT).read_bytes()
    it = retirement.read(statement)
    _stated(place.stick / f"{it.siret}-{it.chain.hex()[:8]}", statement, it, disk)
    for name in SECRETS:
        _destroy(place.data / name, disk)
    _moved(place, it, disk)
    sys.stdout.write(f"till {it.till} is retired at ticket {it.ticket}; its archives and its statement are on ")
    sys.stdout.write(f"{place.stick}, its journal in {place.data / RETIRED / it.chain.hex()}\n")
    return 0


def _ended(place: Place, medium: Medium, disk: Disk) -> None:
    """Everything that needs the till's key; where the journal already says that it ended, only the statement."""
    till = StillTill(place.data)
    try:
        if till.ledger.day is not None:
            raise Refusal("a day is open: close it at the till first, with its count")
        till.decide(CloseAll())
    finally:
        till.close()
    if _last_retired(place.data) is None:
        archive = _archived(place, medium, disk)
        till = StillTill(place.data)
        try:
            till.decide(Retire(place.why, archive, (medium.number,) if archive else ()))
        finally:
            till.close()
    _sealed(place, disk)


def _archived(place: Place, medium: Medium, disk: Disk) -> bytes:
    """The last fiscal year's, and every archive that is not on this medium yet. SHA-256 of the last, or empty."""
    disk.mkdir(place.data / FOLDER)
    till = StillTill(place.data)
    try:
        if till.ledger.closings[1] == 0:
            return b""
        with suppress(Exists):
            asked = Asked("year")
            made = create(order(place.data, place.data / FOLDER, asked, till, enclosed(place.data, asked)), disk)
            till.record(ev.ARCHIVE, made.body)
        known = _copies(place.data)
        last = b""
        for record in _records(place.data, ev.ARCHIVE):
            last = cast(bytes, record.body[8])
            path = place.data / FOLDER / str(record.body[13])
            if path.is_file() and medium.number not in known.media(last):
                done = archive_copy.copy(path, medium, disk, record=record.seq, recorded=last, forget=forget)
                till.record(ev.ARCHIVE_COPY, done.body)
        return last
    finally:
        till.close()


def _sealed(place: Place, disk: Disk) -> None:
    """The statement, signed by the key of the last frame: from here on no key is needed any more."""
    record = _last_retired(place.data)
    if record is None:
        raise Refusal(f"{place.data}: the till has not recorded its end: give the command again")
    ring = keys.load(place.data, disk, sealer_for())
    journal = Journal.open(place.data, disk, ring)
    try:
        own = remembered(journal).ledger
        counters = (own.perpetual.algebraic, own.perpetual.absolute, own.ticket_number)
        ends = (journal.next_seq, journal.head)
        archive, at = cast(bytes, record.body[5]), own.t
        it = Retirement(journal.chain_id, own.siret, own.till, record.seq, *ends, *counters, at, archive, ring.public)
    finally:
        journal.close()
    # If we stop here, the journal has ended and no statement says so: the command is given again and makes it.
    durable_file(disk, place.data / WORDS, retirement.text(it).encode())
    durable_file(disk, place.data / STATEMENT, retirement.seal(it, ring.sign))


def _stated(folder: Path, statement: bytes, it: Retirement, disk: Disk) -> None:
    """On the medium, beside the archives. Raises OSError."""
    disk.mkdir(folder)
    # If we stop here, the keys are still there and the statement is in the data folder: the command goes on from it.
    durable_file(disk, folder / STATEMENT, statement)
    durable_file(disk, folder / WORDS, retirement.text(it).encode())


def _destroy(path: Path, disk: Disk) -> None:
    """Zeros over what the file held, then its name; the medium may keep copies (storage/DESIGN.md, section Keys)."""
    if path.name not in disk.listdir(path.parent):
        return
    handle = disk.open(path, Mode.WRITE)
    try:
        disk.pwrite(handle, bytes(disk.size(handle)), 0)
        # If we stop here, a file of zeros has the key's name, which no till opens: it is removed when this goes on.
        disk.fdatasync(handle)
    finally:
        disk.close(handle)
    disk.unlink(path)
    # If we stop here, the name may be there once more, over zeros.
    disk.fsync_directory(path.parent)


def _moved(place: Place, it: Retirement, disk: Disk) -> None:
    """The statement goes last: as long as it stands in the data folder, there is something left to do."""
    home = place.data / RETIRED / it.chain.hex()
    for folder in (place.data / RETIRED, home):
        disk.mkdir(folder)
    there = [name for name in disk.listdir(place.data) if name not in STAY]
    for name in sorted(there, key=lambda each: (each == STATEMENT, each)):
        if name == STATEMENT:
            for file in FILES:
                with suppress(FileNotFoundError):
                    disk.unlink(place.shop / file)
        # If we stop here, some of it is in its new place and the rest follows when the command is given again.
        disk.rename(place.data / name, home / name)
    disk.fsync_directory(home)
    disk.fsync_directory(place.data)


def _last_retired(data: Path) -> Record | None:
    found = None
    for step in Walk(find(data)).steps():
        for record in step.records:
            found = record if record.kind == ev.RETIRED else found
    return found
