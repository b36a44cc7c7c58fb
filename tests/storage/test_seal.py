"""Secrets at rest: each sealer opens its own, nobody else's, nothing damaged, and says in a sentence what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage import seal, vault
from appliance.storage.machine import machine_identity, machine_ids
from appliance.storage.seal import MachineSealer, SealError, TpmSealer, sealer_for
from appliance.tpm import Tpm
from tests.drivers.swtpm import SoftTpm, listening, soft_tpm

SECRET = bytes(range(32))
PARENT = "001a0023000b00030472000000060080004300100003001000000000"


@pytest.fixture(scope="module")
def tpm() -> Iterator[SoftTpm]:
    """One for all tests here: none of them leaves anything in it."""
    with soft_tpm() as found:
        yield found


def here(identity: bytes = b"this machine") -> MachineSealer:
    return MachineSealer(identity)


@given(st.binary(min_size=1, max_size=128))
def test_machine_opens_what_it_sealed(secret: bytes) -> None:
    blob = here().seal(secret)

    assert here().open(blob) == secret


def test_machine_seals_differently_each_time() -> None:
    """Two files of one secret do not show that they are."""
    assert here().seal(SECRET) != here().seal(SECRET)
    assert SECRET not in here().seal(SECRET)


@pytest.mark.parametrize("size", [0, 129])
def test_unfit_secrets(tpm: SoftTpm, size: int) -> None:
    for sealer in (here(), TpmSealer(tpm.path)):
        with pytest.raises(ValueError, match="1 to 128 bytes"):
            sealer.seal(bytes(size))


def test_another_machine() -> None:
    with pytest.raises(SealError, match="sealed on another machine or by another user: use it there, run as"):
        here(b"that machine").open(here().seal(SECRET))


def test_machine_blob_with_a_wrong_box() -> None:
    """A forger can repair the checksum, not the box."""
    blob = bytearray(here().seal(SECRET))
    blob[-1] ^= 1
    blob[8:12] = crc32(blob[12:]).to_bytes(4, "big")
    with pytest.raises(SealError, match="another machine"):
        here().open(bytes(blob))
    blob = blob[:20]
    blob[8:12] = crc32(blob[12:]).to_bytes(4, "big")
    with pytest.raises(SealError, match="another machine"):
        here().open(bytes(blob))


def test_every_cut_and_every_flip_of_a_machine_blob() -> None:
    blob = here().seal(SECRET)
    for end in range(len(blob)):
        with pytest.raises(SealError, match=r"no sealed file|damaged"):
            here().open(blob[:end])
    for at in range(len(blob) * 8):
        wrong = bytearray(blob)
        wrong[at // 8] ^= 1 << at % 8
        with pytest.raises(SealError, match=r"put back|update this one|not by a machine"):
            here().open(bytes(wrong))


def test_tpm_opens_what_it_sealed(tpm: SoftTpm) -> None:
    """After a restart of the TPM too, and nothing is left in its few slots: ten times in a row."""
    sealer = TpmSealer(tpm.path)
    blobs = [sealer.seal(secret) for secret in (SECRET, b"x", bytes(128))]
    tpm.restart()

    assert [sealer.open(blob) for blob in blobs] == [SECRET, b"x", bytes(128)]
    assert all(sealer.open(blobs[0]) == SECRET for _ in range(10))
    assert all(SECRET not in blob for blob in blobs)


def test_the_bus_carries_no_secret(tpm: SoftTpm) -> None:
    """Somebody who listens on the wires between the chip and the machine, at sealing and at opening."""
    with listening(tpm) as tap:
        sealer = TpmSealer(tap.path)
        assert sealer.open(sealer.seal(SECRET)) == SECRET

    assert len(tap.heard) > 1000
    assert SECRET not in tap.heard


def test_what_a_tpm_blob_is(tpm: SoftTpm) -> None:
    """Its header, then two areas that bind it to this TPM and this parent, with no copy allowed (Part 2, 8.3.2)."""
    blob = TpmSealer(tpm.path).seal(SECRET)
    length = int.from_bytes(blob[12:14], "big")
    public = blob[14 : 14 + length]
    fixed_tpm, fixed_parent = 1 << 1, 1 << 4

    assert blob[:6] == b"SEAL\x01\x02"
    assert int.from_bytes(public[6:10], "big") & (fixed_tpm | fixed_parent) == fixed_tpm | fixed_parent


def test_another_tpm(tpm: SoftTpm) -> None:
    """Other seeds: nothing opens, and the sentence says where the file belongs."""
    blob = TpmSealer(tpm.path).seal(SECRET)
    with soft_tpm() as other, pytest.raises(SealError, match="by another TPM, or this one was cleared since: put"):
        TpmSealer(other.path).open(blob)


def test_a_cleared_tpm() -> None:
    """TPM2_Clear makes a new storage seed."""
    with soft_tpm() as tpm:
        blob = TpmSealer(tpm.path).seal(SECRET)
        owner = Tpm(tpm.path)
        owner.api.clear(owner.types.ESYS_TR.LOCKOUT)
        owner.close()
        with pytest.raises(SealError, match="cleared since"):
            TpmSealer(tpm.path).open(blob)


def test_damage_to_a_tpm_blob(tpm: SoftTpm) -> None:
    """Cut or flipped anywhere: told as damage, the TPM is not even asked."""
    sealer = TpmSealer(tpm.path)
    blob = sealer.seal(SECRET)
    for end in range(0, len(blob), 7):
        with pytest.raises(SealError, match=r"no sealed file|damaged"):
            sealer.open(blob[:end])
    for at in range(len(blob)):
        wrong = bytearray(blob)
        wrong[at] ^= 0x10
        with pytest.raises(SealError, match=r"put back|update this one"):
            sealer.open(bytes(wrong))


@pytest.mark.parametrize("at", [15, 17, 21, 40, 62, 80, 200])
def test_forged_tpm_blobs(tpm: SoftTpm, at: int) -> None:
    """With the checksum repaired the TPM itself refuses."""
    sealer = TpmSealer(tpm.path)
    wrong = bytearray(sealer.seal(SECRET))
    wrong[at] ^= 0x10
    wrong[8:12] = crc32(wrong[12:]).to_bytes(4, "big")
    with pytest.raises(SealError, match=r"by another TPM|damaged"):
        sealer.open(bytes(wrong))


def test_areas_that_do_not_add_up(tpm: SoftTpm) -> None:
    for rest in (b"", b"\0", b"\0\x01", b"\0\x01a", b"\0\x01a\0\x01ab", b"\xff\xff", b"\0\0\0\0"):
        with pytest.raises(SealError, match="damaged"):
            TpmSealer(tpm.path).open(seal._wrap(seal.TPM, rest))


def test_a_tpm_that_is_gone(tpm: SoftTpm, tmp_path: Path) -> None:
    blob = TpmSealer(tpm.path).seal(SECRET)
    with pytest.raises(SealError, match=r"there is no TPM at .*switch it on"):
        TpmSealer(tmp_path / "tpm").open(blob)
    tpm.kill()
    try:
        with pytest.raises(SealError, match="does not answer"):
            TpmSealer(tpm.path).seal(SECRET)
    finally:
        tpm.start()


def test_the_parents_template_is_frozen(tpm: SoftTpm) -> None:
    """One bit of difference would be another key, and tills in the field could not open theirs after an update."""
    connection = Tpm(tpm.path)
    connection.close()

    assert vault.parent_object(connection.types).marshal().hex() == PARENT


def test_the_best_there_is(tpm: SoftTpm, tmp_path: Path) -> None:
    """A TPM where there is one; what was sealed to the machine before it was switched on still opens."""
    machine, chip = sealer_for(tmp_path / "none", b"id"), sealer_for(tpm.path, b"id")
    old, new = machine.seal(SECRET), chip.seal(SECRET)

    assert (machine.name, chip.name) == ("machine", "tpm")
    assert (chip.open(old), chip.open(new)) == (SECRET, SECRET)
    with pytest.raises(SealError, match="sealed by a tpm, which this machine does not have or has switched off"):
        machine.open(new)


def test_a_tpm_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealing goes to the machine; a blob of the TPM says whose group is missing."""
    device = tmp_path / "tpm"
    device.touch(0o000)
    monkeypatch.setattr(os, "access", lambda path, mode: path != device)  # root may use every device
    sealer = sealer_for(device, b"id")
    assert sealer.name == "machine"
    with pytest.raises(SealError, match="add the till's user to the group tss"):
        sealer.open(seal._wrap(seal.TPM, b"\0\x01a\0\x01b"))


def test_blobs_of_others() -> None:
    """Each sealer refuses the other's; a later version's is told from damage."""
    blob = here().seal(SECRET)
    with pytest.raises(SealError, match="sealed by a machine, not by a tpm"):
        TpmSealer(Path("/nowhere")).open(blob)
    later = bytearray(blob)
    later[4] = 2
    with pytest.raises(SealError, match="newer version of Sceau: update"):
        here().open(bytes(later))


def machine(root: Path, files: dict[str, bytes]) -> Path:
    for name, value in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value)
    return root


BOARD = {  # a board with eMMC and a card in its slot, as sysfs shows them
    "etc/machine-id": b"8f6e1c3a1c2b4a0c9b1d5a7e3f2c4d6e\n",
    "proc/device-tree/serial-number": b"10000000a1b2c3d4\0",
    "sys/block/mmcblk0/device/type": b"MMC\n",
    "sys/block/mmcblk0/device/cid": b"150100424a544434520892a1b2c3d4e5\n",
    "sys/block/mmcblk1/device/type": b"SD\n",
    "sys/block/mmcblk1/device/cid": b"035344534433324780aabbccdd014a00\n",
    "sys/block/loop0/size": b"0\n",
}


def test_identity_of_a_machine(tmp_path: Path) -> None:
    """Every number that is there, none of a card that may be changed, none that cannot be read."""
    root = machine(tmp_path, BOARD)
    same = machine_identity(root)

    assert [name for name, _ in machine_ids(root)] == ["machine-id", "serial", "emmc"]
    assert machine_ids(root)[1] == ("serial", b"10000000a1b2c3d4")
    assert len(same) == 32
    machine(root, {"sys/block/mmcblk1/device/cid": b"another card\n"})
    assert machine_identity(root) == same
    for name in ("etc/machine-id", "proc/device-tree/serial-number", "sys/block/mmcblk0/device/cid"):
        machine(root, {name: b"changed\n"})
        assert machine_identity(root) != same
        machine(root, {name: BOARD[name]})
    assert machine_identity(root) == same


def test_identity_of_this_machine_is_stable() -> None:
    assert machine_identity() == machine_identity()
