"""What is changed at the till: files of a stick, a PIN at the first badge; what is refused, what a cut leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.core.operator import credential
from appliance.daemon import loading
from appliance.daemon.virtual import VERB, SimulatedWorld
from appliance.provision import lock
from tests.daemon.blank import blank_world, stick
from tests.daemon.world import SAMPLE, kinds, play, seen, tap, world_on
from tests.provision import made
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

HEADER = "code,label,category,price,vat,nature,unit,warranty,page,position\n"
NEW = ",Neuf,,3.00,20,goods,piece,no,,\n"
BADGES = ('tap "Plus"', 'tap "Gestion"', 'tap "Donner, retirer un badge"')
MARC, SOPHIE = bytes.fromhex("04B2C3D4E5F680"), bytes.fromhex("04A1B2C3D4E580")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "shop"))


@pytest.fixture
def world(tmp_path: Path, shop: Path) -> Iterator[SimulatedWorld]:
    with world_on(tmp_path / "data", shop) as made_world:
        yield made_world


def catalogue(folder: Path, *changes: tuple[str, str]) -> Path:
    """The sample's catalogue with these replaced, on a stick."""
    folder.mkdir(exist_ok=True)
    text = (SAMPLE / "catalogue.csv").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "catalogue.csv").write_text(text, "utf-8")
    return folder


def load(world: SimulatedWorld, folder: Path) -> None:
    """Marc, Plus, Gestion, the stick."""
    world.usb(str(folder))
    play(world, 'login "Marc"', 'tap "Plus"', 'tap "Gestion"', 'tap "Charger d\'une clé USB"', "wait 2s")


def test_a_catalogue_is_seen_then_taken_then_used(tmp_path: Path, world: SimulatedWorld, shop: Path) -> None:
    """Counts first; the record; the price of the morning stays until the next opening."""
    play(world, 'login "Marc"', "open day float 100.00", shop=shop)
    line = next(row for row in (SAMPLE / "catalogue.csv").read_text("utf-8").splitlines() if "Soda 33 cl" in row)
    changed = (line, line.replace("1.10", "1.30")), (HEADER, f"{HEADER}{NEW}")
    load(world, catalogue(tmp_path / "stick", *changed))
    assert "Articles : 1 en plus, 1 changés, 0 en moins." in seen(world)
    assert "loaded" not in kinds(world)
    tap(world, "load-do")
    assert "Fichiers chargés." in seen(world)
    told = next(record["body"] for record in world.records() if record["kind"] == "loaded")
    assert (told["scope"], told["added"], told["altered"], told["removed"]) == ("catalogue", 1, 1, 0)
    tap(world, "close")
    play(world, 'tap "Retour"', 'tap "Revenir à la vente"', "ring 5449000000996", "expect total 1.10", "void ticket")
    assert line in (shop / "catalogue.csv").read_text("utf-8")
    play(world, "close day", "open day float 100.00", "ring 5449000000996", "expect total 1.30", "void ticket")
    assert list((tmp_path / "data" / "loading").iterdir()) == []
    world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_faults_are_told_with_their_lines(tmp_path: Path, world: SimulatedWorld) -> None:
    """The first four, then how many more; nothing is recorded but the refusal, nothing lies ready."""
    folder = tmp_path / "stick"
    folder.mkdir()
    rows = "".join(f",Article {n},,1.00,7,goods,piece,no,,\n" for n in range(6))
    (folder / "catalogue.csv").write_text(HEADER + rows, "utf-8")
    load(world, folder)
    assert "Fichiers de la clé USB faux." in seen(world)
    assert "catalogue.csv:2: vat '7' is not a rate in force in metropole" in seen(world)
    assert "Autres fautes dans ces fichiers : 2." in seen(world)
    assert "loaded" not in kinds(world)
    assert not (tmp_path / "data" / "loading").exists()


def test_nothing_new_and_nothing_there(tmp_path: Path, world: SimulatedWorld) -> None:
    """The same files again; a stick without any."""
    load(world, catalogue(tmp_path / "stick"))
    assert "Rien de nouveau." in seen(world)
    tap(world, "close")
    world.usb(None)
    (tmp_path / "empty").mkdir()
    world.usb(str(tmp_path / "empty"))
    play(world, 'tap "Charger d\'une clé USB"', "wait 2s")
    assert "Ni catalogue.csv ni operators.toml sur cette clé USB" in seen(world)


def test_what_was_seen_and_not_taken_is_cleared_away(tmp_path: Path, world: SimulatedWorld, shop: Path) -> None:
    """Annuler: the opening leaves the shop as it is."""
    before = (shop / "catalogue.csv").read_bytes()
    load(world, catalogue(tmp_path / "stick", (HEADER, f"{HEADER},Neuf,,3.00,20,goods,piece,no,,\n")))
    tap(world, "close")
    play(world, 'tap "Retour"', 'tap "Revenir"', "open day float 100.00", shop=shop)
    assert (shop / "catalogue.csv").read_bytes() == before
    assert list((tmp_path / "data" / "loading").iterdir()) == []


def test_people_are_loaded_as_hashes(tmp_path: Path, world: SimulatedWorld, shop: Path) -> None:
    """A new cashier: no badge in clear on the till, and the badge opens after the next opening."""
    folder = tmp_path / "stick"
    folder.mkdir()
    text = (SAMPLE / "operators.toml").read_text("utf-8")
    more = '\n[[operators]]\ncode = "09"\nname = "Zoé"\nrole = "cashier"\nnfc = "04F9F8F7F6F580"\n'
    (folder / "operators.toml").write_text(text + more, "utf-8")
    load(world, folder)
    assert "Personnes : 1 en plus" in seen(world)
    tap(world, "load-do")
    tap(world, "close")
    play(world, 'tap "Retour"', 'tap "Revenir"', "open day float 100.00", "logout", shop=shop)
    kept = (shop / "operators.toml").read_text("utf-8")
    assert "04F9F8F7F6F580" not in kept
    assert "Zoé" in kept
    world.badge(bytes.fromhex("04F9F8F7F6F580"))
    assert "Bonjour Zoé" in seen(world)
    assert "Choisir un code à 4 chiffres" in seen(world)


def test_a_file_without_a_manager_is_refused(tmp_path: Path, world: SimulatedWorld) -> None:
    """Nobody could load the next one."""
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "operators.toml").write_text(
        '[[operators]]\ncode = "01"\nname = "Sophie"\nrole = "cashier"\nnfc = "04A1B2C3D4E580"\n', "utf-8"
    )
    load(world, folder)
    assert "nobody is a manager" in seen(world)


def test_a_cashier_may_not(tmp_path: Path, world: SimulatedWorld) -> None:
    """And that she asked is recorded."""
    play(world, 'login "Sophie"', 'tap "Plus"', 'tap "Gestion"', 'tap "Charger d\'une clé USB"')
    assert "Responsable seulement." in seen(world)
    assert {"what": "load", "why": "role"} in [r["body"] for r in world.records() if r["kind"] == "refused"]


def test_everybody_chooses_a_pin_at_the_first_badge(tmp_path: Path) -> None:
    """Twice the same; recorded as a keyed hash; after a cut it is known, and a wrong one is refused."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(lock.digits(made.CODE))
        play(world, 'tap "Marc"')
        assert "Présenter d'abord le badge." in seen(world)
        world.badge(MARC)
        play(world, 'type "4711"')
        assert "Le taper encore" in seen(world)
        play(world, 'type "4712"')
        assert "Les deux codes ne sont pas les mêmes." in seen(world)
        play(world, 'type "4711"', 'type "4711"', "expect screen open-day")
        told = next(record["body"] for record in world.records() if record["kind"] == "pin")
        assert (told["who"], told["name"]) == ("02", "Marc")
        world.power_cut()
        world.power_on()
        world.badge(MARC)
        play(world, 'type "4712"')
        assert "Code faux." in seen(world)
        play(world, 'type "4711"', "expect screen open-day")
        assert kinds(world).count("pin") == 1
        pepper = world.till.service.state.pepper if world.till else b""
        assert told["hash"] == credential(pepper, "pin02", b"4711").hex()


def test_a_new_badge_asks_for_a_new_pin(tmp_path: Path) -> None:
    """The old badge opens nothing; who finds the new one still has to choose, which is recorded."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(lock.digits(made.CODE))
        world.badge(SOPHIE)
        play(world, 'type "1111"', 'type "1111"', "expect screen open-day", "logout")
        world.badge(MARC)
        play(world, 'type "4711"', 'type "4711"', *BADGES, 'tap "Sophie"')
        world.badge(bytes.fromhex("04112233445566"))
        assert "Un nouveau code sera choisi au premier passage." in seen(world)
        play(world, 'tap "Fermer"', "logout")
        world.badge(SOPHIE)
        assert "Badge retiré." in seen(world)
        world.badge(bytes.fromhex("04112233445566"))
        assert "Choisir un code à 4 chiffres" in seen(world)
        world.wait(VERB)


def test_a_badge_that_is_only_taken_away(tmp_path: Path) -> None:
    """From that moment it opens nothing, nor does the PIN; a cut changes nothing; a new badge and PIN do."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(lock.digits(made.CODE))
        world.badge(SOPHIE)
        play(world, 'type "1111"', 'type "1111"', "expect screen open-day", "logout")
        world.badge(MARC)
        play(world, 'type "4711"', 'type "4711"', *BADGES)
        tap(world, "person", "02")
        assert "Retirer le badge seulement" not in seen(world)  # nobody shuts himself out
        play(world, 'tap "Annuler"', 'tap "Sophie"', 'tap "Retirer le badge seulement"')
        assert "Badge retiré." in seen(world)
        told = [record["body"] for record in world.records() if record["kind"] == "badge"]
        assert told == [{"who": "01", "name": "Sophie", "hash": ""}]
        play(world, 'tap "Fermer"')
        assert "sans badge" in seen(world)
        play(world, 'tap "Sophie"')
        assert "Retirer le badge seulement" not in seen(world)
        play(world, 'tap "Annuler"', "logout")
        world.power_cut()
        world.power_on()
        for by_name in (False, True):
            play(world, 'tap "Sophie"') if by_name else world.badge(SOPHIE)
            assert "Badge retiré." in seen(world)
            refused = [record["body"] for record in world.records() if record["kind"] == "login-refused"][-1]
            assert (refused["why"], refused["who"]) == ("revoked-badge", "01")
        world.badge(MARC)
        play(world, 'type "4711"', *BADGES, 'tap "Sophie"')
        world.badge(SOPHIE)  # found again
        assert "Badge donné." in seen(world)
        play(world, 'tap "Fermer"', "logout")
        world.badge(SOPHIE)
        play(world, 'type "2222"', 'type "2222"', "expect screen open-day")
        world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_a_bar_code_badge_goes_too(world: SimulatedWorld) -> None:
    """A person's badges go together, and a new one brings none of them back."""
    play(world, 'login "Marc"', *BADGES)
    assert world.till is not None
    shop = world.till.service.state.shop
    assert shop is not None
    person = next(each for each in shop.operators if each.barcode)
    play(world, f'tap "{person.name}"', 'tap "Retirer le badge seulement"', 'tap "Fermer"', f'tap "{person.name}"')
    world.badge(bytes.fromhex("04112233445566"))
    shop = world.till.service.state.shop
    after = shop.operator(person.code) if shop else None
    assert after is not None
    assert after.nfc
    assert after.barcode == b""
    assert person.barcode in after.gone


DATA, SHOP = Path("/data"), Path("/shop")


def test_every_cut_at_an_opening_leaves_one_catalogue() -> None:
    """Before or after, file by file whole; the next opening ends what was begun."""
    from appliance.storage.flash import durable_file

    base = MemoryDisk()
    for folder in (Path("/"), DATA, SHOP):
        base.mkdir(folder)
    old = {name: b"old " + name.encode() for name in loading.SCOPES["catalogue"]}
    new = {name: b"new " + name.encode() * 99 for name in loading.SCOPES["catalogue"]}
    for name, content in old.items():
        durable_file(base, SHOP / name, content)
    digest = loading.stage(DATA, base, "catalogue", loading.pack("catalogue", new))
    loading.stage(DATA, base, "catalogue", loading.pack("catalogue", old))  # seen, never taken
    disk = Recorder(on=base)
    loading.take(DATA, SHOP, disk, (("catalogue", digest),))
    for stamp in range(len(disk.ops)):
        for fate in Fate:
            again = disk.cut(stamp, fate, 0)
            half = {name: bytes(again.files[again.names[SHOP / name]]) for name in old}
            assert all(half[name] in (old[name], new[name]) for name in old)
            loading.take(DATA, SHOP, again, (("catalogue", digest),))
            assert {name: bytes(again.files[again.names[SHOP / name]]) for name in new} == new
            assert again.listdir(DATA / loading.FOLDER) == []
