"""`sceau run` as systemd starts it, on a machine without a shop: one process, from the QR to the locked till."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.simulator.stick import Stick
from appliance.sync import delivery
from tests.provision import made
from tests.simulator.live import ROOT

PATIENCE = 90.0  # seconds: a machine may be busy


def test_a_process_becomes_a_till(tmp_path: Path) -> None:
    """It shows its QR, takes a bundle for its key from a stick, locks; stopped while blank it ends in order too."""
    panel, mirror, config = (tmp_path / name for name in ("panel", "mirror", "sceau.toml"))
    panel.write_bytes(bytes(800 * 480 * 4))
    (tmp_path / "shop").mkdir()
    screen = f'[device.panel]\ndriver = "framebuffer"\npath = "{panel}"\nsize = [800, 480]\nstride = 3200\n'
    head = f'data = "{tmp_path / "data"}"\nshop = "{tmp_path / "shop"}"\nmirror = "{mirror}"\n'
    more = f'stick = "{tmp_path / "mounted"}"\nprovision = "{made.ROOT.public.hex()}"\n'
    config.write_text(head + more + screen, "utf-8")
    stick = Stick(tmp_path / "mounted", tmp_path / "stick")

    blank = started(config)
    try:
        shown = until(blank, mirror, lambda seen: seen["screen"] == "identity")
        assert ended(blank) == 0
    finally:
        blank.kill()
        blank.communicate()
    mirror.unlink()
    till = started(config)
    try:
        again = until(till, mirror, lambda seen: seen["screen"] == "identity")
        assert again["labels"][0] == shown["labels"][0]
        key = delivery.read_identity(again["labels"][0])[1]
        made.stick(tmp_path / "stick", made.bundle(device=key))
        stick.plug()
        until(till, mirror, lambda seen: seen["screen"] == "locked")
        assert ended(till) == 0
    finally:
        stick.unplug()
        till.kill()
        till.communicate()
    assert (tmp_path / "data" / "journal").is_dir()


def started(config: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "appliance.command", "run", "--virtual", "--config", str(config)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)


def ended(till: subprocess.Popen[bytes]) -> int:
    till.send_signal(signal.SIGTERM)
    till.communicate(timeout=PATIENCE)
    return till.returncode


def until(till: subprocess.Popen[bytes], mirror: Path, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the glass says, once it is this."""
    end = time.monotonic() + PATIENCE
    while True:
        if mirror.exists():
            seen: dict[str, Any] = json.loads(mirror.read_text("utf-8"))
            if holds(seen):
                return seen
        assert till.poll() is None, till.communicate()
        assert time.monotonic() < end, "it does not show what it should"
        time.sleep(0.05)
