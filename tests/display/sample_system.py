"""Evenings: a till that can be switched off, one with an update, one that installs, the morning after."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.input import Badge, Enrolled, Looked, OutcomeSaid, SoftwareOffered, SoftwareReady, SystemSaid
from appliance.core.system import Offer, Outcome, Slot, Strangers
from tests.core.desk import BADGES, PINS, SPREAD, Desk

ISSUED = 1795075200000  # 19/11/2026 08:00 UTC
SLOTS = (Slot("A", "0.1.0", "good", booted=True), Slot("B", "0.0.9", "good"))
GIVEN_UP = (SLOTS[0], Slot("B", "0.2.0", "bad"))


def evening(person: str = "01", version: str = "", enrolled: bool = False) -> Desk:
    """The day is closed and its Z is out."""
    desk = Desk()
    desk.feed(SystemSaid(SLOTS))
    if enrolled:
        desk.feed(Enrolled("https://collecte.example", bytes(32), b"registration", b"\1" * 32))
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 500)
    desk.tap("decline")
    desk.close()
    for paper in desk.state.ledger.papers:
        desk.paper(paper.order)
    if version:
        desk.feed(SoftwareReady("stick", version, f"/media/stick/sceau-pc-{version}.raucb"))
    if person != "01":
        desk.login(person)
    return desk


def held_back() -> Desk:
    """A ticket is parked."""
    desk = evening()
    desk.tap("next")
    desk.scan(SPREAD)
    desk.tap("go", "more")
    desk.tap("park")
    desk.close()
    for paper in desk.state.ledger.papers:
        desk.paper(paper.order)
    desk.feed(SoftwareReady("collector", "0.2.0", "/state/updates/sceau-pc-0.2.0.raucb"))
    return desk


def stranger(person: str = "01") -> Desk:
    """The stick was made for other models."""
    desk = evening(person)
    boards = Strangers("generic-amd64", ("comptoir-arm64", "virt-amd64"))
    desk.feed(SoftwareReady("stick", "", "", boards))
    return desk


def stranger_refused() -> Desk:
    desk = stranger()
    desk.tap("install")
    return desk


def asked(person: str) -> Desk:
    desk = evening(person, "0.2.0", enrolled=True)
    desk.tap("install")
    return desk


def installing(*outcomes: Outcome) -> Desk:
    desk = evening(version="0.2.0")
    desk.tap("install")
    for each in outcomes:
        desk.feed(OutcomeSaid(each))
    return desk


def opened_too_early() -> Desk:
    desk = installing()
    desk.login()
    desk.tap("next")
    return desk


def given_up() -> Desk:
    desk = installing()
    desk.crash()
    desk.feed(SystemSaid(GIVEN_UP))
    return desk


def technicians(version: str, enrolled: bool = False) -> Desk:
    desk = evening(version=version, enrolled=enrolled)
    desk.login("04")
    desk.tap("name", "02")
    desk.feed(Badge(BADGES["02"]))
    desk.type(PINS["02"])
    desk.tap("next")
    desk.tap("look", "software")
    rows = (("perimeter", "5b1c9a7e3d20f481"), ("A", "0.1.0 good booted"), ("B", "0.0.9 good"))
    desk.feed(Looked("software", rows))
    return desk


def published(offer: Offer, whole: str = "") -> Desk:
    """The technician looks at what the publisher and the owner have for this till."""
    desk = technicians("", enrolled=True)
    if whole:
        desk.feed(SoftwareReady("collector", whole, f"/state/updates/sceau-pc-{whole}.raucb"))
    desk.feed(SoftwareOffered(offer))
    return desk


def refused() -> Desk:
    desk = technicians("0.0.9")
    desk.tap("install")
    return desk


EVENINGS: dict[str, Callable[[], Desk]] = {
    "evening": evening,
    "evening-update": lambda: evening(version="0.2.0"),
    "evening-parked": held_back,
    "evening-unsent": lambda: asked("01"),
    "evening-unsent-manager": lambda: asked("02"),
    "evening-installing": lambda: installing(Outcome("install", "running", "0.2.0", 40)),
    "evening-refused": lambda: installing(Outcome("install", "refused", "0.2.0", code="signature")),
    "evening-stranger": stranger,
    "evening-stranger-refused": stranger_refused,
    "evening-early": opened_too_early,
    "evening-given-up": given_up,
    "visit-software-later": lambda: published(Offer("0.2.0", ISSUED, "later", "", 3, ISSUED + 3_600_000, share=50)),
    "visit-software-fetching": lambda: published(
        Offer("0.2.0", ISSUED, "fetching", "0.2.0", 3, ISSUED + 3_600_000, 47 << 20, 181 << 20)
    ),
    "visit-software-whole": lambda: published(
        Offer("0.2.0", ISSUED, "whole", "0.2.0", 3, ISSUED + 3_600_000, size=181 << 20), "0.2.0"
    ),
    "visit-software-update": lambda: technicians("0.2.0"),
    "visit-software-refused": refused,
}
