"""Bundles as RAUC reads them on this machine: whose signature holds, when, and what is said of the others."""

from __future__ import annotations

import os
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.slots import bundle, program
from appliance.slots.bundle import Refused
from image import keys
from image.board import read_board
from image.bundle import name, settings
from image.keys import Keys
from tests.image import update
from tests.image.medium import BOARD, BUILT

CENTURY = 10 * 365 * 86_400_000  # ms


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def signer(folder: Path) -> Keys:
    return keys.publisher(folder / "keys")


def config(folder: Path, root: Path) -> str:
    """The shipped configuration with another keyring."""
    file = folder / f"{root.parent.name}.conf"
    file.write_text(settings(read_board(BOARD), root), "ascii")
    return f"--conf={file}"


def test_the_build_makes_a_bundle_that_its_image_takes(image: Path) -> None:
    from appliance import VERSION

    made = BUILT / name(read_board(BOARD), VERSION)
    found = bundle.inspect(made, config(BUILT / "work", update.own().root))

    assert found == (f"sceau-{BOARD}", VERSION)
    assert (BUILT / "work/root/etc/rauc/keyring.pem").read_bytes() == update.own().root.read_bytes()


def test_a_stranger_is_refused(folder: Path, signer: Keys) -> None:
    stranger = keys.publisher(folder / "stranger")
    forged = update.small(folder, "0.2.0", stranger)
    with pytest.raises(Refused) as refused:
        bundle.inspect(forged, config(folder, signer.root))

    assert refused.value.code == "signature", refused.value


@pytest.mark.parametrize("where", [-1, -8, -100, -500])
def test_a_changed_signature_is_refused(folder: Path, signer: Keys, where: int) -> None:
    """In it, or in its length behind it. What stands in the parts is checked block by block while it is installed."""
    made = update.small(folder, "0.2.0", signer)
    data = bytearray(made.read_bytes())
    data[where] ^= 1
    made.write_bytes(data)
    with pytest.raises(Refused) as refused:
        bundle.inspect(made, config(folder, signer.root))

    assert refused.value.code in ("signature", "unreadable")


@pytest.mark.parametrize("data", [b"", b"not a bundle", bytes(4096), os.urandom(100_000)])
def test_what_is_no_bundle_is_said(folder: Path, signer: Keys, data: bytes) -> None:
    file = folder / "x.raucb"
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        bundle.inspect(file, config(folder, signer.root))

    assert refused.value.code == "unreadable", refused.value


def test_a_file_that_is_not_there_is_gone(folder: Path, signer: Keys) -> None:
    with pytest.raises(Refused) as refused:
        bundle.inspect(folder / "nothing.raucb", config(folder, signer.root))

    assert refused.value.code == "gone"


def test_a_new_root_is_vouched_for_by_the_old_one(folder: Path, signer: Keys) -> None:
    """A machine that knows only the old root takes a bundle of the new one; without the old one's word it does not."""
    after = keys.publisher(folder / "after")
    alone = update.small(folder, "0.2.0", after)
    with pytest.raises(Refused):
        bundle.inspect(alone, config(folder, signer.root))
    keys.cross(folder / "keys", folder / "after")
    vouched = update.small(folder, "0.2.0", keys.publisher(folder / "after"))

    assert bundle.inspect(vouched, config(folder, signer.root)).version == "0.2.0"
    assert bundle.inspect(vouched, config(folder, after.root)).version == "0.2.0"


@pytest.mark.parametrize("moved", [CENTURY, -5 * CENTURY], ids=["expired", "1970"])
def test_no_clock_blocks_a_bundle(folder: Path, signer: Keys, moved: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate has ended by then, or has not begun: it held when the bundle was signed."""
    made, shift = update.small(folder, "0.2.0", signer), folder / "offset"
    moment = -int(datetime.now(UTC).timestamp() * 1000) + 60_000 if moved < 0 else moved
    shift.write_bytes(struct.pack("q", moment))
    monkeypatch.setitem(program.PLACES, "LD_PRELOAD", str(clock(folder, shift)))
    year = subprocess.run(
        ["date", "+%Y"], env={"LD_PRELOAD": str(clock(folder, shift))}, capture_output=True, text=True
    )
    assert int(year.stdout) in ((1970,) if moved < 0 else range(2035, 2060)), "the clock was not moved"

    assert bundle.inspect(made, config(folder, signer.root)).version == "0.2.0"


def clock(folder: Path, shift: Path) -> Path:
    made = folder / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", f'-DOFFSET="{shift}"', "-o", made, source], check=True)
    return made


def test_a_certificate_that_had_ended_signs_nothing(folder: Path) -> None:
    """Signed after its end: refused, and already where it is packed."""
    past = folder / "past"
    past.mkdir()
    keys.make(past, datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(Exception, match="expired"):
        update.small(folder, "0.2.0", keys.publisher(past))
