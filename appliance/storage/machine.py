"""What tells this machine from another of its kind: numbers that the maker or the installation gave it.

None of them is secret: whoever is on the machine can read them. They bind a file to the machine, they do not hide it.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

DOMAIN = b"sceau/machine/1\0"

# machine-id(5); the kernel's Documentation/ABI/testing/sysfs-firmware-ofw; drivers/firmware/dmi-id.c.
_FILES = (
    ("machine-id", "etc/machine-id"),
    ("serial", "proc/device-tree/serial-number"),
    ("dmi", "sys/class/dmi/id/product_uuid"),  # only root may read it
)


def machine_identity(root: Path = Path("/")) -> bytes:
    """SHA-256 over every number that this user can read; the same at each start. `root` is for tests."""
    said = b"".join(name.encode() + b"=" + value + b"\0" for name, value in machine_ids(root))
    return sha256(DOMAIN + said).digest()


def machine_ids(root: Path = Path("/")) -> list[tuple[str, bytes]]:
    """(name, value) of each number, in a fixed order; values without spaces and zeros at their ends."""
    return [(name, value) for name, path in _paths(root) if (value := _read(path))]


def _paths(root: Path) -> Iterator[tuple[str, Path]]:
    for name, path in _FILES:
        yield name, root / path
    for device in sorted((root / "sys/block").glob("mmcblk[0-9]*")):
        # A card in a slot ("SD") may be changed; only what is soldered ("MMC") belongs to the machine.
        if _read(device / "device/type") == b"MMC":
            yield "emmc", device / "device/cid"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip(b"\0 \n\t")
    except OSError:
        return b""
