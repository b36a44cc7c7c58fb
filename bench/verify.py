"""verify.quick and verify.full over a till-shaped journal: a sale is 13 records in 9 frames, a day ends in a Z."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cbor2

from appliance.audit.command import _core
from appliance.audit.verify import INTACT, Mode, verify
from appliance.core import event as ev
from appliance.core.catalogue import Article
from appliance.core.closing import closing_body
from appliance.core.event import Event, Value
from appliance.core.fold import apply
from appliance.core.ledger import Ledger
from appliance.core.sale import Line
from appliance.core.shop import Identity, Means
from appliance.core.signed import FORMAT, Link, string, types
from appliance.core.snapshot import snapshot_body
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import Signer
from appliance.storage.record import Record
from appliance.storage.seal import MachineSealer

SALES = int(os.environ.get("BENCH_SALES", "3000"))
PER_DAY = 150
ROUNDS = 5 if SALES <= 5000 else 1
KINDS, REFOLD = _core()
IDENTITY = Identity(
    "Épicerie du Canal", ("12 quai de la Loire", "75019 Paris"), "73282932000074", "47.11B", "FR44732829320", "real"
)
MEANS = (Means("Espèces", "cash", "change", drawer=True), Means("Carte", "card"))
GOODS = (("Baguette", 110, 550), ("Café", 150, 1000), ("Savon", 349, 2000), ("Lait", 129, 550), ("Quotidien", 220, 210))


class Till:
    """Makes the records of a day at the counter as the core would; `frame` is what one commit carries."""

    def __init__(self, key: Signer) -> None:
        self.ledger = Ledger()
        self.key = key
        self._seals: dict[int, Record] = {}
        self._t = 1_795_248_000_000

    def record(self, kind: int, body: dict[int, Value]) -> Record:
        self._t += 1900
        day = self.ledger.day
        session = day.number if day else 0
        event = Event(self.ledger.seq, self._t, 60, self._t - 1_795_000_000_000, "1", "S1", session, kind, body)
        self.ledger = apply(self.ledger, event)
        if types(kind, body):
            self._seals[event.seq] = self._seal(event)
        return Record(*event)

    def _seal(self, fact: Event) -> Record:
        """Signs the strings of a fact, as the journal does."""
        signed: list[Value] = []
        for kind in types(fact.kind, fact.body):
            before = self.ledger.seals.get(kind, Link())
            said = string(fact, kind, before.number + 1, before.signature)
            signed.append([kind, before.number + 1, FORMAT, self.key.sign(said.encode())])
        session = self.ledger.day.number if self.ledger.day else 0
        seal = fact._replace(seq=fact.seq + 1, session=session, kind=ev.SEAL, body={1: fact.seq, 2: signed})
        self.ledger = apply(self.ledger, seal)
        return Record(*seal)

    def sealed(self, records: Sequence[Record]) -> list[Record]:
        """Each with the seal that stands directly behind it."""
        return [each for record in records for each in (record, self._seals.pop(record.seq, None)) if each]

    def birth(self) -> list[Record]:
        genesis: dict[int, Value] = {
            1: 1,
            2: "0.1.0",
            3: "1",
            4: IDENTITY.siret,
            5: self.key.public,
            6: 1,
            7: 1,
            8: "C",
        }
        born = self.record(ev.GENESIS, {**genesis, 9: None, 10: bytes(16), 11: []})
        return self.sealed([born, self.record(ev.START, {1: "0.1.0", 2: "first start", 3: []})])

    def opening(self) -> list[Record]:
        rates: list[Value] = [2000, 1000, 550, 210]
        means: list[Value] = [each.body() for each in MEANS]
        config: dict[int, Value] = {1: IDENTITY.body(), 2: means, 3: [], 4: rates, 5: "Europe/Paris", 6: "metropole"}
        number = self.ledger.day_number + 1
        return self.sealed(
            [
                self.record(ev.LOGIN, {1: "badge", 2: "cashier"}),
                self.record(ev.CONFIG, {**config, 7: 1, 8: 4}),
                self.record(ev.DAY_OPEN, {1: number, 2: 15000, 3: "2026-11-21", 4: IDENTITY.body()}),
            ]
        )

    def sale(self) -> Iterator[list[Record]]:
        """9 frames, 13 records: the order, five scans, paid in cash with its seal, print chosen, printed."""
        number = self.ledger.order_number + 1
        yield [self.record(ev.ORDER, {1: number})]
        for at, (label, price, rate) in enumerate(GOODS, start=1):
            article = Article(label, price, rate, f"37601234500{at:02d}")
            row = Line.ring(at, article, price, 1000, rate).body()[:12]
            yield [self.record(ev.LINE, {1: number, **dict(enumerate(row, start=2)), 14: "scan"})]
        yield self._paid(number)
        ticket = self.ledger.tickets[-1]
        printing = self.record(ev.PRINT, {1: ticket.number, 2: ticket.record})
        yield [printing]
        yield [self.record(ev.PRINTED, {1: printing.seq, 2: "confirmed"})]

    def _paid(self, number: int) -> list[Record]:
        cash, change = (self.ledger.order.total if self.ledger.order else 0), 42
        paid = [
            self.record(ev.PAYMENT, {1: number, 2: "Espèces", 3: "cash", 4: cash + change, 5: cash + change}),
            self.record(ev.CHANGE, {1: number, 2: "Rendu", 3: "change", 4: -change}),
            self.record(ev.TICKET, self._ticket(number)),
            self.record(ev.DRAWER, {1: "sale", 2: "", 3: self.ledger.tickets[-1].record}),
        ]
        return self.sealed(paid)

    def _ticket(self, number: int) -> dict[int, Value]:
        order = self.ledger.order
        assert order
        after = self.ledger.perpetual.plus(order.total)
        lines: list[Value] = [line.body() for line in order.live]
        vat: list[Value] = [[row.rate, row.ht, row.vat, row.ttc] for row in order.vat]
        payments: list[Value] = [each.body() for each in order.payments]
        head: dict[int, Value] = {1: self.ledger.ticket_number + 1, 2: "sale", 3: number, 4: order.total, 5: lines}
        sums: dict[int, Value] = {6: vat, 7: payments, 8: order.articles, 9: after.algebraic, 10: after.absolute}
        return {
            **head,
            **sums,
            11: IDENTITY.body(),
            12: [2000, 1000, 550, 210],
            13: [],
            14: "0.1.0",
            17: self.ledger.proof,
        }

    def closing(self) -> list[Record]:
        day = self.ledger.day
        expected = day.expected if day else 0
        closed = [
            self.record(ev.COUNT, {1: expected, 2: expected, 3: 0, 4: []}),
            self.record(ev.DAY_CLOSE, closing_body(self.ledger)),
            self.record(ev.SNAPSHOT, snapshot_body(self.ledger)),
        ]
        return self.sealed(closed)


def write(journal: Journal, key: Signer, sales: int, per_day: int = PER_DAY) -> list[bytes]:
    """Fills an empty journal; returns its records' bytes, split, for the baselines."""
    fill(journal, Till(key), sales, per_day)
    return [sealed.data for sealed in journal.past()]


def fill(journal: Journal, till: Till, sales: int, per_day: int = PER_DAY) -> None:
    """Closed days, from the first record on."""
    journal.append(till.birth())
    for at in range(sales):
        if at % per_day == 0:
            journal.append(till.opening())
        for frame in till.sale():
            journal.append(frame)
        if at % per_day == per_day - 1 or at == sales - 1:
            journal.append(till.closing())
        for _ in journal.work():
            pass


def rows() -> Iterator[dict[str, object]]:
    with TemporaryDirectory() as place:
        directory = Path(place)
        disk = OsDisk()
        key = keys.load_or_make(directory, disk, MachineSealer(b"bench"))
        journal = Journal.open(directory, disk, key)
        split = write(journal, key, SALES)
        journal.close()
        yield from _quick(directory, split)
        yield from _full(directory, split)


def _quick(directory: Path, split: list[bytes]) -> Iterator[dict[str, object]]:
    unit = f"records/s over {len(split)} records"
    ours, theirs = _rates(len(split), lambda: check(directory, "quick"), lambda: _hash(split))
    yield _row("verify.quick", ours, unit, theirs, "sha256(h+r) alone", 0.35)
    yield _two(directory, "quick")


def _full(directory: Path, split: list[bytes]) -> Iterator[dict[str, object]]:
    unit = f"records/s over {len(split)} records"
    ours, theirs = _rates(len(split), lambda: check(directory, "full"), lambda: _loads(split))
    yield _row("verify.full", ours, unit, theirs, "cbor2.loads alone", 0.08)
    yield _two(directory, "full")
    ours, theirs = _rates(len(split), lambda: check(directory, "paranoid"), lambda: _loads(split))
    yield _row("verify.paranoid", ours, unit, theirs, "cbor2.loads alone", None)


def check(directory: Path, mode: Mode, processes: int = 1) -> None:
    verdict = verify(directory, mode, refold=REFOLD, kinds=KINDS, processes=processes)
    if verdict.code != INTACT:
        raise RuntimeError(verdict.line)


def _hash(split: list[bytes]) -> None:
    head = bytes(32)
    for record in split:
        head = sha256(head + record).digest()


def _loads(split: list[bytes]) -> None:
    for record in split:
        cbor2.loads(record)


def _rates(count: int, ours: Callable[[], None], theirs: Callable[[], None]) -> tuple[int, int]:
    """Records per second, medians of CPU time over interleaved rounds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for action, spent in zip((ours, theirs), times, strict=True):
            start = time.process_time()
            action()
            spent.append(time.process_time() - start)
    return round(count / median(times[0])), round(count / median(times[1]))


def _two(directory: Path, mode: Mode) -> dict[str, object]:
    """CPU s of one process against wall s of two, medians of interleaved rounds; no better than the idle cores."""
    cpu, wall = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        check(directory, mode)
        cpu.append(time.process_time() - start)
        begun = time.perf_counter()
        check(directory, mode, processes=2)
        wall.append(time.perf_counter() - begun)
    unit, name = "CPU s on 1 process", "wall s of the same on 2 processes"
    return _row(f"verify.{mode}.two", round(median(cpu), 3), unit, round(median(wall), 3), name, 1.7)


def _row(name: str, value: float, unit: str, baseline: float, what: str, goal: float | None) -> dict[str, object]:
    ratio = value / baseline
    said = f">= {goal} x the baseline" if goal else "printed beside verify.full"
    met = ratio >= goal if goal else None
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "baseline_name": what,
        "ratio": round(ratio, 3),
        "goal": said,
        "met": met,
    }
