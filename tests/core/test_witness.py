"""The witness against the journal: a counter is kept on the far side, and each way of leaving it is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core import event as ev
from appliance.core.effect import Advance
from appliance.core.input import Device, Stop, Tick, WitnessSaid
from tests.core.desk import BIRTH, Desk

HOUR = 3_600_000


class Counter:
    """The far side: it does what the effects ask for while it is there, and says where it stands when it is found."""

    def __init__(self, desk: Desk, value: int = 1) -> None:
        self.desk, self.value, self.there, self.done = desk, value, False, 0

    def find(self) -> None:
        self.there = True
        self.desk.feed(Device("witness", "ready", "ok"))
        self.desk.feed(WitnessSaid("A", self.value))
        self.work()

    def lose(self) -> None:
        self.there = False
        self.desk.feed(Device("witness", "down", "lost"))

    def work(self, *, leave: int = 0) -> None:
        """All steps that were asked for since, but the last `leave`, which a cut or an end swallows."""
        asked = [effect for effect in self.desk.effects[self.done :] if isinstance(effect, Advance)]
        self.done = len(self.desk.effects)
        if self.there:
            self.value += len(asked) - leave


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("tests.core.desk.BIRTH", replace(BIRTH, witness_class="A"))
    return Desk()


def defects(desk: Desk) -> list[str]:
    return [str(event.body[4]) for event in desk.events if event.kind == ev.DEFECT]


def told(desk: Desk) -> list[int]:
    return [int(str(event.body[2])) for event in desk.events if event.kind == ev.WITNESS]


def test_goes_with_the_journal(desk: Desk) -> None:
    """A start, a day, an end: the records name each value once, and the counter stands at the last."""
    counter = Counter(desk)
    counter.find()
    desk.open()
    desk.close()
    desk.feed(Stop("asked"))
    counter.work()

    assert told(desk) == list(range(2, 2 + len(told(desk))))
    assert counter.value == told(desk)[-1]
    assert defects(desk) == []


def test_the_last_step_may_be_cut(desk: Desk) -> None:
    """The record of it is there, the step is made up for at the next start, and that start is witnessed too."""
    counter = Counter(desk)
    counter.find()
    desk.feed(Stop("asked"))
    counter.work(leave=1)
    before = told(desk)
    desk.crash()
    counter.find()

    assert defects(desk) == []
    assert len(told(desk)) == len(before) + 1
    assert counter.value == told(desk)[-1]


@pytest.mark.parametrize("leave", [0, 1])
def test_a_journal_put_back(desk: Desk, leave: int) -> None:
    """To the state of one orderly end ago: one start was lived since, whether or not the last step had been made."""
    counter = Counter(desk)
    counter.find()
    desk.feed(Stop("asked"))
    counter.work(leave=leave)
    old = list(desk.events)
    desk.crash()
    counter.find()

    again = Desk.__new__(Desk)
    again.__dict__.update(desk.__dict__)
    again.events, again.effects = old, []
    again.refold = type(desk.refold)()
    for event in old:
        again.refold.apply(event)
    counter.desk, counter.done = again, 0
    again.crash()
    counter.find()

    assert defects(again) == ["witness"]


def test_lost_for_hours_in_an_open_day(desk: Desk) -> None:
    """Nothing is said to be witnessed meanwhile, and when it is back it is still this till's witness."""
    counter = Counter(desk)
    counter.find()
    desk.open()
    counter.work()
    counter.lose()
    before = told(desk)
    for _ in range(5):
        desk.sleep(HOUR)
        desk.feed(Tick())
    silent = told(desk)
    counter.find()

    assert silent == before
    assert defects(desk) == []
    assert told(desk)[-1] == counter.value == before[-1] + 1
