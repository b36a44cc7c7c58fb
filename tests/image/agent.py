"""Inside the test image, and only there: does what the tests ask over a virtio-serial port, as root.

One request a line, JSON; one answer a line. It is carried in by a second initramfs beside the shipped one, so that
the root which is tested is, bit for bit, the root that ships. Standard library only.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

PORT = Path("/dev/virtio-ports/sceau.test")
OFFSET = Path("/run/sceau-test/offset")
PROCESSES = Path("/sys/fs/cgroup/system.slice/sceau.service/cgroup.procs")
MIRROR = Path("/run/sceau/frame.json")
UI_SET_EVBIT, UI_SET_KEYBIT, UI_SET_ABSBIT, UI_SET_PROPBIT = 0x40045564, 0x40045565, 0x40045567, 0x4004556E
UI_DEV_CREATE = 0x5501
EV_SYN, EV_KEY, EV_ABS, BTN_TOUCH = 0, 1, 3, 0x14A
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
RANGE = 32767


class Glass:
    """A touch panel of the kernel's own making (uinput): QEMU has none that says BTN_TOUCH."""

    def __init__(self) -> None:
        self._fd = os.open("/dev/uinput", os.O_WRONLY)
        for request, values in (
            (UI_SET_EVBIT, (EV_SYN, EV_KEY, EV_ABS)),
            (UI_SET_KEYBIT, (BTN_TOUCH,)),
            (UI_SET_ABSBIT, (0, 1, MT_SLOT, MT_X, MT_Y, MT_ID)),
            (UI_SET_PROPBIT, (1,)),
        ):
            for value in values:
                fcntl.ioctl(self._fd, request, value)
        most = [0] * 64
        for axis, limit in ((0, RANGE), (1, RANGE), (MT_SLOT, 4), (MT_X, RANGE), (MT_Y, RANGE), (MT_ID, 65535)):
            most[axis] = limit
        head = struct.pack("80sHHHHI", b"Sceau test panel", 3, 0x1234, 0x5678, 1, 0)
        os.write(self._fd, head + struct.pack("64i", *most) + bytes(4 * 64 * 3))
        fcntl.ioctl(self._fd, UI_DEV_CREATE)
        self._contacts = 0

    def down(self, x: int, y: int) -> None:
        self._contacts += 1
        self._send((EV_ABS, MT_SLOT, 0), (EV_ABS, MT_ID, self._contacts), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y),
                   (EV_KEY, BTN_TOUCH, 1))  # fmt: skip

    def up(self) -> None:
        self._send((EV_ABS, MT_SLOT, 0), (EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0))

    def _send(self, *events: tuple[int, int, int]) -> None:
        os.write(self._fd, b"".join(struct.pack("llHHi", 0, 0, *event) for event in (*events, (EV_SYN, 0, 0))))


class Till:
    """The daemon as the kernel sees it."""

    def pid(self) -> int:
        """The first of its group: children come later. To ask systemd would cost more than all else here."""
        return min(int(line) for line in PROCESSES.read_text().split())

    def threads(self, pid: int) -> tuple[dict[str, int], bool]:
        """thread -> how often it ran, and whether one runs now or waits for the medium.

        Not how long: on a machine whose host does other things as well, standing still counts as running.
        """
        ran: dict[str, int] = {}
        busy = False
        for folder in Path(f"/proc/{pid}/task").iterdir():
            ran[folder.name] = int((folder / "schedstat").read_text().split()[2])
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            busy = busy or state == "D" or (state == "R" and folder.name == str(pid))
        return ran, busy


def still(pid: int, window: float, longest: float) -> bool:
    """Waits until the daemon's main thread and all others but one do nothing.

    The one is the badge reader's, which always asks: it must have run, or the machine itself stood still meanwhile.
    """
    till, began, calm = Till(), time.monotonic(), 0
    before, _ = till.threads(pid)
    while time.monotonic() - began < longest:
        time.sleep(window)
        after, busy = till.threads(pid)
        woken = {name: times - before.get(name, 0) for name, times in after.items()}
        main = woken.pop(str(pid), 0)
        *others, asked = sorted(woken.values()) or [0]
        calm = calm + 1 if not busy and main <= 2 and sum(others) <= 2 else 0
        if calm and (asked >= 3 or calm >= 5):
            return True
        before = after
    return False


class Agent:
    def __init__(self) -> None:
        self.glass: Glass | None = None

    def sh(self, command: str) -> dict[str, Any]:
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, errors="replace")
        return {"code": done.returncode, "out": done.stdout, "err": done.stderr[-4000:]}

    def touch(self, x: int, y: int, width: int, height: int) -> dict[str, Any]:
        """The middle of that pixel."""
        glass = self._panel()
        glass.down((2 * x + 1) * (RANGE + 1) // (2 * width), (2 * y + 1) * (RANGE + 1) // (2 * height))
        time.sleep(0.06)
        glass.up()
        return {}

    def panel(self) -> dict[str, Any]:
        self._panel()
        return {}

    def _panel(self) -> Glass:
        if self.glass is None:
            self.glass = Glass()
        return self.glass

    def frame(self) -> dict[str, Any]:
        """What the till wrote of its last frame; empty before the first."""
        try:
            return {"frame": json.loads(MIRROR.read_text("utf-8"))}
        except (OSError, ValueError):
            return {"frame": {}}

    def shift(self, milliseconds: int) -> dict[str, Any]:
        """The till's clocks go so far ahead of the machine's; see `clock.c`."""
        with OFFSET.open("r+b") as file:
            file.write(struct.pack("q", milliseconds))
        return {}

    def now(self) -> dict[str, Any]:
        """As the till has it, UTC ms."""
        return {"now": time.time_ns() // 1_000_000 + struct.unpack("q", OFFSET.read_bytes())[0]}

    def still(self, window: float = 0.2, longest: float = 30.0) -> dict[str, Any]:
        try:
            return {"still": still(Till().pid(), window, longest), **self.frame()}
        except (OSError, ValueError):
            time.sleep(window)
            return {"still": False, **self.frame()}

    def answer(self, line: str) -> str:
        try:
            asked = json.loads(line)
            said = getattr(self, asked.pop("do"))(**asked)
        except Exception as error:  # noqa: BLE001 - the test shall see it
            said = {"error": repr(error)}
        return json.dumps(said)


def _send(port: io.RawIOBase, data: bytes) -> None:
    """The port takes 32 KiB at a time."""
    while data:
        data = data[port.write(data) or 0 :]


def main() -> None:
    agent = Agent()
    while not PORT.exists():
        time.sleep(0.1)
    with PORT.open("r+b", buffering=0) as port:
        port.write(b'{"ready": true}\n')
        waiting = b""
        while True:
            data = port.read(65536)
            if not data:
                time.sleep(0.05)  # nobody is at the other end
                continue
            waiting += data
            *lines, waiting = waiting.split(b"\n")
            for line in lines:
                _send(port, agent.answer(line.decode()).encode() + b"\n")


if __name__ == "__main__":
    main()
