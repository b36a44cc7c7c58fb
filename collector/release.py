"""`sceau-collector release`: what is signed offline, where the release key is. The collector only relays it."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Final

from appliance.sync import diagnostics, parcel, pieces, pointer, releases
from appliance.sync.diagnostics import Wanted
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError
from collector import build, config, keys
from collector.objects import Objects
from collector.pointers import Pointers

DAY: Final = 86_400_000  # ms
SCOPES: Final = (*parcel.FILES, parcel.SOFTWARE)
RELEASE, PIECES = "release", "pieces"  # in the folder of a packed bundle


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    with_config: Callable[[tuple[argparse.ArgumentParser, object]], None],
) -> None:
    acts = commands.add_parser("release", help="offline: sign what tills should apply").add_subparsers(
        required=True, metavar="act"
    )
    packed = acts.add_parser("pack", help="make one object of a shop's files, or pieces of a bundle")
    packed.add_argument("scope", choices=SCOPES)
    packed.add_argument("what", type=Path, help="the shop's folder, or the bundle")
    packed.add_argument("--register", type=Path, help="of software: the publisher's register of releases")
    packed.add_argument(
        "--publisher", metavar="HEX", help="of software: the root of the publisher, as the image has it"
    )
    packed.add_argument("out", type=Path, help="a file; of software a folder")
    packed.set_defaults(run=_pack)
    signed = acts.add_parser("sign", help="sign a pointer to an object")
    signed.add_argument("--key", type=Path, required=True, help="file of the release key")
    signed.add_argument("--scope", choices=SCOPES, required=True)
    signed.add_argument("--version", type=int, required=True, help="one more than the last one of this scope")
    signed.add_argument("--object", type=Path, required=True, help=f"of software: the file {RELEASE} in its folder")
    signed.add_argument("--whom", default="*", help="SIRET/till, SIRET/* or *")
    signed.add_argument("--share", type=int, metavar="N", help="tills in a thousand that go first; all when left out")
    signed.add_argument("--days", type=int, default=90, help="after which no till follows it any more")
    signed.add_argument("out", type=Path)
    signed.set_defaults(run=_sign)
    asked = acts.add_parser("ask", help="sign a request for a till's diagnostics")
    asked.add_argument("--key", type=Path, required=True, help="file of the release key")
    asked.add_argument("--days", type=int, default=7)
    asked.add_argument("chain", help="chain id, 32 hexadecimal digits")
    asked.add_argument("out", type=Path)
    asked.set_defaults(run=_ask)
    put = acts.add_parser("put", help="here: give out a packed bundle and its pointer; goes on where it stopped")
    put.add_argument("folder", type=Path, help="that `release pack software` made")
    put.add_argument("pointer", type=Path, help="that `release sign` made")
    with_config((put, _put))


def _pack(said: argparse.Namespace) -> None:
    if said.scope == parcel.SOFTWARE:
        _cut(said)
        return
    names = parcel.FILES[said.scope]
    data = parcel.pack(said.scope, {name: (said.what / name).read_bytes() for name in names})
    said.out.write_bytes(data)
    sys.stdout.write(f"{said.out}: {', '.join(names)}, {len(data)} bytes, sha256 {sha256(data).hexdigest()}\n")


def _cut(said: argparse.Namespace) -> None:
    """The bundle is read twice, a piece at a time: once to find its row in the register, once to cut it."""
    if said.register is None or said.publisher is None:
        raise ProtocolError("software is packed with --register FILE and --publisher HEX: see docs/releases.md")
    register = releases.read(said.register.read_bytes(), _public(said.publisher))
    with said.what.open("rb") as bundle:
        published = register.bundle(hashlib.file_digest(bundle, "sha256").digest())
    if published is None or published.withdrawn:
        raise ProtocolError(f"{said.what} is not in the register, or was withdrawn: `sceau releases add` puts it there")
    (said.out / PIECES).mkdir(parents=True, exist_ok=True)
    it = pieces.release(published, _cut_to(said.what, said.out / PIECES), register.data)
    (said.out / RELEASE).write_bytes(it.encode())
    sys.stdout.write(f"{said.out}: {it.version} for {it.board}, {it.parts} pieces, {it.size} bytes\n")


def _cut_to(bundle: Path, folder: Path) -> Iterator[bytes]:
    with bundle.open("rb") as file:
        while piece := file.read(pieces.PIECE):
            (folder / sha256(piece).hexdigest()).write_bytes(piece)
            yield piece


def _public(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ProtocolError("a public key is 64 hexadecimal digits")
    return found


def _sign(said: argparse.Namespace) -> None:
    data, now = said.object.read_bytes(), build.now()
    if said.scope == parcel.SOFTWARE:
        pieces.read(data)
    else:
        parcel.unpack(said.scope, data)
    until = now + said.days * DAY
    it = Pointer(said.scope, said.version, sha256(data).digest(), len(data), now, until, said.whom, said.share)
    statement = pointer.seal(it, keys.load(said.key).sign)
    pointer.read(statement)  # what no till would read is not written
    said.out.write_bytes(statement)
    tills = "" if it.share is None else f", {it.share} tills in {pointer.WHOLE}"
    sys.stdout.write(f"{said.out}: {it.scope} {it.version} for {it.whom}{tills}, {said.days} days\n")


def _put(said: argparse.Namespace) -> None:
    parts = build.parts(config.load(said.config))
    sent = asyncio.run(_given(Objects(parts.store, parts.pointers), parts.pointers, said.folder, said.pointer))
    sys.stdout.write(f"{sent}\n")


async def _given(objects: Objects, pointers: Pointers, folder: Path, statement: Path) -> str:
    """Pieces, then the release, then its pointer: a till that sees one finds the others."""
    data, said = (folder / RELEASE).read_bytes(), statement.read_bytes()
    it, cut = await pointers.check(said), pieces.read(data)
    if (it.scope, it.sha256) != (parcel.SOFTWARE, sha256(data).digest()):
        raise ProtocolError(f"{statement} does not name {folder / RELEASE}: sign a pointer to it")
    there = await objects.there()
    missing = [each.hex() for each in cut.digests() if each.hex() not in there]
    for name in missing:
        # If we stop here, some pieces are there: the next call sends the others.
        if await objects.add((folder / PIECES / name).read_bytes()) != name:
            raise ProtocolError(f"{folder / PIECES / name} is not the piece of its name: pack the bundle again")
    await objects.add(data)
    await pointers.add(said)
    return f"software {it.version} ({cut.version}) goes to {it.whom}: {len(missing)} of {cut.parts} pieces were sent"


def _ask(said: argparse.Namespace) -> None:
    it = Wanted(bytes.fromhex(said.chain), token_bytes(diagnostics.NONCE), build.now() + said.days * DAY)
    statement = diagnostics.ask(it, keys.load(said.key).sign)
    diagnostics.wanted(statement, keys.load(said.key).public)
    said.out.write_bytes(statement)
    sys.stdout.write(f"{said.out}: till {said.chain}, {said.days} days\n")
