"""The whole root in a folder: Debian's part, the till, the units, and everything closed that would let somebody in."""

from __future__ import annotations

import shutil
from importlib.metadata import Distribution
from pathlib import Path

from image import application
from image.board import Board
from image.bundle import settings
from image.keys import Keys
from image.shell import ROOT, run

SYSTEMD = ROOT / "systemd"
PLACES = {
    "system": "usr/lib/systemd/system",
    "sysusers.d": "usr/lib/sysusers.d",
    "tmpfiles.d": "usr/lib/tmpfiles.d",
    "udev": "usr/lib/udev/rules.d",
    "journald.conf.d": "usr/lib/systemd/journald.conf.d",
    "system.conf.d": "usr/lib/systemd/system.conf.d",
    "resolved.conf.d": "usr/lib/systemd/resolved.conf.d",
    "network": "usr/lib/systemd/network",
    "modprobe.d": "usr/lib/modprobe.d",
    "dbus": "usr/share/dbus-1/system.d",
}
WANTED = {
    "local-fs.target.wants": ("data.mount", "state.mount", "tmp.mount", "var.mount"),
    "multi-user.target.wants": (
        "sceau-clock.service",
        "sceau.service",
        "sceau-network.service",
        "sceau-order.path",
        "sceau-good.path",
    ),
    "timers.target.wants": ("sceau-unfit.timer",),
}
# Every way to a prompt.
PROMPTS = (
    "getty.target",
    "getty@.service",
    "serial-getty@.service",
    "console-getty.service",
    "container-getty@.service",
    "autovt@.service",
    "debug-shell.service",
    "emergency.service",
    "rescue.service",
    "systemd-logind.service",
    "systemd-ask-password-console.path",
    "systemd-ask-password-wall.path",
)
# What would write where nothing can be written, and what a till has no use for: each costs its part of every start.
UNUSED = (
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-journal-flush.service",
    "systemd-pstore.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-user-sessions.service",
    "systemd-firstboot.service",
    "systemd-machine-id-commit.service",
    "systemd-remount-fs.service",
    "systemd-random-seed.service",
    "systemd-rfkill.service",
    "systemd-rfkill.socket",
    "systemd-update-done.service",
    "systemd-binfmt.service",
    "systemd-fsckd.socket",
    "wpa_supplicant.service",  # a radio has a unit of its own, without a socket to be spoken to
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "dpkg-db-backup.timer",
)
SCRIPTS = ("first-boot", "lost-clock", "boot-loader", "admit")
EMPTIED = ("var", "boot", "tmp", "run", "root", "home", "srv", "media", "mnt")
POINTS = ("state", "data", "media/stick")


def make_tree(board: Board, tar: Path, workshop: Path | None, keys: Keys, root: Path) -> list[Distribution]:
    """`root` is a new folder; the Python libraries that are in it."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    run(["tar", "--extract", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--file", tar, "--directory", root])
    libraries = application.install(board, root, workshop)
    _units(root)
    _settings(board, root)
    _updates(board, keys, root)
    return libraries


def close(root: Path) -> None:
    """After what is wanted of the tree has been read: what is kept for one boot is memory's, the rest is shut."""
    for name in EMPTIED:
        for path in (root / name).iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name in POINTS:
        (root / name).mkdir(parents=True)
    for name in ("etc/systemd/system/getty.target.wants", "usr/lib/systemd/system/getty.target.wants"):
        shutil.rmtree(root / name, ignore_errors=True)


def _units(root: Path) -> None:
    for source, place in PLACES.items():
        shutil.copytree(SYSTEMD / source, root / place, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for script in SCRIPTS:
        shutil.copyfile(SYSTEMD / script, root / application.HOME / script)
        (root / application.HOME / script).chmod(0o755)
    system = root / "etc/systemd/system"
    for enabled in system.glob("*.wants"):  # what Debian's packages enable by themselves
        shutil.rmtree(enabled)
    for folder, units in WANTED.items():
        (system / folder).mkdir(parents=True, exist_ok=True)
        for unit in units:
            _link(system / folder / unit, f"/usr/lib/systemd/system/{unit}")
    for unit in (*PROMPTS, *UNUSED):
        _link(system / unit, "/dev/null")
    run(["systemd-sysusers", f"--root={root}"])


def _settings(board: Board, root: Path) -> None:
    (root / "etc/sceau").mkdir()
    shutil.copyfile(board.folder / "sceau.toml", root / "etc/sceau/sceau.toml")
    shutil.copyfile(board.folder / "udev.rules", root / "usr/lib/udev/rules.d/71-sceau-board.rules")
    _write(root / "etc/machine-id", "")  # empty: systemd makes one for the boot, and takes no boot for the first
    _write(root / "etc/hostname", "sceau\n")
    _write(root / "etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
    _write(root / "etc/fstab", "# Mounts are units: systemctl list-units '*.mount'\n")
    _link(root / "etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
    _link(root / "etc/localtime", "/usr/share/zoneinfo/Europe/Paris")


def _updates(board: Board, keys: Keys, root: Path) -> None:
    """What RAUC may install here, and whose signature it takes: the root certificate of whoever made this image."""
    folder = root / "etc/rauc"
    folder.mkdir(exist_ok=True)
    _write(folder / "system.conf", settings(board, "/etc/rauc/keyring.pem"))
    _write(folder / "keyring.pem", keys.root.read_text("ascii"))


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text, "ascii")


def _link(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)
