"""What a person types of a witness: make it, name the logs it watches, run it, show what it has seen."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final, TypeAlias

from appliance.sync import note
from appliance.sync.note import COSIGNATURE, ED25519, Signer
from appliance.sync.protocol import ProtocolError
from collector import build, keys
from collector.config import ConfigError
from collector.journal import Journal
from collector.keys import Secret
from collector.witness import memory
from collector.witness.judge import Judge
from collector.witness.memory import Memory

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
KEY: Final = "witness.key"
WHO: Final = "witness.name"


def add(commands: Commands) -> None:
    acts: Any = commands.add_parser("witness", help="cosign the checkpoints of somebody else's log").add_subparsers(
        required=True, metavar="act"
    )
    new = acts.add_parser("new", help="make its key and its memory; prints the key for the log's settings")
    new.add_argument("--name", required=True, help="what it is called, for example witness.example/w1")
    trust = acts.add_parser("trust", help="watch a log")
    run = acts.add_parser("serve", help="run it")
    run.add_argument("--listen", default="127.0.0.1:8092", help="host:port, behind a proxy that ends TLS")
    show = acts.add_parser("show", help="the last checkpoint of each log, cosigned: for `audit --seen`")
    for parser, act in ((new, _new), (trust, _trust), (run, _serve), (show, _show)):
        parser.add_argument("folder", type=Path)
        parser.set_defaults(run=act)
    trust.add_argument("key", help="as `sceau-collector log key` prints it, told over another way")


def _new(said: argparse.Namespace) -> None:
    said.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = keys.make(said.folder / KEY)
    text = Signer(said.name, COSIGNATURE, own.public).encode()
    note.signer(text, COSIGNATURE)  # a name with spaces is none
    (said.folder / WHO).write_text(f"{said.name}\n", "utf-8")
    memory.make(said.folder / memory.NAME)
    print(text)


def _opened(folder: Path) -> tuple[Signer, Secret, Memory]:
    own = keys.load(folder / KEY)
    name = (folder / WHO).read_text("utf-8").strip()
    return Signer(name, COSIGNATURE, own.public), own, memory.opened(folder / memory.NAME)


def _trust(said: argparse.Namespace) -> None:
    try:
        by = note.signer(said.key, ED25519)
    except ProtocolError as error:
        raise ConfigError(f"{error}: for a log, `sceau-collector log key` prints it") from error
    memory.opened(said.folder / memory.NAME).trust(by)
    print(f"checkpoints of {by.name} under key {by.id.hex()} are cosigned from now on")


def _serve(said: argparse.Namespace) -> None:
    from collector.witness.serve import serve

    host, _, port = said.listen.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"{said.listen!r} is not host:port: give for example 127.0.0.1:8092")
    by, own, held = _opened(said.folder)
    serve(Judge(held, by, own.sign, lambda: int(time.time())), host.strip("[]"), int(port), Journal(build.now))
    held.close()


def _show(said: argparse.Namespace) -> None:
    _, _, held = _opened(said.folder)
    for origin in held.origins():
        sys.stdout.write((held.note(origin) or b"").decode())
