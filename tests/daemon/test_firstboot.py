"""From a blank machine to a till that sells: what it shows, what it asks for, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.audit.command import verify_main
from appliance.command import main
from appliance.daemon.config import ConfigError, decode, read_config
from appliance.daemon.virtual import SimulatedWorld
from appliance.provision import bundle, lock
from appliance.provision.bundle import LONGEST
from appliance.provision.install import CODE, placed
from appliance.simulator.hand import Hand
from appliance.storage import keys
from appliance.storage.flash import OsDisk
from appliance.storage.seal import sealer_for
from appliance.sync import delivery
from appliance.sync.token import Token, digits
from tests.daemon.blank import blank_world, stick
from tests.daemon.world import seen
from tests.provision import made

SHEET = lock.digits(made.CODE)
ENROLMENT = digits(Token(bytes(16), bytes(8), "https://collecte.example"))


def test_a_blank_machine_says_who_it_is(tmp_path: Path) -> None:
    """The QR's text and the fingerprint are of the key that it keeps; what is missing is said; it sells nothing."""
    with blank_world(tmp_path) as world:
        seed = keys.identity(tmp_path / "data", OsDisk(), sealer_for())
        _, key = delivery.read_identity(next(label for label in world.glass().labels if label.startswith("SCEAU:")))
        assert key == lock.pair(seed)[0]
        assert world.glass().screen == "identity"
        assert lock.fingerprint(key) in seen(world)
        assert "Il manque le dossier de la boutique" in seen(world)
        world.badge(bytes.fromhex("04A1B2C3D4E580"))
        world.scan("3017620422003")
        assert "Ce code n'est pas celui d'une fiche." in seen(world)
        assert not (tmp_path / "data" / "journal").exists()
        Hand(world).tap_act("language")
        assert "The shop's bundle is missing" in seen(world)


def test_the_same_identity_after_a_cut(tmp_path: Path) -> None:
    """It stands on the technician's list: it never changes."""
    with blank_world(tmp_path) as world:
        before = world.glass().labels[0]
        world.power_cut()
        world.power_on()
        assert world.glass().labels[0] == before


def test_a_stick_and_a_sheet_make_a_till(tmp_path: Path) -> None:
    """The bundle asks for its code; scanned, the till stands; its first records name it, with JET 260."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        assert "Il manque le code" in seen(world)
        world.scan(SHEET)
        assert world.glass().screen == "locked"
        assert "Épicerie des Halles" in seen(world)
        records = world.records()
        world.stop()

    assert [record["kind"] for record in records if record["kind"] != "seal"][:3] == ["genesis", "start", "provisioned"]
    told = next(record["body"] for record in records if record["kind"] == "provisioned")
    data = made.bundle()
    proven = bundle.prove(data, made.ROOT.public)
    assert told["sha256"] == proven.sha256.hex()
    assert (told["version"], told["signer"], told["issued"]) == (7, "Nadia Petit", made.NOW)
    assert verify_main([str(tmp_path / "data")]) == 0


def test_the_record_is_made_once(tmp_path: Path) -> None:
    """Not at the next start."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        world.power_cut()
        world.power_on()
        assert [record["kind"] for record in world.records()].count("provisioned") == 1


def test_a_bundle_of_this_device_needs_no_sheet(tmp_path: Path) -> None:
    """Closed to the key of its QR, among bundles of other tills."""
    with blank_world(tmp_path) as world:
        _, key = delivery.read_identity(world.glass().labels[0])
        other = made.bundle(device=made.DEVICE)
        stick(world, tmp_path / "stick", other, made.bundle(device=key))
        assert world.glass().screen == "locked"


def test_among_three_hundred_the_sheet_chooses(tmp_path: Path) -> None:
    """One stick for all tills: the code opens its own."""
    others = [made.bundle(till=str(at), version=at) for at in range(2, 6)]
    with blank_world(tmp_path) as world:
        strange = lock.close_under(bytes(16), made.inside().encode())
        it = bundle.read(made.bundle())[0]._replace(box=strange)
        stick(world, tmp_path / "stick", it.encode(made.ISSUER.sign), *others, made.bundle())
        world.scan(SHEET)
        assert world.glass().screen == "locked"


REFUSED = {
    "torn": (made.bundle()[:-3], "Le dossier de la clé USB est abîmé."),
    "another device": (made.bundle(device=made.DEVICE), "Ce dossier est pour une autre caisse."),
    "a stranger": (
        made.bundle(signer=made.SIGNER._replace(secret=made.ROOT)),
        "Ce dossier n'est pas signé par une personne connue.",
    ),
    "out of time": (made.bundle(issued=0), "Ce dossier a été signé hors du temps permis."),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refusal_is_a_sentence(tmp_path: Path, why: str) -> None:
    """And nothing has changed: the shop's folder is empty, the next stick is looked at."""
    data, sentence = REFUSED[why]
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", data)
        assert sentence in seen(world)
        assert list((tmp_path / "shop").iterdir()) == []
        stick(world, tmp_path / "empty")
        assert "Aucun dossier de caisse sur cette clé USB." in seen(world)


def test_a_wrong_file_is_told_with_its_line(tmp_path: Path) -> None:
    """Signed, opened, and not a shop: file and line stand on the screen."""
    wrong = made.inside(catalogue_csv=made.CATALOGUE.replace(b",5.5,", b",7,"))
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle(wrong))
        world.scan(SHEET)
        assert "un de ses fichiers est faux" in seen(world)
        assert "catalogue.csv:2: vat '7' is not a rate in force in metropole" in seen(world)


def test_a_bundle_of_another_board(tmp_path: Path) -> None:
    """The image says which it was made for."""
    with blank_world(tmp_path, board="generic-amd64") as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        assert "Ce dossier est pour un autre modèle de machine." in seen(world)
        assert "virt-amd64, this image is generic-amd64" in seen(world)


def test_every_image_names_its_own_board() -> None:
    """A bundle for a board is held against it."""
    for path in (Path(__file__).resolve().parents[2] / "image" / "board").glob("*/sceau.toml"):
        assert read_config(path).board == path.parent.name


def test_another_s_code(tmp_path: Path) -> None:
    """The sheet of another till."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(lock.digits(bytes(16)))
        assert "Ce code n'ouvre pas le dossier." in seen(world)


def test_the_sheet_before_the_stick(tmp_path: Path) -> None:
    """The code is remembered for the stick that comes after it; a file that is too large is no bundle."""
    with blank_world(tmp_path) as world:
        world.scan(SHEET)
        assert "Le code de la fiche est lu." in seen(world)
        stick(world, tmp_path / "large", bytes(LONGEST + 1))
        assert "Aucun dossier de caisse sur cette clé USB." in seen(world)
        stick(world, tmp_path / "stick", made.bundle())
        assert world.glass().screen == "locked"


def test_an_enrolment_code_is_kept_for_the_till(tmp_path: Path) -> None:
    """Scanned first: kept, said, and what is still missing is said too."""
    with blank_world(tmp_path) as world:
        world.scan(ENROLMENT)
        assert "Le code d'inscription est gardé pour après." in seen(world)
        assert "Il manque le dossier" in seen(world)
    assert (tmp_path / "data" / CODE).read_text("ascii") == ENROLMENT


def test_a_shop_of_another_siren_is_not_sold_with(tmp_path: Path) -> None:
    """CON-04: the till does not start on a journal of another enterprise."""
    from appliance.daemon.keeping import StartError

    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        world.power_cut()
        head = (tmp_path / "shop" / "shop.toml").read_text("utf-8")
        head = head.replace("12345678200010", "73282932000074").replace("FR11123456782", "FR44732829320")
        (tmp_path / "shop" / "shop.toml").write_text(head, "utf-8")
        with pytest.raises(StartError, match="names SIREN 732829320, this till's journal is of 123456782"):
            SimulatedWorld.power_on(world)


def test_a_bundle_of_another_siren_beside_a_journal(tmp_path: Path) -> None:
    """The shop's folder was lost, the journal not: another enterprise's bundle is refused on the screen."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        world.power_cut()
        (tmp_path / "shop" / "shop.toml").unlink()
        world.power_on()
        other = made.bundle(version=8, siret="73282932000074")
        stick(world, tmp_path / "other", other)
        world.scan(SHEET)
        assert "Ce dossier est d'un autre commerçant" in seen(world)
        stick(world, tmp_path / "newer", made.bundle(version=9))
        world.scan(SHEET)
        assert world.glass().screen == "locked"
        found = placed(tmp_path / "data", OsDisk())
    assert found is not None
    assert found.version == 9


def test_a_root_that_is_none() -> None:
    """The configuration names 64 hexadecimal digits."""
    with pytest.raises(ConfigError, match="provision: 'x' is no public key"):
        decode({"data": "/d", "shop": "/s", "provision": "x"}, "sceau.toml")
    assert decode({"data": "/d", "shop": "/s", "provision": "00" * 32}, "sceau.toml").provision == bytes(32)


def test_a_newer_bundle_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sceau provision apply` on a stopped till: an older one and another enterprise's are refused, nothing changes."""
    with blank_world(tmp_path) as world:
        stick(world, tmp_path / "stick", made.bundle())
        world.scan(SHEET)
        world.stop()
    words = ["provision", "apply", str(tmp_path / "data"), "--shop", str(tmp_path / "shop")]
    words += ["--root", made.ROOT.public.hex(), "--code", SHEET, "--board", "virt-amd64"]
    dearer = made.inside(catalogue_csv=made.CATALOGUE.replace(b"1.50", b"1.60"))
    tried = [
        (made.bundle(), 1),
        (made.bundle(version=8, siret="73282932000074"), 1),
        (made.bundle(made.inside()._replace(board="generic-amd64"), version=8), 1),
        (made.bundle(dearer, version=9), 0),
    ]
    for at, (data, code) in enumerate(tried):
        before = (tmp_path / "shop" / "catalogue.csv").read_bytes()
        path = tmp_path / f"{at}.sceau"
        path.write_bytes(data)
        assert main([*words, str(path)]) == code
        assert ((tmp_path / "shop" / "catalogue.csv").read_bytes() == before) is (code == 1)
    assert "version 9 for till 1 of SIRET 12345678200010, signed by Nadia Petit" in capsys.readouterr().out
    with blank_world(tmp_path) as world:
        assert [record["kind"] for record in world.records()].count("provisioned") == 2
