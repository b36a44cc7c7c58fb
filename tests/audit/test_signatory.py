"""Strings signed with ECDSA are proven as Ed25519 ones are: in a journal, over a change of key, in archives."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from appliance.audit.archive_period import Refusal
from appliance.audit.command import _core
from appliance.audit.purge import plan
from appliance.audit.signatory import NAME, Signatory, carried, told
from appliance.audit.source import Broken, find
from appliance.audit.verify import BROKEN, INTACT, Mode, Verdict, verify
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage import keys
from appliance.storage.certificate import ED25519, P256
from appliance.storage.flash import OsDisk
from appliance.storage.keys import Key
from appliance.storage.record import Record
from appliance.storage.seal import sealer_for
from tests.audit.archiving import contents, resigned
from tests.daemon.test_certificate import shop_with
from tests.daemon.world import play

SIZE = 64 << 10
SALES = 22
DAWN = ('login "Sophie"', "open day float 10.00")
KINDS, REFOLD = _core()
ONE, TWO = Key(bytes(range(32)), P256), Key(bytes(range(1, 33)), P256)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three closed days of a till that signs strings with ECDSA; its key has changed, and each day is archived."""
    home = tmp_path_factory.mktemp("ecdsa")
    shop = shop_with(home / "shop", "ecdsa-p256")
    world = SimulatedWorld(home / "data", shop, segment_size=SIZE)
    try:
        world.power_on()
        sale = ('ring "Café"', "pay cash 2.00", "print no")
        for _ in range(3):
            play(world, *DAWN, *sale * SALES, "close day", "wait 1m", shop=shop)
    finally:
        world.close()
    return home / "data"


def checked(path: Path, mode: Mode = "paranoid", processes: int = 1) -> Verdict:
    return verify(path, mode, None, REFOLD, None, KINDS, processes=processes, pause=lambda: None)


def test_a_journal(data: Path) -> None:
    """In each mode, in one go and in parts that begin behind genesis."""
    found = [checked(data, mode, processes) for mode in ("quick", "full", "paranoid") for processes in (1, 2)]

    assert {verdict.code for verdict in found} == {INTACT}, found
    assert {verdict.tickets for verdict in found} == {3 * SALES}
    assert told(carried(find(data), len(find(data).numbers()))) is not None


def behind_genesis(data: Path) -> Path:
    """An archive that begins in a later segment than the first."""
    return next(path for path in sorted((data / "archives").glob("*.zip")) if NAME in contents(path))


def test_archives(data: Path) -> None:
    """The one that begins behind genesis carries the certificate of its first segment, the other needs none."""
    paths = sorted((data / "archives").glob("*.zip"))

    assert {checked(path).code for path in paths} == {INTACT}
    assert {NAME in contents(path) for path in paths} == {True, False}


def test_another_certificate(data: Path, tmp_path: Path) -> None:
    """Exchanged, malformed or left out, with a manifest that the till's own key has signed: the strings do not hold."""
    ring = keys.load(data, OsDisk(), sealer_for())
    members = contents(behind_genesis(data))
    signer = ring._current
    for changed in (ONE.certificate, Key(bytes(32)).certificate, b"x", None):
        swapped = {name: each for name, each in members.items() if name != NAME}
        swapped |= {NAME: changed} if changed else {}
        path = tmp_path / "changed.zip"
        path.write_bytes(resigned(swapped, signer))

        assert checked(path).code == BROKEN


def test_a_purge_would_take_the_certificates(data: Path) -> None:
    with pytest.raises(Refusal, match="certificates that a purge would take away"):
        plan(data, ())


def born(algorithm: Any, key: bytes, data: Any) -> Record:
    return Record(0, 0, 0, 0, "1", "", 0, 1, {5: key, 7: algorithm, 12: data})


def turned(key: bytes, data: Any) -> Record:
    return Record(9, 0, 0, 0, "1", "", 0, 8, {1: key, 2: bytes(64), 3: data})


EDDSA = Key(bytes(range(32)))
WRONG: dict[str, list[Record]] = {
    "another Ed25519 key": [born(1, bytes(32), EDDSA.certificate)],
    "P-256 where genesis says Ed25519": [born(1, EDDSA.public, ONE.certificate)],
    "Ed25519 where genesis says P-256": [born(2, EDDSA.public, EDDSA.certificate)],
    "none for P-256": [born(2, EDDSA.public, b"")],
    "no certificate": [born(1, EDDSA.public, EDDSA.certificate[:-1])],
    "no bytes": [born(2, EDDSA.public, 7)],
    "unknown algorithm": [born(3, EDDSA.public, EDDSA.certificate)],
    "a turn to another algorithm": [born(2, EDDSA.public, ONE.certificate), turned(EDDSA.public, EDDSA.certificate)],
    "a turn to another key": [born(1, EDDSA.public, EDDSA.certificate), turned(bytes(32), EDDSA.certificate)],
}


@pytest.mark.parametrize("name", WRONG)
def test_certificates_that_do_not_fit(name: str) -> None:
    signatory = Signatory()
    for record in WRONG[name][:-1]:
        signatory.record(record)
    with pytest.raises(Broken):
        signatory.record(WRONG[name][-1])


def test_who_signs() -> None:
    """The certified key and no other, from its own record on; with Ed25519 the header's key."""
    p256, eddsa = Signatory(), Signatory()
    p256.record(born(P256, EDDSA.public, ONE.certificate))
    eddsa.record(born(ED25519, EDDSA.public, EDDSA.certificate))

    assert p256.holds(EDDSA.public, b"x", ONE.sign_string(b"x"))
    assert not p256.holds(EDDSA.public, b"x", EDDSA.sign(b"x"))
    assert not p256.holds(EDDSA.public, b"y", ONE.sign_string(b"x"))
    p256.record(turned(TWO.public, TWO.certificate))
    assert p256.holds(TWO.public, b"x", TWO.sign_string(b"x"))
    assert not p256.holds(TWO.public, b"x", ONE.sign_string(b"x"))
    assert eddsa.holds(EDDSA.public, b"x", EDDSA.sign(b"x"))
    assert not eddsa.holds(EDDSA.public, b"x", ONE.sign_string(b"x"))


def test_the_stranger_s_script_gives_no_verdict_on_what_it_cannot_check(data: Path) -> None:
    """Strings in ECDSA are not its to judge, wherever the archive begins: unreadable, never broken, never intact."""
    script = str(Path(__file__).parents[2] / "verifier" / "sceau_verify.py")
    for path in sorted((data / "archives").glob("*.zip")):
        said = run([sys.executable, script, str(path)], capture_output=True, text=True, check=False)

        assert (said.returncode, "P-256" in said.stdout + said.stderr) == (2, True), path
