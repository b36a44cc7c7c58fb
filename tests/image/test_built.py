"""What the image is made of, read from its parts; no machine is started."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from image.board import read_board
from tests.image.medium import BOARD, BUILT

TREE = BUILT / "work" / "root"
PROCESSORS = {"amd64": 62, "arm64": 183}


def test_nobody_can_log_in(image: Path) -> None:
    """No account has a password, no terminal a prompt, no server for shells is there, and no key of one."""
    words = [line.split(":")[1] for line in (TREE / "etc/shadow").read_text().splitlines()]
    assert all(word in ("*", "!", "!*") for word in words), words
    for unit in ("getty@.service", "serial-getty@.service", "debug-shell.service", "rescue.service"):
        assert (TREE / "etc/systemd/system" / unit).readlink() == Path("/dev/null")
    for program in ("usr/sbin/sshd", "usr/bin/apt", "usr/sbin/inetd", "usr/bin/telnet"):
        assert not (TREE / program).exists(), program


def test_every_component_is_on_the_bill_with_its_licence(image: Path) -> None:
    """Each Debian package and each library; the libraries with the hashes they are locked to."""
    components = json.loads((BUILT / "bill.json").read_text("utf-8"))["components"]
    debian = {each["name"] for each in components if each["purl"].startswith("pkg:deb/")}
    python = {each["name"]: each["properties"] for each in components if each["purl"].startswith("pkg:pypi/")}

    assert {"systemd", f"linux-image-{read_board(BOARD).architecture}", "python3"} <= debian
    assert {"cbor2", "pynacl", "tpm2-pytss"} <= python.keys()
    assert all(python.values()), [name for name, hashes in python.items() if not hashes]
    licences = {path.name for path in (BUILT / "licences" / "debian").iterdir()}
    assert debian - licences <= {"gcc-12-base"}, debian - licences


def test_the_till_is_there_whole_and_compiled(image: Path) -> None:
    """Every module has its bytecode, so that a start compiles nothing on a root where nothing can be written."""
    packages = TREE / "usr/lib/sceau/lib/python3.11/site-packages"
    sources = list((packages / "appliance").rglob("*.py"))

    assert len(sources) > 200
    assert [
        path for path in sources if not (path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc").exists()
    ] == []
    assert {path.name for path in (packages / "verifier").iterdir()} >= {"sceau_verify.py", "verifier.html"}
    assert not any((packages / name).exists() for name in ("pytest", "hypothesis", "ruff", "playwright", "collector"))


def test_every_library_is_for_this_processor(image: Path) -> None:
    """What was compiled elsewhere, too: the machine that an ELF file names (ELF-64, e_machine at 18)."""
    packages = TREE / "usr/lib/sceau/lib/python3.11/site-packages"
    machines = {path.name: int.from_bytes(path.read_bytes()[18:20], "little") for path in packages.rglob("*.so*")}

    assert len(machines) > 10
    assert set(machines.values()) == {PROCESSORS[read_board(BOARD).architecture]}, machines


def test_no_program_lends_root(image: Path) -> None:
    """Programs with the setuid bit: those that Debian's base has, none of which the till's confinement lets it use."""
    lending = {path.name for path in TREE.rglob("*") if path.is_file() and path.lstat().st_mode & stat.S_ISUID}

    assert lending <= {
        "mount",
        "umount",
        "su",
        "passwd",
        "chfn",
        "chsh",
        "gpasswd",
        "newgrp",
        "dbus-daemon-launch-helper",
    }
