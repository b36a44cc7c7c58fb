"""Evenings of a till with a system below it: a day was sold and closed, an update lies on a stick."""

from __future__ import annotations

from appliance.core import event as ev
from appliance.core.effect import Order
from appliance.core.input import Enrolled, SoftwareReady, SystemSaid
from appliance.core.scenes.session import opening
from appliance.core.system import Outcome, Slot
from appliance.core.view import LockedView
from tests.core.desk import SPREAD, Desk

STICK = "/media/stick/sceau-pc-0.2.0.raucb"
OLD = (Slot("A", "0.1.0", "good", booted=True), Slot("B", "-", "bad"))
BAD = (Slot("A", "0.1.0", "good", booted=True), Slot("B", "0.2.0", "bad"))
NEXT = (Slot("A", "0.1.0", "good", booted=True), Slot("B", "0.2.0", "good", next=True))
HELD = (Slot("A", "0.1.0", "good"), Slot("B", "0.2.0", "good", booted=True))


def a_day(desk: Desk) -> None:
    """Opened, one sale, closed; its Z is out."""
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 500)
    desk.tap("decline")
    desk.close()
    printed(desk)


def closed(person: str = "01", version: str = "0.2.0", slots: tuple[Slot, ...] = OLD) -> Desk:
    """A day was sold and closed, its Z is out; an update lies on a stick."""
    desk = Desk()
    desk.feed(SystemSaid(slots))
    a_day(desk)
    if version:
        desk.feed(SoftwareReady("stick", version, STICK))
    if person != "01":
        desk.login(person)
    return desk


def printed(desk: Desk) -> None:
    for paper in desk.state.ledger.papers:
        desk.paper(paper.order)


def keys(desk: Desk) -> dict[str, bool]:
    """What the opening offers, and whether it can be tapped."""
    return {each.label: each.act is not None for each in opening(desk.state, desk.now).beside}


def orders(desk: Desk) -> list[Order]:
    return [each for each in desk.effects if isinstance(each, Order)]


def jets(desk: Desk) -> list[tuple[object, object]]:
    """Code and text of what is told of updates."""
    return [
        (each.body[1], each.body[2])
        for each in desk.events
        if each.kind == ev.JET and each.body[1] in (130, 972, 973, 974)
    ]


def notice(desk: Desk) -> tuple[str, ...]:
    shown = desk.view
    assert isinstance(shown, LockedView)
    return shown.notice


def installing() -> Desk:
    desk = closed()
    desk.tap("install")
    return desk


def waiting(person: str) -> Desk:
    """The collector has nothing of the day that was closed."""
    desk = Desk()
    desk.feed(SystemSaid(OLD))
    desk.feed(Enrolled("https://collecte.example", bytes(32), b"registration", b"\1" * 32))
    a_day(desk)
    desk.feed(SoftwareReady("collector", "0.2.0", "/state/updates/sceau-pc-0.2.0.raucb"))
    if person != "01":
        desk.login(person)
    return desk


def started(slots: tuple[Slot, ...], outcome: Outcome | None = None) -> Desk:
    """The power went after the order; the machine comes back."""
    desk = installing()
    desk.crash()
    desk.feed(SystemSaid(slots, outcome))
    return desk
