"""Everything that can happen to the till. Time comes beside it, as an Instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from appliance.core.act import Act
from appliance.core.event import Event, Value
from appliance.core.shop import Shop
from appliance.core.system import Offer, Outcome, Slot, Strangers


class Predecessor(NamedTuple):
    """The chain that ended before this one began: its id and head, both perpetual totals in cents."""

    chain: bytes
    head: bytes
    perpetual: int
    absolute: int


@dataclass(frozen=True, slots=True)
class Birth:
    """What genesis says of the chain; only used when the journal is empty."""

    key: bytes
    nonce: bytes
    hash_alg: int = 1
    sig_alg: int = 1
    witness_class: str = "C"
    certificate: bytes = b""
    predecessor: Predecessor | None = None


@dataclass(frozen=True, slots=True)
class FlawFound:
    """Flash does not hold what was written. `record`: first not proven; `until`: first proven again, if anyone knows;
    `source`: flash, anchor or witness."""

    record: int
    why: str
    until: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Boot:
    """The process has started on a folded journal. `gap`: length and SHA-256 of a torn tail that was found.

    `flaws`: what the opening found that no record names yet.
    """

    software: str
    birth: Birth
    hardware: bytes = b""
    gap: tuple[int, bytes] | None = None
    flaws: tuple[FlawFound, ...] = ()
    perimeter: bytes = b""  # digest of the files that the law's conditions rest on; empty when nobody hashed them
    changed: str = ""  # how they are not those of the build, in words
    attested: tuple[str, str, str, bytes] | None = None  # mode, number, version, hash; None: nobody looked
    provisioned: tuple[bytes, int, str, bytes, int] | None = None  # hash, version, signer, serial, time of a bundle


@dataclass(frozen=True, slots=True)
class ShopRead:
    """The shop folder was read; with `errors` the old shop stays."""

    shop: Shop | None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A key was tapped; `act` comes from the frame's hit map."""

    act: Act


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge came into the field. The UID is hashed before anything is recorded (GDP-04)."""

    uid: bytes


@dataclass(frozen=True, slots=True)
class Code:
    """A whole code was scanned; "" is a code that was lost on the way."""

    text: str


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody touched anything for the shop's idle time."""


@dataclass(frozen=True, slots=True)
class Tick:
    """The minute has changed."""


@dataclass(frozen=True, slots=True)
class Device:
    """`kind` (printer, badge, scanner, touch, drawer, beeper): `level` absent, ready, care or down; `code` a word."""

    kind: str
    level: str
    code: str = ""
    detail: str = ""
    port: str = ""


@dataclass(frozen=True, slots=True)
class PaperDone:
    """What became of a document: `how` is confirmed, reached, unconfirmed or lost."""

    order: int
    how: str


@dataclass(frozen=True, slots=True)
class DrawerMoved:
    open: bool


@dataclass(frozen=True, slots=True)
class WitnessSaid:
    """The counter of the witness as the device says it; `letter` is its class."""

    letter: str
    counter: int


@dataclass(frozen=True, slots=True)
class MediumSaid:
    """What holds the journal: `name` of the device, percent of its life `used` as it says, spare blocks `end` (0 not
    said, 1 normal, 2 warning, 3 urgent), `years` left at today's pace, words for what is wrong with its mount."""

    name: str
    used: int | None = None
    end: int = 0
    years: int | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyReady:
    """The next signing key is on flash: its public half, its proof and its certificate (FORMAT.md, section Keys)."""

    key: bytes
    proof: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class TicketRead:
    """A sealed ticket as it stands on flash, for a refund or a correction."""

    ticket: Event


@dataclass(frozen=True, slots=True)
class Asked:
    """A command wants an act recorded; `token` finds its way back in the `Answer`."""

    kind: int
    body: Mapping[int, Value]
    token: int


@dataclass(frozen=True, slots=True)
class Examined:
    """The last closed day was read again from flash: this many records, all as they were written."""

    records: int


@dataclass(frozen=True, slots=True)
class StickSeen:
    """The folder of the medium that is plugged in now; "" when there is none."""

    folder: str


@dataclass(frozen=True, slots=True)
class WorkGoes:
    """How far a long work is, in percent."""

    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What came of a long work, as `daemon/works.py` gives it; {"error": sentence} when nothing did."""

    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipted:
    """A receipt of the collector that was checked against the pinned root, its keys and the journal itself.

    Records `first_seq` to `next_seq` - 1 are there, up to `head`; `received` ms by its clock; `how` network or stick.
    """

    first_seq: int
    next_seq: int
    head: bytes
    received: int
    statement: bytes
    how: str


@dataclass(frozen=True, slots=True)
class UpstreamFound:
    """What was met upstream: fork, rollback, collector-behind, refused, lying. `record`: where; `why`: a sentence."""

    what: str
    record: int
    evidence: bytes | None
    why: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The collector has accepted this till: its registration statement was checked against the root named to us."""

    url: str
    root: bytes
    statement: bytes
    network_key: bytes


@dataclass(frozen=True, slots=True)
class EnrolmentFailed:
    """The collector did not take this till, or its answer was not right; `why`: a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a signed pointer names stands in its place; `statement` is the pointer."""

    scope: str
    version: int
    sha256: bytes
    statement: bytes


@dataclass(frozen=True, slots=True)
class DiagnosticsWanted:
    """The owner asks how this till is; `recorded`: its record stands in the journal, only the answer is missing."""

    nonce: bytes
    recorded: bool


@dataclass(frozen=True, slots=True)
class Board:
    """What the machine's own configuration says of what a technician may set, by name (`settings.py`)."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the machine knows of its `network` or its `software`: words and values, in order."""

    what: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Probed:
    """The records before are durable."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A finger came down on no key while the touch panel is set: ten-thousandths of its width and height."""

    x: int
    y: int


class CloseAll:
    """A command ends this till: the month and the year that are open are closed."""


@dataclass(frozen=True, slots=True)
class Retire:
    """Everything is closed, archived and copied: the last record. `archive` SHA-256, `media` numbers."""

    why: str
    archive: bytes
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoftwareReady:
    """A signed system update that lies whole on this machine or on a stick; `path` "" when it went away.

    `source`: "collector" or "stick". `version` is what its name or its pointer says; the installer reads it again.
    `strangers`: when there are only updates for other models there, which ones.
    """

    source: str
    version: str
    path: str
    strangers: Strangers | None = None


@dataclass(frozen=True, slots=True)
class SoftwareOffered:
    """What is published for this till, whenever that is another than before."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class SystemSaid:
    """There is a system below that installs and switches off. Its slots, empty when it says nothing readable, and what
    it says of the last order since the machine started."""

    slots: tuple[Slot, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class OutcomeSaid:
    """How far the order is that the system has taken, or how it ended."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class JournalBroken:
    """A write failed: nothing is durable any more until a restart."""

    why: str  # full | broken


@dataclass(frozen=True, slots=True)
class Stop:
    """An orderly end of the process."""

    why: str


Input = (
    Boot
    | ShopRead
    | Touched
    | Badge
    | Code
    | Idle
    | Tick
    | Device
    | PaperDone
    | DrawerMoved
    | FlawFound
    | WitnessSaid
    | MediumSaid
    | KeyReady
    | TicketRead
    | Examined
    | StickSeen
    | WorkGoes
    | WorkDone
    | Asked
    | Receipted
    | UpstreamFound
    | Enrolled
    | EnrolmentFailed
    | Applied
    | DiagnosticsWanted
    | Board
    | Looked
    | Probed
    | Pointed
    | CloseAll
    | Retire
    | SoftwareReady
    | SoftwareOffered
    | SystemSaid
    | OutcomeSaid
    | JournalBroken
    | Stop
)
