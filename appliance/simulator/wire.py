"""The wires between the till and its virtual devices: real descriptors, so that the real drivers run.

A serial wire is a pty pair, an input wire a Unix `SOCK_SEQPACKET` socket. Both have a path that outlives a replug
and a killed till: the till opens the path as it would open /dev/ttyUSB0 or /dev/input/event3. Nothing here blocks,
and nothing happens but in `pump`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct
import termios
import tty
from pathlib import Path

READ = 4096


def unread(fd: int) -> int:
    """Bytes that can be read from `fd` now. The poll comes first: it makes the kernel deliver what a pty's other
    side has written, which otherwise takes a worker thread some microseconds (`tty_buffer_flush_work`)."""
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    poller.poll(0)
    return _count(fd, termios.FIONREAD)


def stirs(fd: int) -> bool:
    """Whether there is something to take from `fd`: asked at every turn, and cheaper than to be refused."""
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(0))


def _count(fd: int, request: int) -> int:
    (number,) = struct.unpack("i", fcntl.ioctl(fd, request, bytes(4)))
    return int(number)


class SerialWire:
    """A pty pair: the device holds the master, the till opens `path`, a link to the slave.

    The slave stays open here as well, so that a till that closes or dies is no hang-up for the device.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0  # bytes the till did not read in time, as on a line without flow control
        self._master = self._slave = -1
        self._listened = False  # the till has spoken since the plug: before that nobody has the port open
        self.plug()

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> None:
        """Also after `unplug`: a new device node under the same path, as udev gives."""
        if self.plugged:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.path)

    def unplug(self) -> None:
        """The till sees a hang-up: EOF or EIO on what it holds, and the path is gone."""
        if not self.plugged:
            return
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._listened = False

    def read(self, most: int = READ) -> bytes:
        """What the till has sent, at most `most` bytes; b"" when there is nothing. The rest waits in the wire."""
        if not self.plugged or most <= 0:
            return b""
        try:
            data = os.read(self._master, most)
        except BlockingIOError:
            return b""
        self._listened = True
        return data

    def write(self, data: bytes) -> None:
        """Bytes for which nobody has the port open are gone, as on a real one."""
        taken = 0
        if self.plugged and self._listened:
            with contextlib.suppress(BlockingIOError):
                taken = os.write(self._master, data)
        self.dropped += len(data) - taken

    def discard(self) -> None:
        """Throws away what the till has sent: nobody is there to hear it."""
        listened = self._listened
        while self.read():
            pass
        self._listened = listened

    def abandon(self) -> None:
        """The till has died: what it had not read is gone, what it had sent still arrives, and nothing
        is delivered before the next one speaks."""
        self._listened = False
        if self.plugged:
            termios.tcflush(self._slave, termios.TCIFLUSH)

    @property
    def speed(self) -> int:
        """What the till has set its port to, as a `termios.B...` constant: at another speed a device reads noise."""
        return int(termios.tcgetattr(self._slave)[5]) if self.plugged else 0

    def unread(self) -> tuple[int, int]:
        """Bytes on their way to the device, and to the till."""
        return (unread(self._master), unread(self._slave)) if self.plugged else (0, 0)

    def quiet(self) -> bool:
        return self.unread() == (0, 0)

    def fds(self) -> list[int]:
        return [self._master] if self.plugged else []


class InputWire:
    """Input events, in packets, over one connection at a time; a new one (a restarted till) replaces the last.

    A packet keeps whole events together as the kernel does; a byte stream could cut one in two.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0  # packets for which nobody was there, or that found the queue full
        self._door: socket.socket | None = None
        self._line: socket.socket | None = None
        self.plug()

    @property
    def plugged(self) -> bool:
        return self._door is not None

    @property
    def connected(self) -> bool:
        self.accept()
        return self._line is not None

    def plug(self) -> None:
        if self._door is not None:
            return
        self.path.unlink(missing_ok=True)
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._door.setblocking(False)
        self._door.bind(str(self.path))
        self._door.listen(1)

    def unplug(self) -> None:
        """The till reads an end of file, which its evdev driver takes for ENODEV."""
        self.accept()
        for end in (self._line, self._door):
            if end is not None:
                end.close()
        self._line = self._door = None
        self.path.unlink(missing_ok=True)

    def accept(self) -> None:
        if self._door is None or not stirs(self._door.fileno()):
            return
        with contextlib.suppress(BlockingIOError):
            line, _ = self._door.accept()
            if self._line is not None:
                self._line.close()
            line.setblocking(False)
            self._line = line

    def send(self, packet: bytes) -> bool:
        """False when nobody listens or the queue is full: what is typed then is lost, as on a real device."""
        self.accept()
        try:
            if self._line is not None:
                self._line.send(packet)
                return True
        except BlockingIOError:
            pass
        except OSError:  # the till has closed
            self._hang_up()
        self.dropped += 1
        return False

    def read(self) -> bytes:
        """One packet from the till; b"" when there is none."""
        self.accept()
        if self._line is None or not stirs(self._line.fileno()):
            return b""
        try:
            data = self._line.recv(READ)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def quiet(self) -> bool:
        """Nothing waits on either side. What the till has not read yet still counts against our send queue."""
        self.accept()
        if self._line is None:
            return True
        return _count(self._line.fileno(), termios.TIOCOUTQ) == 0 and unread(self._line.fileno()) == 0

    def fds(self) -> list[int]:
        return [end.fileno() for end in (self._door, self._line) if end is not None]

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
