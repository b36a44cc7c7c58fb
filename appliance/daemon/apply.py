"""`sceau provision apply`: a newer bundle in place of the one that is there, on a till that is stopped.

A blank machine takes its first one from a stick by itself (`firstboot.py`); this is for its second.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from appliance.audit.archive_period import Refusal
from appliance.daemon.config import PLACE, ConfigError, read_config
from appliance.daemon.firstboot import chain_of
from appliance.daemon.tills import is_running
from appliance.provision import install, lock
from appliance.provision.fault import BundleError
from appliance.provision.install import Asked, Machine
from appliance.provision.signer import SignerError, public_key
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.keys import KeyFileError
from appliance.storage.seal import SealError, sealer_for


def apply_main(argv: Sequence[str]) -> int:
    """0 in place, 1 refused and nothing changed, 2 it could not be tried."""
    parser = argparse.ArgumentParser(
        "sceau provision apply", description="Puts a newer bundle in place of a stopped till's own."
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--shop", type=Path, required=True, help="the shop's folder")
    parser.add_argument("--root", required=True, metavar="HEX", help="public key of the root, as in the image")
    parser.add_argument("--code", metavar="DIGITS", help="of the till's sheet")
    parser.add_argument("--board", metavar="NAME", help=f"that the image was made for; as {PLACE} says when left out")
    said = parser.parse_args(argv)
    try:
        return _applied(said)
    except BundleError as error:
        sys.stderr.write(f"{said.bundle}: {error}\n")
        return 1
    except (ConfigError, Refusal, SignerError, SealError, KeyFileError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _applied(said: argparse.Namespace) -> int:
    disk, sealer = OsDisk(), sealer_for()
    if is_running(said.data):
        raise Refusal("the till runs: close its day, then stop it (systemctl stop sceau)")
    install.finish(said.data, said.shop, disk)
    seed, pepper = keys.identity(said.data, disk, sealer), keys.pepper(said.data, disk, sealer)
    machine = Machine(said.data, said.shop, disk, sealer, seed, pepper)
    code = lock.code_of(said.code) if said.code else None
    board = own_board() if said.board is None else said.board
    asked = Asked(public_key(said.root), code, _today(), chain_of(said.data, disk), board)
    found = install.install(machine, said.bundle.read_bytes(), asked)
    sys.stdout.write(
        f"version {found.version} for till {found.till} of SIRET {found.siret}, signed by {found.signer}\n"
    )
    return 0


def own_board(place: Path = PLACE) -> str:
    """Empty where no image's configuration stands. Raises ConfigError."""
    return read_config(place).board if place.exists() else ""


def _today() -> date:
    return datetime.now().astimezone().date()
