"""A till's life, stepped by the core and written with a real key a segment: an honest journal, an honest archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from appliance.audit.archive import Order, create
from appliance.audit.archive_period import Asked
from appliance.core import event as ev
from appliance.core import signed
from appliance.core.event import Event, Value
from appliance.core.input import Birth, Boot, Device, Input, KeyReady, ShopRead
from appliance.core.till import State, fold
from appliance.storage import rotation
from appliance.storage.flash import OsDisk
from appliance.storage.record import Record
from tests.audit.checking import KINDS, REFOLD
from tests.audit.scribe import Scribe, key_of
from tests.core.desk import DETERGENT, PAPER, PEPPER, SPREAD, WINE, Desk

MADE = 1_795_700_000_000  # UTC ms
DAY = 86_400_000
GOODS = (SPREAD, WINE, DETERGENT, PAPER)


class Shop(Desk):
    """A desk whose records go to files; `turn` gives way to the next key."""

    def __init__(self, home: Path, after: int = 0, lie: Callable[[Record], Record] = lambda record: record) -> None:
        """`after` ms later than others; `lie` changes a record before it is sealed and signed."""
        self.scribe, self.after, self.lie = Scribe(home), after, lie
        self.links: dict[int, signed.Link] = {}
        self.written = 0
        self.scribe.segment(key_of(1))
        super().__init__()

    def start(self) -> None:
        self.t += self.after
        self.state = State(fold(self.events), pepper=PEPPER)
        self.feed(ShopRead(self.shop))
        self.feed(Boot("0.1.0", Birth(key_of(1).public, bytes(16), certificate=key_of(1).certificate)))
        self.feed(Device("printer", "ready", "ok"))

    def feed(self, what: Input) -> tuple[Event, ...]:
        """One frame for what one input decides, its seals signed."""
        events = super().feed(what)
        fresh = self.events[self.written :]
        self.written = len(self.events)
        if fresh:
            self.scribe.frame(list(self._signed(fresh)))
        return events

    def _signed(self, events: list[Event]) -> Iterator[Record]:
        fact = events[0]
        for event in events:
            body: dict[int, Value] = dict(event.body)
            if event.kind == ev.SEAL:
                body[2] = [self._entry(fact, kind) for kind in signed.types(fact.kind, fact.body)]
            if event.kind == ev.SNAPSHOT:
                body[24] = [[kind, *self.links[kind]] for kind in sorted(self.links)]
            told = self.lie(Record(*event)._replace(body=body))
            fact = Event(*told)
            yield told

    def _entry(self, fact: Event, kind: int) -> list[Value]:
        link = self.links.get(kind, signed.Link())
        text = signed.string(fact, kind, link.number + 1, link.signature)
        self.links[kind] = signed.Link(link.number + 1, self.scribe.key.sign(text.encode()))
        return [kind, link.number + 1, signed.FORMAT, self.links[kind].signature]

    def turn(self) -> None:
        """A key record ends the segment."""
        old, after = self.scribe.key, key_of(len(self.scribe.files) + 1)
        text = rotation.statement(self.scribe.cp.chain_id, old.public, after.public)
        self.feed(KeyReady(after.public, after.sign(text), after.certificate))
        self.scribe.segment(after)

    def sell(self, *codes: str) -> None:
        if not self.scribe.room(24 * 1024):
            self.turn()
        for code in codes:
            self.scan(code)
        self.pay("cash", 5_000)
        self.tap("decline")

    def live(self, sales: int) -> None:
        """A day; the next one begins 24 hours later."""
        morning = self.t
        self.open()
        for number in range(sales):
            self.sell(*GOODS[: 1 + number % len(GOODS)])
        self.close()
        self.sleep(morning + DAY - self.t)

    def save(self) -> Path:
        return self.scribe.save(anchored=True)


def lived(home: Path, days: int = 4, sales: int = 6) -> Shop:
    """From Saturday 2026-11-21 on."""
    shop = Shop(home)
    for _ in range(days):
        shop.live(sales)
    shop.save()
    return shop


def archived(shop: Shop, first: str, last: str) -> Path:
    """The archive that the till itself makes of these closed days."""
    home, asked = shop.scribe.home, Asked.dates(date.fromisoformat(first), date.fromisoformat(last))
    (home / "archives").mkdir(exist_ok=True)
    wanted = Order(home, home / "archives", asked, shop.scribe.key, MADE, "0.1.0", KINDS, REFOLD, ev.NAMES)
    return create(wanted, OsDisk()).path
