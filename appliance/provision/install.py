"""A bundle takes its place on a till. One rename decides; before it nothing has changed, after it every start goes on.

<data>/provision.going   all of an accepted bundle, in the form that the till keeps
<data>/provisioned       which bundle is in place
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import cbor2

from appliance.provision import authority, bundle, whole
from appliance.provision.authority import Revocations
from appliance.provision.bundle import FILES, LONGEST, WIFI, Inside, Proven
from appliance.provision.fault import BundleError, Fault
from appliance.provision.identity import siren
from appliance.storage.cose import CoseError, loaded
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.storage.seal import Sealer

GOING: Final = "provision.going"
PLACED: Final = "provisioned"
REVOKED: Final = "revocations"
CODE: Final = "code"  # digits of an enrolment, read at a start while the till is not enrolled
_HEAD: Final = 8  # fields that both files begin with


class Placed(NamedTuple):
    """The bundle that is in place."""

    sha256: bytes
    version: int
    signer: str
    serial: bytes
    siret: str
    till: str
    issued: int
    board: str


class Chain(NamedTuple):
    """Whose journal stands in the data folder: the SIRET and the till of its genesis record."""

    siret: str
    till: str


class Machine(NamedTuple):
    """Where a till keeps things, and what makes it this one: the seed of its identity key and its pepper."""

    data: Path
    shop: Path
    disk: Disk
    sealer: Sealer
    seed: bytes
    pepper: bytes


class Asked(NamedTuple):
    """What somebody has brought: `code` that was scanned, the root in the image, `chain` of a journal that is there.

    `board` of the image, empty when it names none; `enrolment`: digits that were scanned here, newer than the bundle's.
    """

    root: bytes
    code: bytes | None
    today: date
    chain: Chain | None
    board: str = ""
    enrolment: str = ""


def install(machine: Machine, blob: bytes, asked: Asked) -> Placed:
    """Proven, opened, found whole, then put in place. Raises BundleError, and nothing has changed; OSError."""
    known = known_revocations(machine, asked.root)
    proven = bundle.prove(blob, asked.root, known)
    inside = bundle.unlock(proven.bundle, machine.seed, asked.code)
    _belongs(machine, proven, asked)
    _fits(inside, asked.board)
    operators = _whole(inside, proven, machine.pepper, asked.today)
    going = _going(machine, proven, inside._replace(collector=asked.enrolment or inside.collector), operators, known)
    # If we stop here, a temporary file is on flash or nothing: the machine is as blank as before.
    durable_file(machine.disk, machine.data / GOING, cbor2.dumps(going))
    finish(machine.data, machine.shop, machine.disk)
    found = placed(machine.data, machine.disk)
    if found is None:
        raise OSError(0, "what was written cannot be read back", str(machine.data / PLACED))
    return found


def _belongs(machine: Machine, proven: Proven, asked: Asked) -> None:
    it, before = proven.bundle, placed(machine.data, machine.disk)
    if before is not None and it.version <= before.version:
        raise BundleError(Fault.OLDER, f"version {it.version} is not above {before.version}, which is in place")
    own = asked.chain
    if own is not None and (siren(own.siret), own.till) != (siren(it.siret), it.till):
        why = f"this till is till {own.till} of SIRET {own.siret}: retire it first (sceau provision decommission)"
        raise BundleError(Fault.SIREN, why)


def _fits(inside: Inside, board: str) -> None:
    if inside.board and board and inside.board != board:
        raise BundleError(Fault.BOARD, "it is for another kind of machine", f"{inside.board}, this image is {board}")


def _whole(inside: Inside, proven: Proven, pepper: bytes, today: date) -> bytes:
    """The operators as they are kept. Raises BundleError."""
    found = whole.faults(inside, proven.bundle.siret, proven.bundle.till, today)
    shop = whole.read_files(inside.files, pepper, today)
    if found or isinstance(shop, list):
        raise BundleError(Fault.CONTENT, "a till cannot be made of it", found[0] if found else "")
    return whole.hashed(inside.files["operators.toml"], shop)


def _going(machine: Machine, proven: Proven, inside: Inside, operators: bytes, known: Revocations) -> dict[int, Any]:
    it = proven.bundle
    kept = {**inside.files, "operators.toml": operators}
    wifi = machine.sealer.seal(cbor2.dumps(list(inside.wifi))) if inside.wifi else None
    newer = it.revocations if proven.revoked.version > known.version else None
    head = (proven.sha256, it.version, proven.issuer.name, proven.issuer.serial, it.siret, it.till, it.issued)
    rest = (inside.board, [[name, kept[name]] for name in FILES], wifi, inside.collector, newer)
    return dict(enumerate((*head, *rest), start=1))


def finish(data: Path, shop: Path, disk: Disk) -> bool:
    """What was decided is brought to its end; each step may be done twice. Raises OSError.

    Whether there was anything.
    """
    if GOING not in _names(disk, data):
        return False
    going = _read(disk, data / GOING)
    if going is None:  # a rename puts a whole file in place: only the medium can have spoilt it
        disk.unlink(data / GOING)
        return False
    if shop.name not in _names(disk, shop.parent):
        disk.mkdir(shop)
    _put(data, shop, disk, going)
    # If we stop here, everything is in its place and is put there once more by the next start.
    durable_file(disk, data / PLACED, cbor2.dumps({key: going[key] for key in range(1, _HEAD + 1)}))
    # If we stop here, the decision is still there and its outcome too: the next start does it again, to the same end.
    disk.unlink(data / GOING)
    disk.fsync_directory(data)
    return True


def _put(data: Path, shop: Path, disk: Disk, going: dict[int, Any]) -> None:
    for name, content in going[_HEAD + 1]:
        # If we stop here, some files of the shop are the new ones: nothing is sold before `finish` has put the others.
        durable_file(disk, shop / name, content)
    wifi, collector, revocations = (going[_HEAD + at] for at in (2, 3, 4))
    for name, content in ((WIFI, wifi), (CODE, collector.encode() or None), (REVOKED, revocations)):
        if content is not None:
            # If we stop here, the one before stands, and `finish` writes it again.
            durable_file(disk, data / name, content)


def placed(data: Path, disk: Disk) -> Placed | None:
    """None when no bundle was ever installed here."""
    if PLACED not in _names(disk, data):
        return None
    found = _read(disk, data / PLACED)
    return Placed(*found.values()) if found is not None and len(found) == _HEAD else None


def known_revocations(machine: Machine, root: bytes) -> Revocations:
    """The newest list that this till has seen; one that flash has spoilt is none."""
    if REVOKED not in _names(machine.disk, machine.data):
        return Revocations()
    try:
        return authority.read_revocations(_bytes(machine.disk, machine.data / REVOKED), root)
    except BundleError:
        return Revocations()


def keep_code(data: Path, disk: Disk, digits: str) -> None:
    """An enrolment code that was scanned at a blank till waits for its first start. Raises OSError."""
    # If we stop here, no code is kept, and it is scanned again.
    durable_file(disk, data / CODE, digits.encode())


def kept_code(data: Path, disk: Disk) -> str:
    """The one that `keep_code` kept; empty when there is none, or it came with a bundle."""
    if CODE not in _names(disk, data) or placed(data, disk) is not None:
        return ""
    return _bytes(disk, data / CODE).decode("ascii", "replace")


def _names(disk: Disk, folder: Path) -> list[str]:
    try:
        return disk.listdir(folder)
    except FileNotFoundError:
        return []


def _read(disk: Disk, path: Path) -> dict[int, Any] | None:
    try:
        found = loaded(_bytes(disk, path))
    except CoseError:
        return None
    return found if type(found) is dict else None


def _bytes(disk: Disk, path: Path) -> bytes:
    handle = disk.open(path, Mode.READ)
    try:
        return disk.pread(handle, 2 * LONGEST, 0)
    finally:
        disk.close(handle)
