"""A `sceau sim` in a process of its own, as the tests of the page and of the kills need it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

PATIENCE = 90  # seconds: a machine may be busy
READY = "Sceau ready at "
ROOT = Path(__file__).resolve().parents[2]


class Sim:
    """A started parent. `ready` waits for its line; everything else goes through its HTTP door."""

    def __init__(self, data: Path, *more: str) -> None:
        command = [sys.executable, "-u", "-m", "appliance.command", "sim", "--port", "0", "--data", str(data), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.url = ""

    def ready(self) -> None:
        line = _out(self.process.stdout).readline().strip()
        assert line.startswith(READY), (line, _out(self.process.stderr).read())
        self.url = line.removeprefix(READY)

    def seen(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/seen", timeout=PATIENCE) as answer:  # noqa: S310 - our own address
            found: dict[str, Any] = json.loads(answer.read())
        return found

    def do(self, what: str, **more: object) -> int:
        """The status of the answer."""
        body = json.dumps({"do": what, **more}).encode()
        request = urllib.request.Request(f"{self.url}/do", body)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def until(self, test: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while not test(seen := self.seen()):
            assert time.monotonic() < end, seen
            time.sleep(0.05)
        return seen

    def press(self, label: str) -> None:
        """Waits for a key of that name and taps it."""
        hits = self.until(lambda seen: label in labels(seen))["glass"]["hits"]
        left, top, right, bottom = next(hit[3:] for hit in hits if plain(hit[0]) == label)
        self.do("tap", x=(left + right) // 2, y=(top + bottom) // 2)

    def children(self) -> list[int]:
        """Its child processes, as the kernel lists them."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(word) for word in path.read_text().split()]
        except FileNotFoundError:
            return []

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and stderr of an orderly end."""
        self.process.send_signal(sign)
        try:
            _, said = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler says where it hangs
            raise AssertionError(self.process.communicate(timeout=PATIENCE)[1]) from None
        return self.process.returncode, said


@contextmanager
def sim(data: Path, *more: str) -> Iterator[Sim]:
    made = Sim(data, *more)
    try:
        made.ready()
        yield made
    finally:
        made.kill()


def _out(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def plain(text: str) -> str:
    return " ".join(text.split())


def labels(seen: dict[str, Any]) -> list[str]:
    return [plain(hit[0]) for hit in seen["glass"].get("hits", [])]


def gone(pid: int) -> bool:
    """Whether that process is dead; a zombie is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


def sceau(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance.command", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ})
