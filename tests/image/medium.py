"""The medium that the tests boot: the shipped image, its root and boot loader untouched, and two things changed.

- The initramfs of slot A gets a second archive behind it, which puts an agent into /run (see `agent.py`).
- The state partition is one that is already provisioned.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from image.board import read_board
from image.slot import ext4
from tests.image.model import OF
from tests.provision import made

ROOT = Path(__file__).resolve().parents[2]
BOARD = os.environ.get("SCEAU_BOARD", "virt-amd64")  # make test-image BOARD=…
MODEL = OF[BOARD]
BUILT = ROOT / "build" / "image" / BOARD
SHOP = ROOT / "samples" / "epicerie"
MACHINE_ID = "5cea0000000040008000000000000001"
SECTOR = 512
CARRIED = "sceau-test"
# Sourced by the initramfs after each of its scripts; /run goes over to the real system. It has no cp.
CARRY = f"""if [ ! -d /run/{CARRIED} ]; then
    mkdir -p /run/{CARRIED} /run/systemd/system/multi-user.target.wants /run/systemd/system/sceau.service.d
    for name in /{CARRIED}/*; do
        cat $name > /run$name
    done
    cat /{CARRIED}/sceau-test.service > /run/systemd/system/sceau-test.service
    mkdir -p /run/systemd/journald.conf.d
    cat /{CARRIED}/console.conf > /run/systemd/journald.conf.d/console.conf
    cat /{CARRIED}/test.conf > /run/systemd/system/sceau.service.d/test.conf
    ln -s ../sceau-test.service /run/systemd/system/multi-user.target.wants/sceau-test.service
fi
"""
AGENT = f"""[Unit]
Description=What the tests ask of this machine
DefaultDependencies=no
After=systemd-udevd.service local-fs.target
Before=sceau.service
StartLimitIntervalSec=0

[Service]
ExecStartPre=-/sbin/modprobe -a uinput virtio_console
ExecStartPre=/bin/mount -o remount,exec /run
ExecStart=/usr/bin/python3 /run/{CARRIED}/agent.py
Restart=always
RestartSec=1
"""
# The same till, the same confinement; what it draws is also written down as text, and `at` moves its clocks.
MIRRORED = f"""[Unit]
After=sceau-test.service

[Service]
Environment=LD_PRELOAD=/run/{CARRIED}/clock.so
ExecStart=
ExecStart=/usr/bin/sceau run --config /run/{CARRIED}/sceau.toml
"""
# What went wrong stands in the test's folder afterwards.
TOLD = f"[Journal]\nForwardToConsole=yes\nTTYPath=/dev/{MODEL.console}\nMaxLevelConsole=info\n"


class Part(NamedTuple):
    """Bytes from the beginning of the disk."""

    start: int
    size: int


def parts(disk: Path) -> dict[str, Part]:
    """By their names in the partition table."""
    said = subprocess.run(["sfdisk", "--json", disk], capture_output=True, check=True)
    table = json.loads(said.stdout)["partitiontable"]["partitions"]
    return {each["name"]: Part(each["start"] * SECTOR, each["size"] * SECTOR) for each in table}


def prepare(
    folder: Path, *, provisioned: bool = True, updates: Sequence[Path] = (), authority: Path | None = None
) -> Path:
    """A disk of its own in `folder`; `updates` lie where the till puts bundles that it has fetched; `authority` vouches
    for its collector."""
    disk = folder / "disk.img"
    subprocess.run(["cp", "--sparse=always", BUILT / "disk.img", disk], check=True)
    where = parts(disk)
    _carry(disk, where["boot-a"], folder, authority)
    if provisioned:
        _provision(disk, where["state"], folder, updates)
    return disk


def _carry(disk: Path, boot: Part, folder: Path, authority: Path | None) -> None:
    place = f"{disk}@@{boot.start}"
    initramfs = folder / "initrd.img"
    subprocess.run(["mcopy", "-n", "-i", place, "::initrd.img", initramfs], check=True)
    carry(initramfs, folder, authority)
    subprocess.run(["mcopy", "-o", "-i", place, initramfs, "::initrd.img"], check=True)


def carry(initramfs: Path, folder: Path, authority: Path | None = None) -> None:
    """An initramfs may be several archives, one behind the other (kernel, initramfs buffer format)."""
    initramfs.write_bytes(_padded(initramfs.read_bytes()) + _archive(folder / "carried", authority))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _archive(folder: Path, authority: Path | None) -> bytes:
    """A cpio of the folder, made of what the test image carries in."""
    carried = folder / CARRIED
    carried.mkdir(parents=True)
    (folder / "conf").mkdir()
    (folder / "conf" / "param.conf").write_text(CARRY)
    shutil.copyfile(Path(__file__).with_name("agent.py"), carried / "agent.py")
    (carried / "sceau-test.service").write_text(AGENT)
    (carried / "test.conf").write_text(MIRRORED)
    source, made = Path(__file__).with_name("clock.c"), carried / "clock.so"
    clock = [MODEL.compiler, "-O2", "-shared", "-fPIC", "-o", str(made), str(source)]
    subprocess.run(clock, check=True)
    (carried / "offset").write_bytes(bytes(8))
    (carried / "console.conf").write_text(TOLD)
    (carried / "sceau.toml").write_text(_config(authority is not None))
    if authority is not None:
        shutil.copyfile(authority, carried / "authority.pem")
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))]
    command = ["cpio", "--quiet", "--create", "--format=newc", "--owner=0:0"]
    done = subprocess.run(command, input="\n".join(names).encode(), cwd=folder, capture_output=True, check=True)
    return done.stdout


def _config(vouched: bool) -> str:
    """The board's own, with the tests' root of bundles; a virtual chip on a busy machine answers late."""
    said = read_board(BOARD).folder.joinpath("sceau.toml").read_text("utf-8")
    late = said.replace('path = "/dev/sceau-badge"', 'path = "/dev/sceau-badge"\npatience = 5000')
    own = re.sub('^provision = "[0-9a-f]{64}"$', f'provision = "{made.ROOT.public.hex()}"', late, flags=re.MULTILINE)
    assert own != late
    upstream = f'\n[upstream]\nca = "/run/{CARRIED}/authority.pem"\n' if vouched else ""
    return 'mirror = "/run/sceau/frame.json"\n' + own + upstream


# The sample shop as it stands, for the flows; `test_first_day` provisions a blank machine as a technician does.
def _provision(disk: Path, state: Part, folder: Path, updates: Sequence[Path]) -> None:
    content = folder / "state"
    shutil.copytree(SHOP, content / "shop")
    (content / "updates").mkdir()
    for bundle in updates:
        (content / "updates" / bundle.name).hardlink_to(bundle)
    (content / "machine-id").write_text(MACHINE_ID + "\n")
    image = ext4(folder / "state.img", state.size, "state", content)
    write(disk, state, image.read_bytes())


def write(disk: Path, part: Part, data: bytes, offset: int = 0) -> None:
    with disk.open("r+b") as file:
        file.seek(part.start + offset)
        file.write(data)


def read(disk: Path, part: Part) -> bytes:
    with disk.open("rb") as file:
        file.seek(part.start)
        return file.read(part.size)
