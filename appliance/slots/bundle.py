"""A RAUC bundle, read by RAUC: who signed it, for which board, which version. Nothing of it is believed before that."""

from __future__ import annotations

import configparser
import json
from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import program
from appliance.slots.machine import above

CONFIG: Final = Path("/etc/rauc/system.conf")
MANIFEST: Final = "manifest.raucm"
UNSIGNED: Final = (
    "signature verification failed"  # as RAUC 1.8 says it; of a file that is no bundle it says other things
)


class Refused(Exception):
    """`code` as in image/FORMAT.md."""

    def __init__(self, code: str, version: str, why: str) -> None:
        super().__init__(why)
        self.code, self.version = code, version


class Manifest(NamedTuple):
    compatible: str
    version: str


def inspect(bundle: Path, *options: str) -> Manifest:
    """Its manifest, the signature checked with the image's keyring, or as `options` say. Raises Refused."""
    if not bundle.is_file():
        raise Refused("gone", "", f"{bundle} is not there")
    done = program.run(["rauc", *options, "info", "--output-format=json", bundle])
    if done.returncode:
        why = program.last(done)
        raise Refused("signature" if UNSIGNED in why else "unreadable", "", why)
    try:
        said = json.loads(done.stdout)
        return Manifest(str(said["compatible"]), str(said["version"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("unreadable", "", f"rauc info: {error!r}") from error


def compatible(config: Path = CONFIG) -> str:
    """What this board's bundles say that they are for."""
    return _read(config)["system"]["compatible"]


def judge(manifest: Manifest, board: str, running: str) -> None:
    """Raises Refused for one that is for another board, or not above what runs."""
    if manifest.compatible != board:
        raise Refused("board", manifest.version, f"it is for {manifest.compatible}, this is {board}")
    try:
        newer = above(manifest.version, running)
    except ValueError as error:
        raise Refused("unreadable", "", str(error)) from error
    if not newer:
        raise Refused("older", manifest.version, f"{manifest.version} is not above {running}, which runs")


def mounted(folder: Path) -> Manifest:
    """Of a bundle that RAUC has checked and mounted: what it installs, whatever lies under its path by now.

    Raises Refused.
    """
    try:
        update = _read(folder / MANIFEST)["update"]
        return Manifest(update["compatible"], update["version"])
    except (OSError, KeyError, configparser.Error, UnicodeDecodeError) as error:
        raise Refused("unreadable", "", f"{folder / MANIFEST}: {error}") from error


def _read(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(path.read_text("utf-8"))
    return parser
