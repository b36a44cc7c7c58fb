""" "None fitted", for each kind: a till without the device is a till, and the rest of the program need not ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.core.paper import Row
from appliance.ports import Contact, Health, Level, Loop, Lost, Printed, Sound

if TYPE_CHECKING:
    from PIL.Image import Image

ABSENT = Health(Level.ABSENT, "none")


@dataclass(frozen=True, slots=True)
class NoOptions:
    """Nothing to choose."""


class NoDrawer:
    Options = NoOptions
    health = ABSENT

    def __init__(self, _options: NoOptions, _loop: Loop) -> None: ...

    def kick(self) -> None:
        raise Lost("No cash drawer is fitted.")


@dataclass(frozen=True, slots=True)
class PaperOptions:
    columns: int = 48


class NoPrinter:
    """Refuses to print rather than claim it: who asks shows the sentence. Only the columns for layouts are real."""

    Options = PaperOptions
    health = ABSENT

    def __init__(self, options: PaperOptions, _loop: Loop) -> None:
        self.columns = options.columns

    def open(self) -> None: ...

    def close(self) -> None: ...

    def print(self, rows: Sequence[Row], done: Callable[[Printed], None]) -> None:
        raise Lost("No receipt printer is fitted.")

    def kick(self) -> None:
        raise Lost("No receipt printer is fitted, so nothing can open its drawer.")


class NoBadgeReader:
    Options = NoOptions

    def __init__(self, _options: NoOptions, _loop: Loop) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def poll(self) -> bytes | None:
        return None


class _Mute:
    """An input that never says anything: its descriptor is real, so that it can be watched like any other."""

    Options = NoOptions

    def __init__(self, _options: NoOptions, _loop: Loop) -> None:
        self._fd = -1

    def open(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def fileno(self) -> int:
        return self._fd


class NoScanner(_Mute):
    def read(self) -> list[str]:
        return []


class NoTouch(_Mute):
    def read(self) -> list[Contact]:
        return []


@dataclass(frozen=True, slots=True)
class PanelOptions:
    size: tuple[int, int] = (1280, 800)


class NoPanel:
    Options = PanelOptions

    def __init__(self, options: PanelOptions, _loop: Loop) -> None:
        self.size = options.size

    def open(self) -> None: ...

    def close(self) -> None: ...

    def blit(self, source: Image, boxes: Sequence[tuple[int, int, int, int]]) -> None: ...


class NoBeeper:
    Options = NoOptions
    health = ABSENT

    def __init__(self, _options: NoOptions, _loop: Loop) -> None: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def play(self, sound: Sound) -> None: ...
