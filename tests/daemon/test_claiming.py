"""A blank machine and a collector in virtual time: one scan makes a till; what comes wrong is said, and no more."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.daemon.claiming import LONGEST
from appliance.provision import bundle, lock
from appliance.provision.install import CODE, finish, placed
from appliance.simulator.hand import Hand
from appliance.simulator.upstream import Reply, problem
from appliance.storage.flash import OsDisk
from appliance.sync import client, delivery
from tests.daemon.blank import BlankWorld, blank_world, stick
from tests.daemon.world import seen
from tests.provision import made
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

SHEET = lock.digits(made.CODE)
MINUTE, HOUR = 60_000, 3_600_000


def device(world: BlankWorld) -> bytes:
    return delivery.read_identity(next(label for label in world.glass().labels if label.startswith("SCEAU:")))[1]


def plugged(world: BlankWorld, folder: Path) -> str:
    """The cable is in, and the technician scans what the collector shows."""
    world.beyond.switch("network", "up", folder)
    code: str = world.beyond.collector.offer(made.SIRET, "1")
    world.scan(code)
    return code


def asked(world: BlankWorld) -> list[int]:
    return [t for t, text in world.beyond.collector.heard if text.startswith("GET /v1/bundles/")]


def test_one_scan_makes_an_enrolled_till(tmp_path: Path) -> None:
    """Nothing waits; it is put there; the till starts by itself and enrols with the code that was scanned."""
    with blank_world(tmp_path) as world:
        code = plugged(world, tmp_path)
        assert f"Aucun dossier pour cette machine chez {world.beyond.collector.url[7:]}." in seen(world)
        assert "Le code d'inscription est gardé pour après." in seen(world)
        world.beyond.collector.bundle(device(world), made.bundle(device=device(world)))
        world.wait(MINUTE)
        assert world.glass().screen == "locked"
        assert "Épicerie des Halles" in seen(world)
        world.wait(MINUTE)
        kinds = [record["kind"] for record in world.records()]
        assert "provisioned" in kinds
        assert "enrolment" in kinds
        assert (tmp_path / "data" / CODE).read_text() == code
        world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_the_image_may_name_the_collector(tmp_path: Path) -> None:
    """Without a cable it says so, and asks in the second in which one comes."""
    with blank_world(tmp_path) as world:
        world.beyond.collector.listen()
        url = world.beyond.collector.url
        world.beyond.collector.hang_up()
    with blank_world(tmp_path, url=url) as world:
        world.beyond.collector.port = int(url.rsplit(":", 1)[1])
        assert "Pas de réseau : brancher le câble." in seen(world)
        world.wait(HOUR)
        world.beyond.collector.bundle(device(world), made.bundle(device=device(world)))
        world.beyond.switch("network", "up", tmp_path)
        world.wait(2000)
        assert world.glass().screen == "locked"


def test_a_bundle_under_a_code_asks_for_its_sheet(tmp_path: Path) -> None:
    """As from a stick; a stick that comes and goes meanwhile changes nothing of it."""
    with blank_world(tmp_path) as world:
        world.beyond.collector.bundle(device(world), made.bundle())
        plugged(world, tmp_path)
        assert "Il manque le code : scanner celui de la fiche de cette caisse." in seen(world)
        world.scan(lock.digits(bytes(16)))
        assert "Ce code n'ouvre pas le dossier." in seen(world)
        stick(world, tmp_path / "empty")
        world.usb(None)
        world.wait(2000)
        world.scan(SHEET)
        assert world.glass().screen == "locked"


REFUSED = {
    "torn": (made.bundle()[:-3], "Le dossier reçu est abîmé."),
    "large": (bytes(bundle.LONGEST + 1), "Le dossier reçu est abîmé."),
    "another device": (made.bundle(device=made.DEVICE), "Ce dossier est pour une autre caisse."),
    "a stranger": (
        made.bundle(signer=made.SIGNER._replace(secret=made.ROOT)),
        "Ce dossier n'est pas signé par une personne connue.",
    ),
    "out of time": (made.bundle(issued=0), "Ce dossier a été signé hors du temps permis."),
    "no bundle": (b"<html>", "Le dossier reçu est abîmé."),
    "nothing": (b"", "Le dossier reçu est abîmé."),
}


@pytest.mark.parametrize("why", REFUSED)
def test_the_collector_is_believed_in_nothing(tmp_path: Path, why: str) -> None:
    """Said in words, not fetched again while it is the same, nothing has changed; the right one is taken after it."""
    data, sentence = REFUSED[why]
    with blank_world(tmp_path) as world:
        collector = world.beyond.collector
        collector.bundle(device(world), data)
        plugged(world, tmp_path)
        assert sentence in seen(world)
        world.wait(10 * MINUTE)
        assert sentence in seen(world)
        assert list((tmp_path / "shop").iterdir()) == []
        assert placed(tmp_path / "data", OsDisk()) is None
        collector.bundle(device(world), made.bundle(device=device(world)))
        world.wait(LONGEST + 1000)
        assert world.glass().screen == "locked"


def test_an_older_one_and_another_shop_s(tmp_path: Path) -> None:
    """The shop's folder was lost, the journal was not."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle(version=9))
        world.scan(SHEET)
        world.power_cut()
        (tmp_path / "shop" / "shop.toml").unlink()
        world.power_on()
        key, collector = device(world), world.beyond.collector
        collector.bundle(key, made.bundle(device=key, version=8))
        plugged(world, tmp_path)
        assert "Ce dossier est plus ancien que celui en place." in seen(world)
        collector.bundle(key, made.bundle(device=key, version=10, siret="73282932000074"))
        world.wait(LONGEST)
        assert "Ce dossier est d'un autre commerçant" in seen(world)
        collector.bundle(key, made.bundle(device=key, version=11))
        world.wait(LONGEST + 1000)
        assert world.glass().screen == "locked"


def test_it_asks_less_and_less_often(tmp_path: Path) -> None:
    """At first within seconds, then every few minutes; the same code scanned again asks at once."""
    with blank_world(tmp_path) as world:
        code = plugged(world, tmp_path)
        world.wait(2 * HOUR)
        pauses = [later - before for before, later in pairwise(asked(world))]
        assert pauses[0] <= 5_000
        assert all(LONGEST / 2 <= pause <= LONGEST + 1000 for pause in pauses[7:])
        assert len(pauses) <= 60
        before = len(asked(world))
        world.scan(code)
        assert len(asked(world)) == before + 1


def test_a_collector_that_is_gone_or_talks_nonsense(tmp_path: Path) -> None:
    """Each in words, in both languages; it is left alone as long as it asks; a stick goes on working beside it."""
    with blank_world(tmp_path) as world:
        collector = world.beyond.collector
        collector.trouble += [Reply(200, bytes(client.LARGEST + 1))]
        plugged(world, tmp_path)
        assert "127.0.0.1" in seen(world)
        assert "ne répond pas : vérifier le réseau." in seen(world)
        world.wait(MINUTE)
        assert "Aucun dossier" in seen(world)
        collector.hang_up()
        world.wait(2 * MINUTE)
        assert "ne répond pas : vérifier le réseau." in seen(world)
        collector.listen()
        collector.trouble += [problem(503, "later", ("Retry-After", "290"))]
        before = len(asked(world))
        world.wait(LONGEST)
        assert "ne donne pas de réponse valable (503)." in seen(world)
        world.wait(LONGEST)
        refused, next_ = asked(world)[before : before + 2]
        assert next_ - refused >= 290_000
        collector.trouble += [problem(500, "broken")]
        world.wait(LONGEST)
        Hand(world).tap_act("language")
        assert "gives no valid answer (500)." in seen(world)
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        assert world.glass().screen == "locked"


def test_an_address_that_is_none(tmp_path: Path) -> None:
    """In the image: said, and nothing is asked."""
    with blank_world(tmp_path, url="http://collecte.example") as world:
        assert "L'adresse du serveur est fausse : collecte.example." in seen(world)
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        assert world.glass().screen == "locked"


class Halted(BlankWorld):
    """Goes no further than the bundle in its place."""

    def _follow(self) -> None:
        """The till is not started."""


def test_every_cut_leaves_a_blank_machine_or_a_till(tmp_path: Path) -> None:
    """From the scan on, each write, each way to lose it; the code that was scanned goes in with the bundle."""
    data, shop = tmp_path / "data", tmp_path / "shop"
    disk = Recorder(on=MemoryDisk())
    world = Halted(data, shop, disk)
    disk.mkdir(Path("/"))
    try:
        world.power_on()
        code = plugged(world, tmp_path)
        inside = made.inside()._replace(collector=world.beyond.collector.offer(made.SIRET, "2"))
        world.beyond.collector.bundle(device(world), made.bundle(inside, device=device(world)))
        before = len(disk.ops)
        world.wait(MINUTE)
    finally:
        world.close()
    assert len(disk.ops) > before
    seen_states = set()
    for stamp in range(before - 8, len(disk.ops)):
        for fate in Fate:
            again = Recorder(on=disk.cut(stamp, fate, 0))
            finish(data, shop, again)
            kept = {path.name: bytes(again.files[number]) for path, number in again.names.items()}
            whole = placed(data, again) is not None
            assert whole is all(name in kept for name in bundle.FILES)
            assert kept.get(CODE, code.encode()) == code.encode()
            assert kept["identity"]
            seen_states.add(whole)
    assert seen_states == {False, True}
