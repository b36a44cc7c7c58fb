"""A network cable: what comes in on one port of this machine goes out to another while it is plugged in."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

HOST: Final = "127.0.0.1"
CHUNK: Final = 65536


class Cable:
    """`port` stays the same however often it is pulled. `target` is the far end's port, known once it runs."""

    def __init__(self, port: int = 0) -> None:
        """`port` 0 takes a free one."""
        self.target = 0
        self._mutex = Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = port
        self.plug()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def plugged(self) -> bool:
        return self._listener is not None

    def plug(self) -> None:
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        listener.listen()
        self.port, self._listener = listener.getsockname()[1], listener
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def pull(self) -> None:
        """What was on its way is lost."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._mutex:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while self._listener is listener:
            try:
                near, _ = listener.accept()
                far = socket.create_connection((HOST, self.target), timeout=10)
            except OSError:
                continue
            far.settimeout(None)
            with self._mutex:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        """Until one side ends; then the other is told."""
        with suppress(OSError):
            while data := one.recv(CHUNK):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        with self._mutex:
            done = one in self._open and other not in self._open
            self._open.discard(one)
        if done:
            one.close()
            other.close()
