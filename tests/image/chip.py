"""A TPM: swtpm on a socket, its memory in a folder that outlives the machine's mains."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


class Chip:
    """`folder` is its memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def switch_on(self) -> Path:
        """Its socket."""
        socket = self.folder / "socket"
        socket.unlink(missing_ok=True)
        command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}"]
        self._process = subprocess.Popen([*command, "--ctrl", f"type=unixio,path={socket}"])
        end = time.monotonic() + 30
        while not socket.exists():
            assert self._process.poll() is None, "swtpm ended"
            assert time.monotonic() < end, "swtpm opens no socket"
            time.sleep(0.05)
        return socket

    def switch_off(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
