"""Each type of signed string is a chain of its own: what is done to one link is found there, with the till's own key.

Frames, records and sums are right everywhere: nothing but the walk along the type's chain can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.core import signed
from appliance.core.event import Value
from appliance.storage.record import Record
from tests.audit.year import rich
from tests.demo.judges import Judges, judges

Entry = list[Value]
Change = Callable[[list[Entry], int, Entry, Entry], list[Entry]]  # entries, place of ours, one before it, a stranger's


def flip(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    signature = found[at][3]
    assert isinstance(signature, bytes)
    return put(found, at, [*found[at][:3], bytes([signature[0] ^ 1]) + signature[1:]])


def drop(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    return found[:at] + found[at + 1 :]


def duplicate(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    """The link before, told a second time."""
    return put(found, at, before)


def gap(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    number = found[at][1]
    assert isinstance(number, int)
    return put(found, at, [found[at][0], number + 1, *found[at][2:]])


def cross(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    """A right signature, of the chain of another type."""
    return put(found, at, [*found[at][:3], other[3]])


def reorder(found: list[Entry], at: int, before: Entry, other: Entry) -> list[Entry]:
    """With its neighbour in the seal, or twice where it is alone."""
    return [*reversed(found)] if len(found) > 1 else found * 2


def put(found: list[Entry], at: int, entry: Entry) -> list[Entry]:
    return [*found[:at], entry, *found[at + 1 :]]


CHANGES: tuple[Change, ...] = (flip, drop, duplicate, gap, cross, reorder)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    return rich.Rich(tmp_path_factory.mktemp("rich")).lives().kept


@pytest.fixture(scope="module")
def all_three() -> Iterator[Judges]:
    with judges() as found:
        yield found


@pytest.mark.browser
def test_what_was_not_changed_holds(records: list[Record], all_three: Judges, tmp_path: Path) -> None:
    assert [each.broken for each in all_three.of(rich.written(records, tmp_path))] == ["", "", ""]


@pytest.mark.browser
@pytest.mark.parametrize("kind", rich.TYPES, ids=lambda kind: signed.NAMES[kind])
def test_a_link_of_its_chain(kind: int, records: list[Record], all_three: Judges, tmp_path: Path) -> None:
    """All who judge name the fact whose seal is wrong."""
    first, second = rich.seals(records, kind)[:2]
    seal = records[second]
    at, fact = rich.types(seal).index(kind), seal.seq - 1
    before = next(each for each in rich.entries(records[first]) if each[0] == kind)
    other = next(each for place in range(records[-1].seq) for each in rich.entries(records[place]) if each[0] != kind)
    for change in CHANGES:
        told: Value = [*change(rich.entries(seal), at, before, other)]
        wrong = [*records[:second], seal._replace(body={**seal.body, 2: told}), *records[second + 1 :]]
        home = rich.written(wrong, tmp_path / change.__name__)
        assert {each.broken for each in all_three.of(home)} == {f"record {fact}"}, change.__name__
