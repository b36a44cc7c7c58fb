"""What goes into a slot: a root that checks itself, and the small partition that starts it."""

from __future__ import annotations

import re
import uuid
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from image.board import MIB, Board
from image.shell import BuildError, run

BLOCK = 4096
EPOCH = 1_735_689_600  # seconds: what every time in the image says, 2025-01-01
FIXED = {"SOURCE_DATE_EPOCH": str(EPOCH), "E2FSPROGS_FAKE_TIME": str(EPOCH)}
SAME = uuid.UUID("8b9d6c5e-0c1f-4d0e-9a53-5cea00000000")
# A kernel that cannot go on starts again after ten seconds and the boot counter does the rest: nobody can type.
# The screen is the till's: no cursor, no text. A file system that needs a yes gets it.
COMMON = (
    "ro root=/dev/mapper/sceau-root rootfstype=squashfs quiet loglevel=3 panic=10 oops=panic "
    "vt.global_cursor_default=0 consoleblank=0 fsck.repair=yes systemd.show_status=no"
)
_HASH = re.compile(r"^Root hash:\s*([0-9a-f]{64})$", re.MULTILINE)


class Slot(NamedTuple):
    """Images of the two partitions; `root_hash` in hex."""

    root: Path
    boot: Path
    root_hash: str


def fixed(name: str) -> str:
    """A UUID that is the same in every build."""
    return str(uuid.uuid5(SAME, name))


def make_slot(board: Board, version: str, tree: Path, kernel: Path, initramfs: Path, work: Path) -> Slot:
    """Raises BuildError when a part is larger than the board's partition."""
    root, hash_, offset = _root(board, tree, work)
    said = f"sceau.hash={hash_} sceau.offset={offset} sceau.version={version}"
    line = f"{COMMON} {board.command_line} {said}"
    return Slot(root, _boot(board, kernel, initramfs, line, work), hash_)


def _root(board: Board, tree: Path, work: Path) -> tuple[Path, str, int]:
    """Squashfs, then its hash tree in the same file."""
    image = work / "root.img"
    image.unlink(missing_ok=True)
    options = ["-noappend", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "9"]
    run(["mksquashfs", tree, image, *options], FIXED)
    offset = -(-image.stat().st_size // BLOCK) * BLOCK
    with image.open("r+b") as file:
        file.truncate(offset)
    salt = sha256(str(offset).encode()).hexdigest()
    where = [f"--hash-offset={offset}", f"--data-blocks={offset // BLOCK}"]
    said = run(["veritysetup", "format", image, image, *where, f"--salt={salt}", f"--uuid={fixed('verity')}"])
    found = _HASH.search(said)
    if not found:
        raise BuildError(f"veritysetup told no root hash: {said}")
    _fits(image, board.sizes["root"])
    return image, found[1], offset


def _boot(board: Board, kernel: Path, initramfs: Path, line: str, work: Path) -> Path:
    """The same file for either slot: which root it opens is said by the boot loader."""
    said = work / "slot.cfg"
    said.write_text(f'set sceau_line="{line}"\n', "ascii")
    return fat(work / "boot.img", board.sizes["boot"], "SCEAU-BOOT", {
        "vmlinuz": kernel, "initrd.img": initramfs, "slot.cfg": said,
    })  # fmt: skip


def fat(image: Path, size: int, label: str, files: dict[str, Path]) -> Path:
    """A FAT file system with `files`, their folders made."""
    image.unlink(missing_ok=True)
    number = sha256(label.encode()).hexdigest()[:8]
    run(["mkfs.vfat", "-C", "-n", label, "-i", number, "--invariant", image, str(size // 1024)])
    folders = {str(parent) for name in files for parent in Path(name).parents if str(parent) != "."}
    for folder in sorted(folders):
        run(["mmd", "-i", image, f"::{folder}"], FIXED)
    for name, path in files.items():
        run(["mcopy", "-i", image, path, f"::{name}"], FIXED)
    return image


def ext4(image: Path, size: int, label: str, content: Path | None = None) -> Path:
    """Of 4 KiB blocks, all of its tables written; `content` is a folder."""
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(size)
    tables = f"lazy_itable_init=0,lazy_journal_init=0,nodiscard,hash_seed={fixed(label)}"
    command = ["mkfs.ext4", "-q", "-F", "-b", str(BLOCK), "-m", "0", "-L", label, "-U", fixed(label), "-E", tables]
    run([*command, *(["-d", content] if content else []), image], FIXED)
    return image


def _fits(image: Path, size: int) -> None:
    if image.stat().st_size > size:
        raise BuildError(f"{image.name} has {image.stat().st_size // MIB} MiB and its partition {size // MIB}")
