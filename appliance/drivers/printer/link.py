"""A byte stream to a printer on one non-blocking descriptor, and the one function that opens a serial port."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from appliance.ports import Loop, Lost


def open_port(path: str, baud: int, flow: str) -> Any:  # noqa: ANN401  # pyserial has no types
    """Opens and locks a serial port, raw, 8N1. Raises `Lost` when it is not there.

    pyserial's `dsrdtr` does nothing on Linux: an Epson printer's DTR is wired to CTS and `flow = "rts"` set.
    """
    import serial

    try:
        return serial.Serial(path, baud, timeout=0, exclusive=True, rtscts=flow == "rts", xonxoff=flow == "xon")
    except (OSError, ValueError) as error:  # SerialException is an OSError
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise Lost(f"The serial port {path} cannot be opened: {why}.") from None


class Link:
    """Sends in order, never blocks, and says once when the far end has gone.

    `offered` counts bytes given to `send`, `sent` those the kernel took: what lies between has not left the till.
    """

    def __init__(self, fd: int, loop: Loop, heard: Callable[[bytes], None], gone: Callable[[str], None]) -> None:
        os.set_blocking(fd, False)
        self._fd, self._loop, self._heard, self._gone = fd, loop, heard, gone
        self._pending = bytearray()
        self._open = True
        self.offered = self.sent = 0
        loop.watch(fd, self._readable)

    @property
    def idle(self) -> bool:
        return not self._pending

    def send(self, data: bytes) -> None:
        self.offered += len(data)
        self._pending += data
        self._drain()

    def urgent(self, data: bytes) -> None:
        """Writes before what waits, now and whole, or raises `Lost`: nothing of it is kept for later."""
        try:
            taken = os.write(self._fd, data) if self._open else 0
        except OSError as error:
            raise Lost(f"The printer's line takes nothing: {error.strerror}.") from None
        if taken != len(data):
            self._fail("half a command went out")
            raise Lost("The printer's line is stalled.")

    def close(self) -> None:
        if self._open:
            self._open = False
            self._loop.forget(self._fd)

    def _drain(self) -> None:
        if not self._open or not self._pending:
            return
        try:
            taken = os.write(self._fd, self._pending)
        except BlockingIOError:
            taken = 0
        except OSError as error:
            self._fail(error.strerror or "write failed")
            return
        self.sent += taken
        del self._pending[:taken]
        self._loop.watch(self._fd, self._readable, self._writable if self._pending else None)

    def _writable(self) -> None:
        self._drain()

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(error.strerror or "read failed")
            return
        if not data:  # hang-up of a tty
            self._fail("hung up")
            return
        self._heard(data)

    def _fail(self, why: str) -> None:
        """Later, on the loop: the caller may be in the middle of sending."""
        if self._open:
            self.close()
            self._loop.post(lambda: self._gone(why))
