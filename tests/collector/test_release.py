"""What is signed offline is what a collector relays and a till follows; what no till would read is not signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.sync import diagnostics, parcel, pointer
from collector import config, keys
from collector.command import main

SHOP = Path(__file__).resolve().parents[2] / "samples" / "epicerie"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "one"), "--url", "https://collector.example", "--listen", "127.0.0.1:0"]) == 0
    return tmp_path / "one"


def signed(home: Path, data: Path, *more: str) -> int:
    words = ["--key", str(home / "release.key"), "--object", str(data), "--version", "3", *more]
    return main(["release", "sign", *words, str(home / "pointer")])


def test_a_shop_s_files_come_down(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Packed, signed, relayed: the pointer is under the release key and names the files as they are."""
    data = tmp_path / "object"
    assert main(["release", "pack", "config", str(SHOP), str(data)]) == 0
    assert parcel.unpack("config", data.read_bytes())["shop.toml"] == (SHOP / "shop.toml").read_bytes()
    assert signed(home, data, "--scope", "config", "--whom", "12345678200010/*") == 0
    release = keys.load(home / "release.key")
    it = pointer.proven((home / "pointer").read_bytes(), release.public)
    assert (it.scope, it.version, it.whom, it.size) == ("config", 3, "12345678200010/*", data.stat().st_size)

    words = ["pointer", "add", "--config", str(home / config.NAME), "--object", str(data), str(home / "pointer")]
    assert main(words) == 0
    assert "config 3 goes to 12345678200010/*" in capsys.readouterr().out


def test_diagnostics_are_asked_for(home: Path) -> None:
    """For one till, with a nonce of its own."""
    words = ["release", "ask", "--key", str(home / "release.key"), "ab" * 16]
    assert main([*words, str(home / "one")]) == main([*words, str(home / "two")]) == 0
    release = keys.load(home / "release.key").public
    one, two = (diagnostics.wanted((home / name).read_bytes(), release) for name in ("one", "two"))

    assert (one.chain_id, one.nonce == two.nonce) == (bytes.fromhex("ab" * 16), False)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--scope", "catalogue"),
        ("--scope", "config", "--whom", ""),
        ("--scope", "config", "--version", "-1"),
        ("--scope", "config", "--key", "nowhere"),
    ],
)
def test_what_no_till_would_read_is_not_signed(
    home: Path, tmp_path: Path, wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "object"
    main(["release", "pack", "config", str(SHOP), str(data)])

    assert signed(home, data, *wrong) == 2
    assert capsys.readouterr().err.startswith("sceau-collector: ")
    assert not (home / "pointer").exists()


def test_a_folder_without_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "pack", "config", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "shop.toml" in capsys.readouterr().err
