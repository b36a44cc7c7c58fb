"""A collector's process, as a service manager would run it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from collector import build, config

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
URL = "https://collector.example"


class Replica:
    """`before`: words in front of the command, to watch or to cut it."""

    def __init__(self, settings: Path, before: Sequence[str] = ()) -> None:
        words = [*before, sys.executable, "-m", "collector", "serve", "--config", str(settings)]
        self.process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said: list[dict[str, Any]] = []
        self.noise: list[str] = []
        self._there = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.http = httpx.Client(base_url=self._address(), timeout=60, trust_env=False)

    def _address(self) -> str:
        self._there.wait(PATIENCE)
        for line in self.said:
            if line["event"] == "listening":
                return f"http://127.0.0.1:{line['port']}"
        self.process.kill()
        raise AssertionError(f"the collector did not start: {self.noise}")

    def _listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                self._hear(line)
        self._there.set()

    def _hear(self, line: str) -> None:
        try:
            self.said.append(json.loads(line))
        except ValueError:
            self.noise.append(line)
        else:
            self._there.set()

    def end(self) -> int:
        """Asks it to stop and waits for it."""
        self.http.close()
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self._thread.join(PATIENCE)


class Here:
    """A replica in this process, asked as one over a network is."""

    def __init__(self, settings: Path) -> None:
        self.http, self._app = self, build.api(config.load(settings)).app()

    def __getattr__(self, method: str) -> Callable[..., httpx.Response]:
        return lambda path, **how: self._asked(self._ask(method, path, how))

    @staticmethod
    def _asked(asking: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        """On a thread of its own: where a browser is driven, this one has a loop already."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asking).result()

    async def _ask(self, method: str, path: str, how: dict[str, Any]) -> httpx.Response:
        wire = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=wire, base_url=URL) as client:
            return await client.request(method.upper(), path, **how)

    def end(self) -> None: ...
