"""Long work: `python -m appliance.daemon.works NAME DATA SHOP FRESH ARGS…`, percent to stderr, JSON to stdout.

Each work is a function of the till's folders; nothing here records: what comes of it goes to `step` as an input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

from appliance.audit.archive import FOLDER, create
from appliance.audit.archive_command import _copies, _records, order
from appliance.audit.archive_period import Asked, Level, Refusal
from appliance.audit.enclosure import enclosed
from appliance.core import event as ev
from appliance.daemon.facts import packed
from appliance.daemon.load_works import LOAD_WORKS
from appliance.daemon.logs import logs
from appliance.daemon.stick_works import STICK_WORKS, swept
from appliance.daemon.work import FRESH, Makers, Place, Show, WorkError
from appliance.storage.flash import OsDisk, durable_file
from appliance.storage.medium import forget

LOW: Final = 256 << 20  # bytes: with less room no archive is begun by itself, the journal needs it
FULL: Final = "Mémoire presque pleine : copier les archives, puis purger."
UNFIT: Final = "Ce support ne convient pas\u00a0: brancher une autre clé USB."
REFUSED: Final = "Export refusé\u00a0: compléter les comptes de la boutique, ou choisir d'autres jours."
FAILED: Final = {
    "archive": "L'archive n'a pas pu être faite\u00a0: appeler le technicien.",
    "verify": "Le journal n'a pas pu être lu\u00a0: appeler le technicien.",
    "control": "Le journal n'a pas pu être lu en entier\u00a0: appeler le technicien.",
    "copies": "La copie n'a pas pu être faite\u00a0: prendre une autre clé USB.",
    "carry": "La copie n'a pas pu être faite\u00a0: prendre une autre clé USB.",
    "logs": "Les journaux n'ont pas pu être écrits\u00a0: prendre une autre clé USB.",
    "pdf": "Le fichier n'a pas pu être écrit\u00a0: prendre une autre clé USB.",
    "period": "Ces jours ne sont pas tous clôturés ici, ou la clé USB est pleine\u00a0: vérifier les deux.",
    "check": "Les archives de la clé USB ne se lisent pas\u00a0: prendre une autre clé USB.",
    "purge-plan": "Chaque acte doit être dans une archive vérifiée, sur deux clés USB, et son mois clôturé.",
    "load": "Les fichiers de la clé USB ne se lisent pas\u00a0: prendre une autre clé USB.",
    "purge": "La purge n'est pas finie\u00a0: elle reprend au prochain démarrage.",
}


def archive(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`level`: the last one closed. The body of its record, bytes in hex under "hex"."""
    room = os.statvfs(place.data)
    if room.f_bavail * room.f_frsize < LOW:
        raise WorkError(FULL)
    folder, disk = swept(place)
    maker = makers(place.data)
    asked = Asked(cast("Level", args[0]))
    made = create(order(place.data, folder, asked, maker, enclosed(place.data, asked, show)), disk, forget=forget)
    return {"body": packed(made.body)}


def verify(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """Everything, as `sceau verify` does it."""
    from appliance.audit.command import _core
    from appliance.audit.verify import INTACT
    from appliance.audit.verify import verify as verified

    kinds, refold = _core()
    verdict = verified(place.data, "full", None, refold, show, kinds)
    return {"intact": verdict.code == INTACT, "line": verdict.line, "records": verdict.records}


def control(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`begins ends columns`: the control document of a period as lines of paper, and the body of its record."""
    from appliance.audit import control_json
    from appliance.audit.control_command import make
    from appliance.audit.control_rows import rows
    from appliance.audit.reading import Period

    made = make(place.data, Period.of(args[0], args[1]), chain=None, progress=show)
    paper = [[row.text, row.bold, row.double, row.tall, row.invert] for row in rows(made, int(args[2]), details=False)]
    return {"rows": paper, "body": packed(control_json.body(made, "paper"))}


def copies(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`folder`: every archive that is not on this medium yet is copied to it and read back."""
    from appliance.audit.archive_copy import copy
    from appliance.storage.medium import plugged

    disk, stick = OsDisk(), Path(args[0])
    medium = plugged(stick, place.data, disk)
    known = _copies(place.data)
    waiting = [
        each for each in _records(place.data, ev.ARCHIVE) if medium.number not in known.media(cast(bytes, each.body[8]))
    ]
    done = []
    for number, record in enumerate(waiting, start=1):
        path = place.data / FOLDER / str(record.body[13])
        if path.is_file():
            recorded = cast(bytes, record.body[8])
            copied = copy(path, medium, disk, record=record.seq, recorded=recorded, forget=forget)
            _with_word(path, copied.path, disk)
            done.append(packed(copied.body))
        show(number, len(waiting))
    return {"bodies": done, "medium": medium.number}


def _with_word(archive: Path, copied: Path, disk: OsDisk) -> None:
    """The collector's word on it goes along (ARC-02); the archive is whole without."""
    from appliance.sync.dating import SUFFIX

    word = archive.with_name(archive.name + SUFFIX)
    if word.is_file():
        # If we stop here, or the medium is full, the copy has no countersignature beside it; the till's own has.
        with suppress(OSError):
            durable_file(disk, copied.with_name(copied.name + SUFFIX), word.read_bytes())


def carry(place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """`folder root until ticket next_seq record`: the stick is brought up to `until`, what came back on it is told."""
    from appliance.sync import carrier, enrolment, keylog
    from appliance.sync.cut import Cutter
    from appliance.sync.protocol import ProtocolError

    stick, root = Path(args[0]), bytes.fromhex(args[1])
    until, ticket, next_seq, record = map(int, args[2:])
    disk = OsDisk()
    cutter = Cutter(place.data, disk)
    receipt = cast(bytes, cutter.record(record).body[5]) if record else None
    try:
        log = enrolment.read_registration((place.data / "registration").read_bytes(), root)[1]
    except (OSError, ProtocolError):
        log = keylog.read((), root)
    home = carrier.Home(next_seq, receipt, until)
    lie = carrier.contradiction(stick, cutter, log, home)
    came = list(carrier.answers(stick, cutter, log, home))
    if came:
        home = carrier.Home(came[-1][0].next_seq, came[-1][1], until)
    carrier.export(stick, cutter, home, disk)
    bodies = [{1: it.first_seq, 2: it.next_seq, 3: it.head, 4: it.received, 5: data, 6: "stick"} for it, data in came]
    return {"until": until, "ticket": ticket, "bodies": [packed(body) for body in bodies], "lie": lie}


WORKS: Final[Mapping[str, Callable[[Place, Sequence[str], Makers, Show], dict[str, Any]]]] = {
    "archive": archive,
    "verify": verify,
    "control": control,
    "copies": copies,
    "carry": carry,
    "logs": logs,
    **STICK_WORKS,
    **LOAD_WORKS,
}


def done(name: str, place: Place, args: Sequence[str], makers: Makers, show: Show) -> dict[str, Any]:
    """What came of it, or {"error": sentence for the screen, "detail": for the record}."""
    from appliance.audit.export import Refusal as ExportRefusal
    from appliance.audit.source import Broken, Unreadable
    from appliance.storage.medium import MediumError
    from appliance.storage.purge import PurgeError
    from appliance.sync.cut import CutError

    try:
        return WORKS[name](place, args, makers, show)
    except WorkError as error:
        return {"error": str(error)}
    except MediumError as error:
        return {"error": UNFIT, "detail": str(error)}
    except ExportRefusal as error:
        return {"error": REFUSED, "detail": str(error)}
    except (Refusal, CutError, PurgeError, Unreadable, Broken, ValueError, OSError) as error:
        return {"error": FAILED[name], "detail": str(error)}


def main(argv: Sequence[str]) -> int:
    from appliance.daemon.tills import running

    name, data, shop, fresh, *args = argv
    last = [-1]

    def show(part: int, whole: int) -> None:
        percent = 100 * part // whole if whole else 100
        if percent != last[0]:
            last[0] = percent
            sys.stderr.write(f"{percent}\n")
            sys.stderr.flush()

    sys.stdout.write(
        json.dumps(done(name, Place(Path(data), Path(shop), fresh == FRESH), args, running, show), ensure_ascii=False)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
