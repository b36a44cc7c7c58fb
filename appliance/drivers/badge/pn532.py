"""A PN532 on a serial port, through nfcpy, in one thread of its own: nfcpy blocks and is not thread-safe.

nfcpy's own opening raises the speed of the chip and only a proper close lowers it again, so a till that was killed
would find a deaf reader until its power is cut. Here the speed stays at the chip's own 115200, and a chip that
somebody left at a higher one is brought back once. Closing never sends PowerDown: some boards do not wake from it.
Source: NXP UM0701-02, sections GetFirmwareVersion, SAMConfiguration and SetSerialBaudRate.
"""

from __future__ import annotations

import contextlib
import os
import termios
from dataclasses import dataclass
from typing import Any, Final

from appliance.ports import Loop, Lost

BAUD: Final = 115200
LEFT_BEHIND: Final = (921600, 460800, 230400)
WAKE: Final = bytes(10)  # long preamble: wakes a chip in power-down
ACK: Final = bytes.fromhex("00 00 ff 00 ff 00")
GET_FIRMWARE: Final = bytes.fromhex("00 00 ff 02 fe d4 02 2a 00")
FIRMWARE: Final = bytes.fromhex("00 00 ff 06 fa d5 03 32")  # version and features follow
SET_BAUD_115200: Final = bytes.fromhex("00 00 ff 03 fd d4 10 04 18 00")
BAUD_SET: Final = bytes.fromhex("00 00 ff 02 fe d5 11 1a 00")
SAM_NORMAL: Final = bytes.fromhex("00 00 ff 05 fb d4 14 01 00 00 17 00")
SAM_DONE: Final = bytes.fromhex("00 00 ff 02 fe d5 15 16 00")
ANSWER_MS: Final = 100  # UM0701-02: the ACK comes within 15 ms; USB adapters add theirs
PATIENCE_MS: Final = 500  # for a second round: a machine with other work
ABSENCES: Final = 2  # polls without it before a badge counts as taken away: one can fail by chance


@dataclass(frozen=True, slots=True)
class BadgeOptions:
    """`patience`: ms that an answer may take at least. UM0701-02 allows 15; adapters and busy machines add theirs."""

    path: str
    patience: int = 100


class Pn532Reader:
    Options = BadgeOptions

    def __init__(self, options: BadgeOptions, _loop: Loop) -> None:
        self._path, self._patience = options.path, options.patience
        self._transport: Any = None
        self._frontend: Any = None
        self._target: Any = None
        self._uid: bytes | None = None
        self._absences = 0

    def open(self) -> None:
        """Raises `Lost` when no PN532 answers there."""
        try:
            self._transport = _transport(self._path, self._patience)
            greet(self._transport)
            self._frontend, self._target = _frontend(self._transport, self._path)
        except Lost:
            self.close()
            raise
        except _failures() as error:
            self.close()
            raise Lost(f"The badge reader on {self._path} cannot be opened: {_why(error)}.") from None

    def close(self) -> None:
        """Field off and port closed, nothing more."""
        if self._frontend is not None:
            with contextlib.suppress(*_failures()):
                self._frontend.device.mute()
            self._frontend = None
        if self._transport is not None:
            with contextlib.suppress(*_failures()):
                self._transport.close()
            self._transport = None
        self._uid = None

    def poll(self) -> bytes | None:
        if self._frontend is None:
            raise Lost("The badge reader is not open.")
        try:
            found = self._frontend.sense(self._target, iterations=1)
        except _failures() as error:
            raise Lost(f"The badge reader on {self._path} no longer answers: {_why(error)}.") from None
        return self._once(bytes(found.sdd_res) if found is not None and found.sdd_res else None)

    def _once(self, uid: bytes | None) -> bytes | None:
        """The UID when it has just come into the field."""
        if uid is None:
            self._absences += 1
            if self._absences >= ABSENCES:
                self._uid = None
            return None
        self._absences = 0
        if uid == self._uid:
            return None
        self._uid = uid
        return None if is_random(uid) else uid


def is_random(uid: bytes) -> bool:
    """Telephones and passports make up a new 4-byte UID each time, marked by 08h (ISO/IEC 14443-3)."""
    return len(uid) == 4 and uid[0] == 0x08


def greet(transport: Any) -> None:  # noqa: ANN401  # nfcpy has no types
    """Finds the chip at 115200, or brings it there, and puts it in normal mode. Raises `Lost`."""
    if not (_reached(transport, ANSWER_MS) or (_silent(transport) and _reached(transport, PATIENCE_MS))):
        raise Lost(f"No PN532 answers on {transport.port}: check the cable and the switches for HSU (serial) mode.")
    if not _exchange(transport, SAM_NORMAL, SAM_DONE, PATIENCE_MS):
        raise Lost(f"The badge reader on {transport.port} refuses SAMConfiguration.")


def _reached(transport: Any, patience: int) -> bool:  # noqa: ANN401
    if _firmware(transport, patience):
        return True
    _bring_back(transport, patience)
    return _firmware(transport, patience)


def _silent(transport: Any) -> bool:  # noqa: ANN401
    """Whether answers that came too late have passed: each would be taken for that of the next command."""
    transport.tty.timeout = PATIENCE_MS / 1000
    return any(not transport.tty.read(64) for _ in LEFT_BEHIND)


def _firmware(transport: Any, patience: int) -> bool:  # noqa: ANN401
    return _exchange(transport, GET_FIRMWARE, FIRMWARE, patience)


def _bring_back(transport: Any, patience: int) -> None:  # noqa: ANN401
    """Once at each speed that nfcpy may have left; the chip changes after the ACK that we send."""
    for baud in LEFT_BEHIND:
        transport.baudrate = baud  # not reopened: that would throw away an ACK still on its way
        if _exchange(transport, SET_BAUD_115200, BAUD_SET, patience):
            transport.write(ACK)
            transport.tty.flush()
            break
    transport.baudrate = BAUD


def _exchange(transport: Any, command: bytes, answer: bytes, patience: int) -> bool:  # noqa: ANN401
    """Whether the chip takes a command and answers with these bytes first, each within `patience` ms."""
    transport.write(bytearray(WAKE + command))
    try:
        return transport.read(patience) == ACK and bytes(transport.read(patience)).startswith(answer)
    except (TimeoutError, IndexError):  # nothing, or too little to be a frame
        return False


def _transport(path: str, patience: int) -> Any:  # noqa: ANN401
    from nfc.clf.transport import TTY

    class Patient(TTY):  # type: ignore[misc]
        """nfcpy waits 100 ms for an ACK, too little on some machines."""

        def read(self, timeout: int) -> bytearray:
            answer: bytearray = super().read(max(timeout, patience))
            return answer

    try:
        return Patient(path)
    except OSError as error:
        raise Lost(f"The serial port {path} cannot be opened: {_why(error)}.") from None


def _frontend(transport: Any, path: str) -> tuple[Any, Any]:  # noqa: ANN401
    """nfcpy's frontend on a device that we opened, and what it shall look for: ISO 14443 A at 106 kbit/s.

    Given by object, because nfcpy only takes names of direct entries of /dev.
    """
    from nfc.clf import ContactlessFrontend, RemoteTarget, pn532

    device = pn532.Device(pn532.Chipset(transport, logger=pn532.log), logger=pn532.log)
    device._path = path
    frontend = ContactlessFrontend()
    frontend.device = device
    return frontend, RemoteTarget("106A")


def _failures() -> tuple[type[Exception], ...]:
    """All that nfcpy and pyserial raise when the far side is silent, gone or talks nonsense."""
    from nfc.clf import Error
    from nfc.clf.pn53x import Chipset

    return OSError, termios.error, Error, Chipset.Error, IndexError, ValueError, AssertionError


def _why(error: Exception) -> str:
    """pyserial and termios put the reason in different places."""
    code = next((part for part in (getattr(error, "errno", None), *error.args) if type(part) is int), None)
    return os.strerror(code) if code else str(error)
