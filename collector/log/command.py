"""What a person types of the log: one pass over it, its key for a witness, and whether a receipt is in it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from appliance.sync import note
from appliance.sync.note import COSIGNATURE, Signer
from collector import build, config
from collector.config import ConfigError
from collector.journal import Journal
from collector.log import checkpoints, inclusion
from collector.log.inclusion import Included
from collector.log.rounds import Rounds


def add(commands: Any, with_config: Callable[..., None]) -> None:  # noqa: ANN401 - argparse names no public type
    acts = commands.add_parser("log", help="the log of all receipts").add_subparsers(required=True, metavar="act")
    run = acts.add_parser("run", help="put new receipts into it, show it to the witnesses; exit 1 when one refuses")
    key = acts.add_parser("key", help="what a witness is given to trust, one line for each key")
    show = acts.add_parser("show", help="the newest checkpoint, cosigned")
    with_config((run, _run), (key, _key), (show, _show))
    checked = commands.add_parser("check-receipt", help="prove that a receipt is in the log, from outside")
    checked.add_argument("file", type=Path)
    checked.add_argument("--url", required=True, help="the collector's address")
    checked.add_argument("--root", required=True, help="the collector's root key that the tills have pinned")
    checked.add_argument("--origin", help="what the log is called; its address without https:// when left out")
    checked.add_argument("--witness", action="append", default=[], help="key of a witness that must have cosigned")
    checked.set_defaults(run=_check)


async def proven(
    receipts: Sequence[bytes], url: str, root: bytes, name: str, witnesses: Sequence[Signer]
) -> list[Included]:
    """Each of them is in the log. Raises ProtocolError, Unavailable."""
    outside = await inclusion.opened(url, root, name, witnesses)
    return [await outside.prove(data) for data in receipts]


def _run(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    parts = build.parts(settings)
    journal = Journal(build.now, sys.stdout)
    cosigning = build.cosigning(settings, parts)
    if not asyncio.run(Rounds(parts.checkpoints, build.sequencer(parts), cosigning, 0, journal).once()):
        print("a witness knows another log under this name: stop, keep the store as it is, run an audit --seen")
        sys.exit(1)


def _key(said: argparse.Namespace) -> None:
    settings = config.load(said.config)
    log = asyncio.run(build.parts(settings).keys.log())
    for each in inclusion.trusted(log, checkpoints.origin(settings.url)):
        print(each)


def _show(said: argparse.Namespace) -> None:
    seen = build.parts(config.load(said.config)).checkpoints

    async def whole() -> bytes:
        newest = await seen.newest()
        return await seen.whole(newest) if newest else b""

    data = asyncio.run(whole())
    if not data:
        raise ConfigError("there is no checkpoint yet: `sceau-collector log run` makes one when a receipt is stored")
    sys.stdout.write(data.decode())


def _check(said: argparse.Namespace) -> None:
    try:
        root = bytes.fromhex(said.root)
    except ValueError as error:
        raise ConfigError("the root key is not in hexadecimal digits: give 64 of them") from error
    by = [note.signer(text, COSIGNATURE) for text in said.witness]
    name = said.origin or checkpoints.origin(said.url)
    (it,) = asyncio.run(proven([said.file.read_bytes()], said.url, root, name, by))
    records = f"records {it.receipt.first_seq} to {it.receipt.next_seq - 1} of {it.receipt.chain_id.hex()}"
    print(f"{records}: receipt {it.place} of the {it.checkpoint.size} in the log {it.checkpoint.origin}")
    for witness, seconds in it.cosigned:
        print(f"cosigned by {witness} at {seconds} s since 1970")
