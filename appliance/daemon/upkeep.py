"""What a technician's acts do to this machine: settings to their drivers, the panel's correction to flash, answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from appliance.core.effect import Look, Order, Probe, Set
from appliance.core.input import Board, Input, Looked, Pointed, Probed
from appliance.core.settings import CALIBRATION
from appliance.core.upkeep import Upkeep as Recorded
from appliance.daemon.config import Config
from appliance.daemon.overlay import OPTION, board, option
from appliance.daemon.ready import stands
from appliance.daemon.system import SAID, System, whole
from appliance.display.frame import Frame
from appliance.display.painter import Painter
from appliance.ports import Contact, Gesture, Loop
from appliance.storage.flash import Disk, durable_file

if TYPE_CHECKING:
    from appliance.daemon.setting import Setting

FILE: Final = "calibration"  # beside the journal: six numbers
WHOLE: Final = 10_000
MOST: Final = 8  # lines of the system's own word on its slots


Asked = Set | Look | Probe | Order


class Upkeeping(Protocol):
    def do(self, effect: Asked) -> None: ...


class NoUpkeep:
    """Before the drivers are loaded, and for tests of other things."""

    def do(self, effect: Asked) -> None: ...


class Upkeep:
    """`made`: the drivers by kind, as they are built. `perimeter`: the digest of the till's own files, if made."""

    def __init__(self, config: Config, setting: Setting, disk: Disk, loop: Loop, feed: Callable[[Input], None]) -> None:
        self._config, self._setting, self._disk, self._feed = config, setting, disk, feed
        self.system = System(config, loop, feed)
        self.made: dict[str, Any] = {}
        self.perimeter = b""

    def start(self, upkeep: Recorded) -> None:
        """Tells the board's own settings; a correction whose file a cut has kept back is written now."""
        values = board(self._config)
        self._feed(Board(values))
        self.system.start()
        if upkeep.setting(CALIBRATION) is not None or _kept(self._config.data) is not None:
            keep(self._config.data, self._disk, upkeep.setting(CALIBRATION) or values[CALIBRATION])

    def stands(self, frame: Frame | None, records: int) -> None:
        """The loop has gone round once with every driver in place."""
        stands(self._setting.runtime, frame.screen if frame else "", records)

    def _look(self, what: str) -> tuple[tuple[str, str], ...]:
        if what == "network":
            return self._setting.cards()
        return ("perimeter", self.perimeter.hex()[:16]), *slots(self._slots())

    def _slots(self) -> Path:
        return (self._config.system.said if self._config.system else SAID) / "slots"

    def do(self, effect: Asked) -> None:
        match effect:
            case Set(name, value):
                self._set(name, value)
            case Look(what):
                self._feed(Looked(what, self._look(what)))
            case Probe():
                self._feed(Probed())
            case Order():
                self.system.do(effect)

    def _set(self, name: str, value: str) -> None:
        """A driver that cannot change while it runs has it at the next start."""
        if name == CALIBRATION:
            keep(self._config.data, self._disk, value)
        device = self.made.get(name.partition(".")[0])
        if device is not None and hasattr(device, "adopt"):
            key, made = option(name, value)
            device.adopt(tuple(made) if key == OPTION else {key: made})


def keep(data: Path, disk: Disk, value: str) -> None:
    """The correction in a file of its own, for what reads touches without a journal. It is not worth a stopped till:
    a medium that cannot take it is shown by the next record."""
    with suppress(OSError):
        if _kept(data) != value:
            # If we stop here, the record is durable and the file is the old one: the next start writes it again.
            durable_file(disk, data / FILE, value.encode())


def _kept(data: Path) -> str | None:
    try:
        return (data / FILE).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def pointed(contact: Contact, painter: Painter) -> Pointed | None:
    """A finger that comes down on no key, as the page of crosses wants it."""
    frame, (width, height) = painter.frame, (painter.back.width, painter.back.height)
    if contact.gesture is not Gesture.DOWN or frame is None or frame.screen != "touch":
        return None
    if frame.hit(contact.x, contact.y):
        return None
    return Pointed((2 * contact.x + 1) * WHOLE // (2 * width), (2 * contact.y + 1) * WHOLE // (2 * height))


def slots(file: Path) -> tuple[tuple[str, str], ...]:
    """`A=0.1.0 good booted`, one a line, as the system that updates itself writes it; empty where there is none."""
    parted = (line.partition("=") for line in whole(file).splitlines()[:MOST])
    return tuple((name.strip(), said.strip()) for name, equals, said in parted if equals)
