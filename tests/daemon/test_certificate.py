"""Who has a ticket's string, its signature and the certificate needs OpenSSL and nothing of ours (SEC-08)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.signed import TICKET, string
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage import certificate
from appliance.storage.certificate import ALGORITHMS
from appliance.storage.record import Record
from tests.daemon.world import SAMPLE, play, world_on

DAY = ('login "Sophie"', "open day float 10.00", 'ring "Café"', "pay cash 2.00", "print no")


def shop_with(folder: Path, signature: str) -> Path:
    """The sample shop, with another line in its shop.toml."""
    shutil.copytree(SAMPLE, folder)
    (folder / "shop.toml").write_text(f'signature = "{signature}"\n' + (SAMPLE / "shop.toml").read_text("utf-8"))
    return folder


def records(world: SimulatedWorld) -> list[Record]:
    assert world.till
    return [sealed.record for sealed in world.till.journal.past()]


def openssl(*words: str) -> bytes:
    done = subprocess.run(["openssl", *words], capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def holds(folder: Path, algorithm: int, said: bytes, signature: bytes, made: bytes) -> bool:
    """What OpenSSL's command line says of three files."""
    paths = [str(folder / name) for name in ("string", "signature", "certificate.der", "key.pem")]
    for path, content in zip(paths, (said, certificate.openssl(algorithm, signature), made), strict=False):
        Path(path).write_bytes(content)
    Path(paths[3]).write_bytes(openssl("x509", "-inform", "der", "-in", paths[2], "-noout", "-pubkey"))
    way = ["pkeyutl", "-verify", "-pubin", "-inkey", paths[3], "-rawin", "-in", paths[0], "-sigfile", paths[1]]
    if algorithm == certificate.P256:
        way = ["dgst", "-sha256", "-verify", paths[3], "-signature", paths[1], paths[0]]
    return subprocess.run(["openssl", *way], capture_output=True).returncode == 0


@pytest.mark.parametrize("signature", ALGORITHMS)
def test_openssl_checks_a_ticket(tmp_path: Path, signature: str) -> None:
    """The certificate of genesis verifies itself and the first ticket's string, and no other string."""
    shop = shop_with(tmp_path / "shop", signature)
    with world_on(tmp_path / "data", shop) as world:
        play(world, *DAY, shop=shop)
        found = records(world)
    ticket = next(record for record in found if record.kind == ev.TICKET)
    seal: Any = found[ticket.seq + 1].body[2]
    born: Any = found[0].body
    said = string(Event(*ticket), TICKET, 1, b"").encode()

    assert born[7] == ALGORITHMS[signature]
    assert holds(tmp_path, born[7], said, seal[0][3], born[12])
    assert not holds(tmp_path, born[7], said + b" ", seal[0][3], born[12])
    openssl("x509", "-inform", "der", "-in", str(tmp_path / "certificate.der"), "-out", str(tmp_path / "c.pem"))
    openssl("verify", "-x509_strict", "-check_ss_sig", "-CAfile", str(tmp_path / "c.pem"), str(tmp_path / "c.pem"))


def test_the_algorithm_is_of_the_first_start(tmp_path: Path) -> None:
    """Another line in shop.toml later changes nothing: the chain says what it began with."""
    first, later = (shop_with(tmp_path / name, name) for name in ("ecdsa-p256", "ed25519"))
    with world_on(tmp_path / "data", first) as world:
        play(world, *DAY, shop=first)
    with world_on(tmp_path / "data", later) as world:
        play(world, 'login "Sophie"', 'ring "Café"', "pay cash 2.00", "print no", shop=later)
        found = records(world)
    tickets = [record for record in found if record.kind == ev.TICKET]
    one, two = (found[ticket.seq + 1].body for ticket in tickets)
    seals: list[Any] = [one[2], two[2]]
    born: Any = found[0].body[12]
    said = string(Event(*tickets[1]), TICKET, 2, seals[0][0][3]).encode()
    certified = certificate.read(born)

    assert certified
    assert certified.signed(said, seals[1][0][3])
