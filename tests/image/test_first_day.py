"""A card as it was written: provisioned, enrolled, it sells on the same day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.audit.verify import verify
from appliance.provision import lock
from appliance.provision.bundle import SUFFIX
from appliance.simulator import cards
from appliance.simulator.player import Player
from tests.image.chip import Chip
from tests.image.medium import BOARD, SHOP, prepare
from tests.image.office import Office
from tests.image.router import over_the_air
from tests.image.stranger import stranger
from tests.image.waiting import until
from tests.image.world import MachineWorld, play
from tests.provision import made

SEALED_BY = """
from pathlib import Path
from appliance.storage import seal
print(seal._NAMES[seal._kind(Path("/data/till/identity").read_bytes())])
"""
SOPHIE, MARC = "04A1B2C3D4E580", "04B2C3D4E5F680"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    it = Office(tmp_path / "office")
    yield it
    it.close()


def test_a_blank_machine_becomes_a_till(image: Path, office: Office, tmp_path: Path) -> None:
    """The image as it is written to a card: it shows who it is, takes a bundle from a stick and its code, and sells. It
    has a TPM, to which its keys are sealed, finds its radio's network and its collector, which gets every record."""
    disk, chip = prepare(tmp_path, provisioned=False, authority=office.ca), Chip(tmp_path / "chip")
    world = MachineWorld(tmp_path, disk, chip=chip, network=office.wire)
    inside = made.inside()._replace(board=BOARD, collector=office.code(made.SIRET, "1"))
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / f"halles{SUFFIX}").write_bytes(made.bundle(inside))
    try:
        world.power_on()
        assert "Caisse à installer" in world.glass().labels
        assert len(bytes.fromhex(world.running.sh("cat /state/machine-id").strip())) == 16
        assert world.running.sh("ls /data/till/journal", check=False) == ""
        world.usb(str(tmp_path / "stick"))
        until(lambda: "Il manque le code" in " ".join(world.glass().labels))
        _scanned(world)
        world.usb(None)
        over_the_air(world)
        archive = _a_day(world, tmp_path / "archives")
        _all_is_there(office, archive)
        kinds = [record["kind"] for record in world.records() if record["kind"] != "seal"]
        assert kinds[:3] == ["genesis", "start", "provisioned"]
        assert world.running.sh(f"/usr/lib/sceau/bin/python3 -c '{SEALED_BY}'").split() == ["tpm"]
    finally:
        world.close()


def _all_is_there(office: Office, archive: Path) -> None:
    """Up to the Z, without a gap, and the archive's manifest, which a till posts once a receipt covers it."""
    there = verify(archive, pause=lambda: None)
    until(lambda: office.manifests(there.chain_id) == 1, instead=lambda: str(office.heads(there.chain_id)))
    heads = office.heads(there.chain_id)
    assert max(heads) >= there.records
    assert heads.get(there.records, there.head) == there.head  # where a batch ends with the Z


def _scanned(world: MachineWorld) -> None:
    """A scan of so many digits may lose one on a virtual machine; a person scans again."""
    for _ in range(3):
        world.scan(lock.digits(made.CODE))
        with suppress(AssertionError):
            until(lambda: world.glass().screen == "locked", patience=90)
            return
    raise AssertionError(f"{world.glass().screen}: {world.glass().labels}")


def _a_day(world: MachineWorld, stick: Path) -> Path:
    """Badges and codes of one's own, a scan, cash, paper, the drawer, Z; the archive leaves on a stick and holds."""
    player, pulses = Player(world, cards.read(SHOP)), world.drawer_openings()
    play(player, f"badge {SOPHIE}", 'type "2580"', 'type "2580"', "open day float 100.00", "ring 3017620422003")
    play(player, "pay cash 5.00", "print yes", 'expect printed "Rendu -0,75"', "drawer shut", "close day")
    assert world.drawer_openings() > pulses
    until(lambda: any(record["kind"] == "archive" for record in world.records()))
    play(player, "logout", f"badge {MARC}", 'type "1470"', 'type "1470"', 'tap "Plus"', 'tap "Gestion"')
    play(player, 'tap "Archives, exports"', f"usb insert {stick}", 'tap "Copier les archives"')
    until(lambda: "Archives copiées." in world.glass().labels)
    play(player, 'tap "Fermer"', "usb remove")
    (archive,) = stick.rglob("*.zip")
    assert verify_main([str(archive)]) == 0
    assert stranger(archive).startswith("intact")
    return archive
