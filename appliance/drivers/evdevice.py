"""Input devices of the kernel through python-evdev: the only lines that differ between a node and a socket are here.

A path that is a Unix socket (`SOCK_SEQPACKET`, whole `struct input_event`s) is connected to instead of opened: that
is how virtual inputs are wired, and all but `_open_node` then runs as it does on a device.
"""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path
from typing import Any

from appliance.ports import Lost


def open_input(path: str, *, grab: bool) -> Any:  # noqa: ANN401  # python-evdev has no types
    """An `evdev.InputDevice` on `path`, non-blocking. Raises `Lost` when it is not there."""
    try:
        mode = Path(path).stat().st_mode
        return _connect(path) if stat.S_ISSOCK(mode) else _open_node(path, grab=grab)
    except OSError as error:
        raise Lost(f"The input device {path} cannot be opened: {error.strerror}.") from None


def _open_node(path: str, *, grab: bool) -> Any:  # noqa: ANN401
    """Grabbed, so that what is scanned is not also typed on the console's login prompt."""
    from evdev import InputDevice

    device = InputDevice(path)
    if grab:
        device.grab()
    return device


def _connect(path: str) -> Any:  # noqa: ANN401
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        line.connect(path)
    except OSError:
        line.close()
        raise
    return adopt(line.detach(), path)


def adopt(fd: int, name: str = "descriptor") -> Any:  # noqa: ANN401
    """An `InputDevice` on a descriptor that is no device node: its constructor would ask ioctls that fail there."""
    from evdev import InputDevice

    os.set_blocking(fd, False)
    device = InputDevice.__new__(InputDevice)
    device.fd, device.path, device.name = fd, name, name
    return device


def drain(device: Any) -> list[Any]:  # noqa: ANN401
    """All events that wait; evdev gives 64 at most a call. Raises `Lost` once there is nothing before the loss.

    An empty read is an end of file, which a real node tells as ENODEV.
    """
    events: list[Any] = []
    while True:
        try:
            some = list(device.read())
        except BlockingIOError:
            return events
        except OSError:
            some = []
        if not some:
            if events:
                return events  # the next call finds the loss again
            raise Lost(f"The input device {device.path} is gone.")
        events += some


def milliseconds(event: Any) -> int:  # noqa: ANN401
    """The event's own time stamp."""
    return int(event.sec * 1000 + event.usec // 1000)
