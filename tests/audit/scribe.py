"""Writes any journal to files, right or wrong: what a till would never write is written with these same few lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from appliance.storage import anchor, chain, frame, rotation, segment
from appliance.storage.anchor import Anchor
from appliance.storage.chain import Checkpoint
from appliance.storage.keys import Key
from appliance.storage.record import Record, encode
from appliance.storage.segment import Header
from bench.verify import Till

SIZE = 64 * 1024
UNIT = 512


def key_of(number: int) -> Key:
    """The key that signs segment `number` where keys rotate."""
    return Key(number.to_bytes(32, "big"))


class Scribe:
    """Keeps the chain's state; each call writes what would come next, with what `changes` puts in its place."""

    def __init__(self, home: Path, unit: int = UNIT, size: int = SIZE) -> None:
        self.home, self.unit, self.size = home, unit, size
        self.files: list[bytearray] = []
        self.key = key_of(1)
        self.seq, self.head, self.genesis = 0, chain.START, b""
        self.end = 0
        self.signature = b""

    def segment(self, key: Key, **changes: Any) -> None:
        """A header in a new file; the first one waits for the genesis record, whose hash it names."""
        self.key = key
        header = Header(
            len(self.files) + 1, self.size, self.unit, self.seq, self.genesis, self.head, key.public, self.end
        )
        self.files.append(bytearray(self.size))
        self._header, self._changes = header, changes
        if self.genesis:
            self._put(0, segment.build(header._replace(**changes), key.sign))
        self.end = 1

    def frame(self, records: Sequence[Record], key: Key | None = None, signature: bytes | None = None) -> None:
        self.raw([encode(record) for record in records], key, signature)

    def raw(self, data: Sequence[bytes], key: Key | None = None, signature: bytes | None = None) -> None:
        if not self.genesis:
            self.genesis = chain.link(chain.START, data[0])
            self._header = self._header._replace(genesis=self.genesis)
            self._put(0, segment.build(self._header._replace(**self._changes), self.key.sign))
        number, first, before = len(self.files), self.seq, self.head
        self.seq, self.head = first + len(data), chain.follow(before, data)
        self.signature = signature or (key or self.key).sign(chain.cp_bytes(self.cp))
        built = frame.build(number, self.end, self.unit, first, before, data, self.signature)
        self._put(self.end * self.unit, built)
        self.end += len(built) // self.unit

    def gap(self, data: bytes) -> None:
        """Whole units that are no frame."""
        self._put(self.end * self.unit, data)
        self.end += -(-len(data) // self.unit)

    @property
    def cp(self) -> Checkpoint:
        return Checkpoint(chain.chain_id(self.genesis), self.seq, self.head)

    def room(self, size: int) -> bool:
        return self.end * self.unit + size <= self.size

    def turn(self, record: Callable[[dict[int, Any]], Record], key: Key) -> None:
        """The key record that ends a segment; `record` makes it of its body."""
        text = rotation.statement(chain.chain_id(self.genesis), self.key.public, key.public)
        self.frame([record({1: key.public, 2: key.sign(text), 3: key.certificate})])

    def save(self, *, anchored: bool = False) -> Path:
        """Every file and two blanks; the anchor at the tip."""
        (self.home / "journal").mkdir(parents=True, exist_ok=True)
        for number, data in enumerate([*self.files, bytearray(self.size), bytearray(self.size)], start=1):
            (self.home / "journal" / segment.name(number)).write_bytes(data)
        if anchored:
            slot = anchor.build(Anchor(self.cp, self.signature), 512)
            (self.home / "anchor").write_bytes(slot.ljust(anchor.SIZE, b"\0"))
        return self.home

    def _put(self, offset: int, data: bytes) -> None:
        self.files[-1][offset : offset + len(data)] = data


def days(scribe: Scribe, sales: int, per_day: int = 10, *, rotating: bool = True) -> Till:
    """Fills `scribe` with what a till writes: days with sales, closings and snapshots, a key a segment."""
    from appliance.core import event as ev

    till = Till(key_of(1))

    def put(make: Callable[[], Sequence[Record]]) -> None:
        if not scribe.room(12 * 1024):
            key = key_of(len(scribe.files) + 1) if rotating else scribe.key
            if rotating:
                scribe.turn(lambda body: till.record(ev.KEY, body), key)
                till.key = key
            scribe.segment(key)
        scribe.frame(make())

    scribe.segment(key_of(1))
    put(till.birth)
    for at in range(sales):
        if at % per_day == 0:
            put(till.opening)
        sale = till.sale()
        for _ in range(9):
            put(lambda: next(sale))  # noqa: B023 - called at once
        if at % per_day == per_day - 1 or at == sales - 1:
            put(till.closing)
    return till
