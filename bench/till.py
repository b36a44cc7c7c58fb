"""From touch to paper, and from process start to ready: the whole till on its wires."""

from __future__ import annotations

import mmap
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from appliance.daemon.clock import SystemClock, zone_of
from appliance.daemon.virtual import SimulatedWorld
from appliance.display.render import render
from appliance.display.theme import theme_for
from appliance.simulator import cards
from appliance.simulator.hand import Hand
from appliance.simulator.hardware import Hardware
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from bench.naive import redraw
from tests.display.sample_sale import sale_view

SHOP = Path(__file__).resolve().parents[1] / "samples" / "epicerie"
SALES = 60
SIZE = (1280, 800)
STARTS = 9
READY_GOAL = 12.0
RSS_GOAL = 60.0


def sale_rows() -> Iterator[dict[str, Any]]:
    """`print` touched to the first byte at the printer, against the flush and half a naive full redraw."""
    with tempfile.TemporaryDirectory(prefix="sceau-bench-", dir=".") as folder:
        times, flushes = _sales(Path(folder) / "data"), _flushes(Path(folder) / "flush")
    naive = statistics.median(_naive() for _ in range(SALES // 3))
    ours, bar = statistics.median(times), statistics.median(flushes) + naive / 2
    yield {
        "name": "sale.to_paper",
        "value": ours * 1000,
        "unit": "ms",
        "baseline": bar * 1000,
        "baseline_name": "bare pwrite+fdatasync + 1/2 naive full redraw, medians",
        "ratio": ours / bar,
        "goal": "<= 1",
        "met": ours <= bar,
    }


def _naive() -> float:
    frame = render(sale_view(theme_for(*SIZE).grid), theme_for(*SIZE))
    memory = mmap.mmap(-1, SIZE[0] * SIZE[1] * 4)
    start = time.perf_counter()
    redraw(frame, memory)
    return time.perf_counter() - start


def _sales(data: Path) -> list[float]:
    heard: list[float] = []

    def outside(name: str, detail: str) -> None:
        if name == "first-byte":
            heard.append(time.perf_counter())

    world = SimulatedWorld(data, SHOP, on_outside=outside)
    try:
        world.power_on()
        player = Player(world, cards.read(SHOP))
        _play(player, 'login "Sophie"', "open day float 100.00")
        return [_sale(world, player, heard) for _ in range(SALES)]
    finally:
        world.close()


def _sale(world: SimulatedWorld, player: Player, heard: list[float]) -> float:
    _play(player, "ring 3017620422003", "ring 3760123450010", "pay cash 20.00")
    spot = Hand(world).find_act("print")
    assert spot is not None
    heard.clear()
    start = time.perf_counter()
    world.touch(spot.x, spot.y)
    world.finish()
    return heard[0] - start


def _play(player: Player, *lines: str) -> None:
    for number, text in enumerate(lines):
        failure = player.play([Step("bench", number, split(text))])
        assert failure is None, failure


def _flushes(path: Path) -> list[float]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        os.pwrite(fd, bytes(1 << 20), 0)
        os.fsync(fd)
        return [_flush(fd, place) for place in range(SALES)]
    finally:
        os.close(fd)


def _flush(fd: int, place: int) -> float:
    start = time.perf_counter()
    os.pwrite(fd, b"\xff" * 512, place * 512)
    os.fdatasync(fd)
    return time.perf_counter() - start


def start_rows() -> Iterator[dict[str, Any]]:
    """Process start to READY=1 (first screen on the glass), warm, over a bare interpreter; memory with all devices."""
    with tempfile.TemporaryDirectory(prefix="sceau-bench-") as folder:
        starts, bares, rss = _starts(Path(folder))
    ours, bare = statistics.median(starts), statistics.median(bares)
    yield {
        "name": "start.ready",
        "value": ours * 1000,
        "unit": "ms",
        "baseline": bare * 1000,
        "baseline_name": "python -c pass",
        "ratio": ours / bare,
        "goal": f"<= {READY_GOAL:g}x",
        "met": ours <= READY_GOAL * bare,
    }
    yield {
        "name": "start.rss",
        "value": rss,
        "unit": "MiB",
        "baseline": None,
        "baseline_name": "all devices, 1280x800, warm caches",
        "ratio": None,
        "goal": f"<= {RSS_GOAL:g} MiB",
        "met": rss <= RSS_GOAL,
    }


def _starts(folder: Path) -> tuple[list[float], list[float], float]:
    hardware = Hardware(SystemClock(zone_of(SHOP)), folder / "wires", (1280, 800))
    config = _config(folder, hardware)
    try:
        rounds = [(_start(folder, config, hardware.pump), _bare()) for _ in range(STARTS + 1)][1:]
    finally:
        hardware.close()
    return [ours[0] for ours, _ in rounds], [bare for _, bare in rounds], max(ours[1] for ours, _ in rounds)


def _config(folder: Path, hardware: Hardware) -> Path:
    lines = [f'data = "{folder / "data"}"', f'shop = "{SHOP}"']
    for kind, entry in hardware.options().items():
        lines += [f"[device.{kind}]", f'driver = "{entry["driver"]}"']
        options = entry["options"]
        assert isinstance(options, dict)
        lines += [f"{key} = {_toml(value)}" for key, value in options.items()]
    path = folder / "sceau.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _start(folder: Path, config: Path, pump: Callable[[], bool]) -> tuple[float, float]:
    """Seconds to READY=1 and MiB resident once the devices had two seconds to be loaded."""
    address = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(address))
        begin = time.perf_counter()
        command = [sys.executable, "-m", "appliance.command", "run", "--config", str(config), "--virtual"]
        child = subprocess.Popen(command, env={**_environment(folder), "NOTIFY_SOCKET": str(address)})
        try:
            _wait(wire, pump)
            ready = time.perf_counter() - begin
            _pump_for(2.0, pump)
            return ready, _resident(child.pid)
        finally:
            child.terminate()
            _pump_while(child, pump)
            address.unlink()


def _environment(folder: Path) -> dict[str, str]:
    """Modules compiled once, as an image has them, whatever the caller's environment says about bytecode."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _wait(wire: socket.socket, pump: Callable[[], bool]) -> None:
    while not select.select([wire], [], [], 0.002)[0]:
        pump()


def _pump_for(duration: float, pump: Callable[[], bool]) -> None:
    end = time.perf_counter() + duration
    while time.perf_counter() < end:
        pump()
        time.sleep(0.005)


def _pump_while(child: subprocess.Popen[bytes], pump: Callable[[], bool]) -> None:
    while child.poll() is None:
        pump()
        time.sleep(0.005)


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _bare() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begin
