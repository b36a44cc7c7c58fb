"""A bundle's network reaches wpa_supplicant as a key, never as the passphrase."""

from __future__ import annotations

from pathlib import Path

import cbor2

from appliance.command import main
from appliance.daemon.wifi import block
from appliance.storage.seal import sealer_for


def test_the_key_is_the_standard_s() -> None:
    """IEEE 802.11-2020, J.4.2, test vector 1: "password" on "IEEE"; an open network has none."""
    key = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert block("IEEE", "password") == f"network={{\n\tssid=49454545\n\tpsk={key}\n}}\n"
    assert block("Café", "") == "network={\n\tssid=436166c3a9\n\tkey_mgmt=NONE\n}\n"


def test_a_till_s_network(tmp_path: Path) -> None:
    """Opened on this machine only; a till without one writes nothing, a spoilt file is said."""
    words = ["provision", "wifi", str(tmp_path), "--out", str(tmp_path / "wpa.conf")]
    assert main(words) == 0
    assert not (tmp_path / "wpa.conf").exists()
    (tmp_path / "wifi").write_bytes(sealer_for().seal(cbor2.dumps(["Halles", "douze signes"])))
    assert main(words) == 0
    assert "douze" not in (tmp_path / "wpa.conf").read_text("ascii")
    assert (tmp_path / "wpa.conf").stat().st_mode & 0o777 == 0o600
    (tmp_path / "wifi").write_bytes(b"spoilt")
    assert main(words) == 2
