"""An update: both parts of a slot, their hashes and the publisher's signature, as RAUC packs them (format `verity`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from image.board import Board
from image.keys import Keys
from image.shell import ROOT, run
from image.slot import FIXED, Slot

SETTINGS = ROOT / "systemd" / "rauc" / "system.conf"
MANIFEST = """[update]
compatible={compatible}
version={version}
build={root_hash}
description=Sceau {version}

[bundle]
format=verity

[image.rootfs]
filename=root.img

[image.boot]
filename=boot.img
"""


def compatible(board: Board) -> str:
    """What a bundle and a machine must agree on."""
    return f"sceau-{board.name}"


def name(board: Board, version: str) -> str:
    return f"sceau-{board.name}-{version}.raucb"


def settings(board: Board, keyring: Path | str) -> str:
    """RAUC's `system.conf` of this board."""
    said = SETTINGS.read_text("ascii").replace("@COMPATIBLE@", compatible(board))
    return said.replace("@KEYRING@", str(keyring))


def make_bundle(board: Board, version: str, slot: Slot, keys: Keys, out: Path) -> Path:
    """The parts are compressed already, the bundle is not; it is read back as a machine does. Raises BuildError."""
    folder, target = slot.root.parent / "bundle", out / name(board, version)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for part, image in (("root.img", slot.root), ("boot.img", slot.boot)):
        (folder / part).hardlink_to(image)
    said = MANIFEST.format(compatible=compatible(board), version=version, root_hash=slot.root_hash)
    (folder / "manifest.raucm").write_text(said, "ascii")
    target.unlink(missing_ok=True)
    command = ["rauc", "bundle", f"--cert={keys.certificate}", f"--key={keys.key}"]
    command += ["--mksquashfs-args=-noI -noD -noF -noX"]
    command += [f"--intermediate={keys.crossed}"] if keys.crossed else []
    run([*command, folder, target], FIXED)
    config = folder / "system.conf"
    config.write_text(settings(board, keys.root), "ascii")
    run(["rauc", f"--conf={config}", "info", target])
    shutil.rmtree(folder)
    return target
