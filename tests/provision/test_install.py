"""A bundle takes its place, or nothing has changed; the power goes at every write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.provision import lock
from appliance.provision.authority import Revocations, seal_revocations
from appliance.provision.bundle import FILES
from appliance.provision.fault import BundleError, Fault
from appliance.provision.install import Asked, Chain, Machine, Placed, finish, install, keep_code, placed
from appliance.provision.signer import Signer
from appliance.provision.whole import read_files
from appliance.storage import keys
from appliance.storage.flash import Disk
from appliance.storage.seal import MachineSealer
from appliance.sync.token import Token, digits
from tests.provision import made
from tests.storage.memory import MemoryDisk
from tests.storage.recorder import Fate, Recorder

DATA, SHOP = Path("/state/data"), Path("/state/shop")
SEALER = MachineSealer(b"machine")
ASKED = Asked(made.ROOT.public, made.CODE, made.TODAY, None)
SEEDS = 1
CODE_DIGITS = [digits(Token(bytes([at]) * 16, bytes(8), "https://collecte.example")) for at in range(2)]


def machine(disk: Disk) -> Machine:
    return Machine(DATA, SHOP, disk, SEALER, made.DEVICE_SEED, b"pepper")


def blank() -> MemoryDisk:
    disk = MemoryDisk()
    for folder in (Path("/"), Path("/state"), DATA):
        disk.mkdir(folder)
    return disk


def content(disk: MemoryDisk) -> dict[str, bytes]:
    return {str(path): bytes(disk.files[number]) for path, number in disk.names.items() if path.suffix != ".tmp"}


def refused(disk: MemoryDisk, blob: bytes, asked: Asked = ASKED) -> Fault:
    before = content(disk)
    with pytest.raises(BundleError) as caught:
        install(machine(disk), blob, asked)
    assert content(disk) == before
    return caught.value.fault


def test_a_blank_machine_becomes_a_till() -> None:
    """The shop's files, badges as hashes of this device, the network sealed, which bundle it was."""
    disk = blank()
    found = install(machine(disk), made.bundle(), ASKED)
    files = {name: content(disk)[str(SHOP / name)] for name in FILES}
    shop = read_files(files, b"pepper", made.TODAY)

    assert not isinstance(shop, list)
    assert [person.name for person in shop.operators] == ["Sophie", "Marc"]
    assert not any(b"04A1B2C3D4E580" in data or b"douze signes" in data for data in content(disk).values())
    assert found == placed(DATA, disk)
    assert (found.version, found.signer, found.siret, found.till, found.board) == (
        *(7, "Nadia Petit", made.SIRET, "1"),
        "virt-amd64",
    )
    assert b"douze signes" in SEALER.open(content(disk)[str(DATA / "wifi")])
    assert str(DATA / "provision.going") not in content(disk)


def test_closed_to_this_device() -> None:
    """No code is wanted."""
    found = install(machine(blank()), made.bundle(device=made.DEVICE), ASKED._replace(code=None))
    assert isinstance(found, Placed)


def test_what_is_refused_changes_nothing() -> None:
    """Torn, of nobody, of another device, without or with another's code, with a wrong file: each by its word."""
    disk = blank()
    assert refused(disk, made.bundle()[:-1]) is Fault.TORN
    assert refused(disk, made.bundle(), ASKED._replace(root=bytes(32))) is Fault.SIGNATURE
    assert refused(disk, made.bundle(device=lock.pair(bytes(32))[0])) is Fault.DEVICE
    assert refused(disk, made.bundle(), ASKED._replace(code=None)) is Fault.CODE
    assert refused(disk, made.bundle(), ASKED._replace(code=bytes(16))) is Fault.CODE
    wrong = made.inside(catalogue_csv=made.CATALOGUE.replace(b",5.5,", b",7,"))
    assert refused(disk, made.bundle(wrong)) is Fault.CONTENT
    assert refused(disk, made.bundle(siret="73282932000074")) is Fault.CONTENT
    assert content(disk) == {}


def test_versions_go_up() -> None:
    """The same again and an older one are refused; a newer one takes its place."""
    disk = blank()
    install(machine(disk), made.bundle(version=7), ASKED)
    assert refused(disk, made.bundle(version=7)) is Fault.OLDER
    assert refused(disk, made.bundle(version=6)) is Fault.OLDER
    assert install(machine(disk), made.bundle(version=8), ASKED).version == 8


@pytest.mark.parametrize(
    ("chain", "fault"),
    [
        (Chain("73282932000074", "1"), Fault.SIREN),
        (Chain(made.SIRET, "2"), Fault.SIREN),
        (Chain("12345678200028", "1"), None),
    ],
)
def test_another_enterprise_is_another_chain(chain: Chain, fault: Fault | None) -> None:
    """CON-04: another SIREN or another till's number is refused beside a journal; a moved shop is not."""
    disk, asked = blank(), ASKED._replace(chain=chain)
    if fault is None:
        assert install(machine(disk), made.bundle(), asked).siret == made.SIRET
    else:
        assert refused(disk, made.bundle(), asked) is fault


def test_a_revocation_is_never_forgotten() -> None:
    """A list that a bundle has brought refuses what comes after it with an older list."""
    disk = blank()
    newer = seal_revocations(Revocations(2, made.NOW, (b"serial 2",)), made.ROOT.sign)
    install(machine(disk), made.bundle(signer=Signer(made.ISSUER, made.CERTIFICATE, newer)), ASKED)
    revoked = seal_revocations(Revocations(3, made.NOW, (b"serial 1",)), made.ROOT.sign)
    assert refused(disk, made.bundle(version=8, signer=Signer(made.ISSUER, made.CERTIFICATE, revoked))) is Fault.REVOKED
    install(machine(disk), made.bundle(version=9), ASKED)
    assert content(disk)[str(DATA / "revocations")] == newer


@pytest.mark.parametrize("again", [False, True], ids=["blank", "in place of another"])
def test_every_cut_leaves_one_whole(again: bool) -> None:
    """Before the decision nothing has changed, after it every start brings the rest to its end."""
    base = blank()
    if again:
        install(machine(base), made.bundle(version=6), ASKED)
    old = content(base)
    disk = Recorder(on=base)
    install(machine(disk), made.bundle(version=7), ASKED)
    new = content(disk)
    seen = set()
    for stamp in range(len(disk.ops)):
        for fate in Fate:
            for seed in range(SEEDS):
                second = Recorder(on=disk.cut(stamp, fate, seed))
                finish(DATA, SHOP, second)
                for at in range(-1, len(second.ops), 9):
                    last = second.cut(at, fate, seed) if at >= 0 else second.copy()
                    finish(DATA, SHOP, last)
                    seen.add("old" if same(last, old) else "new" if same(last, new) else "neither")
    assert seen == {"old", "new"}


def same(disk: MemoryDisk, wanted: dict[str, bytes]) -> bool:
    """The network is sealed with another nonce each time."""
    found = content(disk)
    return {k: v for k, v in found.items() if not k.endswith("wifi")} == {
        k: v for k, v in wanted.items() if not k.endswith("wifi")
    }


def test_a_bundle_of_another_board() -> None:
    """Refused in words that name both; without a name, in it or in the image, it fits."""
    disk = blank()
    with pytest.raises(BundleError, match="another kind of machine: virt-amd64, this image is generic-amd64"):
        install(machine(disk), made.bundle(), ASKED._replace(board="generic-amd64"))
    assert refused(disk, made.bundle(), ASKED._replace(board="generic-amd64")) is Fault.BOARD
    anywhere = made.bundle(made.inside()._replace(board=""), version=6)
    assert install(machine(disk), anywhere, ASKED._replace(board="generic-amd64")).board == ""
    assert install(machine(disk), made.bundle(version=7), ASKED._replace(board="virt-amd64")).board == "virt-amd64"
    assert install(machine(disk), made.bundle(version=8), ASKED).version == 8


def test_a_code_that_was_scanned_is_newer_than_the_bundle_s() -> None:
    """It goes in with the decision: no cut leaves the older one."""
    disk = blank()
    with_code = made.inside()._replace(collector=CODE_DIGITS[0])
    install(machine(disk), made.bundle(with_code), ASKED._replace(enrolment=CODE_DIGITS[1]))
    assert content(disk)[str(DATA / "code")].decode() == CODE_DIGITS[1]
    install(machine(disk), made.bundle(with_code, version=8), ASKED)
    assert content(disk)[str(DATA / "code")].decode() == CODE_DIGITS[0]


def test_an_identity_is_made_once(tmp_path: Path) -> None:
    """And lies sealed, for its user alone."""
    from appliance.storage.flash import OsDisk

    first = keys.identity(tmp_path, OsDisk(), SEALER)
    assert keys.identity(tmp_path, OsDisk(), SEALER) == first
    assert first not in (tmp_path / "identity").read_bytes()
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o600


def test_a_spoilt_decision_is_put_away() -> None:
    """Bytes that nobody wrote: the till is as it was before."""
    from appliance.storage.flash import durable_file

    disk = blank()
    durable_file(disk, DATA / "provision.going", os.urandom(64))
    assert finish(DATA, SHOP, disk) is False
    assert content(disk) == {}


def test_a_code_is_kept_for_the_first_start() -> None:
    """Until a till is enrolled it is read at each start."""
    disk = blank()
    keep_code(DATA, disk, "12345")
    assert content(disk) == {str(DATA / "code"): b"12345"}
