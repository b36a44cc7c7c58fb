"""One connection of the booted machine, which QEMU holds at descriptor 0, goes on to a port of this machine: PORT."""

from __future__ import annotations

import os
import socket
import sys
from threading import Thread

CHUNK = 65536


def carry(source: int, target: int) -> None:
    """Until the end of what comes."""
    while data := os.read(source, CHUNK):
        sent = 0
        while sent < len(data):
            sent += os.write(target, data[sent:])


def main() -> None:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as line:
        Thread(target=carry, args=(line.fileno(), 1), daemon=True).start()
        carry(0, line.fileno())


if __name__ == "__main__":
    main()
