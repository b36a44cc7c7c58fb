"""The live world: all virtual hardware in real time, and the till, a child process that can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import time
import tomllib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from appliance.core.instant import Instant
from appliance.simulator.child import Child, write_config
from appliance.simulator.hardware import Hardware

Power = Literal["starting", "on", "off", "stopped"]
PREFIX: Final = "sceau-sim-"
TICK: Final = 0.02  # seconds
REMEMBERED: Final = 300


class RealClock:
    """The machine's time."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> Instant:
        t = time.time_ns() // 1_000_000
        delta = self.local(t).utcoffset()
        up = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        return Instant(t, int(delta.total_seconds() // 60) if delta else 0, up)

    def monotonic(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def local(self, t: int) -> datetime:
        return datetime.fromtimestamp(t / 1000, UTC).astimezone(self._zone)


def zone_of(shop: Path) -> ZoneInfo:
    """Paris when the shop cannot say: the till itself will tell what is wrong with it."""
    try:
        table = tomllib.loads((shop / "shop.toml").read_text("utf-8"))
        return ZoneInfo(str(table.get("timezone", "Europe/Paris")))
    except (OSError, ValueError, KeyError):
        return ZoneInfo("Europe/Paris")


@dataclass
class Diary:
    """What happened, for people: the last lines, numbered."""

    clock: RealClock
    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    count: int = 0

    def note(self, kind: str, text: str, **more: object) -> None:
        self.count += 1
        at = self.clock.local(self.clock.now().t).strftime("%H:%M:%S")
        self.entries.append({"n": self.count, "at": at, "kind": kind, "text": text, **more})


class Live:
    """Everything on the asyncio loop that calls `start`; only the badge reader's far side has a thread."""

    def __init__(
        self,
        data: Path,
        shop: Path,
        size: tuple[int, int],
        on_line: Callable[[str], None],
        code: Path | None = None,
    ) -> None:
        """`code`: a file with a collector's one-time code."""
        self.folder = wires_folder()
        self.clock = RealClock(zone_of(shop))
        self.diary = Diary(self.clock)
        self.hardware = Hardware(self.clock, self.folder, size, stick=data.parent / "stick")
        self.hardware.printer.on_event = self._seen
        self.power: Power = "off"
        self.code = 0  # with which the till stopped by itself
        self.glass: dict[str, Any] = {}  # the mirror of the last frame
        self.settled = asyncio.Event()  # the first frame stands, or the till has stopped
        self._mirror, self._mirrored = self.folder / "mirror.json", 0
        config = self.folder / "sceau.toml"
        write_config(config, data, shop, self._mirror, self.hardware.stick.place, self.hardware.options(), code)
        self._on_line, self._child = on_line, Child(config, self._said, self._ended)
        self._watched: list[int] = []
        self._deadline: asyncio.TimerHandle | None = None
        self._mains = asyncio.Lock()
        self._turning: asyncio.Task[None] | None = None

    # The mains

    async def power_on(self) -> None:
        async with self._mains:
            if self.power in ("on", "starting"):
                return
            if not self.hardware.powered:
                self._handle(self.hardware.switch_on)
            self._forget_frame()
            self.power = "starting"
            self.settled.clear()
            self.diary.note("power", "Courant mis, la caisse démarre")
            await self._child.start()
            self._turning = self._turning or asyncio.create_task(self._turn())

    async def power_cut(self) -> None:
        """A kill at any moment, then no volt anywhere."""
        async with self._mains:
            if self.power == "off":
                return
            self.power = "off"
            await self._child.kill()
            self._handle(self.hardware.switch_off)
            self.hardware.touch.fingers.clear()
            self._forget_frame()
            self.diary.note("power", "Courant coupé")

    async def stop(self) -> None:
        """In order: the till writes its last record."""
        async with self._mains:
            self.power = "off"
            await self._child.stop()

    async def close(self) -> None:
        """The till first, then the wires."""
        await self.stop()
        if self._turning is not None:
            self._turning.cancel()
        self._unwatch()
        self.hardware.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _forget_frame(self) -> None:
        self._mirror.unlink(missing_ok=True)
        self.glass, self._mirrored = {}, 0

    def _said(self, line: str) -> None:
        self.diary.note("stderr", line)
        self._on_line(line)

    def _ended(self, code: int) -> None:
        if self.power in ("on", "starting"):
            self.power, self.code = "stopped", code
            self._handle(self.hardware.abandon)
            self.glass = {}
            self.diary.note("power", f"Le programme de la caisse s'est arrêté seul (code {code})")
        self.settled.set()

    # Time

    async def _turn(self) -> None:
        while True:
            self._handle(self.hardware.pump)
            self._look()
            await asyncio.sleep(TICK)

    def handle(self, action: Callable[[], object]) -> None:
        """A hand on the hardware: what it moves is carried on at once."""
        self._handle(action)
        self._handle(self.hardware.pump)

    def _handle(self, action: Callable[[], object]) -> None:
        """Nothing is watched meanwhile: the action may close a descriptor whose number is then given again."""
        self._unwatch()
        action()
        loop = asyncio.get_running_loop()
        self._watched = self.hardware.fds()
        for fd in self._watched:
            loop.add_reader(fd, self._ready)
        self._arm()

    def _unwatch(self) -> None:
        loop = asyncio.get_running_loop()
        for fd in self._watched:
            loop.remove_reader(fd)
        self._watched = []

    def _ready(self) -> None:
        """A line that stays readable, as one into a full buffer, is left alone until the next tick."""
        moved = self.hardware.pump()
        if not moved or self.hardware.fds() != self._watched:
            self._unwatch()
        self._arm()

    def _arm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        at = self.hardware.next_deadline()
        self._deadline = None
        if at is not None:
            delay = max(at - self.clock.monotonic(), 0) / 1000
            self._deadline = asyncio.get_running_loop().call_later(delay, self._ready)

    # What is seen

    def _look(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            stamp = self._mirror.stat().st_mtime_ns
            if stamp != self._mirrored:
                self.glass, self._mirrored = json.loads(self._mirror.read_text("utf-8")), stamp
        if self.glass and self.power == "starting":
            self.power = "on"
            self.settled.set()
        for tone in self.hardware.beeper.take():
            self.diary.note("sound", _tone_words(tone.pitch, tone.lasted), pitch=tone.pitch, lasted=tone.lasted)

    def _seen(self, name: str, detail: str) -> None:
        words = {"first-byte": "L'imprimante commence", "cut": "Papier coupé", "pulse": "Le tiroir s'ouvre"}
        if name in words:
            self.diary.note("paper" if name != "pulse" else "drawer", words[name])


def _tone_words(pitch: int, lasted: int) -> str:
    height = "aigu" if pitch >= 2000 else "moyen" if pitch >= 1000 else "grave"
    return f"Bip {height}, {'court' if lasted < 100 else 'long'}"


def wires_folder() -> Path:
    """A folder of this process for its wires; those of killed ones are swept away."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
