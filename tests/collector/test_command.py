"""What a person types: keys, codes, revocations, pointers; and one sentence for whatever is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.storage.keys import Key
from appliance.sync import keylog, pointer, token
from appliance.sync.pointer import Pointer
from collector import config, keys
from collector.command import main
from tests.collector import seaweed
from tests.collector.replica import Replica
from tests.collector.world import World
from tests.sync.line import SIRET

URL = "https://collector.example"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "one"), "--url", URL, "--listen", "127.0.0.1:0"]) == 0
    return tmp_path / "one"


def settings(home: Path) -> str:
    return str(home / config.NAME)


def test_init_makes_one_that_runs(home: Path) -> None:
    """Keys that only their owner reads, a key log, a replica that is ready; a second time it refuses."""
    assert [(home / name).stat().st_mode & 0o777 for name in ("root.key", "collector.key")] == [0o600] * 2
    replica = Replica(home / config.NAME)
    try:
        assert replica.http.get("/readyz").status_code == 200
        root = keys.load(home / "root.key").public
        assert len(keylog.decode(replica.http.get("/v1/keys").content, root).entries) == 1
    finally:
        assert replica.end() == 0
    assert main(["init", str(home), "--url", URL]) == 2


def test_init_on_a_bucket(weed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials come from the environment and stand in no file."""
    seaweed.client(weed).create_bucket(Bucket="typed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweed.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweed.SECRET)
    assert main(["init", str(tmp_path), "--url", URL, "--bucket", "typed", "--endpoint", weed]) == 0
    assert main(["key", "list", "--config", settings(tmp_path)]) == 0
    assert seaweed.SECRET not in (tmp_path / config.NAME).read_text()


def test_a_code_for_a_till(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A picture and its digits, which say where to go and whom to trust."""
    assert main(["token", "--config", settings(home), "--siret", SIRET, "--till", "B01"]) == 0
    digits = re.search(r"^\d{60,}$", capsys.readouterr().out, re.MULTILINE)
    assert digits
    assert token.read(digits[0]).url == URL
    assert main(["token", "--config", settings(home), "--siret", "1", "--till", "B01"]) == 2
    assert "SIRET" in capsys.readouterr().err


def test_a_new_key(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Made here, signed where the root is, published here; one that another root signed is not."""
    new, log, entry = home / "new.key", home / "log", home / "entry"
    capsys.readouterr()
    assert main(["key", "new", str(new)]) == 0
    public = capsys.readouterr().out.strip()
    assert main(["key", "export", str(log), "--config", settings(home)]) == 0
    sign = ["key", "sign", "--log", str(log), "--public", public, str(entry), "--root"]
    assert main([*sign, str(new)]) == 2
    assert main([*sign, str(home / "root.key")]) == 0
    assert main(["key", "add", str(entry), "--config", settings(home)]) == 0
    assert main(["key", "add", str(entry), "--config", settings(home)]) == 2
    capsys.readouterr()
    assert main(["key", "list", "--config", settings(home)]) == 0
    assert public in capsys.readouterr().out


def test_a_replica_whose_key_is_not_published(home: Path) -> None:
    """It says so and is not ready."""
    (home / "collector.key").unlink()
    keys.make(home / "collector.key")
    replica = Replica(home / config.NAME)
    try:
        assert replica.http.get("/readyz").status_code == 503
    finally:
        replica.end()


def test_how_a_chain_stands(bucket: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown and recorded; a chain that is none and one that nobody knows."""
    till = bucket.till("B07")
    chain, where = till.line.chain_id.hex(), ["--config", str(bucket.settings)]
    assert main(["registry", "add", chain, "retired", "--note", "remplacée", *where]) == 0
    assert main(["registry", "add", chain, "successor", "--note", "ab" * 16, *where]) == 0
    assert main(["registry", "show", chain, *where]) == 0
    shown = capsys.readouterr().out
    assert [word in shown for word in ("B07", "enrolled", "retired", "successor")] == [True] * 4
    assert main(["registry", "show", "ab", *where]) == 2
    assert main(["registry", "show", "0" * 32, *where]) == 2
    assert "not enrolled" in capsys.readouterr().err


def test_a_pointer(home: Path) -> None:
    """Relayed when the release key has signed it, once."""
    release = keys.load(home / "release.key")
    it = Pointer("config", 1, bytes(32), 1, 0, 2**40, "*")
    (home / "good").write_bytes(pointer.seal(it, release.sign))
    (home / "bad").write_bytes(pointer.seal(it, Key(bytes(32)).sign))
    assert main(["pointer", "add", str(home / "bad"), "--config", settings(home)]) == 2
    assert main(["pointer", "add", str(home / "good"), "--config", settings(home)]) == 0


WRONG = {
    "no file": (None, "sceau-collector init"),
    "no TOML": ("[", "cannot be read"),
    "no store": ("", "[store]"),
    "a store that cannot": ('[store]\nbucket = "a"\nconditional_put = "disabled"', "conditional writes"),
    "no url": ('[store]\nfolder = "a"', "url is missing"),
    "no root": ('url = "x"\n[store]\nfolder = "a"', "root is missing"),
    "an unsound root": (f'url = "x"\nroot = "{"00" * 32}"\n[store]\nfolder = "a"', "no Ed25519"),
}


@pytest.mark.parametrize("name", WRONG)
def test_settings_that_are_wrong(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit 2."""
    text, why = WRONG[name]
    path = tmp_path / config.NAME
    if text is not None:
        path.write_text(text)
    assert main(["serve", "--config", str(path)]) == 2
    assert why in capsys.readouterr().err
