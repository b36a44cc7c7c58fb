"""Where a board has another processor than this machine: its libraries compiled, its boot loader's modules fetched.

Both are made in a Debian root of that processor, which `qemu-user-static` runs, and thrown away with it. What pip
downloads is checked here against `setup/requirements.lock`; in the root it finds nothing else.
"""

from __future__ import annotations

import re
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from image.board import Board
from image.root import CACHE, RELAXED, SUITE, sources
from image.shell import ROOT, run

LOCKS = (ROOT / "setup" / "build.lock", ROOT / "setup" / "requirements.lock")
# What compiles evdev and tpm2-pytss, of which there are no wheels for every processor.
TOOLS = ["gcc", "libc6-dev", "linux-libc-dev", "python3-dev", "python3-pip", "pkg-config", "libtss2-dev"]
LOADERS = {"arm64": ("grub-efi-arm64-bin", "arm64-efi"), "amd64": ("grub-efi-amd64-bin", "x86_64-efi")}
GLIBC = 36  # Debian 12 has 2.36
PIP = "python3 -m pip --no-cache-dir --disable-pip-version-check install --no-index --find-links=/wheels --no-deps"
_PIN = re.compile(r"^([a-z0-9._-]+)==\S+ \\\n(?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+", re.MULTILINE)


def make_workshop(board: Board, names: list[str]) -> Path:
    """A folder with `libraries`, as pip installs them, and GRUB's modules; kept. Raises BuildError."""
    locked = [pins(LOCKS[0], None), pins(LOCKS[1], set(names))]
    command = _command(board)
    kept = CACHE / f"workshop-{sha256(repr((command, PIP, locked)).encode()).hexdigest()[:16]}"
    if not kept.exists():
        fresh = kept.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _wheels(board, locked, fresh / "wheels")
        run([*command, *_hooks(board, fresh), "--format=null", SUITE, "-", sources()])
        fresh.replace(kept)
    return kept


def pins(lock: Path, names: set[str] | None) -> str:
    """Of a lock, the entries of these names, or all."""
    found = _PIN.finditer(lock.read_text("ascii"))
    return "\n".join(each[0].rstrip(" \\\n") for each in found if names is None or each[1] in names) + "\n"


def _wheels(board: Board, locked: list[str], folder: Path) -> None:
    """Wheels where there are any that Debian 12 on this processor can load, else the source."""
    folder.mkdir()
    tags = ["any", f"manylinux2014_{board.machine}"]
    tags += [f"manylinux_2_{minor}_{board.machine}" for minor in range(GLIBC, 16, -1)]
    command = [sys.executable, "-m", "pip", "-q", "download", "--no-deps", "--no-build-isolation", "--require-hashes"]
    command += ["--python-version=3.11", "--implementation=cp", f"--dest={folder}"]
    command += [f"--platform={tag}" for tag in tags]
    for number, text in enumerate(locked):
        wanted = folder / f"wanted-{number}.txt"
        wanted.write_text(text, "ascii")
        run([*command, "-r", wanted])


def _command(board: Board) -> list[str]:
    packages = [*TOOLS, LOADERS[board.architecture][0]]
    command = ["mmdebstrap", "--mode=root", "--variant=essential", f"--architectures={board.architecture}"]
    return [*command, f"--include={','.join(packages)}", *(f"--aptopt={option}" for option in RELAXED)]


def _hooks(board: Board, fresh: Path) -> list[str]:
    modules = LOADERS[board.architecture][1]
    steps = [f"copy-in {fresh}/wheels /", f'chroot "$1" {PIP} --break-system-packages -r /wheels/wanted-0.txt']
    steps += [f'chroot "$1" {PIP} --no-build-isolation --no-compile --target=/libraries -r /wheels/wanted-1.txt']
    steps += [f"copy-out /libraries {fresh}", f"copy-out /usr/lib/grub/{modules} {fresh}"]
    return [f"--customize-hook={step}" for step in steps]
