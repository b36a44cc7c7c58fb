"""Random days: whatever people, devices, clocks and power do, the records add up and every screen can be drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.effect import Print
from appliance.core.event import Event
from appliance.core.fold import apply
from appliance.core.grid import Grid
from appliance.core.input import Badge, Code, Device, DrawerMoved, Idle, JournalBroken, PaperDone, Stop, Tick, Touched
from appliance.core.ledger import Ledger
from appliance.core.scene import view
from appliance.core.snapshot import restore
from appliance.core.till import fold
from appliance.display.render import render
from appliance.display.theme import theme_for
from appliance.storage.record import Record, decode, encode
from tests.core.desk import BADGES, LEA, SPREAD, WINE, Desk, acts

THEMES = (theme_for(1280, 800), theme_for(800, 480))
GRIDS = (Grid(), Grid(3, 4, 6, 5))
CODES = ("", SPREAD, WINE, SPREAD, WINE, "3017620422004", "96385074", LEA, "é\x07\u202e", "9" * 4000)
FATES = ("confirmed", "reached", "unconfirmed", "lost")
LEVELS = (("ready", "ok"), ("care", "near-end"), ("down", "off"), ("down", "paper-out"), ("down", "?"), ("absent", ""))
KINDS = ("printer", "drawer", "badge", "scanner", "touch", "beeper")
DULL = ("lock", "digit", "back", "clear", "category")
NONSENSE = (
    *(Act(name, value) for name in ("go", "ring", "list", "give", "field", "page") for value in (-1, 0, 7, 10**9)),
    *(Act(name, 10**9) for name in ("reprint", "select", "category", "above", "choose")),
    *(Act("go", "devices"), Act("go", "summary"), Act("go", "count"), Act("fly")),
)


def add_up(events: list[Event]) -> None:
    """Sequence, time, ticket numbers, totals and bytes of a whole journal."""
    assert [event.seq for event in events] == list(range(len(events)))
    assert all(a.t <= b.t for a, b in pairwise(events))
    tickets = [event for event in events if event.kind == ev.TICKET]
    assert [event.body[1] for event in tickets] == list(range(1, len(tickets) + 1))
    totals = [total(event) for event in tickets]
    assert [event.body[9] for event in tickets] == [sum(totals[: n + 1]) for n in range(len(totals))]
    assert [event.body[10] for event in tickets] == [sum(map(abs, totals[: n + 1])) for n in range(len(totals))]
    ledger = Ledger()
    for event in events:
        ledger = apply(ledger, event)
        if event.kind == ev.SNAPSHOT:
            assert restore(event) == ledger
        if event.kind == ev.DAY_CLOSE:
            assert event.body[10] == sum(total(each) for each in tickets if each.session == event.session)
        assert decode(encode(Record(*event))) == Record(*event)


def total(event: Event) -> int:
    value = event.body[4]
    assert isinstance(value, int)
    return value


def once(desk: Desk) -> None:
    """The first paper of a ticket is ordered once, and each drawer record pulses once."""
    kinds = {event.seq: event.kind for event in desk.events}
    papers = [effect.record for effect in desk.effects if isinstance(effect, Print)]
    assert len(papers) == len(set(papers))
    first = [desk.events[seq].body[2] for seq in papers if kinds[seq] == ev.PRINT]
    assert len(first) == len(set(map(str, first)))


class Days(RuleBasedStateMachine):
    """One till; each rule is something that happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.known: set[Act] = set(NONSENSE)

    @initialize(opened=st.booleans())
    def a_cashier_comes(self, opened: bool) -> None:
        self.desk.login()
        if opened:
            self.desk.tap("next")

    @rule(data=st.data(), times=st.integers(1, 4))
    def touches_keys(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            shown = [act for act in dict.fromkeys(acts(self.desk.view)) if act.name not in DULL]
            self.known.update(shown)
            if shown:
                self.desk.tap(*_pair(data.draw(st.sampled_from(shown))))

    @rule(data=st.data())
    def an_act_comes_that_is_not_on_the_screen(self, data: st.DataObject) -> None:
        self.desk.feed(Touched(data.draw(st.sampled_from(sorted(self.known, key=str)))))

    @precondition(lambda self: self.desk.screen == "locked")
    @rule(code=st.sampled_from(["01", "01", "01", "02", "03", "04"]))
    def logs_in(self, code: str) -> None:
        self.desk.login(code)

    @precondition(lambda self: self.desk.screen == "open-day")
    @rule(cents=st.integers(0, 9_999_999))
    def opens_the_day(self, cents: int) -> None:
        self.desk.type(str(cents))
        self.desk.tap("next")

    @precondition(lambda self: self.desk.screen == "sale")
    @rule(means=st.sampled_from(["cash", "Carte", "Chèque", "Titre-resto", "Bon d'achat"]), typed=st.integers(0, 99999))
    def pays(self, means: str, typed: int) -> None:
        self.desk.tap("pay")
        self.desk.type(str(typed or ""))
        self.desk.tap("give") if means == "cash" else self.desk.tap("means", means)
        self.desk.tap("accepted")

    @precondition(lambda self: self.desk.screen == "sale")
    @rule()
    def closes_the_day(self) -> None:
        self.desk.close()

    @rule(code=st.sampled_from(CODES))
    def scans(self, code: str) -> None:
        self.desk.feed(Code(code))

    @rule(uid=st.sampled_from([*BADGES.values(), b"stranger"]))
    def badges(self, uid: bytes) -> None:
        self.desk.feed(Badge(uid))

    @rule(kind=st.sampled_from(KINDS), level=st.sampled_from(LEVELS))
    def a_device_changes(self, kind: str, level: tuple[str, str]) -> None:
        self.desk.feed(Device(kind, *level))

    @rule(how=st.sampled_from(FATES), nth=st.integers(0, 3))
    def paper_ends(self, how: str, nth: int) -> None:
        papers = self.desk.state.ledger.papers
        self.desk.paper(papers[nth % len(papers)].order if papers else nth, how)

    @rule(what=st.sampled_from([Tick(), DrawerMoved(True), Idle(), Touched(Act("lock"))]))
    def nothing_much(self, what: Idle | Tick | DrawerMoved | Touched) -> None:
        self.desk.feed(what)

    @rule(duration=st.sampled_from([0, 1, 59_000, 300_000, 86_400_000]))
    def time_goes_by(self, duration: int) -> None:
        self.desk.sleep(duration)

    @rule(jump=st.sampled_from([-(10**12), -7_200_000, -2_001, 2_001, 3_600_000, 10**12]))
    def the_clock_jumps(self, jump: int) -> None:
        self.desk.t = max(self.desk.t + jump, 0)
        self.desk.feed(Tick())

    @rule(stop=st.booleans(), off=st.sampled_from([-(10**12), 0, 86_400_000]))
    def the_power_goes_and_comes(self, stop: bool, off: int) -> None:
        if stop:
            self.desk.feed(Stop("asked"))
        self.desk.t = max(self.desk.t + off, 0)
        self.desk.crash()

    @invariant()
    def the_state_is_the_fold_of_the_records(self) -> None:
        assert fold(self.desk.events) == self.desk.state.ledger

    @invariant()
    def every_screen_can_be_drawn(self) -> None:
        for grid in GRIDS:
            view(replace(self.desk.state, grid=grid), self.desk.now)

    def teardown(self) -> None:
        add_up(self.desk.events)
        once(self.desk)


def _pair(act: Act) -> tuple[str, str | int]:
    return act.name, act.value


class TestDays(Days.TestCase):  # type: ignore[valid-type,misc]
    settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_day_of_a_careless_cashier(seed: int) -> None:
    """Hundreds of taps on what stands on the screen; a sample of the screens is drawn at both sizes."""
    dice, desk = Random(seed), Desk()
    for count in range(700):
        _careless(desk, dice)
        if count % 23 == 0:
            for theme in THEMES:
                render(view(replace(desk.state, grid=theme.grid), desk.now), theme)

    assert fold(desk.events) == desk.state.ledger
    assert desk.kinds().count("ticket") > 3
    add_up(desk.events)
    once(desk)


def _careless(desk: Desk, dice: Random) -> None:
    screen = desk.screen
    if screen == "locked":
        desk.login(dice.choice(["01", "01", "02", "03"]))
    elif screen == "sale" and dice.random() < 0.3:
        desk.scan(dice.choice(CODES[1:8]))
    elif screen == "sale" and dice.random() < 0.2:
        desk.pay(dice.choice(["cash", "Carte", "Chèque"]), dice.choice([500, 2000, 5000]))
    elif screen == "sale" and dice.random() < 0.03:
        desk.close()
    elif desk.state.ledger.papers and dice.random() < 0.5:
        desk.paper(desk.state.ledger.papers[0].order, dice.choice(FATES))
    elif dice.random() < 0.01:
        desk.crash()
    else:
        desk.tap(*_pair(dice.choice([act for act in acts(desk.view) if act.name != "lock"])))


def test_nothing_is_taken_once_the_journal_is_broken() -> None:
    """After a failed write no input makes a record, and the screen says so."""
    for why, title in (("full", "Mémoire pleine."), ("broken", "Enregistrement impossible.")):
        desk = Desk()
        desk.open()
        desk.tap("ring", "Baguette")
        desk.feed(JournalBroken(why))
        before = len(desk.events)
        for what in (
            Code(SPREAD),
            Badge(BADGES["02"]),
            Touched(Act("lock")),
            Idle(),
            Stop("asked"),
            PaperDone(3, "lost"),
        ):
            desk.feed(what)

        assert len(desk.events) == before
        assert desk.screen == "stopped"
        assert getattr(desk.view, "title", "") == title
