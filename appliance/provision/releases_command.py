"""`sceau releases`: the publisher's register, kept offline, and whether what runs on a machine stands in it."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance.provision import signer
from appliance.provision.signer import Secret, SignerError
from appliance.storage.flash import OsDisk, durable_file
from appliance.sync import releases
from appliance.sync.releases import Published, Register
from appliance.sync.shape import ProtocolError

HOLDS, WRONG, CANNOT = 0, 1, 2
RUNNING: Final = Path("/proc/cmdline")
HASH: Final = "sceau.hash="
Acts = argparse._SubParsersAction  # the type that argparse gives and does not name


class ReleaseError(Exception):
    """One sentence that says what to do."""


def releases_main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(argv)
    try:
        return int(options.do(options))
    except (ReleaseError, SignerError, ProtocolError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("sceau releases", description="The publisher's register of releases.")
    acts = parser.add_subparsers(required=True, metavar="act")
    root = acts.add_parser("root", help="offline: makes a publisher's key; the image names its public half")
    root.add_argument("out", type=Path, metavar="KEY")
    root.set_defaults(do=_root)
    _changes(acts)
    shown = acts.add_parser("show", help="what stands in it")
    checked = acts.add_parser("check", help="whether a bundle, or the system that runs here, is a release")
    for each in (shown, checked):
        each.add_argument("register", type=Path)
        each.add_argument("--root", required=True, metavar="HEX", help="the publisher's public key, as in the image")
    what = checked.add_mutually_exclusive_group()
    what.add_argument("--bundle", type=Path, metavar="FILE")
    what.add_argument("--root-hash", metavar="HEX", help="of dm-verity, 64 hexadecimal digits")
    checked.add_argument("--cmdline", type=Path, default=RUNNING, metavar="FILE", help=f"instead of {RUNNING}")
    shown.set_defaults(do=_show)
    checked.set_defaults(do=_check)
    return parser


def _changes(acts: Acts[argparse.ArgumentParser]) -> None:
    added = acts.add_parser("add", help="offline: a new release; makes the register when there is none")
    gone = acts.add_parser("withdraw", help="offline: no till installs this release any more")
    turned = acts.add_parser("rotate", help="offline: another key signs from now on")
    for each in (added, gone, turned):
        each.add_argument("register", type=Path)
        each.add_argument("--key", type=Path, required=True, metavar="KEY", help="of the publisher, the newest")
    for each in (added, gone):
        each.add_argument("--release", required=True, metavar="VERSION", help="three numbers, 0.2.0")
        each.add_argument("--board", required=True)
    added.add_argument("--bundle", type=Path, required=True, metavar="FILE")
    added.add_argument("--root-hash", required=True, metavar="HEX", help="of dm-verity over the root file system")
    added.add_argument("--perimeter", type=Path, required=True, metavar="FILE", help="its appliance/perimeter.json")
    turned.add_argument("--next", type=Path, required=True, metavar="KEY", help="made by `sceau releases root`")
    added.set_defaults(do=_add)
    gone.set_defaults(do=_withdraw)
    turned.set_defaults(do=_rotate)


def _root(options: argparse.Namespace) -> int:
    _say(signer.make_key(options.out).public.hex())
    return HOLDS


def _add(options: argparse.Namespace) -> int:
    key = signer.load_key(options.key)
    known = _own(options.register, key) if options.register.exists() else None
    digest, size = _measured(options.bundle)
    it = Published(
        options.release,
        options.board,
        digest,
        size,
        _hash(options.root_hash, "--root-hash"),
        _perimeter(options.perimeter),
        _now(),
    )
    rows = known.releases if known else ()
    if any((each.version, each.board) == (it.version, it.board) for each in rows):
        raise ReleaseError(f"{it.version} for {it.board} is in the register: a release is not changed, take the next")
    return _signed(options.register, known, (*rows, it), key, f"{it.version} for {it.board} added")


def _withdraw(options: argparse.Namespace) -> int:
    key = signer.load_key(options.key)
    known = _own(options.register, key)
    wanted = (options.release, options.board)
    if wanted not in {(each.version, each.board) for each in known.releases if not each.withdrawn}:
        raise ReleaseError(f"{wanted[0]} for {wanted[1]} is not in the register, or was withdrawn before")
    rows = [each._replace(withdrawn=True) if (each.version, each.board) == wanted else each for each in known.releases]
    return _signed(options.register, known, rows, key, f"{wanted[0]} for {wanted[1]} withdrawn")


def _rotate(options: argparse.Namespace) -> int:
    before, after = signer.load_key(options.key), signer.load_key(options.next)
    known = _own(options.register, before)
    turn = releases.hand_over(before, after, known.number + 1)
    turned = known._replace(turns=(*known.turns, turn))
    return _signed(options.register, turned, known.releases, after, f"{after.public.hex()} signs from now on")


def _signed(path: Path, before: Register | None, rows: Sequence[Published], key: Secret, done: str) -> int:
    """What no till would read is not written."""
    number = before.number + 1 if before else 1
    data = releases.seal(number, _now(), releases.placed(rows), before.turns if before else (), key.sign)
    releases.read(data, key.public)
    # If we stop here, the old register stands, or none: nothing was given out, the call is made again.
    durable_file(OsDisk(), path, data)
    _say(f"{path}: number {number}, {done}; give it to everybody who has the one before")
    return HOLDS


def _own(path: Path, key: Secret) -> Register:
    """The register as this key signs it on. Raises ReleaseError for a key that is not the newest."""
    try:
        found = releases.read(path.read_bytes(), key.public)
    except FileNotFoundError as error:
        raise ReleaseError(f"{path} is not there: `sceau releases add` makes the first register") from error
    if found.keys[-1] != key.public:
        raise ReleaseError(f"this key has handed over to {found.keys[-1].hex()}: sign with that one")
    return found


def _show(options: argparse.Namespace) -> int:
    it = releases.read(options.register.read_bytes(), signer.public_key(options.root))
    _say(f"number {it.number}, signed on {_day(it.issued)} by {it.keys[-1].hex()}")
    for before in it.keys[:-1]:
        _say(f"a key before: {before.hex()}")
    for each in it.releases:
        _say(_named(each))
    return HOLDS


def _check(options: argparse.Namespace) -> int:
    register = releases.read(options.register.read_bytes(), signer.public_key(options.root))
    if options.bundle is not None:
        digest, _ = _measured(options.bundle)
        found, what = register.bundle(digest), f"{options.bundle}, sha256 {digest.hex()}"
    else:
        root_hash = _hash(options.root_hash, "--root-hash") if options.root_hash else running(options.cmdline)
        found, what = register.running(root_hash), f"the system of root hash {root_hash.hex()}"
    if found is None:
        _say(f"NOT A RELEASE: {what} is not in register number {register.number}")
        return WRONG
    _say(f"{what}:\n{_named(found)}")
    return WRONG if found.withdrawn else HOLDS


def running(cmdline: Path) -> bytes:
    """The root hash under which the kernel reads this machine's system. Raises ReleaseError, OSError."""
    words = cmdline.read_text("ascii", "replace").split()
    found = [word.removeprefix(HASH) for word in words if word.startswith(HASH)]
    if len(found) != 1:
        raise ReleaseError(f"{cmdline} names no {HASH}: this machine was not started from an image; give --root-hash")
    return _hash(found[0], str(cmdline))


def _named(it: Published) -> str:
    state = "WITHDRAWN" if it.withdrawn else "published"
    return (
        f"{it.version} for {it.board}, {state}, issued on {_day(it.issued)}, {it.size} bytes\n"
        f"  bundle    {it.sha256.hex()}\n  root hash {it.root_hash.hex()}\n  perimeter {it.perimeter.hex()}"
    )


def _measured(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        return digest, file.tell()


def _hash(text: str, where: str) -> bytes:
    try:
        found = bytes.fromhex(text.strip())
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ReleaseError(f"{where}: {text.strip()[:80]!r} is no hash of 64 hexadecimal digits")
    return found


def _perimeter(path: Path) -> bytes:
    try:
        return _hash(str(json.loads(path.read_text("utf-8"))["digest"]), str(path))
    except (ValueError, TypeError, LookupError) as error:
        raise ReleaseError(f"{path} is no perimeter: name the release's own appliance/perimeter.json") from error


def _now() -> int:
    return time.time_ns() // 1_000_000


def _day(t: int) -> str:
    return datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m-%d")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
