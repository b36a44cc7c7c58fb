"""The image's units as systemd itself reads them, beside Debian's own; no machine is started."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UNITS = ROOT / "systemd" / "system"
DEBIAN = Path("/usr/lib/systemd/system")
PROGRAMS = (
    "usr/bin/sceau",
    "usr/bin/rauc",
    "usr/bin/systemctl",
    "usr/lib/sceau/first-boot",
    "usr/lib/sceau/lost-clock",
)
RULES = "systemd/udev/81-sceau-radio.rules"
RADIO = "sbin/wpa_supplicant"
# What a seal of this machine hangs on: the user, the machine's number, the chip, and what of /sys and /proc is seen.
SEALING = ("User", "BindReadOnlyPaths", "PrivateUsers", "ProtectKernelTunables", "ProtectProc", "DevicePolicy")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with all units and something under the name of each program."""
    root = tmp_path_factory.mktemp("root")
    place = root / "usr/lib/systemd/system"
    shutil.copytree(DEBIAN, place, symlinks=True)
    shutil.copytree(UNITS, place, dirs_exist_ok=True)
    for name in (*PROGRAMS, RADIO):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("#!/bin/sh\n")
        (root / name).chmod(0o755)
    return root


def verified(root: Path, unit: str) -> str:
    """Each complaint a line."""
    words = ["systemd-analyze", "verify", "--man=no", f"--root={root}", unit.replace("@.", "@wlan0.")]
    return subprocess.run(words, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.iterdir()))
def test_systemd_reads_every_line(tree: Path, unit: str) -> None:
    """No key that it does not know, no unit that is not there, no program that cannot be run."""
    assert verified(tree, unit) == ""


def test_a_wrong_line_is_found(tree: Path) -> None:
    """The judge can say no."""
    name = "sceau-wifi.service"
    wrong = tree / "usr/lib/systemd/system" / "wrong.service"
    wrong.write_text((UNITS / name).read_text().replace("ProtectHome=", "ProtectHouse="))
    assert "ProtectHouse" in verified(tree, "wrong.service")
    wrong.write_text((UNITS / name).read_text().replace("/usr/bin/sceau", "/usr/bin/seau"))
    assert "not executable" in verified(tree, "wrong.service")


def lines(unit: str, key: str) -> list[str]:
    return [line for line in (UNITS / unit).read_text().splitlines() if line.partition("=")[0] == key]


def test_the_radio_s_key_is_opened_as_the_till_sealed_it() -> None:
    """The same user in the same view of the machine: else the seal does not open (`storage/machine.py`)."""
    for key in SEALING:
        assert lines("sceau-wifi.service", key) == lines("sceau.service", key), key
        assert lines("sceau.service", key), key
    assert set(lines("sceau-wifi.service", "DeviceAllow")) <= set(lines("sceau.service", "DeviceAllow"))
    assert lines("sceau-wifi.service", "DeviceAllow") == ["DeviceAllow=/dev/tpmrm0 rw"]


def test_a_radio_brings_its_own_unit_along() -> None:
    """By udev and nothing else: where no radio is, nothing of it runs."""
    rule = next(line for line in (ROOT / RULES).read_text().splitlines() if "wlan" in line)
    assert Path(RULES).name > "80-net-setup-link.rules"  # where a card gets the name that it keeps
    assert 'ENV{SYSTEMD_WANTS}+="sceau-radio@$name.path"' in rule
    for unit in ("sceau-wifi.service", "sceau-radio@.service", "sceau-radio@.path"):
        assert "[Install]" not in (UNITS / unit).read_text()
