"""A till without a machine: `step` fed by hand, every record kept, every effect held against its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.catalogue import Article, Catalogue
from appliance.core.effect import Effect, Kick, Pdf, Print, ReadShop, ReadTicket
from appliance.core.event import Event
from appliance.core.folds.exercise import inner
from appliance.core.input import Badge, Birth, Boot, Code, Device, Input, PaperDone, ShopRead, TicketRead, Touched
from appliance.core.instant import Instant
from appliance.core.operator import credential
from appliance.core.refold import Refold
from appliance.core.scene import view
from appliance.core.shop import Identity, Means, Operator, Shop
from appliance.core.till import State, fold, screen, step
from appliance.core.view import Keypad
from appliance.core.view_upkeep import Shown

PEPPER = b"pepper"
SATURDAY = 1_795_244_400_000  # 2026-11-21T08:00:00+01:00
BIRTH = Birth(bytes(range(32)), bytes(16))
BADGES = {"01": b"\x04\xa1", "02": b"\x04\xb2", "04": b"\x04\xd4"}
PINS = {"01": "1234", "02": "9876", "03": "2222", "04": "7777"}
LEA = "2999000000012"
SPREAD, WINE, DETERGENT, PAPER = "3017620422003", "3760123450010", "3760123450027", "3760123450034"

IDENTITY = Identity(
    "Épicerie des Halles",
    ("12 rue des Halles", "35000 Rennes"),
    "12345678200010",
    "4711B",
    "FR11123456782",
    "real",
    ("Merci de votre visite",),
)
MEANS = (
    Means("Espèces", "cash", "change", drawer=True),
    Means("Carte", "card"),
    Means("Chèque", "cheque"),
    Means("Titre-resto", "meal-voucher", "forfeit"),
    Means("Bon d'achat", "voucher", "change"),
)
ARTICLES = (
    Article("Baguette", 110, 550, "", "Boulangerie", page=1, position=1),
    Article("Sandwich jambon", 490, 1000, "", "Sandwichs", page=1, position=2),
    Article("Pâte à tartiner 400 g", 425, 550, SPREAD, "Épicerie"),
    Article("Vin rouge 75 cl", 890, 2000, WINE, "Cave"),
    Article("Lessive 2 L", 1149, 2000, DETERGENT, "Entretien"),
    Article("Quotidien", 220, 210, PAPER, "Presse"),
    Article("Comté", 2390, 550, "", "Frais", unit="kg", page=1, position=3),
    Article("Bouilloire", 2999, 2000, "", "Maison", warranty=True, page=1, position=4),
    Article("Sac offert", 0, 2000, "", "Maison", page=1, position=5),
    Article("Cave entière", 9_999_900, 2000, "", "Cave", page=1, position=6),
)
DEPARTMENTS = (Article("Divers 5,5", None, 550), Article("Divers 20", None, 2000, nature="service"))


def shop(identity: Identity = IDENTITY, articles: tuple[Article, ...] = ARTICLES) -> Shop:
    """A grocery with one operator of each role and one means of each kind."""
    roles = (("01", "Sophie", "cashier"), ("02", "Marc", "manager"), ("03", "Léa", "trainee"))
    operators = tuple(_operator(*each) for each in (*roles, ("04", "Nadia", "technician")))
    return Shop(identity, "1", MEANS, operators, Catalogue(articles, DEPARTMENTS), (2000, 1000, 550, 210))


def _operator(code: str, name: str, role: str) -> Operator:
    nfc = credential(PEPPER, "nfc", BADGES[code]) if code in BADGES else b""
    barcode = credential(PEPPER, "barcode", LEA.encode()) if code == "03" else b""
    return Operator(code, name, role, nfc, barcode, credential(PEPPER, "pin" + code, PINS[code].encode()))


class Desk:
    """One till over its whole life. `feed` steps; `crash` forgets all but the records."""

    def __init__(self, at_shop: Shop | None = None) -> None:
        self.shop = at_shop or shop()
        self.t, self.up = SATURDAY, 60_000
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.refold = Refold()
        self.start()

    @property
    def now(self) -> Instant:
        return Instant(self.t, 60, self.up)

    def start(self) -> None:
        """A process on the records that are there."""
        self.state = State(fold(self.events), pepper=PEPPER)
        self.feed(ShopRead(self.shop))
        self.feed(Boot("0.1.0", BIRTH))
        self.feed(Device("printer", "ready", "ok"))

    def crash(self) -> None:
        self.up = 1_000
        self.t += 20_000
        self.start()

    def sleep(self, duration: int) -> None:
        self.t += duration
        self.up += duration

    def feed(self, what: Input) -> tuple[Event, ...]:
        """One input; an effect that asks for the shop is answered at once."""
        self.state, events, effects = step(self.state, what, self.now)
        for event in events:
            self.refold.apply(event)
        self.events += events
        self.effects += effects
        judge(events, effects)
        if ReadShop() in effects:
            events += self.feed(ShopRead(self.shop))
        for effect in effects:
            if isinstance(effect, ReadTicket):
                events += self.feed(TicketRead(self.events[effect.record]))
        return events

    def tap(self, name: str, value: str | int = "") -> tuple[Event, ...]:
        self.sleep(500)
        return self.feed(Touched(Act(name, value)))

    def type(self, digits: str) -> None:
        for digit in digits:
            self.tap("digit", digit)

    def scan(self, code: str) -> tuple[Event, ...]:
        self.sleep(500)
        return self.feed(Code(code))

    def paper(self, order: int, how: str = "confirmed") -> tuple[Event, ...]:
        return self.feed(PaperDone(order, how))

    @property
    def screen(self) -> str:
        return screen(self.state)

    @property
    def view(self) -> Shown:
        return view(self.state, self.now)

    # What a cashier does

    def login(self, code: str = "01") -> None:
        if code in BADGES:
            self.feed(Badge(BADGES[code]))
        else:
            self.tap("name", code)
        if self.screen == "locked":
            self.type(PINS[code])

    def open(self, cents: int = 10_000) -> None:
        self.login()
        self.type(str(cents))
        self.tap("next")

    def pay(self, means: str = "cash", amount: int = 0) -> None:
        self.tap("pay")
        if means == "cash":
            self.tap("give", amount)
        else:
            self.tap("means", means)

    def close(self) -> None:
        """Counts what is expected, in coins of 1 to 500 euros, and closes."""
        self.tap("go", "more")
        self.tap("close-day")
        self.tap("next")
        self.tap("next")

    def kinds(self, since: int = 0) -> list[str]:
        """Names of what was recorded since event `since`, seals aside."""
        return [ev.NAMES[event.kind][0] for event in self.events[since:] if event.kind != ev.SEAL]

    def last(self, kind: int) -> Event:
        return next(event for event in reversed(self.events) if event.kind == kind)


ORDERS = {ev.PRINT, ev.DUPLICATE, ev.DAY_CLOSE, ev.MONTH_CLOSE, ev.YEAR_CLOSE, ev.X_REPORT, ev.TEST_PRINT}


def judge(events: tuple[Event, ...], effects: tuple[Effect, ...]) -> None:
    """No paper without the record that orders it, no pulse without its `drawer` record, each in the same step."""
    kinds = {event.seq: inner(event).kind if event.kind == ev.TRAINING else event.kind for event in events}
    alone = {event.seq for event in events if event.kind == ev.DAY_CLOSE and event.body[18] is None}
    pulses = [effect.record for effect in effects if isinstance(effect, Kick)]
    papers = [effect.record for effect in effects if isinstance(effect, (Print, Pdf))]
    # the Z of a day that closed by itself waits for somebody
    assert pulses == [seq for seq, kind in kinds.items() if kind == ev.DRAWER]
    assert papers == [seq for seq, kind in kinds.items() if kind in ORDERS and seq not in alone]


def acts(shown: object) -> Iterator[Act]:
    """Every act that a person can do on this view, digits included."""
    if isinstance(shown, Act):
        yield shown
    elif isinstance(shown, Keypad):
        yield from (Act("digit", str(n)) for n in range(10))
        yield from (Act("digit", "00"), Act("back"), Act("clear"))
    elif isinstance(shown, tuple):
        for each in shown:
            yield from acts(each)
    elif is_dataclass(shown) and not isinstance(shown, type):
        for field in fields(shown):
            yield from acts(getattr(shown, field.name))
