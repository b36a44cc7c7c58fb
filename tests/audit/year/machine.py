"""A till without screen or wires on a real journal: `step` decides, real keys sign, effects are answered at once.

Nothing of what was recorded is kept in memory: a year takes what a day takes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from appliance.core.act import Act
from appliance.core.effect import Effect, Print, ReadShop, ReadTicket
from appliance.core.event import Event, Value
from appliance.core.input import (
    Asked,
    Badge,
    Birth,
    Boot,
    Code,
    Device,
    Input,
    KeyReady,
    PaperDone,
    ShopRead,
    Stop,
    Tick,
    TicketRead,
    Touched,
)
from appliance.core.instant import Instant
from appliance.core.shop import Means, Shop
from appliance.core.till import State, screen, step
from appliance.daemon.remembrance import remembered
from appliance.daemon.strings import sealing_of
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.record import Record
from appliance.storage.seal import MachineSealer
from tests.core.desk import BADGES, MEANS, PEPPER, PINS, shop

PARIS: Final = ZoneInfo("Europe/Paris")
SEALER: Final = MachineSealer(b"a year")
TAP: Final = 500  # ms
ANSWERS: Final = {"message": "close", "print": "decline", "doubt": "doubt-print", "clock": "clock-yes"}
CREDIT: Final = Means("Avoir", "credit-note")


class Unhurried(OsDisk):
    """Flushes at the kernel's leisure: what a flush costs is measured elsewhere, and no power goes here."""

    def fdatasync(self, handle: int) -> None:
        pass


def year_shop() -> Shop:
    return replace(shop(), means=(*MEANS, CREDIT))


class Machine:
    """One till over its whole life, process after process."""

    def __init__(self, home: Path, start: datetime, segment: int, software: str = "0.1.0") -> None:
        """`start`: local time, without a zone."""
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.segment, self.software = home, segment, software
        self.disk, self.shop = Unhurried(), year_shop()
        self.ring = keys.load_or_make(home, self.disk, SEALER)
        self.t, self.up = 0, 0
        self.at(start)
        self.tears = 0
        self.start()

    def at(self, moment: datetime) -> None:
        """Time goes on to a local moment that is still to come."""
        self.sleep(max(0, int(moment.replace(tzinfo=PARIS).timestamp() * 1000) - self.t))

    def sleep(self, duration: int) -> None:
        self.t, self.up = self.t + duration, self.up + duration

    @property
    def today(self) -> datetime:
        return datetime.fromtimestamp(self.t / 1000, PARIS)

    @property
    def now(self) -> Instant:
        offset = datetime.fromtimestamp(self.t / 1000, UTC).astimezone(PARIS).utcoffset()
        return Instant(self.t, int(offset.total_seconds()) // 60 if offset else 0, self.up)

    @property
    def screen(self) -> str:
        return screen(self.state)

    def start(self) -> None:
        """A process on what flash holds."""
        self.journal = Journal.open(self.home, self.disk, self.ring, segment_size=self.segment, unit=512)
        past = remembered(self.journal)
        assert past.flaws == ()
        self.journal.sealing = sealing_of(self.ring, past.ledger)
        self.state = State(past.ledger, pepper=PEPPER)
        gap = self.journal.gap
        self.tears += gap is not None
        birth = Birth(self.ring.public, bytes(16), certificate=self.ring.certificate)
        self.feed(ShopRead(self.shop))
        self.feed(Boot(self.software, birth, b"", (gap.length, gap.sha256) if gap else None))
        self.feed(Device("printer", "ready", "ok"))

    def stop(self) -> None:
        self.feed(Stop("shutdown"))
        self.journal.close()

    def cut(self, torn: bytes) -> None:
        """The power goes; `torn` is what the last write left behind the tip."""
        place, segment = self.journal.end * self.journal.unit, self._last()
        self.journal.close(clean=False)
        with segment.open("r+b") as file:
            file.seek(place)
            file.write(torn)
        self.up = 1_000
        self.sleep(20_000)
        self.start()

    def _last(self) -> Path:
        """The segment that is being written."""
        return max(path for path in (self.home / "journal").glob("*.seg") if begun(path))

    def feed(self, what: Input) -> tuple[Event, ...]:
        """One input, one frame, and the answers to its effects."""
        self.state, events, effects = step(self.state, what, self.now)
        if events:
            self.journal.append([Record(*event) for event in events])
        for effect in effects:
            events += self._answer(effect)
        return events

    def _answer(self, effect: Effect) -> tuple[Event, ...]:
        if isinstance(effect, ReadShop):
            return self.feed(ShopRead(self.shop))
        if isinstance(effect, ReadTicket):
            return self.feed(TicketRead(Event(*self.journal.sealed(effect.record).record)))
        if isinstance(effect, Print):
            return self.feed(PaperDone(effect.record, "confirmed"))
        return ()

    def rest(self) -> None:
        """Between two customers: blank segments, and the next key when a segment is nearly full."""
        for _ in self.journal.work():
            pass
        if self.journal.offer:
            self.feed(KeyReady(*self.journal.offer))

    def record(self, kind: int, body: dict[int, Value]) -> int:
        """What a command beside the till has recorded."""
        seq = self.journal.next_seq
        self.feed(Asked(kind, body, 1))
        return seq

    # Gestures

    def tap(self, name: str, value: str | int = "") -> tuple[Event, ...]:
        self.sleep(TAP)
        return self.feed(Touched(Act(name, value)))

    def type(self, digits: str) -> None:
        for digit in digits:
            self.tap("digit", digit)

    def tick(self) -> None:
        self.feed(Tick())

    def scan(self, code: str) -> None:
        self.sleep(TAP)
        self.feed(Code(code))

    def login(self, code: str = "01") -> None:
        if self.state.ledger.operator == code:
            return
        if code in BADGES:
            self.feed(Badge(BADGES[code]))
        else:
            self.tap("lock")
            self.tap("name", code)
        if self.screen == "locked":
            self.type(PINS[code])

    def home_screen(self) -> None:
        """Back to the counter, whatever stands on the screen."""
        for _ in range(5):
            if self.screen in ("sale", "open-day", "payment"):
                return
            self.tap(ANSWERS.get(self.screen, "go"))


def begun(segment: Path) -> bool:
    with segment.open("rb") as file:
        return file.read(1) != b"\0"
