"""What keeps a till from starting is one sentence that says what to do, and exit code 2."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import pytest

from appliance.command import main
from appliance.daemon.config import ConfigError, read_config
from appliance.storage.flash import OsDisk
from appliance.storage.journal import Journal
from appliance.storage.keys import load, make
from appliance.storage.seal import sealer_for
from appliance.storage.segment import HEAD
from tests.daemon.world import SAMPLE, SMALL, play, world_on

FLOW = 'login "Sophie"\nopen day float 100.00\nring "Café"\npay cash 2.00\nprint no\nclose day\n'


@dataclass
class Place:
    """A folder with a configuration, a panel as a plain file, a flow, and data that one day was played on."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "sceau.toml"

    def write(self, text: str = "", panel: bool = True) -> list[str]:
        size = "size = [800, 480]\nstride = 3200\n"
        device = f'[device.panel]\ndriver = "framebuffer"\npath = "{self.folder / "panel"}"\n{size}' if panel else ""
        self.config.write_text(f'data = "{self.data}"\nshop = "{SAMPLE}"\n{text}\n{device}', "utf-8")
        return ["run", "--config", str(self.config)]

    def flow(self, data: Path | None = None) -> list[str]:
        (self.folder / "day.flow").write_text(FLOW, "utf-8")
        return ["flow", str(self.folder / "day.flow"), "--data", str(data or self.data)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "panel").write_bytes(bytes(800 * 480 * 4))
    return Place(tmp_path)


@pytest.fixture
def played(place: Place) -> Place:
    assert main(place.flow()) == 0
    return place


def said(argv: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence of a command that could not be done."""
    assert main(argv) == 2
    text = capsys.readouterr().err.strip()
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1, text
    return text


CONFIGS = [
    ("speed = 3", "unknown key 'speed'; known are board, data, device, idle_lock, mirror, provision, publisher"),
    ("idle_lock = 3", "idle_lock must be a number of seconds, 10 at least"),
    ("idle_lock = true", "idle_lock must be a number of seconds, 10 at least"),
    ("mirror = 3", "mirror must be the path of a file"),
    ("device = 3", "device must be tables like [device.printer]"),
    ('[device.robot]\ndriver = "none"', "unknown device 'robot'; known are badge, beeper, drawer, panel, printer, "),
    ('[device.printer]\ndriver = "laser"', "device printer: driver must be one of escpos, none"),
    ("[device.printer]\ndriver = 3", "device printer: driver must be one of escpos, none"),
    ('[device.printer]\ndriver = ["escpos"]', "device printer: driver must be one of escpos, none"),
    ("data = ", "not TOML"),
]


@pytest.mark.parametrize(("text", "sentence"), CONFIGS, ids=[text for text, _ in CONFIGS])
def test_a_wrong_configuration_is_named(
    place: Place, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    """The file, the key, and what is known."""
    found = said(place.write(text, panel=False), capsys)

    assert found.startswith(f"{place.config}: ")
    assert sentence in found


def test_a_configuration_without_its_folders_is_named(tmp_path: Path) -> None:
    """data and shop are wanted; a file that is not there or not UTF-8 is said."""
    path = tmp_path / "sceau.toml"
    for content, sentence in ((b"", "data is missing"), (b'data = "x"', "shop is missing"), (b"\xe9", "not TOML")):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=sentence):
            read_config(path)
    with pytest.raises(ConfigError, match=r"cannot be read .* give --config FILE"):
        read_config(tmp_path / "none.toml")


def test_run_without_a_configuration(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The default path is named, and the option that gives another."""
    assert "give --config FILE" in said(["run", "--config", str(tmp_path / "none")], capsys)


def test_run_without_a_screen(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """No panel in the configuration; a framebuffer that is not there."""
    assert "no screen; name a framebuffer under [device.panel]" in said(place.write(panel=False), capsys)
    (place.folder / "panel").unlink()
    assert "panel" in said([*place.write(), "--virtual"], capsys)


def test_virtual_hardware_is_refused_in_production(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """A plain file is no framebuffer, a pty no printer, unless --virtual says so."""
    found = said(place.write(), capsys)

    assert "panel: " in found
    assert "is virtual hardware; name the real device, or start with --virtual" in found


OPTIONS = [
    (
        '[device.panel]\ndriver = "framebuffer"\nbrightness = 3',
        "panel/framebuffer does not know the option 'brightness'",
    ),
    ('[device.panel]\ndriver = "framebuffer"\nsize = "big"', "must be a list of 2 whole numbers, not 'big'"),
    ('[device.panel]\ndriver = "framebuffer"\npath = 3', "must be a text, not 3"),
]


@pytest.mark.parametrize(("text", "sentence"), OPTIONS, ids=["unknown", "size", "type"])
def test_a_wrong_option_of_the_screen_is_named(
    place: Place, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    """The driver, the option, and what it knows."""
    assert sentence in said([*place.write(text, panel=False), "--virtual"], capsys)


def test_a_wrong_option_of_another_device_is_named(place: Place) -> None:
    """Drivers load after the first screen; the sentence and the exit code are the same."""
    argv = place.write('[device.scanner]\ndriver = "evdev"\npath = "/x"\nspeed = 3')
    run = subprocess.run(
        [sys.executable, "-m", "appliance.command", *argv, "--virtual"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert run.returncode == 2, run.stderr
    assert run.stderr.strip() == "scanner/evdev does not know the option 'speed'; it knows: path, layout, longest."


def test_a_shop_with_faults_keeps_both_commands_from_starting(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """All faults, one a line, exit 2."""
    shop = place.folder / "shop"
    shop.mkdir()
    for name in ("shop.toml", "operators.toml", "departments.csv"):
        (shop / name).write_bytes((SAMPLE / name).read_bytes())
    (shop / "catalogue.csv").write_text("label\n", "utf-8")
    place.write()
    place.config.write_text(place.config.read_text("utf-8").replace(str(SAMPLE), str(shop)), "utf-8")

    assert "catalogue.csv:1: the header must be " in said(["run", "--config", str(place.config), "--virtual"], capsys)
    assert "catalogue.csv:1: the header must be " in said([*place.flow(), "--shop", str(shop)], capsys)


def test_a_data_folder_below_a_file(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a directory: the folder is named, and what to give instead. (Root may write anywhere else.)"""
    (place.folder / "file").write_bytes(b"")
    data = place.folder / "file" / "data"

    assert said(place.flow(data), capsys) == (
        f"{data}: a file stands in its way; give the till a data folder that it can write"
    )


@contextmanager
def nobody() -> Iterator[None]:
    """Root may write anywhere: for a moment the process is nobody."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_data_folder_that_is_not_writable(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Permission denied: the same."""
    assert main(place.flow()) == 0  # every module is loaded by whoever runs the tests
    with TemporaryDirectory(dir="/dev/shm") as closed:
        shop, day = Path(closed) / "shop", Path(closed) / "day.flow"
        shutil.copytree(SAMPLE, shop)
        day.write_text(FLOW, "utf-8")
        Path(closed).chmod(0o555)
        with nobody():
            found = said(["flow", str(day), "--data", f"{closed}/data", "--shop", str(shop)], capsys)

    assert found == f"{closed}/data: not writable; give the till its own data folder (--data or data = …)"


def test_two_tills_on_one_data_folder(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The second is told that another one holds it; the first sells on."""
    with world_on(place.data) as world:
        play(world, 'login "Sophie"', "open day float 100.00")
        found = said(place.flow(), capsys)
        play(world, 'ring "Café"', "pay cash 2.00", "print no", "expect tickets 1")

    assert found == f"another till holds {place.data}: stop it first, or use its data folder alone"


def test_a_key_that_is_missing_beside_a_journal(played: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """No new key is made over an old journal."""
    (played.data / "key").unlink()
    found = said(played.flow(), capsys)

    assert found == f"{played.data / 'key'} is missing beside a journal: put the till's key file back"
    assert not (played.data / "key").exists()


def test_a_key_that_others_can_read(played: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """A key with mode 0644 is not used."""
    (played.data / "key").chmod(0o644)

    assert "can be read by others (mode 0644): chmod 600 it and change the key" in said(played.flow(), capsys)


def test_the_key_of_another_till(played: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal's own key is asked back."""
    (played.folder / "other").mkdir()
    make(played.folder / "other", OsDisk(), sealer_for())
    (played.folder / "other" / "key").replace(played.data / "key")

    assert "the key file is not the one of this journal" in said(played.flow(), capsys)


def test_a_journal_of_a_newer_format(played: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """It is left alone, and the sentence asks for newer software."""
    segment = played.data / "journal" / "00000001.seg"
    data = bytearray(segment.read_bytes())
    head = list(HEAD.unpack_from(data))
    head[5] += 1
    HEAD.pack_into(data, 0, *head)
    data[4:8] = crc32(data[8 : head[4]]).to_bytes(4, "big")
    segment.write_bytes(data)

    assert said(played.flow(), capsys) == "journal written by format 2, this software reads 1: update it"
    assert segment.read_bytes() == bytes(data)


@pytest.fixture
def held(played: Place) -> Iterator[Place]:
    """A data folder whose journal another process holds."""
    disk = OsDisk()
    journal = Journal.open(played.data, disk, load(played.data, disk, sealer_for()), segment_size=SMALL)
    yield played
    journal.close()


def test_a_reader_beside_a_running_till(held: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """verify and dump take no lock."""
    assert main(["verify", str(held.data)]) == 0
    assert main(["dump", str(held.data)]) == 0
    assert '"kind":"ticket"' in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["flow", "none.flow"], ["verify", "nowhere"], ["dump", "nowhere"]])
def test_what_is_not_there_is_said(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A flow, a folder."""
    assert argv[1] in said(argv, capsys)


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """argparse says which there are, and exits 2."""
    with pytest.raises(SystemExit) as ended:
        main(["sing"])

    assert ended.value.code == 2
    assert "invalid choice: 'sing'" in capsys.readouterr().err
