"""The collector as the core sees it: receipts, tickets that wait, what a fork does, in exercises and over closings."""

from __future__ import annotations

import pytest

from appliance.core import event as ev
from appliance.core.alarms import banner
from appliance.core.effect import Answer, Work
from appliance.core.input import (
    Applied,
    Asked,
    Device,
    Enrolled,
    Receipted,
    StickSeen,
    Tick,
    UpstreamFound,
    WorkDone,
)
from appliance.core.snapshot import restore, snapshot_body
from appliance.core.standing import BUNDLES, Carried, Upstream
from tests.core.desk import SPREAD, Desk

URL = "https://collecte.example"
MINUTE = 60_000


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.open()
    made.feed(Enrolled(URL, bytes(32), b"registration", b"\1" * 32))
    made.tap("close")  # "Caisse inscrite."
    return made


def sell(desk: Desk, times: int = 1) -> None:
    for _ in range(times):
        desk.scan(SPREAD)
        desk.pay("cash", 500)
        desk.tap("decline")


def receipt(desk: Desk, next_seq: int | None = None) -> tuple[ev.Event, ...]:
    upstream = desk.state.ledger.upstream
    until = desk.state.ledger.seq if next_seq is None else next_seq
    return desk.feed(Receipted(upstream.next_seq, until, bytes(32), desk.t, b"receipt", "network"))


def unsent(desk: Desk) -> int:
    return desk.state.ledger.upstream.unsent


def test_tickets_wait_for_their_receipt(desk: Desk) -> None:
    """Counted by the fold: what a receipt covers is sent, what was sold since is not."""
    sell(desk, 3)
    first = desk.last(ev.TICKET).t
    assert unsent(desk) == 3
    edge = desk.state.ledger.seq
    sell(desk)
    receipt(desk, edge)
    assert unsent(desk) == 1
    assert desk.state.ledger.upstream.since > first
    assert desk.last(ev.RECEIPT).body[2] == edge
    receipt(desk)
    assert unsent(desk) == 0


def test_tickets_from_before_the_enrolment_wait_too() -> None:
    """A till that sold on its own for a while sends all of it; a first receipt of half of it leaves them waiting."""
    desk = Desk()
    desk.open()
    sell(desk, 2)
    assert unsent(desk) == 0
    desk.feed(Enrolled(URL, bytes(32), b"", bytes(32)))
    assert unsent(desk) == 2
    receipt(desk, 10)
    assert unsent(desk) == 2
    receipt(desk)
    assert unsent(desk) == 0


def test_a_receipt_that_says_nothing_new_is_not_recorded(desk: Desk) -> None:
    """A stick and the network bring the same one; without an enrolment none is."""
    receipt(desk)
    assert desk.kinds()[-1] == "receipt"
    before = len(desk.events)
    receipt(desk, desk.state.ledger.upstream.next_seq)
    assert len(desk.events) == before
    lone = Desk()
    assert lone.feed(Receipted(0, 4, bytes(32), 0, b"", "stick")) == ()


def test_an_exercise_waits_for_nobody(desk: Desk) -> None:
    """Its tickets are no sales, and the real ones that wait go on waiting."""
    sell(desk)
    desk.login("02")
    desk.tap("go", "more")
    desk.tap("go", "manage")
    desk.tap("training-on")
    assert desk.state.ledger.school
    sell(desk, 2)
    assert unsent(desk) == 1


def test_weeks_offline_stay_small(desk: Desk) -> None:
    """Bundles are joined, the smallest first; the sum stays right, and each goes with its last ticket's receipt."""
    upstream = Upstream(URL)
    for record in range(1000):
        upstream = upstream.sold(record, record)
    assert upstream.unsent == 1000
    assert len(upstream.waiting) <= BUNDLES
    assert upstream.received_up_to(1000, 0, 0).unsent == 0
    assert 500 <= upstream.received_up_to(500, 0, 0).unsent < 500 + 2 * 1000 // (BUNDLES // 2)


@pytest.mark.parametrize("what", ["fork", "rollback"])
def test_a_contradiction_stops_the_sale_until_a_manager_decides(desk: Desk, what: str) -> None:
    """UPSTREAM, then DEFECT with the source "collector"; said again it is known."""
    desk.feed(UpstreamFound(what, 7, b"receipt", "le serveur détient un autre acte 7"))
    assert desk.kinds()[-2:] == ["upstream", "defect"]
    assert desk.last(ev.DEFECT).body == {1: 7, 2: "le serveur détient un autre acte 7", 3: None, 4: "collector"}
    assert desk.screen == "defect"
    desk.tap("resume")
    assert desk.screen == "defect"
    desk.tap("lock")
    desk.login("02")
    desk.tap("resume")
    assert desk.screen == "sale"
    before = len(desk.events)
    desk.feed(UpstreamFound(what, 7, b"receipt", "le serveur détient un autre acte 7"))
    assert len(desk.events) == before
    said = banner(desk.state)
    assert said
    assert said.title == "Transmission arrêtée."


@pytest.mark.parametrize("what", ["refused", "lying", "collector-behind"])
def test_the_rest_is_recorded_and_sold_on(desk: Desk, what: str) -> None:
    desk.feed(UpstreamFound(what, 7, bytes(5000), "x" * 500))
    assert desk.kinds()[-1] == "upstream"
    assert [len(desk.last(ev.UPSTREAM).body[key]) for key in (3, 4)] == [2048, 200]  # type: ignore[arg-type]
    assert desk.screen == "sale"


def test_the_screen_says_what_waits(desk: Desk) -> None:
    """At once when nobody hears, else after half an hour; never red, and gone with the receipt."""
    sell(desk, 2)
    since = "08:00"
    assert banner(desk.state) is None
    desk.feed(Device("upstream", "down", "unreachable"))
    said = banner(desk.state)
    assert said
    assert (said.red, said.more) == (False, 0)
    assert said.title == f"2 tickets non transmis depuis {since}."
    desk.feed(Device("upstream", "ready", "ok"))
    assert banner(desk.state) is None
    desk.sleep(31 * MINUTE)
    sell(desk)
    assert (said := banner(desk.state))
    assert said.title == f"3 tickets non transmis depuis {since}."
    receipt(desk)
    assert banner(desk.state) is None


def test_a_missing_network_alone_says_nothing(desk: Desk) -> None:
    """With nothing to send there is nothing to say."""
    desk.feed(Device("upstream", "down", "unreachable"))
    assert banner(desk.state) is None


def test_a_snapshot_keeps_it(desk: Desk) -> None:
    """Written with a closing and read back, with tickets that wait and versions."""
    desk.feed(Applied("catalogue", 7, bytes(32), b"pointer"))
    sell(desk, 2)
    desk.close()
    made = desk.last(ev.SNAPSHOT)
    restored = restore(made)
    assert restored
    assert restored.upstream.unsent == 2
    assert restored.upstream.version("catalogue") == 7
    assert snapshot_body(restored)[31] == made.body[31]


def test_versions_only_go_up(desk: Desk) -> None:
    """An older pointer, or the same one again, is not recorded as applied."""
    for version, recorded in ((2, True), (2, False), (1, False), (3, True)):
        assert bool(desk.feed(Applied("config", version, bytes(32), b""))) == recorded


def test_a_stick_is_fed_once_for_what_is_new(desk: Desk) -> None:
    """When it is seen, and each minute there is more; the screen says up to which ticket."""
    sell(desk)
    desk.feed(StickSeen("/media/stick"))
    asked = [effect for effect in desk.effects if isinstance(effect, Work) and effect.name == "carry"]
    assert [effect.args[0] for effect in asked] == ["/media/stick"]
    assert asked[0].args[2:] == (str(desk.state.ledger.seq), "1", "0", "0")
    desk.feed(WorkDone("carry", {"until": desk.state.ledger.seq, "ticket": 1}))
    count = len(desk.effects)
    desk.feed(Tick())
    assert desk.effects[count:] == []
    desk.tap("lock")
    assert "Enregistré et copié jusqu'au ticket 000001." in getattr(desk.view, "notice", ())
    desk.sleep(MINUTE)
    desk.feed(Tick())
    assert isinstance(desk.effects[-1], Work)
    desk.feed(WorkDone("carry", {"error": "La clé USB est pleine."}))
    assert "La clé USB est pleine." in getattr(desk.view, "notice", ())
    desk.feed(StickSeen(""))
    assert desk.state.carried == Carried()


def test_a_stick_brings_receipts_back(desk: Desk) -> None:
    """They are journaled with `stick`, and their own record is no reason to write the stick again."""
    sell(desk)
    desk.feed(StickSeen("/media/stick"))
    until = desk.state.ledger.seq
    came = {1: 0, 2: until, 3: bytes(32), 4: desk.t, 5: b"receipt", 6: "stick"}
    desk.feed(WorkDone("carry", {"until": until, "ticket": 1, "bodies": [came]}))
    assert desk.last(ev.RECEIPT).body[6] == "stick"
    assert unsent(desk) == 0
    count = len(desk.effects)
    desk.feed(Tick())
    assert desk.effects[count:] == []


def test_a_purge_needs_a_receipt_where_enrolled(desk: Desk) -> None:
    """PUR-01: a command cannot have a purge recorded of what the collector has not."""
    edge = desk.state.ledger.seq
    body: dict[int, ev.Value] = {1: 1, 2: 1, 3: 0, 4: edge - 1, 5: bytes(32), 6: [], 7: [], 8: edge}
    desk.feed(Asked(ev.PURGE, body, 1))
    assert desk.effects[-1] == Answer(1, -1)
    receipt(desk, edge)
    desk.feed(Asked(ev.PURGE, body, 2))
    assert desk.kinds()[-1] == "purge"
