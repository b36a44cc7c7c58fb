"""What the till asks of a machine: one Protocol a kind of device, and the errors they raise.

A driver implements one of these; `drivers/table.py` names them. A method that raises `DeviceError` has done
nothing half-way that the caller must undo; the caller closes the driver, shows the state, and opens again later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from appliance.core.instant import Instant
from appliance.core.paper import Row

if TYPE_CHECKING:
    from PIL.Image import Image


class DeviceError(Exception):
    """A device did not do what was asked; the text is one plain English sentence for the technician's page."""


class Lost(DeviceError):
    """The device is gone (unplugged, powered off, silent). Close, wait, open again."""


class Level(Enum):
    """How a device is, in the order of gravity: ABSENT is "none fitted", which is well."""

    ABSENT = 0
    READY = 1
    CARE = 2  # works, wants attention: paper near its end
    DOWN = 3  # blocks its function now: paper out, cover open, does not answer


@dataclass(frozen=True, slots=True)
class Health:
    """State of one device. `code` is a stable word the core turns into a sentence: see the driver's CODES."""

    level: Level
    code: str = ""
    detail: str = ""


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """Every time and every deadline of the till comes from here, so that the simulator can own it."""

    def now(self) -> Instant:
        """Wall time and boot time together."""

    def monotonic(self) -> int:
        """Milliseconds of running time for deadlines; stands still while suspended."""


class Loop(Protocol):
    """The one event loop. Callbacks run on its thread, one at a time."""

    @property
    def clock(self) -> Clock: ...

    def watch(self, fd: int, readable: Callable[[], None] | None, writable: Callable[[], None] | None = None) -> None:
        """Calls back while `fd` can be read or written; a second call replaces the first."""

    def forget(self, fd: int) -> None: ...

    def call_in(self, delay: int, action: Callable[[], None]) -> Timer:
        """Runs `action` once, `delay` milliseconds of `Clock.monotonic` from now."""

    def post(self, action: Callable[[], None]) -> None:
        """Runs `action` soon. The only method other threads may call."""


class Printed(Enum):
    """What became of a print job."""

    CONFIRMED = "confirmed"  # the printer said that this very job is on paper (GS ( H)
    REACHED = "reached"  # the printer answered a barrier queued behind the job (GS r)
    UNCONFIRMED = "unconfirmed"  # the printer can say nothing
    LOST = "lost"  # bytes had gone out and the printer lost power or link before it confirmed


class Printer(Protocol):
    """A receipt printer with its drawer. Jobs are printed in order; a job waits while a fault stands."""

    columns: int

    @property
    def health(self) -> Health: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def print(self, rows: Sequence[Row], done: Callable[[Printed], None]) -> None:
        """Queues one document: feed and cut are added. `done` is called once, on the loop."""

    def kick(self) -> None:
        """Opens the drawer, once: the pulse overtakes print data; raises Lost when the printer is not there,
        and a pulse that could not be sent is never kept for later."""


class Drawer(Protocol):
    @property
    def health(self) -> Health: ...

    def kick(self) -> None: ...


class BadgeReader(Protocol):
    """Blocking; owned by one thread."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def poll(self) -> bytes | None:
        """The UID of a badge that has just come into the field, once per presentation; None otherwise."""


class Scanner(Protocol):
    """Reads whole codes from a descriptor; owned by one thread or watched by the loop."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def fileno(self) -> int: ...

    def read(self) -> list[str]:
        """Codes completed since the last call; "" stands for a code that was lost on the way. Never blocks."""


class Gesture(Enum):
    DOWN = "down"
    MOVE = "move"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Contact:
    """One finger event in pixels of the panel; `slot` tells fingers apart."""

    gesture: Gesture
    x: int
    y: int
    slot: int = 0


class Touch(Protocol):
    def open(self) -> None: ...

    def close(self) -> None: ...

    def fileno(self) -> int: ...

    def read(self) -> list[Contact]:
        """Contacts since the last call, in order. Never blocks."""


class Panel(Protocol):
    """A screen. Pixels are given as a Pillow "RGBX" image whose bytes are already in the panel's order (BGRX)."""

    @property
    def size(self) -> tuple[int, int]: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def blit(self, source: Image, boxes: Sequence[tuple[int, int, int, int]]) -> None:
        """Copies the boxes (left, top, right, bottom) of `source`, an image of the panel's size, to the glass."""


class Sound(Enum):
    """Told apart by rhythm; each has a visible twin on screen."""

    ACCEPTED = "accepted"  # one short high
    REFUSED = "refused"  # two long low
    PAID = "paid"  # one middle
    BLOCKED = "blocked"  # three short


class Beeper(Protocol):
    @property
    def health(self) -> Health: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def play(self, sound: Sound) -> None:
        """Starts the sound and returns; never raises for a silent device, only `Lost`."""


class Witness(Protocol):
    """Something outside the journal that only goes forward: what a journal put back cannot take back with it.

    `letter`: "A" a hardware counter, "B" a collector's receipts, "C" none.
    """

    letter: str

    def open(self) -> None:
        """Makes and begins the counter where there is none; raises Lost."""

    def read(self) -> int:
        """The counter now; raises Lost. Class C: 0."""

    def advance(self) -> int:
        """Exactly one more, durable when it returns, and its new value; raises Lost. Class C: 0."""

    def close(self) -> None: ...
