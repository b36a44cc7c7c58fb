"""Seals: each fact that asks for one has exactly its own, numbered, linked and signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.audit.seals import Seals
from appliance.audit.source import Broken, find
from appliance.audit.walk import Walk
from appliance.core import event as ev
from appliance.core import signed
from appliance.storage.record import Record
from tests.audit.scribe import key_of
from tests.audit.shop import Shop

Records = list[Record]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Records]:
    """Two days under one key."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.live(3)
    shop.live(2, month=True)
    home: Path = shop.save()
    return shop.key.public, [record for step in Walk(find(home)).steps() for record in step.records]


def followed(key: bytes, records: Records, seals: Seals | None = None) -> int:
    """How many strings are proven."""
    seals = seals or Seals()
    count = sum(len(seals.record(record, key)) for record in records)
    seals.frame_ends()
    return count


def nth(records: Records, kind: int, at: int = 1) -> int:
    """The place of the record after the `at`-th of a kind."""
    return [place for place, record in enumerate(records) if record.kind == kind][at] + 1


def with_entry(records: Records, place: int, change: Callable[[list[Any]], list[Any]]) -> Records:
    seal = records[place]
    entries: Any = seal.body[2]
    body = {1: seal.body[1], 2: [change(list(entries[0])), *entries[1:]]}
    return [*records[:place], seal._replace(body=body), *records[place + 1 :]]


def test_they_hold(told: tuple[bytes, Records]) -> None:
    key, records = told
    types = [signed.types(record.kind, record.body) for record in records]

    assert followed(key, records) == sum(map(len, types)) > 15


def _dropped(records: Records, place: int) -> Records:
    return records[:place] + records[place + 1 :]


def _doubled(records: Records, place: int) -> Records:
    return [*records[: place + 1], *records[place:]]


def _other_fact(records: Records, place: int) -> Records:
    seal = records[place]
    return [*records[:place], seal._replace(body={**seal.body, 1: seal.seq}), *records[place + 1 :]]


def _empty(records: Records, place: int) -> Records:
    seal = records[place]
    return [*records[:place], seal._replace(body={**seal.body, 2: []}), *records[place + 1 :]]


def _other_total(records: Records, place: int) -> Records:
    fact = records[place - 1]
    return [*records[: place - 1], fact._replace(body={**fact.body, 4: 151}), *records[place:]]


def _later(records: Records, place: int) -> Records:
    fact = records[place - 1]
    return [*records[: place - 1], fact._replace(t=fact.t + 60_000), *records[place:]]


CHANGES: dict[str, Callable[[Records, int], Records]] = {
    "dropped": _dropped,
    "of another fact": _other_fact,
    "empty": _empty,
    "total changed": _other_total,
    "time changed": _later,
    "number": lambda records, place: with_entry(records, place, lambda it: [it[0], it[1] + 1, *it[2:]]),
    "type": lambda records, place: with_entry(records, place, lambda it: [7, *it[1:]]),
    "format": lambda records, place: with_entry(records, place, lambda it: [*it[:2], 2, it[3]]),
    "signature": lambda records, place: with_entry(records, place, lambda it: [*it[:3], bytes(64)]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_fact_without_its_seal_is_named(told: tuple[bytes, Records], name: str) -> None:
    key, records = told
    place = nth(records, ev.TICKET)
    with pytest.raises(Broken) as broken:
        followed(key, CHANGES[name](records, place))

    assert broken.value.seq == records[place - 1].seq, str(broken.value)


def test_a_seal_that_nobody_asked_for(told: tuple[bytes, Records]) -> None:
    key, records = told
    place = nth(records, ev.TICKET)
    with pytest.raises(Broken) as broken:
        followed(key, _doubled(records, place))

    assert broken.value.seq == records[place].seq


def test_a_seal_cut_short(told: tuple[bytes, Records]) -> None:
    """A signature of another length, a row of another shape."""
    key, records = told
    place = nth(records, ev.TICKET)
    for entry in ([1, 2, 1, bytes(63)], [1, 2, 1], [1, 2, 1, "text"], [None] * 4):
        with pytest.raises(Broken, match="does not fit its kind"):
            followed(key, with_entry(records, place, lambda it, entry=entry: entry))  # type: ignore[misc]


def test_another_key(told: tuple[bytes, Records]) -> None:
    _, records = told
    with pytest.raises(Broken) as broken:
        followed(key_of(9).public, records)

    assert broken.value.seq == 0


def test_the_last_fact_has_none(told: tuple[bytes, Records]) -> None:
    key, records = told
    place = nth(records, ev.TICKET)
    with pytest.raises(Broken, match="no seal stands after it"):
        followed(key, records[:place])


def test_from_a_snapshot_on(told: tuple[bytes, Records]) -> None:
    """The second day alone: links go on from what the snapshot holds, and a wrong one is found."""
    key, records = told
    place = nth(records, ev.SNAPSHOT, 0) - 1
    assert followed(key, records[place:]) > 5

    snapshot = records[place]
    rows: Any = snapshot.body[24]
    wrong = snapshot._replace(body={**snapshot.body, 24: [[rows[0][0], rows[0][1] + 1, rows[0][2]], *rows[1:]]})
    with pytest.raises(Broken, match="where"):
        followed(key, [wrong, *records[place + 1 :]])
    with pytest.raises(Broken, match="the last signature of each type") as broken:
        followed(key, [*records[:place], wrong, *records[place + 1 :]])
    assert broken.value.seq == snapshot.seq


def test_from_the_middle(told: tuple[bytes, Records]) -> None:
    """Nothing before is known: the first of each type is taken as it is, or proven from outside."""
    key, records = told
    place = nth(records, ev.TICKET) - 1
    before: dict[tuple[int, int], bytes] = {}
    whole = Seals()
    for record in records:
        for entry in whole.record(record, key):
            before[entry.kind, entry.number + 1] = entry.signature

    assert followed(key, records[place:]) == followed(key, records[place:], Seals(lambda *which: before[which]))
    with pytest.raises(Broken, match="signature of its TICKET string is wrong"):
        followed(key, records[place:], Seals(lambda kind, number: bytes(64)))
