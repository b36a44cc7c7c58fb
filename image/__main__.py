"""`python -m image BOARD`: the image of a board in build/image/BOARD. Exit 0; 2 with what to do."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from appliance import VERSION
from image import application, bill
from image.board import Board, read_board
from image.bundle import make_bundle
from image.disk import make_disk
from image.keys import publisher
from image.root import make_root
from image.shell import ROOT, BuildError
from image.slot import make_slot
from image.tree import close, make_tree
from image.workshop import make_workshop

OUT = ROOT / "build" / "image"
PINNED = ROOT / "image"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m image", description=__doc__)
    parser.add_argument("board", help="a folder of image/board")
    options = parser.parse_args()
    try:
        if os.geteuid() != 0:
            raise BuildError("the image is made as root, whose files it holds: sudo make image")
        build(read_board(options.board))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def build(board: Board) -> Path:
    """The folder with disk.img, the bundle, bill.json, licences, packages.lock. Raises BuildError."""
    began = time.monotonic()
    out = OUT / board.name
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    root = work / "root"
    workshop = _workshop(board)
    _say(f"Debian's part of the root: made for {board.architecture} in a minute or two, or kept from the last time")
    keys = publisher(OUT / "keys")
    libraries = make_tree(board, make_root(board), workshop, keys, root)
    _say(f"{bill.write_bill(root, libraries, out / 'bill.json')} components in bill.json")
    _say(f"{bill.write_licences(root, libraries, out / 'licences')} licences")
    _compare(bill.versions(root), PINNED / f"packages-{board.architecture}.lock", out / "packages.lock")
    kernel, initramfs = _taken(root, "vmlinuz-*", work), _taken(root, "initrd.img-*", work)
    close(root)
    slot = make_slot(board, VERSION, root, kernel, initramfs, work)
    make_disk(board, slot, workshop, work, out / "disk.img")
    (out / "root-hash").write_text(slot.root_hash + "\n", "ascii")
    bundle = make_bundle(board, VERSION, slot, keys, out)
    _say(f"{bundle.relative_to(ROOT)} is its update")
    _say(f"{out.relative_to(ROOT)}/disk.img is made in {time.monotonic() - began:.0f} s, root hash {slot.root_hash}")
    return out


def _workshop(board: Board) -> Path | None:
    if not board.foreign:
        return None
    _say(f"libraries for {board.machine}: compiled in an emulated root in some minutes, or kept from the last time")
    return make_workshop(board, application.names(board))


def _taken(root: Path, pattern: str, work: Path) -> Path:
    """Out of /boot, which stays empty: a slot's kernel stands in its boot partition."""
    (found,) = (path for path in (root / "boot").glob(pattern) if not path.is_symlink())
    return found.replace(work / pattern.partition("-")[0])


def _compare(here: list[str], lock: Path, written: Path) -> None:
    """Debian's updates come when they come; that they came is said."""
    written.write_text("\n".join(here) + "\n", "ascii")
    pinned = set(lock.read_text("ascii").split()) if lock.exists() else set()
    for name in sorted(set(here) - pinned):
        _say(f"not as in image/{lock.name}: {name}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
