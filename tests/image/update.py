"""Bundles for the tests: the built image as its next version, and small ones that a machine must not take."""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import subprocess
from pathlib import Path

from image import keys
from image.application import HOME, PYTHON
from image.board import Board, read_board
from image.bundle import make_bundle
from image.keys import Keys
from image.slot import Slot, make_slot
from tests.image.medium import BOARD, BUILT, carry

NEXT = "0.2.0"
OURS = BUILT.parent / "keys"


def own() -> Keys:
    """Of whoever built the image."""
    return keys.publisher(OURS)


def next_version(folder: Path) -> tuple[Path, Slot]:
    """The same till, which says that it is NEXT; the agent of the tests goes into its initramfs as into the first."""
    board, tree = read_board(BOARD), folder / "root"
    subprocess.run(["cp", "-a", "--link", BUILT / "work" / "root", tree], check=True)
    _renamed(tree, NEXT)
    kernel, initramfs = BUILT / "work" / "vmlinuz", folder / "initrd.img"
    shutil.copyfile(BUILT / "work" / "initrd.img", initramfs)
    carry(initramfs, folder)
    slot = make_slot(board, NEXT, tree, kernel, initramfs, folder)
    return make_bundle(board, NEXT, slot, own(), folder), slot


def _renamed(tree: Path, version: str) -> None:
    """Files of the tree have other names elsewhere: they are replaced, not written into."""
    package = tree / HOME / "lib" / f"python{PYTHON}" / "site-packages" / "appliance"
    said = (package / "__init__.py").read_text("utf-8")
    lines = [f'VERSION = "{version}"' if line.startswith("VERSION") else line for line in said.splitlines()]
    compiled = package / "__pycache__" / f"__init__.cpython-{PYTHON.replace('.', '')}.pyc"
    for path in (package / "__init__.py", compiled):
        path.unlink()
    (package / "__init__.py").write_text("\n".join(lines) + "\n", "utf-8")
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert compileall.compile_file(package / "__init__.py", quiet=2, invalidation_mode=mode)
    assert version in (package / "__init__.py").read_text("utf-8")


def small(folder: Path, version: str, signer: Keys, board: Board | None = None, *, named: str = "") -> Path:
    """A bundle whose parts are nothing: what refuses it looks at its signature and its manifest only."""
    place = folder / f"small-{len(list(folder.glob('small-*')))}"
    place.mkdir(parents=True)
    for name in ("root.img", "boot.img"):
        (place / name).write_bytes(os.urandom(64 << 10))
    made = make_bundle(board or read_board(BOARD), version, Slot(place / "root.img", place / "boot.img", "00" * 32),
                       signer, place)  # fmt: skip
    return made.rename(place / named) if named else made
