"""The network cards of this machine as the kernel tells them: sysfs-class-net(5), netdevice(7)."""

from __future__ import annotations

import fcntl
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

CARDS: Final = Path("/sys/class/net")
_SIOCGIFADDR: Final = 0x8915
_REQUEST: Final = struct.Struct("16s2xH4s16x")  # struct ifreq with a sockaddr_in
MOST: Final = 5  # lines on the page

Cards = tuple[tuple[str, str], ...]


def cards(folder: Path = CARDS) -> Cards:
    """Name and `up 192.168.1.20`, `up` without an address, `down`; the machine's own loop left out."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "lo") if folder.is_dir() else []
    return tuple((name, _state(folder / name)) for name in names[:MOST])


def _state(card: Path) -> str:
    try:
        linked = (card / "carrier").read_text("ascii").strip() == "1"
    except OSError:  # reading it of a card that is off is EINVAL
        linked = False
    return f"up {_address(card.name)}".strip() if linked else "down"


def _address(name: str) -> str:
    """The first IPv4 address, empty for none."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        given = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        return socket.inet_ntoa(given[20:24])
    return ""
