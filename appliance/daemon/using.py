"""Whether somebody is at work here, told to the system that would start the machine again (image/FORMAT.md)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from appliance.core.software import in_use
from appliance.core.turn import State
from appliance.display.frame import Frame
from appliance.ports import Clock

if TYPE_CHECKING:
    from appliance.daemon.setting import Setting

NAME: Final = "use"
OFTEN: Final = 30_000  # ms: a word that is older is written anew; the clock on the screen draws each minute


class Using:
    """One process's word. `folder` None: nobody waits for it."""

    def __init__(self, folder: Path | None, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._held: bool | None = None
        self._since = self._at = 0
        self._told = False

    def say(self, *, held: bool) -> None:
        """At each picture, so that whoever reads it knows too that the loop goes round."""
        up = self._clock.now().up
        if self._folder is None or (held == self._held and up < self._at + OFTEN):
            return
        if held != self._held:
            self._held, self._since = held, up
        self._at = up
        self._write(self._folder)

    def _write(self, folder: Path) -> None:
        partial = folder / f"{NAME}.new"
        try:
            partial.write_text(f"use={'held' if self._held else 'free'}\nsince={self._since}\nat={self._at}\n", "ascii")
            # If we stop here, the word before stands, of a process that does not: it grows old.
            partial.replace(folder / NAME)
        except OSError as error:
            self._fail(folder, error)

    def _fail(self, folder: Path, error: OSError) -> None:
        """Once."""
        if not self._told:
            self._told = True
            sys.stderr.write(f"{folder}: {error.strerror}; the system may take this till for dead\n")


def drawn(setting: Setting, clock: Clock, state: Callable[[], State]) -> Callable[[Frame], None]:
    """What is done with each picture of a running till."""
    using = Using(setting.runtime, clock)

    def framed(frame: Frame) -> None:
        setting.on_frame(frame)
        using.say(held=in_use(state()))

    return framed
