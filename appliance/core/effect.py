"""What the world is asked to do, only after the events of the same step are durable."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.paper import Row


@dataclass(frozen=True, slots=True)
class Print:
    """Print the document of one sealed record: a ticket, a duplicate, a Z, a test page."""

    record: int  # seq of the record that orders the paper: print, duplicate, day-close, test-print


@dataclass(frozen=True, slots=True)
class Pdf:
    """Write the document that `record` orders to `folder` of a stick, as `tickets/<name>`; `WorkDone` answers."""

    record: int
    name: str
    folder: str


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
class Work:
    """Long work beside the till: archive (level), verify, control (begins, ends, columns), copies (folder).

    `WorkGoes` tells percents, `WorkDone` what came of it.
    """

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrol:
    """Ask the collector that this code names to take this till; `Enrolled` or `EnrolmentFailed` answers."""

    code: str


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Send how the till is to the collector: no sale, no name, no text that a person typed.

    `at` UTC ms; `devices` kind, level, code; `errors` UTC ms, kind and code; `wear` bytes and flushes since birth,
    then the medium's own word (-1: none); `clock` ms that a person added, 1 when trusted; `queue` records, tickets.
    """

    nonce: bytes
    at: int
    software: str
    versions: tuple[tuple[str, int], ...]
    devices: tuple[tuple[str, str, str], ...]
    errors: tuple[tuple[int, str], ...]
    wear: tuple[int, int, int, int, int]
    clock: tuple[int, int]
    queue: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PrintRows:
    """Print a document that stands in no record of its own: rows of text, bold, double, tall, invert."""

    record: int  # that orders it
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """Read the sealed record of a ticket back from flash; `TicketRead` answers."""

    record: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell who asked with this token that the act is record `record`, or -1 that it is not recorded."""

    token: int
    record: int


@dataclass(frozen=True, slots=True)
class Set:
    """This setting of the machine is in force from now on (`settings.py`); its record is durable."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Look:
    """Tell what the machine knows of its `network` or its `software`; `Looked` answers."""

    what: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Answer `Probed`, now that the records of this step are durable."""


@dataclass(frozen=True, slots=True)
class Order:
    """Ask the system below: `do` install (`bundle`: a path, `then` off) or off; withdraw takes back what it has not
    taken. `OutcomeSaid` answers."""

    do: str
    bundle: str = ""
    then: str = ""


Effect = (
    Print
    | Pdf
    | Kick
    | Beep
    | ReadShop
    | Advance
    | Examine
    | Work
    | PrintRows
    | ReadTicket
    | Answer
    | Enrol
    | Diagnose
    | Set
    | Look
    | Probe
    | Order
)
