"""What a person types of the office: run it, name who may look, check a proof that somebody hands in."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from appliance.sync import note
from collector import config, document
from collector.config import ConfigError
from collector.log import checkpoints
from collector.log.command import proven
from collector.office import database

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add(commands: Commands, with_config: Callable[..., None]) -> None:
    """`with_config` gives a command its --config and what it runs."""
    run = commands.add_parser("office", help="run the owner's page")
    run.add_argument("--listen", default="127.0.0.1:8091", help="host:port")
    run.add_argument("--url", help="how browsers address it, https://…; http://127.0.0.1:port when left out")
    run.add_argument("--proxy", help="address of the proxy that ends TLS and says who asks (X-Forwarded-For)")
    _with_db(run)
    with_config((run, _office))
    _users(commands.add_parser("user", help="who may look at the owner's page").add_subparsers(required=True))
    checked = commands.add_parser("check-proof", help="count a completeness proof again; needs no collector")
    checked.add_argument("file", type=Path)
    checked.add_argument("--root", required=True, help="the collector's root key that the tills have pinned")
    checked.add_argument("--url", help="the collector's address: each receipt is looked for in its log as well")
    checked.add_argument("--origin", help="what the log is called; its address without https:// when left out")
    checked.add_argument("--witness", action="append", default=[], help="key of a witness that must have cosigned it")
    checked.set_defaults(run=_check)


def _users(acts: Commands) -> None:
    added = acts.add_parser("add", help="reads the password from the terminal or from stdin")
    added.add_argument("--siren", action="append", default=[], help="company whose tills are shown; may be repeated")
    changed = acts.add_parser("password", help="a new password; every session ends")
    removed = acts.add_parser("remove")
    listed = acts.add_parser("list")
    for parser, run in ((added, _add), (changed, _password), (removed, _remove), (listed, _list)):
        if parser is not listed:
            parser.add_argument("name")
        _with_db(parser)
        parser.set_defaults(run=run)


def _with_db(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--db", type=Path, default=Path(database.NAME), help=f"the office's file ({database.NAME})")


def _people(said: argparse.Namespace) -> Any:  # noqa: ANN401 - loaded by whoever asks for people, and by nothing else
    from collector.office.users import Users

    return Users(database.opened(said.db))


def _asked() -> str:
    """Never on the command line, where every process can read it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("password: ")
    if getpass.getpass("again: ") != first:
        raise ConfigError("the two are not the same: try again")
    return first


def _add(said: argparse.Namespace) -> None:
    _people(said).add(said.name, _asked(), said.siren)
    print(f"{said.name} may look at {', '.join(said.siren)}")


def _password(said: argparse.Namespace) -> None:
    _people(said).password(said.name, _asked())
    print(f"{said.name} has a new password; every session has ended")


def _remove(said: argparse.Namespace) -> None:
    _people(said).remove(said.name)
    print(f"{said.name} is gone")


def _list(said: argparse.Namespace) -> None:
    for user in _people(said).all():
        print(user.name, *sorted(user.sirens))


def _check(said: argparse.Namespace) -> None:
    try:
        root = bytes.fromhex(said.root)
    except ValueError as error:
        raise ConfigError("the root key is not in hexadecimal digits: give 64 of them") from error
    data = said.file.read_bytes()
    wrong = list(document.check(data, root))
    if wrong:
        raise ConfigError(f"{said.file} does not hold: {'; '.join(wrong)}")
    print(f"{said.file} holds: what it says of receipts, registry and keys is signed")
    if said.url:
        by = [note.signer(text, note.COSIGNATURE) for text in said.witness]
        name = said.origin or checkpoints.origin(said.url)
        found = asyncio.run(proven(document.receipts(data), said.url, root, name, by))
        print(f"all {len(found)} receipts are in the log {name}" + (f" of {found[0].checkpoint.size}" if found else ""))


def _office(said: argparse.Namespace) -> None:
    from collector.office.serve import serve

    settings = config.load(said.config)
    host, _, port = said.listen.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"{said.listen!r} is not host:port: give for example 127.0.0.1:8091")
    address = urlsplit(said.url or "")
    if said.url and (address.scheme not in ("http", "https") or not address.netloc or address.path not in ("", "/")):
        raise ConfigError(f"{said.url!r} is no address of a page: give https:// and its name")
    plain = (not said.url and settings.certificate is None) or address.scheme == "http"
    if plain and host.strip("[]") not in LOOPBACK:
        raise ConfigError(
            "passwords do not go over a network in clear: give --url https://… behind a proxy that ends TLS"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    serve(settings, said.db, (family, host.strip("[]"), int(port)), said.url, said.proxy)
