"""One step in the making: events are applied as they are decided, effects wait for the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.effect import Beep, Effect
from appliance.core.event import Event, Value
from appliance.core.fold import apply
from appliance.core.grid import Grid
from appliance.core.input import Device, MediumSaid
from appliance.core.instant import Instant
from appliance.core.ledger import Ledger
from appliance.core.outfit import outfitted
from appliance.core.sale import Order
from appliance.core.school import KINDS as SCHOOL_KINDS
from appliance.core.shop import Operator, Shop
from appliance.core.signed import next_links
from appliance.core.standing import Carried
from appliance.core.system import System
from appliance.core.ui import Message, Ui

ERRORS_KEPT = 20


class Meter(NamedTuple):
    """Bytes and flushes that the journal gave to the medium, and the medium's own word on its health."""

    bytes: int
    flushes: int
    health: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """`ledger` is the journal's; the rest is the moment's."""

    ledger: Ledger
    shop: Shop | None = None
    ui: Ui = Ui()
    devices: Mapping[str, Device] = field(default_factory=dict)
    errors: tuple[tuple[int, int, str], ...] = ()  # t, tz, "kind code", newest first
    grid: Grid = Grid()
    pepper: bytes = b""  # device secret that keys the hashes of badges and PINs
    seen: Instant | None = None  # the last moment that step saw since the process began
    witness: int | None = None  # its counter, with the steps that records have announced; None: none that vouches
    meter: Meter | None = None  # what the journal has written since the process began; None: nobody counts
    metered: Meter = Meter(0, 0)  # the same when the last `wear` record was made
    medium: MediumSaid | None = None
    chain: bytes = b""  # id of the journal's chain; empty before there is one
    columns: int = 48  # of the printer
    board: Mapping[str, str] = field(default_factory=dict)  # settings as the machine's configuration has them
    stick: str = ""  # folder of the medium that is plugged in
    files: Shop | None = None  # as the shop's files say; `shop` is what was changed at the till laid over them
    carried: Carried = Carried()  # what that medium holds for the collector
    system: System | None = None  # below this till; None: none that it may switch off or update


class Turn:
    """Mutable inside one `step` only."""

    def __init__(self, state: State, at: Instant) -> None:
        self.state = state
        self.ledger = state.ledger
        self.ui = state.ui
        self.at = at
        self.events: list[Event] = []
        self.effects: list[Effect] = []

    @property
    def shop(self) -> Shop:
        if self.state.shop is None:
            raise ValueError("the shop has not been read yet")
        return self.state.shop

    @property
    def t(self) -> int:
        """Now, in ms: the machine's clock, corrected by a person, and never before the last record (CLK-03)."""
        return max(self.at.t + self.ledger.offset, self.ledger.t)

    @property
    def local(self) -> datetime:
        """The same moment on the till's calendar."""
        return Instant(self.t, self.at.tz, self.at.up).local

    @property
    def order(self) -> Order | None:
        return self.ledger.order

    @property
    def person(self) -> Operator | None:
        return self.shop.operator(self.ledger.operator) if self.ledger.operator else None

    def emit(self, kind: int, body: dict[int, Value], operator: str | None = None) -> Event:
        """Decides one record, and the seal of the strings that it asks for directly behind it.

        In training a sale's records are wrapped (TRN-02); what is returned is always the act itself.
        """
        school = self.ledger.school
        if school is not None and kind in SCHOOL_KINDS:
            made = self._record(ev.TRAINING, {1: school.responsible, 2: kind, 3: body}, operator)
        else:
            made = self._record(kind, body, operator)
        strings = next_links(self.ledger.seals, made.kind, made.body)
        if strings:
            self._record(ev.SEAL, {1: made.seq, 2: strings}, operator)
        return made._replace(kind=kind, body=body)

    def _record(self, kind: int, body: dict[int, Value], operator: str | None) -> Event:
        """Its moment is this step's; the session is the open day's number, else 0."""
        ledger = self.ledger
        who = ledger.operator if operator is None else operator
        session = ledger.day.number if ledger.day else 0
        till = ledger.till or self.shop.till
        made = Event(ledger.seq, self.t, self.at.tz, self.at.up, till, who, session, kind, body)
        self.events.append(made)
        self.ledger = apply(ledger, made)
        return made

    def dress(self, files: Shop | None = None) -> None:
        """The shop of newer files, or of the same, with what was changed at the till since."""
        base = files or self.state.files or self.state.shop
        if base is not None:
            self.state = replace(self.state, files=base, shop=outfitted(base, self.ledger.outfit))

    def effect(self, effect: Effect) -> None:
        self.effects.append(effect)

    def beep(self, sound: str) -> None:
        self.effects.append(Beep(sound))

    def show(self, screen: str, **changes: object) -> None:
        """Goes to a screen with nothing typed, nothing selected."""
        kept = Ui(category=self.ui.category, page=self.ui.page, broken=self.ui.broken, asked_clock=self.ui.asked_clock)
        kept = kept._replace(work=self.ui.work, percent=self.ui.percent, language=self.ui.language)
        self.ui = kept._replace(screen=screen, **changes)  # type: ignore[arg-type]

    def set(self, **changes: object) -> None:
        self.ui = self.ui._replace(**changes)  # type: ignore[arg-type]

    def say(self, message: Message) -> None:
        self.ui = self.ui._replace(message=message)

    def close(self) -> State:
        return replace(self.state, ledger=self.ledger, ui=self.ui, seen=self.at)


Handler = Callable[[Turn, Act], None]


def _role(state: State) -> str:
    """Of the person logged in, "" when there is none."""
    person = state.shop.operator(state.ledger.operator) if state.shop and state.ledger.operator else None
    return person.role if person else ""


def technician(state: State) -> bool:
    """True when the person logged in may look after the machine but not sell."""
    return _role(state) == "technician"


def badges_read(state: State) -> bool:
    reader = state.devices.get("badge")
    return reader is not None and reader.level == "ready"


def inspector(state: State) -> bool:
    """True when the person logged in may look and check, and nothing else (VER-09)."""
    return _role(state) == "inspector"


def language(state: State) -> str:
    """Of who stands there, else of whose PIN is asked, else as it was chosen on the locked screen: "fr" or "en"."""
    if state.shop is None:
        return "fr"
    person = state.shop.operator(state.ledger.operator or state.ui.pin)
    return person.language if person else state.ui.language or state.shop.language


def at_rest(state: State) -> bool:
    """No basket with lines, nothing in the hands: a question about the past may be asked."""
    return state.ledger.order is None and not state.ui.typed and state.ui.screen in ("", "open-day")


def asks_doubt(state: State) -> bool:
    printer = state.devices.get("printer")
    ready = printer is not None and printer.level in ("ready", "care")
    return bool(state.ledger.doubts) and ready and at_rest(state)


def asks_clock(state: State) -> bool:
    return not state.ledger.trusted and not state.ui.asked_clock and at_rest(state)


BETWEEN_DAYS = (
    "more",
    "reprint",
    "manage",
    "note",
    "inspection",
    "archives",
    "period",
    "totals",
    "technician",
    "errors",
    "memory",
    "time",
    "price-list",
    "list-price",
    "badge-list",
    "new-badge",
)

# Pages of a technician's visit; nothing else opens in it.
VISITED = ("technician", "errors", "memory", "time", "printer", "tests", "touch", "look")


def screen(state: State) -> str:
    """The one screen that stands, in the order in which they hide each other."""
    ledger, ui = state.ledger, state.ui
    if ui.broken:
        return "stopped"
    if not ledger.operator:
        return "locked"
    if inspector(state) or technician(state):
        return "message" if ui.message else _page(state)
    if ledger.defect is not None:
        return "defect"
    if ui.message:
        return "message"
    if ledger.question:
        return "print"
    if ledger.order and ledger.order.asked:
        return "card"
    if asks_clock(state):
        return "clock"
    if asks_doubt(state):
        return "doubt"
    return _page(state)


def _page(state: State) -> str:
    """Where the person went, as far as the day and the basket allow it."""
    ledger, ui = state.ledger, state.ui
    if inspector(state):
        return ui.screen if ui.screen == "totals" else "inspection"
    if technician(state):
        return (ui.screen if ui.screen in VISITED else "visit") if ledger.upkeep.visit else "consent"
    if ledger.day is None:
        return ui.screen if ui.screen in BETWEEN_DAYS else "open-day"
    if ledger.order and ledger.order.payments:
        return "payment"  # once money was taken a basket can only be paid on
    return ui.screen or "sale"
