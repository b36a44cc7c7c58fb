"""A week of three tills and the real collector: cables pulled, a copy of a till, a till that dies with unsent sales.

What the store holds is held against the tills' own closings, to the cent; what is missing is known to the record.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.audit.report import report_main
from appliance.daemon.beyond import Beyond
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage.record import decode
from appliance.sync.command import sync_main
from appliance.sync.shop import ShopClosing, added, closed, closing_of
from fleet.town import House, Town
from tests.daemon.world import UNASKED

LOGIN = re.compile(r'^login "(\w+)"$', re.MULTILINE)
PINS = {"Sophie": "1234", "Marc": "9876"}
DAYS = [f"2026-11-{day}" for day in range(23, 30)]  # Monday to Sunday
SALES = 'ring "Café" x{0}\npay cash 50.00\nprint no\nring 3760123450010 x{1}\npay card {2}\nprint no\n'
ENROL = 'login "Marc"\nenrol\ntap "Fermer"\n'


class Line(Beyond):
    """Beyond this till lies the town's collector, at the end of its own cable."""

    def __init__(self, world: SimulatedWorld, town: Town, house: House) -> None:
        super().__init__(lambda: world.clock.t)
        self.town, self.house = town, house

    def switch(self, what: str, state: str, data: Path) -> bool:
        if what != "network":
            return False
        self._up = state == "up"
        (self.house.cable.plug if self._up else self.house.cable.pull)()
        return True


class Desk(SimulatedWorld):
    """A till of the town; without what is asked all the time, so that days go by quickly."""

    def __init__(self, town: Town, house: House, data: Path | None = None) -> None:
        super().__init__(data or house.data, house.shop, (800, 480), beside=UNASKED)
        self.house = house
        self.beyond = Line(self, town, house)

    def enrolment_code(self) -> str:
        assert isinstance(self.beyond, Line)
        return self.beyond.town.offer(self.house)

    def play(self, text: str) -> None:
        lines = LOGIN.sub(lambda found: f'logout\ntap "{found[1]}"\npin {PINS[found[1]]}', text).splitlines()
        steps = [Step("week", number, split(line)) for number, line in enumerate(lines, 1) if line]
        failure = Player(self, cards.read(self.house.shop)).play(steps)
        assert failure is None, failure


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path / "town")
    yield made
    made.close()


def day(desk: Desk, date: str, number: int) -> None:
    """Sales whose sums differ from day to day and from till to till; the closing is sent at once."""
    wine = (number % 3 + 1) * 890
    begin = f'at {date}T08:00:00+01:00\nlogin "Sophie"\nopen day float 100.00\n'
    sums = (number % 5 + 1, number % 3 + 1, f"{wine // 100}.{wine % 100:02d}")
    desk.play(begin + SALES.format(*sums) + "close day\nwait 5s\n")


def stored(town: Town, chain_id: bytes) -> list[Any]:
    return [decode(data) for batch in town.batches(chain_id) for data in batch.records]


def shop_closings(town: Town, dates: list[str]) -> list[ShopClosing]:
    """From the store alone."""
    chains = [each.chain_id for each in town.seen()]
    every = [made for chain in chains for record in stored(town, chain) if (made := closing_of(record, chain))]
    return [closed("12345678200010", "day", date, every, chains, 0) for date in dates]


def own_closings(desk: Desk) -> dict[str, int]:
    """Of each day what the till itself closed, in cents."""
    return {each["body"]["date"]: each["body"]["total"] for each in desk.records() if each["kind"] == "day-close"}


def test_a_week(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three tills, seven days: cables out on some of them, a clone on Thursday, a till dead on Saturday."""
    desks = [Desk(town, house) for house in town.houses]
    for desk in desks:
        desk.power_on()
        desk.play(f"network up\n{ENROL}")
    for number, date in enumerate(DAYS[:5]):
        for desk in desks:
            cut = (number + desk.house.number) % 3 == 0
            desk.play("network down" if cut else "network up\nwait 2m")
            day(desk, date, number + desk.house.number)
    for desk in desks:
        desk.play("network up\nwait 2m")

    chains = {each.till: each.chain_id for each in town.seen()}
    assert sorted(chains) == ["1", "2", "3"]
    for made in shop_closings(town, DAYS[:5]):
        own = [own_closings(desk)[made.period] for desk in desks]
        assert [part.total for part in made.parts] == [own[int(part.till) - 1] for part in made.parts]
        assert (made.sums.total, made.missing) == (sum(own), ())

    # Saturday: the third till sells without a cable and dies with its day unsent
    for desk in desks:
        desk.play("network up\n" if desk is not desks[2] else "network down\n")
        day(desk, DAYS[5], 5 + desk.house.number)
    desks[2].power_cut()
    saturday = shop_closings(town, [DAYS[5]])[0]
    assert saturday.missing == (chains["3"],)
    dead = town.houses[2]
    held = max(record.seq for record in stored(town, chains["3"]))

    # its card is read elsewhere, and carried to the collector: nothing is missing any more
    capsys.readouterr()
    stick = tmp_path / "card"
    stick.mkdir()
    assert sync_main(["export", str(dead.data), str(stick)]) == 0
    town.houses[0].cable.plug()
    assert sync_main(["push", str(stick), "--url", town.houses[0].cable.url]) == 0
    assert max(record.seq for record in stored(town, chains["3"])) > held
    saturday = shop_closings(town, [DAYS[5]])[0]
    own = [int(part.total) for part in saturday.parts]
    assert (saturday.missing, saturday.sums.total) == ((), sum(own))

    # the tills' own journals say the same as the store, by `sceau report shop`
    for desk in desks[:2]:
        desk.stop()
    capsys.readouterr()
    assert report_main(["shop", *(str(house.data) for house in town.houses), "--json"]) == 0
    said = [each for each in json.loads(capsys.readouterr().out) if each["level"] == "day"]
    from_store = shop_closings(town, DAYS[:6])
    assert [each["total"] for each in said] == [each.sums.total for each in from_store]
    assert added([each.sums for each in from_store]).total == sum(each["total"] for each in said)
    for desk in desks:
        desk.close()


def test_a_copy_of_a_till_is_found_out(town: Town, tmp_path: Path) -> None:
    """A clone sells on and sends first: the till stops, a manager decides; both histories are kept, none is lost."""
    house = town.houses[0]
    desk = Desk(town, house)
    desk.power_on()
    desk.play(f"network up\n{ENROL}")
    day(desk, DAYS[0], 1)
    desk.play("network down")
    shutil.copytree(house.data, tmp_path / "copy", ignore=shutil.ignore_patterns("socket", "lock"))
    day(desk, DAYS[1], 1)
    clone = Desk(town, house, tmp_path / "copy")
    clone.clock.t = desk.clock.t + 1000
    clone.power_on()
    clone.play("network up\nwait 5s")
    day(clone, DAYS[2], 2)
    clone.stop()
    clone.close()
    chain = town.seen()[0].chain_id
    before = len(stored(town, chain))

    desk.play('network up\nwait 20m\nlogin "Sophie"\nexpect shows "Journal contredit."')

    kinds = [each["kind"] for each in desk.records()]
    assert kinds.count("upstream") == 1
    assert kinds.count("defect") == 1
    assert len(stored(town, chain)) == before
    desk.close()


def test_an_old_image_is_found_out(town: Town, tmp_path: Path) -> None:
    """The data folder of yesterday is put back: the collector has more, the start says so before anything is sold."""
    house = town.houses[0]
    desk = Desk(town, house)
    desk.power_on()
    desk.play(f"network up\n{ENROL}")
    day(desk, DAYS[0], 1)
    desk.stop()
    shutil.copytree(house.data, tmp_path / "image", ignore=shutil.ignore_patterns("socket", "lock"))
    desk.power_on()
    desk.play("network up")
    day(desk, DAYS[1], 1)
    desk.stop()
    shutil.rmtree(house.data)
    shutil.copytree(tmp_path / "image", house.data)

    desk.power_on()
    desk.play('network up\nwait 2m\nlogin "Sophie"\nexpect shows "Journal contredit."')

    assert [each["body"]["what"] for each in desk.records() if each["kind"] == "upstream"] == ["rollback"]
    desk.close()
