"""The till as a child process: started, stopped, killed; it never outlives its parent."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PATIENCE = 10  # seconds for an orderly stop
_prctl = ctypes.CDLL(None).prctl  # looked up before any fork: nothing but the call is left to the child


def write_config(
    path: Path,
    data: Path,
    shop: Path,
    mirror: Path,
    stick: Path,
    devices: Mapping[str, Mapping[str, object]],
    code: Path | None = None,
) -> None:
    """The configuration file of a till that is wired to virtual hardware. `devices` as `Hardware.options` gives it."""
    lines = [f"data = {_toml(str(data))}", f"shop = {_toml(str(shop))}", f"mirror = {_toml(str(mirror))}"]
    lines += [f"stick = {_toml(str(stick))}"]
    lines += [] if code is None else ["[upstream]", f"code = {_toml(str(code))}"]
    for kind, entry in devices.items():
        options = entry["options"]
        lines += [f"[device.{kind}]", f"driver = {_toml(entry['driver'])}"]
        lines += [f"{name} = {_toml(value)}" for name, value in options.items()] if isinstance(options, dict) else []
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _toml(value: object) -> str:
    """Texts, numbers and lists are written alike in TOML and JSON."""
    return json.dumps(value, ensure_ascii=False)


class Child:
    """One till process at a time. `on_line` hears its stderr, `on_end` its exit code, negative for a signal."""

    def __init__(self, config: Path, on_line: Callable[[str], None], on_end: Callable[[int], None]) -> None:
        self._config, self._on_line, self._on_end = config, on_line, on_end
        self._process: asyncio.subprocess.Process | None = None
        self._end: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """On the main thread: the kernel tells the child of the end of the thread that made it."""
        parent = os.getpid()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "appliance.command", "run", "--config", str(self._config), "--virtual"),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the parent only, which then stops the till in order
            preexec_fn=lambda: _die_with(parent),  # one system call, no lock
        )
        self._end = asyncio.create_task(self._follow(self._process))

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        if process.stderr is not None:
            while line := await process.stderr.readline():
                self._on_line(line.decode("utf-8", "replace").rstrip())
        self._on_end(await process.wait())

    async def kill(self) -> None:
        """As the mains would: SIGKILL."""
        self._send(signal.SIGKILL)
        await self.ended()

    async def stop(self) -> None:
        """In order, as systemd asks for it; by force when it takes too long."""
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self.ended()), PATIENCE)
        except TimeoutError:
            await self.kill()

    async def ended(self) -> None:
        if self._end is not None:
            await self._end

    def _send(self, sign: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(sign)


def _die_with(parent: int) -> None:
    """Runs in the child before exec. The parent may have died before the kernel was asked to tell."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
