"""A PN532 badge reader on a serial line: frames, and the commands that nfcpy sends to find an ISO 14443 A badge.

Source: NXP UM0701-02 (PN532 User Manual), chapters "Host controller communication protocol" (normal, extended, ACK,
error frames) and "Commands supported". Only `Pn532.present` and `remove` are called from outside its thread.
"""

from __future__ import annotations

import termios
import threading
import time
from dataclasses import dataclass
from typing import Final

from appliance.simulator.wire import SerialWire

ACK: Final = bytes.fromhex("00 00 ff 00 ff 00")
SYNTAX_ERROR: Final = bytes.fromhex("00 00 ff 01 ff 7f 81 00")
TO_CHIP, TO_HOST = 0xD4, 0xD5
FIRMWARE: Final = bytes.fromhex("32 01 06 07")  # PN532, version 1.6, all of ISO 14443 A, B and 18092
SPEEDS: Final = (
    termios.B9600,
    termios.B19200,
    termios.B38400,
    termios.B57600,
    termios.B115200,
    termios.B230400,
    termios.B460800,
    termios.B921600,
)  # SetSerialBaudRate, by its parameter
ABSENCES: Final = 2  # empty answers before a reader may say that a badge was taken away
CIU_FIFO, REQA = 0x6339, 0x26


@dataclass(frozen=True, slots=True)
class Badge:
    """A Type A target: SENS_RES as the PN532 gives it, SEL_RES, UID."""

    uid: bytes
    sens_res: bytes
    sel_res: int


def badge(uid: bytes) -> Badge:
    """The usual badge with such a UID: 7 bytes an NTAG or DESFire, 4 bytes a MIFARE Classic (NXP AN10833)."""
    return Badge(uid, b"\x00\x44", 0x00) if len(uid) == 7 else Badge(uid, b"\x00\x04", 0x08)


def frame(body: bytes) -> bytes:
    """A normal information frame, or an extended one above 255 bytes."""
    tail = bytes([-sum(body) & 0xFF, 0])
    if len(body) <= 255:
        return b"\x00\x00\xff" + bytes([len(body), -len(body) & 0xFF]) + body + tail
    high, low = divmod(len(body), 256)
    return b"\x00\x00\xff\xff\xff" + bytes([high, low, -(high + low) & 0xFF]) + body + tail


class Pn532:
    def __init__(self, wire: SerialWire) -> None:
        self.wire = wire
        self.powered = True
        self.late: list[float] = []  # seconds before each of the next answers: a machine with other work
        self.speed = termios.B115200
        self.unknown: list[int] = []
        self.asked: dict[int, int] = {}  # commands, and how often each came
        self._badge: Badge | None = None
        self._owed = 0  # looks of the till until it must have noticed the last change
        self._next_speed = 0
        self._answers: list[tuple[float, bytes]] = []  # when, and what to answer
        self._received = b""
        self._registers: dict[int, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def present(self, uid: bytes) -> None:
        with self._lock:
            self._badge, self._owed = badge(uid), 1

    def remove(self) -> None:
        with self._lock:
            self._badge, self._owed = None, ABSENCES

    def switch_off(self) -> None:
        """Silent, and without memory."""
        with self._lock:
            self.powered, self.speed = False, termios.B115200
            self._received, self._registers, self._answers = b"", {}, []

    def switch_on(self) -> None:
        with self._lock:
            self.wire.discard()
            self.powered = True

    def unplug(self) -> None:
        with self._lock:
            self.wire.unplug()

    def plug(self) -> None:
        with self._lock:
            self.wire.plug()

    def start(self) -> None:
        """Answers from a thread of its own: the driver blocks while it waits, so nobody else would pump."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="virtual PN532", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=1)
            self._thread = None

    def _serve(self) -> None:
        """Looks often while it is spoken to, rarely when nobody does: a descriptor could be unplugged under a poll."""
        idle = 0
        while not self._stop.wait(0.0005 if idle < 100 else 0.01):
            idle = 0 if self.pump() else idle + 1

    def pump(self) -> bool:
        with self._lock:
            # a pty does not tell at which speed the ACK before it was sent
            if self._next_speed and self._next_speed == self.wire.speed:
                self._acknowledged()
            data = self.wire.read()
            if data and self.powered and self.wire.speed == self.speed:
                self._received += data
                while body := self._cut():
                    lag = self.late.pop(0) if self.late else 0.0
                    self._answers.append((time.monotonic() + lag, self._answer(body)))
            while self._answers and self._answers[0][0] <= time.monotonic():
                self.wire.write(ACK)
                self.wire.write(self._answers.pop(0)[1])
            return bool(data)

    def quiet(self) -> bool:
        """Questions come all the time and are not waited for, but those that must meet a badge come or gone are."""
        with self._lock:
            return not self._owed or not self.powered or not self.wire.plugged

    def near(self) -> bool:
        """Whether a look could tell anything: not with an empty field in front of a reader that works."""
        with self._lock:
            return bool(self._owed or self._badge or not self.powered or not self.wire.plugged)

    def next_deadline(self) -> int | None:
        return None

    def fds(self) -> list[int]:
        return [] if self._thread is not None else self.wire.fds()

    def _cut(self) -> bytes:
        """The body of the next whole frame from the host, TFI included; ACK frames and preambles are skipped."""
        while (start := self._received.find(b"\x00\xff")) >= 0:
            at = start + 2
            head = self._received[at : at + 5]
            if head[:2] == b"\x00\xff":
                self._acknowledged()
                self._received = self._received[at + 2 :]
                continue
            length, offset = (head[2] << 8 | head[3], 5) if head[:2] == b"\xff\xff" and len(head) == 5 else (0, 0)
            if not offset and len(head) >= 2:
                length, offset = head[0], 2
            end = at + offset + length + 1
            if not offset or len(self._received) < end:
                return b""
            body = self._received[at + offset : end - 1]
            self._received = self._received[end:]
            return body
        return b""

    def _acknowledged(self) -> None:
        """SetSerialBaudRate takes effect after the host's ACK."""
        if self._next_speed:
            self.speed, self._next_speed = self._next_speed, 0

    def _answer(self, body: bytes) -> bytes:
        if len(body) < 2 or body[0] != TO_CHIP:
            return SYNTAX_ERROR
        self.asked[body[1]] = self.asked.get(body[1], 0) + 1
        action = _COMMANDS.get(body[1])
        if action is None:
            self.unknown.append(body[1])
            return SYNTAX_ERROR
        return frame(bytes([TO_HOST, body[1] + 1]) + action(self, body[2:]))

    # Commands, by the names of the manual

    def _diagnose(self, data: bytes) -> bytes:
        """Test 0, communication line: the same bytes come back."""
        return data if data[:1] == b"\x00" else b"\x00"

    def _firmware(self, _: bytes) -> bytes:
        return FIRMWARE

    def _set_speed(self, data: bytes) -> bytes:
        self._next_speed = SPEEDS[data[0]]
        return b""

    def _nothing(self, _: bytes) -> bytes:
        return b""

    def _read_register(self, data: bytes) -> bytes:
        addresses = [data[at] << 8 | data[at + 1] for at in range(0, len(data) - 1, 2)]
        return bytes(REQA if address == CIU_FIFO else self._registers.get(address, 0) for address in addresses)

    def _write_register(self, data: bytes) -> bytes:
        for at in range(0, len(data) - 2, 3):
            self._registers[data[at] << 8 | data[at + 1]] = data[at + 2]
        return b""

    def _list_passive_target(self, data: bytes) -> bytes:
        """MaxTg BrTy: 106 kbit/s type A (BrTy 0) only. NbTg, then Tg SENS_RES SEL_RES length NFCID1."""
        self._owed = max(0, self._owed - 1)
        if self._badge is None or data[1] != 0:
            return b"\x00"
        uid = self._badge.uid
        return b"\x01\x01" + self._badge.sens_res + bytes([self._badge.sel_res, len(uid)]) + uid


_COMMANDS = {
    0x00: Pn532._diagnose,
    0x02: Pn532._firmware,
    0x06: Pn532._read_register,
    0x08: Pn532._write_register,
    0x10: Pn532._set_speed,
    0x12: Pn532._nothing,  # SetParameters
    0x14: Pn532._nothing,  # SAMConfiguration
    0x16: lambda _chip, _data: b"\x00",  # PowerDown
    0x32: Pn532._nothing,  # RFConfiguration
    0x4A: Pn532._list_passive_target,
}
