"""`sceau-collector release`: what is signed offline, where the release key is. The collector only relays it."""

from __future__ import annotations

import argparse
import sys
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Final

from appliance.sync import diagnostics, parcel, pointer
from appliance.sync.diagnostics import Wanted
from appliance.sync.pointer import Pointer
from collector import build, keys

DAY: Final = 86_400_000  # ms
SCOPES: Final = (*parcel.FILES, parcel.SOFTWARE)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    acts = commands.add_parser("release", help="offline: sign what tills should apply").add_subparsers(
        required=True, metavar="act"
    )
    packed = acts.add_parser("pack", help="make one object of a shop's files")
    packed.add_argument("scope", choices=list(parcel.FILES))
    packed.add_argument("shop", type=Path, help="the folder that holds them")
    packed.add_argument("out", type=Path)
    packed.set_defaults(run=_pack)
    signed = acts.add_parser("sign", help="sign a pointer to an object")
    signed.add_argument("--key", type=Path, required=True, help="file of the release key")
    signed.add_argument("--scope", choices=SCOPES, required=True)
    signed.add_argument("--version", type=int, required=True, help="one more than the last one of this scope")
    signed.add_argument("--object", type=Path, required=True)
    signed.add_argument("--whom", default="*", help="SIRET/till, SIRET/* or *")
    signed.add_argument("--days", type=int, default=90, help="after which no till follows it any more")
    signed.add_argument("out", type=Path)
    signed.set_defaults(run=_sign)
    asked = acts.add_parser("ask", help="sign a request for a till's diagnostics")
    asked.add_argument("--key", type=Path, required=True, help="file of the release key")
    asked.add_argument("--days", type=int, default=7)
    asked.add_argument("chain", help="chain id, 32 hexadecimal digits")
    asked.add_argument("out", type=Path)
    asked.set_defaults(run=_ask)


def _pack(said: argparse.Namespace) -> None:
    names = parcel.FILES[said.scope]
    data = parcel.pack(said.scope, {name: (said.shop / name).read_bytes() for name in names})
    said.out.write_bytes(data)
    sys.stdout.write(f"{said.out}: {', '.join(names)}, {len(data)} bytes, sha256 {sha256(data).hexdigest()}\n")


def _sign(said: argparse.Namespace) -> None:
    data, now = said.object.read_bytes(), build.now()
    if said.scope != parcel.SOFTWARE:
        parcel.unpack(said.scope, data)
    it = Pointer(said.scope, said.version, sha256(data).digest(), len(data), now, now + said.days * DAY, said.whom)
    statement = pointer.seal(it, keys.load(said.key).sign)
    pointer.read(statement)  # what no till would read is not written
    said.out.write_bytes(statement)
    sys.stdout.write(f"{said.out}: {it.scope} {it.version} for {it.whom}, {said.days} days\n")


def _ask(said: argparse.Namespace) -> None:
    it = Wanted(bytes.fromhex(said.chain), token_bytes(diagnostics.NONCE), build.now() + said.days * DAY)
    statement = diagnostics.ask(it, keys.load(said.key).sign)
    diagnostics.wanted(statement, keys.load(said.key).public)
    said.out.write_bytes(statement)
    sys.stdout.write(f"{said.out}: till {said.chain}, {said.days} days\n")
