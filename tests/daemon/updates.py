"""A till whose system takes updates, a medium that fails at a chosen act, and what its installer is told."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from appliance.core.input import SoftwareReady
from appliance.daemon import software
from appliance.daemon.config import Config
from appliance.daemon.virtual import PowerCut, SimulatedWorld
from appliance.storage.flash import Mode, OsDisk
from appliance.sync.pieces import Release
from appliance.sync.releases import Published
from tests.daemon.test_downward import POLICY, Till
from tests.daemon.test_upstream import SHOP
from tests.daemon.world import UNASKED
from tests.sync.publisher import BOARD, PUBLISHER, bundle, cut, published, register, release

DATA = bundle()
ROW = published(DATA)
NAME = f"sceau-{BOARD}-0.2.0.raucb"
FETCHED = "wait 2m\n"


class Failing(OsDisk):
    """The power goes, or a write fails, at the act number `left` on what lies in `updates`."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0
        self.why: BaseException = PowerCut()
        self.updates: set[int] = set()

    def _count(self, path: Path) -> None:
        if self.left and "updates" in path.parts:
            self.left -= 1
            if not self.left:
                raise self.why

    def open(self, path: Path, mode: Mode) -> int:
        if mode is Mode.CREATE:
            self._count(path)
        handle = super().open(path, mode)
        if "updates" in path.parts:
            self.updates.add(handle)
        return handle

    def close(self, handle: int) -> None:
        self.updates.discard(handle)
        super().close(handle)

    def pwrite(self, handle: int, data: bytes, offset: int) -> None:
        if handle in self.updates:
            self._count(Path("updates"))
        super().pwrite(handle, data, offset)

    def fdatasync(self, handle: int) -> None:
        if handle in self.updates:
            self._count(Path("updates"))
        super().fdatasync(handle)

    def rename(self, old: Path, new: Path) -> None:
        self._count(old)
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        self._count(path)
        super().unlink(path)

    def fsync_directory(self, path: Path) -> None:
        self._count(path)
        super().fsync_directory(path)


class Updated(SimulatedWorld):
    """A machine whose system takes updates."""

    def _config(self) -> Config:
        return replace(super()._config(), publisher=PUBLISHER.public, board=BOARD)


class Machine(Till):
    """`said`: what the installer is told."""

    def __init__(self, data: Path, said: list[SoftwareReady]) -> None:
        self.said = said
        self.data, self.disk = data, Failing()  # type: ignore[assignment]
        self.world = Updated(data, SHOP, (800, 480), disk=self.disk, beside=UNASKED)
        self.world.hardware.system.fit()
        self.updates = self.world.hardware.system.updates
        self.collector.policy = POLICY
        self.start()

    def start(self) -> None:
        self.world.power_on()

    def publish(self, it: Release | bytes, version: int = 1, data: bytes = DATA, share: int | None = None) -> None:
        said = it if isinstance(it, bytes) else it.encode()
        self.collector.publish("software", version, said, share=share)
        self.collector.objects |= {sha256(each).hexdigest(): each for each in cut(data)}

    def again(self) -> None:
        self.world.power_cut()
        self.start()

    def refusals(self) -> list[str]:
        return [it["text"] for it in self.records("upstream") if it["what"] == "refused"]

    def told(self) -> str:
        """On the technician's page."""
        known = self.world.till
        assert known
        return known.service.state.devices["update"].detail

    def names(self) -> list[str]:
        return sorted(each.name for each in self.updates.iterdir())


def listened(monkeypatch: pytest.MonkeyPatch) -> list[SoftwareReady]:
    """Hours of virtual time are slow: what failed is tried again soon."""
    monkeypatch.setattr(software, "RETRY", 60_000)
    heard: list[SoftwareReady] = []
    whole = software.Software._say_ready

    def hears(it: software.Software, version: str, path: str) -> None:
        heard.append(SoftwareReady("collector", version, path))
        whole(it, version, path)

    monkeypatch.setattr(software.Software, "_say_ready", hears)
    return heard


def other(row: Published, number: int = 1, **said: Any) -> Release:
    return release(DATA, row, register(row, number=number, **said))
