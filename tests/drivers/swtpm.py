"""A TPM 2.0 in a process of its own: libtpms behind swtpm, on Unix sockets in a folder of the test."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Thread

PATIENCE = 30.0  # seconds that a loaded machine may take to start a process


class SoftTpm:
    """`path` is the socket that a till is given; `folder` keeps the TPM's own memory between starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "tpm"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        sockets = [self.path, self.folder / "tpm.ctrl"]
        for place in sockets:
            place.unlink(missing_ok=True)
        places = [f"dir={self.folder}", *(f"type=unixio,path={place}" for place in sockets)]
        named = zip(("--tpmstate", "--server", "--ctrl"), places, strict=True)
        words = ["swtpm", "socket", "--tpm2", "--flags", "not-need-init,startup-clear", *chain(*named)]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while not all(place.exists() for place in sockets):
            assert self._process.poll() is None, "swtpm ended"
            assert time.monotonic() < end, "swtpm does not start"
            time.sleep(0.01)

    def kill(self) -> None:
        """As when the chip loses its line."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def replace(self) -> None:
        """Another chip in its place: other seeds, no counters."""
        self.kill()
        for file in self.folder.glob("tpm2-*"):
            file.unlink()
        self.start()


@contextmanager
def soft_tpm() -> Iterator[SoftTpm]:
    """In a folder with a short path: a Unix socket's name has 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="tpm-") as folder:
        tpm = SoftTpm(Path(folder))
        tpm.start()
        try:
            yield tpm
        finally:
            tpm.kill()


class Tap:
    """Stands between a till and a TPM and writes down what goes both ways."""

    def __init__(self, folder: Path, tpm: SoftTpm) -> None:
        self.path = folder / "tap"
        self.heard = b""
        self._ears = [self._listen(f"{self.path}{end}", f"{tpm.path}{end}") for end in ("", ".ctrl")]

    def _listen(self, here: str, there: str) -> socket.socket:
        ear = socket.socket(socket.AF_UNIX)
        ear.bind(here)
        ear.listen()
        Thread(target=self._serve, args=(ear, there), daemon=True).start()
        return ear

    def _serve(self, ear: socket.socket, there: str) -> None:
        while True:
            try:
                near, _ = ear.accept()
            except OSError:
                return
            with near, socket.socket(socket.AF_UNIX) as far:
                far.connect(there)
                self._pass(near, far)

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        while True:
            for side in select.select([near, far], [], [])[0]:
                data = side.recv(4096)
                if not data:
                    return
                self.heard += data
                other[side].sendall(data)

    def close(self) -> None:
        for ear in self._ears:
            ear.shutdown(socket.SHUT_RDWR)
            ear.close()


@contextmanager
def listening(tpm: SoftTpm) -> Iterator[Tap]:
    with tempfile.TemporaryDirectory(prefix="tap-") as folder:
        tap = Tap(Path(folder), tpm)
        try:
            yield tap
        finally:
            tap.close()
