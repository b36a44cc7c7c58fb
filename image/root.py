"""Debian's part of the root: a tar made by mmdebstrap from the package list, kept by the hash of all that went in."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from image.board import Board
from image.shell import ROOT, BuildError, run

SUITE = "bookworm"
PACKAGES = ROOT / "image" / "packages.txt"
INITRAMFS = ROOT / "image" / "initramfs"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
OLD_SOURCES = Path("/etc/apt/sources.list")
CACHE = ROOT / "build" / "image" / "cache"
# Papers that nobody reads on a till, but not those that say under which licence a package stands.
LEFT_OUT = ("doc/*", "man/*", "locale/*", "info/*", "lintian/*", "bash-completion/*", "zsh/*")
RELAXED = ('APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"')
INTO_ROOT = (
    ("modules", "sceau-modules"),
    ("hooks/sceau", "hooks/sceau"),
    ("scripts/sceau", "scripts/local-top/sceau"),
    ("conf", "conf.d/sceau"),
)


def packages(board: Board) -> list[str]:
    """Names from the list, in its order."""
    lines = PACKAGES.read_text("utf-8").replace("@ARCHITECTURE@", board.architecture).splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def make_root(board: Board) -> Path:
    """The tar, made now when none of these inputs is kept. Raises BuildError."""
    command = _command(board)
    kept = CACHE / f"root-{_digest(command)}.tar"
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new.tar")
    run([*command, SUITE, fresh, sources()])
    fresh.replace(kept)
    return kept


def _command(board: Board) -> list[str]:
    command = ["mmdebstrap", "--mode=root", "--variant=essential", f"--architectures={board.architecture}"]
    command += [f"--include={','.join(packages(board))}", *(f"--aptopt={option}" for option in RELAXED)]
    command += [f"--dpkgopt=path-exclude=/usr/share/{name}" for name in LEFT_OUT]
    command += ["--dpkgopt=path-include=/usr/share/doc/*/copyright"]
    return command + _hooks()


def _hooks() -> list[str]:
    """What the initramfs is made of must stand before the kernel is configured, or it is made twice, and large."""
    target = '"$1"/etc/initramfs-tools'
    hooks = [f"mkdir -p {target}/hooks {target}/scripts/local-top {target}/conf.d"]
    hooks += [f"cp -p image/initramfs/{source} {target}/{name}" for source, name in INTO_ROOT]
    return [f"--essential-hook={hook}" for hook in hooks]


def _digest(command: list[str]) -> str:
    files = sorted(path for path in INITRAMFS.rglob("*") if path.is_file())
    said = [*command, SUITE, *(f"{path.name}\n{path.read_text('utf-8')}" for path in files)]
    return sha256("\0".join(said).encode()).hexdigest()[:16]


def sources() -> Path:
    """The mirror is the one this machine is set up with."""
    for path in (SOURCES, OLD_SOURCES):
        if path.exists() and "bookworm" in path.read_text("utf-8"):
            return path
    raise BuildError(f"neither {SOURCES} nor {OLD_SOURCES} names {SUITE}: build on Debian 12")
