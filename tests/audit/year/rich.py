"""A short life with two or more strings of every type, as records that can be changed and written anew with its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.core import event as ev
from appliance.core import signed
from appliance.core.event import Value
from appliance.core.input import Asked
from appliance.storage.record import Record
from tests.audit.scribe import Scribe, key_of
from tests.verifier.shop import DAY, Shop

BOUND = (ev.SEAL, ev.SNAPSHOT)  # stand in the frame of the record before them
SIZE = 1 << 20


class Rich(Shop):
    """Three days in three months of two fiscal years; `kept` is what was written."""

    def __init__(self, home: Path) -> None:
        self.kept: list[Record] = []
        super().__init__(home, lie=self._keep)

    def _keep(self, record: Record) -> Record:
        self.kept.append(record)
        return record

    def lives(self) -> Rich:
        self._day()
        self.sleep(10 * DAY)  # to the first of December
        self._day()
        self.sleep(32 * DAY)  # to the next year
        self._day()
        self.login("02")
        self.tap("go", "more")
        self.tap("go", "manage")
        self.tap("close-year")
        self.tap("period-close", "year")
        return self

    def turn(self) -> None:
        """Everything stands in one segment, under one key."""

    def _day(self) -> None:
        """Two sales, two duplicates, an exercise of two sales, a closing and its archive."""
        self.open()
        self.sell("3017620422003")
        self.sell("3760123450010")
        for _ in range(2):
            self.tap("go", "more")
            self.tap("go", "reprint")
            self.tap("reprint", self.state.ledger.tickets[-1].record)
        self._exercise()
        self.close()
        self.feed(Asked(ev.ARCHIVE, self._archive(), 1))

    def _exercise(self) -> None:
        self.login("02")
        self._manage("training-on")
        for _ in range(2):
            self.sell("3017620422003")
        self._manage("training-off")
        self.login("01")

    def _manage(self, act: str) -> None:
        self.tap("go", "more")
        self.tap("go", "manage")
        self.tap(act)

    def _archive(self) -> dict[int, Value]:
        """The body of a record that says so; no archive is made of this life."""
        closed = self.last(ev.DAY_CLOSE).body
        head: dict[int, Value] = {1: "day", 2: closed[2], 3: closed[2], 4: 0, 5: 1, 6: bytes(32), 7: bytes(32)}
        return {**head, 8: bytes(32), 9: 1, 10: closed[11], 11: closed[10], 12: closed[6], 13: "archive.zip"}


def written(records: Sequence[Record], home: Path) -> Path:
    """A journal of these records, whatever they say, under the till's own key."""
    scribe = Scribe(home, size=SIZE)
    scribe.segment(key_of(1))
    for frame in frames(records):
        scribe.frame(frame)
    return scribe.save(anchored=True)


def frames(records: Sequence[Record]) -> Iterator[list[Record]]:
    found: list[Record] = []
    for record in records:
        if found and record.kind not in BOUND:
            yield found
            found = []
        found.append(record)
    yield found


def seals(records: Sequence[Record], kind: int) -> list[int]:
    """Places of the seals that hold a string of this type."""
    return [place for place, each in enumerate(records) if each.kind == ev.SEAL and kind in types(each)]


def types(seal: Record) -> list[Value]:
    return [entry[0] for entry in entries(seal)]


def entries(record: Record) -> list[list[Value]]:
    """Of a seal; none of another record."""
    rows = record.body[2] if record.kind == ev.SEAL else []
    assert isinstance(rows, list)
    return [each for each in rows if isinstance(each, list)]


TYPES = tuple(signed.NAMES)
