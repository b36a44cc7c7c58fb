"""A child process that says on a line when it is ready, and is ended with its parent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE: Final = 60.0  # seconds


class NotStarted(Exception):
    """The text is what the process said last."""


class Process:
    """`ready` finds in a line what the process wants to tell, "" as long as it is not ready."""

    def __init__(self, words: Sequence[str], ready: Callable[[str], str]) -> None:
        self._ready, self._there, self._last = ready, Event(), ""
        self.told = ""
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._ears = Thread(target=self._listen, daemon=True)
        self._ears.start()
        if not self._there.wait(PATIENCE) or not self.told:
            self.end()
            raise NotStarted(f"{' '.join(words)}: {self._last}")

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as lines:
            for line in lines:
                self._hear(line.strip())
        self._there.set()

    def _hear(self, line: str) -> None:
        self._last = line
        if not self.told:
            self.told = self._ready(line)
            if self.told:
                self._there.set()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """In order; killed when it does not go."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ears.join(PATIENCE)
