"""What a ticket says is recorded by value: years and moves later it is printed again as it was (INA-03, MEN-01)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.audit.command import verify_main
from appliance.daemon.virtual import SimulatedWorld
from tests.daemon.world import SAMPLE, play, tap, world_on

ADDRESSES = ("1 place Première, 35000 Rennes", "2 rue Deuxième, 44000 Nantes", "3 quai Troisième, 29200 Brest")
SALE = ("ring 3017620422003", "pay cash 5.00", "print no")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "shop")
    return tmp_path / "shop"


def edit(shop: Path, name: str, old: str, new: str) -> None:
    path = shop / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def configs(world: SimulatedWorld) -> list[dict[str, Any]]:
    return [record["body"] for record in world.records() if record["kind"] == "config"]


@pytest.fixture
def moved(tmp_path: Path, shop: Path) -> Iterator[SimulatedWorld]:
    """Three days on one till, the shop at another address each day; a fourth is open."""
    old = "12 rue des Halles, 35000 Rennes"
    for new in ADDRESSES:
        edit(shop, "shop.toml", old, new)
        old = new
        with world_on(tmp_path / "data", shop) as world:
            play(world, 'login "Sophie"', "open day float 100.00", *SALE, "close day", shop=shop)
            world.stop()
    edit(shop, "shop.toml", 'name = "Épicerie des Halles"', 'name = "Au Bon Coin"')
    edit(shop, "catalogue.csv", "Pâte à tartiner 400 g", "Pâte sans sucre")
    with world_on(tmp_path / "data", shop) as world:
        play(world, 'login "Sophie"', "open day float 100.00", "tear", shop=shop)
        yield world


def test_the_first_ticket_bears_the_first_address(moved: SimulatedWorld) -> None:
    """Its duplicate after three moves, a new name and a renamed article: nothing of today stands on it."""
    tap(moved, "go", "more")
    tap(moved, "go", "reprint")
    ticket = next(record for record in moved.records() if record["kind"] == "ticket")
    tap(moved, "reprint", ticket["seq"])
    paper = moved.paper()

    assert "Ticket n° 000001" in paper
    assert "DUPLICATA n° 1" in paper
    assert ADDRESSES[0] in paper
    assert "ÉPICERIE DES HALLES" in paper
    assert "Pâte à tartiner 400 g" in paper
    assert not any(address in paper for address in ADDRESSES[1:])
    assert "BON COIN" not in paper


def test_every_change_is_a_config_record(moved: SimulatedWorld, tmp_path: Path) -> None:
    """Four shops, four records, the tickets under their own; and the journal verifies."""
    names = [str(body["identity"]) for body in configs(moved)]
    tickets = [record["body"] for record in moved.records() if record["kind"] == "ticket"]
    moved.stop()

    assert [address in name for address, name in zip(ADDRESSES, names, strict=False)] == [True] * 3
    assert "Au Bon Coin" in names[3]
    assert all(address in str(body["identity"]) for address, body in zip(ADDRESSES, tickets, strict=True))
    assert verify_main([str(tmp_path / "data")]) == 0


def test_what_did_not_change_is_not_recorded_again(tmp_path: Path, shop: Path) -> None:
    """Two days of the same shop: one record. A new operator and a renamed means: one more each."""
    with world_on(tmp_path / "data", shop) as world:
        for count, change in enumerate(("", "operators", "means")):
            if change == "operators":
                edit(shop, "operators.toml", 'name = "Léa"', 'name = "Lou"')
            elif change == "means":
                edit(shop, "shop.toml", 'label = "Chèque"', 'label = "Chèque bancaire"')
            play(world, 'login "Sophie"', "open day float 100.00", "close day", shop=shop)
            play(world, "open day float 100.00", "close day", "logout", shop=shop)
            assert len(configs(world)) == count + 1


def test_faults_in_the_folder_keep_the_day_closed(tmp_path: Path, shop: Path) -> None:
    """Read at the opening: the message names the line, and the day opens once it is put right."""
    with world_on(tmp_path / "data", shop) as world:
        edit(shop, "catalogue.csv", "3017620422003", "3017620422004")
        play(world, 'login "Sophie"')
        tap(world, "next")
        assert world.glass().screen == "message"
        assert any("catalogue.csv:" in label for label in world.glass().labels)
        edit(shop, "catalogue.csv", "3017620422004", "3017620422003")
        tap(world, "close")
        play(world, "open day float 100.00", "expect screen sale", shop=shop)


def test_prices_of_the_morning_stay(tmp_path: Path, shop: Path) -> None:
    """A price changed at noon holds from the next opening on."""
    with world_on(tmp_path / "data", shop) as world:
        play(world, 'login "Sophie"', "open day float 100.00", shop=shop)
        edit(shop, "catalogue.csv", "Pâte à tartiner 400 g,Épicerie,4.25", "Pâte à tartiner 400 g,Épicerie,9.99")
        play(world, *SALE, "close day", shop=shop)
        play(world, "open day float 100.00", "ring 3017620422003", "expect total 9.99", "void ticket", shop=shop)

        assert [record["body"]["total"] for record in world.records() if record["kind"] == "ticket"] == [425]


def test_a_franchise_shop_prints_the_words_of_the_law(tmp_path: Path, shop: Path) -> None:
    """MEN-05: no VAT on the ticket nor in the totals, the mention instead."""
    edit(shop, "shop.toml", 'vat_regime = "real"', 'vat_regime = "franchise"')
    edit(shop, "shop.toml", 'vat_number = "FR11123456782"\n', "")
    with world_on(tmp_path / "data", shop) as world:
        play(world, 'login "Sophie"', "open day float 100.00", *SALE[:2], "print yes", "tear", "close day", shop=shop)
        ticket = next(record for record in world.records() if record["kind"] == "ticket")

    assert ticket["body"]["mentions"] == ["TVA non applicable, art. 293 B du CGI"]
    assert ticket["body"]["vat"] == [[0, 425, 0, 425]]


def test_a_clock_from_1970_is_set_once_by_hand(tmp_path: Path) -> None:
    """No battery: the date is asked before the first day, recorded, and stands on the ticket."""
    with world_on(tmp_path / "data", on=False) as world:
        world.clock.t = 30_000
        world.power_on()
        world.badge(bytes.fromhex("04A1B2C3D4E580"))
        assert "Heure à confirmer." in " ".join(world.glass().labels)
        play(world, 'tap "Corriger"', 'type "211120260830"', 'tap "Régler"', "expect screen open-day")
        play(world, "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print yes")
        assert "21/11/2026 08:3" in world.paper()
        asked = [record["body"]["why"] for record in world.records() if record["kind"] == "clock"]
        assert asked == ["implausible", "corrected"]


def test_a_shop_in_guyane_prints_why_there_is_no_vat(tmp_path: Path, shop: Path) -> None:
    """VAT-03: CGI 294, 1 instead of a table of rates; the clock is that of Cayenne."""
    edit(shop, "shop.toml", 'territory = "metropole"', 'territory = "guyane"')
    edit(shop, "shop.toml", 'timezone = "Europe/Paris"\n', "")
    header = "code,label,category,price,vat,nature,unit,warranty,page,position\n"
    (shop / "catalogue.csv").write_text(f"{header}3017620422003,Pâte,,4.25,0,goods,piece,no,,\n", "utf-8")
    (shop / "departments.csv").write_text("label,vat,nature\n", "utf-8")
    with world_on(tmp_path / "data", shop) as world:
        play(world, 'login "Sophie"', "open day float 100.00", *SALE[:2], "print yes", "tear", "close day", shop=shop)
        ticket = next(record for record in world.records() if record["kind"] == "ticket")

    assert ticket["body"]["mentions"] == ["TVA non applicable, art. 294, 1 du CGI"]
    assert ticket["body"]["vat"] == [[0, 425, 0, 425]]
    assert ticket["body"]["rates"] == []
