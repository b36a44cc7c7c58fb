"""Long work for a stick: a ticket or a period as a file, archives checked there, a purge of what stands in them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from appliance.core import event as ev
from appliance.daemon.facts import packed
from appliance.daemon.work import Makers, Place, Show, WorkError
from appliance.storage.flash import OsDisk, durable_file
from appliance.storage.medium import forget, plugged

NOT_KEPT: Final = "La clé USB n'a pas gardé le fichier\u00a0: en prendre une autre."
THERE: Final = "Cette archive existe déjà\u00a0: la copier sur une clé USB."
NOTHING: Final = "Aucune archive sur cette clé USB\u00a0: les copier d'abord."


def pdf(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`order folder name rows`: a document as `tickets/name` on the stick, read back."""
    from appliance.audit.paper_pdf import drawn
    from appliance.core.paper import Row

    _, stick, name, rows = args
    kept(place, Path(stick), f"tickets/{name}", drawn(tuple(Row(*each) for each in json.loads(rows)), name[:-4]))
    return {"name": name}


def kept(place: Place, stick: Path, name: str, data: bytes) -> None:
    """Raises MediumError, WorkError, OSError."""
    disk, path = OsDisk(), stick / name
    plugged(stick, place.data, disk)
    disk.mkdir(path.parent)
    # If we stop here, a temporary file may be on the stick and no record names it: it is made and recorded again.
    durable_file(disk, path, data)
    forget(path)
    if path.read_bytes() != data:
        raise WorkError(NOT_KEPT)


def period(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`name begins ends stick`: an archive in the till, or another document of the period on the stick."""
    if args[0] == "archive":
        return _archive(place, date.fromisoformat(args[1]), date.fromisoformat(args[2]), makers, show)
    return (_control if args[0] == "control" else _export)(place, args, show)


def _archive(place: Place, begins: date, ends: date, makers: Makers, show: Show) -> dict[str, Any]:
    from appliance.audit.archive import create
    from appliance.audit.archive_command import order
    from appliance.audit.archive_period import Asked, Exists
    from appliance.audit.enclosure import enclosed

    asked = Asked.dates(begins, ends)
    folder, disk = swept(place)
    wanted = order(place.data, folder, asked, makers(place.data), enclosed(place.data, asked, show))
    try:
        made = create(wanted, disk, forget=forget)
    except Exists:
        raise WorkError(THERE) from None
    return {"kind": ev.ARCHIVE, "body": packed(made.body), "name": made.path.name}


def swept(place: Place) -> tuple[Path, OsDisk]:
    """The folder of archives; in a fresh place without those that no record names, which are made anew."""
    from appliance.audit.archive import FOLDER
    from appliance.audit.archive_command import _records

    folder, disk = place.data / FOLDER, OsDisk()
    disk.mkdir(folder)
    if not place.fresh:
        return folder, disk
    recorded = {str(each.body[13]) for each in _records(place.data, ev.ARCHIVE)}
    for name in set(disk.listdir(folder)) - recorded:
        disk.unlink(folder / name)
    return folder, disk


def _control(place: Place, args: Sequence[str], show: Show) -> dict[str, Any]:
    from appliance.audit import control_json
    from appliance.audit.control_command import make
    from appliance.audit.control_pdf import pdf as drawn
    from appliance.audit.reading import Period

    _, begins, ends, stick = args
    made = make(place.data, Period.of(begins, ends), chain=None, progress=show)
    name = f"controle-{begins}-{ends}.pdf"
    kept(place, Path(stick), f"documents/{name}", drawn(made))
    return {"kind": ev.CONTROL, "body": packed(control_json.body(made, "pdf")), "name": name}


def _export(place: Place, args: Sequence[str], show: Show) -> dict[str, Any]:
    from appliance.audit.export import FORMATS, export
    from appliance.audit.reading import Period

    chosen, begins, ends, stick = args
    name = f"{chosen}-{begins}-{ends}{FORMATS[chosen].suffix}"
    for left in place.data.glob("export-*"):  # of an export that the power cut short; one work runs at a time
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix="export-", dir=place.data) as drafts:
        made = export(place.data, chosen, Period.of(begins, ends), Path(drafts) / name, shop=place.shop)
        kept(place, Path(stick), f"documents/{name}", made.path.read_bytes())
    return {"kind": ev.JET, "body": packed(made.body), "name": name}


def check(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`stick`: each archive there, whole; the bodies of their records and the names of those that do not hold."""
    from appliance.audit.command import _core
    from appliance.audit.file import digest
    from appliance.audit.verify import INTACT, verify

    kinds, refold = _core()
    paths, bodies, broken = _archives(Path(args[0])), [], []
    for number, path in enumerate(paths, start=1):
        verdict = verify(path, "paranoid", None, refold, None, kinds)
        intact = verdict.code == INTACT
        why = None if intact else verdict.line[:200]
        bodies.append({1: bytes.fromhex(digest(path)), 2: "intact" if intact else "broken", 3: why})
        broken += [] if intact else [path.name]
        show(number, len(paths))
    return {"bodies": [packed(body) for body in bodies], "broken": broken}


def _archives(stick: Path) -> list[Path]:
    """Raises WorkError when there is none."""
    found = sorted(path for path in stick.glob("*.zip") if path.is_file())
    if not found:
        raise WorkError(NOTHING)
    return found


def purge_plan(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`stick`: the most that may go by the archives there, as the body of the record that would order it."""
    from appliance.audit.archive_check import Core
    from appliance.audit.archive_command import _copies
    from appliance.audit.command import _core
    from appliance.audit.purge import MEDIA, held, plan

    kinds, refold = _core()
    copies, core, paths = _copies(place.data), Core(kinds=kinds, refold=refold), _archives(Path(args[0]))
    checked = []
    for number, path in enumerate(paths, start=1):
        checked.append(held(path, copies, core))
        show(number, len(paths))
    return {"body": packed(plan(place.data, checked, MEDIA, copies.receipted).body)}


def purge(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`record`: what the purge record of that number orders."""
    from appliance.audit.archive_command import _records
    from appliance.storage import purge as storage

    record = next((each for each in _records(place.data, ev.PURGE) if each.seq == int(args[0])), None)
    wanted = storage.order(record) if record else None
    if wanted is None:
        raise WorkError("L'ordre de purge n'est pas dans le journal\u00a0: appeler le technicien.")
    # If we stop here, the order is on flash and every record still is: the next start carries it out.
    return {"segments": len(storage.carry_out(place.data, OsDisk(), wanted))}


STICK_WORKS: Final[Mapping[str, Callable[[Place, Sequence[str], Makers, Show], dict[str, Any]]]] = {
    "pdf": pdf,
    "period": period,
    "check": check,
    "purge-plan": purge_plan,
    "purge": purge,
}
