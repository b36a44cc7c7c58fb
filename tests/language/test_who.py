"""Whose language the screen speaks, and that a touch changes it where nobody is in yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core.act import Act
from appliance.core.input import Badge, Idle
from appliance.core.shop import Shop
from appliance.core.turn import language
from appliance.core.view import LockedView
from tests.core.desk import BADGES, Desk, shop

FRENCH = shop()
ENGLISH = replace(
    FRENCH, operators=tuple(replace(o, language="en" if o.code == "01" else "fr") for o in FRENCH.operators)
)


def locked(at_shop: Shop = ENGLISH) -> Desk:
    """A till of this shop, nobody in."""
    return Desk(at_shop)


def other(desk: Desk) -> tuple[str, Act | None] | None:
    view = desk.view
    assert isinstance(view, LockedView)
    return (view.language.label, view.language.act) if view.language else None


def test_a_french_shop_has_no_key() -> None:
    """Nothing crowds the screen of those who do not need it."""
    desk = locked(FRENCH)

    assert language(desk.state) == "fr"
    assert other(desk) is None


def test_the_key_turns_and_turns_back() -> None:
    """It names the other language in its own words; no record is made of it."""
    desk = locked()
    before = len(desk.events)
    assert other(desk) == ("English", Act("language", "en"))
    desk.tap("language", "en")
    assert language(desk.state) == "en"
    assert other(desk) == ("Français", Act("language", "fr"))
    desk.tap("language", "fr")
    assert language(desk.state) == "fr"
    assert len(desk.events) == before


def test_the_shop_says_how_the_locked_screen_begins() -> None:
    """And French can be chosen there."""
    desk = locked(replace(FRENCH, language="en"))

    assert language(desk.state) == "en"
    assert other(desk) == ("Français", Act("language", "fr"))


@pytest.mark.parametrize("chosen", ["fr", "en"])
def test_who_is_in_reads_her_own(chosen: str) -> None:
    """Whatever was chosen before she came; after her the shop's own language stands again."""
    desk = locked()
    desk.tap("language", chosen)
    desk.feed(Badge(BADGES["01"]))
    assert language(desk.state) == "en"
    desk.feed(Idle())
    assert language(desk.state) == "fr"


def test_a_pin_is_asked_in_the_language_of_its_owner() -> None:
    """Her name was tapped on a French screen; his on an English one."""
    desk = locked()
    desk.tap("name", "01")
    assert language(desk.state) == "en"
    assert other(desk) is None
    desk.tap("cancel")
    desk.tap("language", "en")
    desk.tap("name", "02")
    assert language(desk.state) == "fr"
