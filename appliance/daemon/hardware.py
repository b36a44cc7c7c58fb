"""Which machine this is, as a hash: copied to another machine, a journal says so (journal records `hardware`)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

SOURCES = ("/proc/device-tree/serial-number", "/sys/class/dmi/id/product_uuid", "/etc/machine-id")
DOMAIN = b"sceau/hw/1\0"


def hardware_id() -> bytes:
    """16 bytes; nothing of the serial numbers can be read back from them."""
    digest = sha256(DOMAIN)
    for source in SOURCES:
        digest.update(_read(source) + b"\0")
    return digest.digest()[:16]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes().strip()
    except OSError:
        return b""
