"""A machine without a shop in the simulated world: first what waits for a bundle, then the till that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from selectors import PollSelector

from appliance.daemon.config import Config
from appliance.daemon.firstboot import FirstBoot
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.virtual import GESTURE, VERB, SimulatedWorld
from appliance.provision.install import finish
from appliance.storage.flash import Disk
from tests.provision import made


class BlankWorld(SimulatedWorld):
    """`power_on` starts whatever `sceau run` would start; a bundle that is taken starts the till behind it."""

    def __init__(self, data: Path, shop: Path, disk: Disk | None = None, board: str = "", url: str = "") -> None:
        """`board`, `url`: what the image's configuration says."""
        self._board, self._url = board, url
        shop.mkdir(parents=True, exist_ok=True)
        super().__init__(data, shop, disk=disk, segment_size=256 << 10)
        self.first: FirstBoot | None = None
        self._installed = False

    def _config(self) -> Config:
        config = super()._config()
        upstream = replace(config.upstream, url=self._url)
        return replace(config, provision=made.ROOT.public, board=self._board, upstream=upstream)

    def power_on(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        finish(self._data, self._shop, self._disk)
        if not self._config().blank:
            super().power_on()
            return
        self.clock.boot()
        if self._mains_off:
            self.hardware.switch_on()
            self._mains_off = False
        self.loop = SelectorsLoop(self.clock, PollSelector())
        self.first = FirstBoot(self._config(), self.loop, self._disk, self._setting(), self._begun)
        self.first.start()
        self._settle()

    def _begun(self) -> None:
        self._installed = True

    def _follow(self) -> None:
        """What `sceau run` does behind a first boot."""
        if self._installed:
            self._installed, self.first = False, None
            self.loop.close()
            super().power_on()

    def power_cut(self) -> None:
        if self.first is not None:
            self.first.close()
            self.first, self._frame, self._glass, self._mains_off = None, None, None, True
            self.hardware.switch_off()
            self.loop.close()
        else:
            super().power_cut()

    def _act(self, gesture: Callable[[], object]) -> None:
        if self.first is None:
            super()._act(gesture)
            return
        gesture()
        self._settle()
        self._run_until(self.clock.monotonic() + GESTURE)
        self._follow()

    def wait(self, duration: int) -> None:
        if self.first is None:
            super().wait(duration)
            return
        self._run_until(self.clock.monotonic() + duration)
        self._follow()

    def close(self) -> None:
        if self.first is not None:
            self.power_cut()
        super().close()


@contextmanager
def blank_world(folder: Path, disk: Disk | None = None, board: str = "", url: str = "") -> Iterator[BlankWorld]:
    world = BlankWorld(folder / "data", folder / "shop", disk, board, url)
    try:
        world.power_on()
        yield world
    finally:
        world.close()


def stick(world: BlankWorld, folder: Path, *bundles: bytes) -> None:
    """A stick with these bundles is plugged in and looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    for at, data in enumerate(bundles):
        (folder / f"{at}.sceau").write_bytes(data)
    world.usb(None)
    world.usb(str(folder))
    world.wait(VERB)
