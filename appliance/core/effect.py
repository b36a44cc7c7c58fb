"""What the world is asked to do, only after the events of the same step are durable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Print:
    """Print the document of one sealed record: a ticket, a duplicate, a Z, a test page."""

    record: int  # seq of the record that orders the paper: print, duplicate, day-close, test-print


@dataclass(frozen=True, slots=True)
class Kick:
    """Open the drawer once, for one `drawer` record."""

    record: int


@dataclass(frozen=True, slots=True)
class Beep:
    """`sound`: accepted, refused, paid, blocked."""

    sound: str


@dataclass(frozen=True, slots=True)
class ReadShop:
    """Read the shop folder again; the answer comes back as a `ShopRead` input."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Bring the witness to `counter`: its `witness` record is durable."""

    counter: int


@dataclass(frozen=True, slots=True)
class Examine:
    """Read the last closed day again from flash and hold its snapshot against it; `FlawFound` if it fails."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Make the archive of a closed period: `level` day, month or year, `period` its name; `ArchiveMade` answers."""

    level: str
    period: str


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """Read the sealed record of a ticket back from flash; `TicketRead` answers."""

    record: int


Effect = Print | Kick | Beep | ReadShop | Advance | Examine | Archive | ReadTicket
