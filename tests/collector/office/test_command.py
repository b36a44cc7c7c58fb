"""What a person types of the office."""

from __future__ import annotations

from pathlib import Path

from tests.collector.office.book import ROOT
from tests.collector.office.live import NAME, Office, typed
from tests.collector.office.test_attacks import enter


def test_people(tmp_path: Path) -> None:
    """The password comes from stdin; a command says what it did, or one sentence and 2."""
    db = ("--db", str(tmp_path / "other.db"))
    assert typed("user", "add", "marc", "--siren", "732829320", *db, typing="une phrase assez longue").status == 0
    assert typed("user", "list", *db).out == "marc 732829320\n"
    weak = typed("user", "password", "marc", *db, typing="court")
    assert (weak.status, weak.out) == (2, "")
    assert "12 to 256 characters" in weak.err
    assert typed("user", "password", "marc", *db, typing="une autre phrase longue").status == 0
    assert typed("user", "remove", "marc", *db).status == 0
    assert typed("user", "remove", "marc", *db).err.startswith("sceau-collector: nobody is called marc")
    assert (tmp_path / "other.db").stat().st_mode & 0o777 == 0o600


def test_passwords_do_not_go_over_a_network_in_clear(office: Office) -> None:
    for more in ([], ["--url", "http://office.example"]):
        said = typed("office", "--config", str(office.settings), "--listen", "0.0.0.0:0", *more)
        assert (said.status, "in clear" in said.err) == (2, True)
    for words, why in ((["--listen", "here"], "host:port"), (["--url", "office.example"], "no address")):
        said = typed("office", "--config", str(office.settings), "--db", str(office.db), *words)
        assert (said.status, why in said.err) == (2, True)


def test_check_proof(office: Office, tmp_path: Path) -> None:
    """It needs the file and the root key; what was changed is named."""
    file = tmp_path / "proof.json"
    with office.client() as client:
        enter(client, office)
        file.write_bytes(client.get("/proof.json?first=2026-01-04&last=2026-01-06").content)
    root = ("--root", ROOT.public.hex())
    good = typed("check-proof", str(file), *root)
    assert (good.status, good.err) == (0, "")
    file.write_text(file.read_text("utf-8").replace('"verdict": "silent"', '"verdict": "complete"'), "utf-8")
    bad = typed("check-proof", str(file), *root)
    assert bad.status == 2
    assert "called complete and is not" in bad.err
    assert typed("check-proof", str(file), "--root", "zz").status == 2
    assert NAME not in file.read_text("utf-8")
