"""The word on which a slot is judged: once the till stands, and never before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import VERSION
from appliance.daemon.ready import FOLDER, runtime_folder, stands
from appliance.daemon.setting import Setting
from appliance.daemon.virtual import SimulatedWorld
from appliance.provision import lock
from tests.daemon.blank import BlankWorld
from tests.daemon.blank import stick as bundles
from tests.daemon.world import SAMPLE, SMALL, play
from tests.provision import made


class Told(SimulatedWorld):
    """A world whose systemd has made a folder for the till."""

    def __init__(self, data: Path, runtime: Path) -> None:
        self.runtime = runtime
        super().__init__(data, SAMPLE, segment_size=SMALL)

    def _setting(self) -> Setting:
        return replace(super()._setting(), runtime=self.runtime)


class BlankTold(BlankWorld):
    runtime = Path()

    def _setting(self) -> Setting:
        return replace(super()._setting(), runtime=self.runtime)


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def world(tmp_path: Path, runtime: Path) -> Iterator[Told]:
    made = Told(tmp_path / "data", runtime)
    yield made
    made.close()


def test_the_till_says_that_it_stands(world: Told, runtime: Path) -> None:
    """With the screen that was drawn and the journal's length; once, whatever is recorded after it."""
    world.power_on()
    said = (runtime / "ready").read_text("ascii")
    count = len(world.records())
    assert said == f"version={VERSION}\nframe=locked\nrecords={count}\n"

    play(world, 'login "Sophie"', "open day float 10.00", "wait 120s")
    assert (runtime / "ready").read_text("ascii") == said
    assert sorted(each.name for each in runtime.iterdir()) == ["ready", "use"]


def test_a_start_that_fails_says_nothing(world: Told, runtime: Path) -> None:
    """The power goes at the record of the start: the next one stands."""
    world.after_flushes(1)
    world.power_on()
    assert not world.alive
    assert not (runtime / "ready").exists()
    world.power_on()
    assert (runtime / "ready").exists()


def test_a_blank_machine_stands_too(tmp_path: Path, runtime: Path) -> None:
    """It shows who it is and has no journal; the till that a bundle makes of it says its own."""
    world = BlankTold(tmp_path / "data", tmp_path / "shop")
    world.runtime = runtime
    try:
        world.power_on()
        assert (runtime / "ready").read_text("ascii") == f"version={VERSION}\nframe=identity\nrecords=0\n"
        bundles(world, tmp_path / "stick", made.bundle())
        world.scan(lock.digits(made.CODE))
        world.wait(1000)
        assert "frame=locked\n" in (runtime / "ready").read_text("ascii")
        assert "records=0\n" not in (runtime / "ready").read_text("ascii")
    finally:
        world.close()


def test_where_nobody_waits_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    assert runtime_folder() is None
    stands(None, "locked", 1)
    monkeypatch.setenv(FOLDER, f"{tmp_path}:/run/other")
    assert runtime_folder() == tmp_path


def test_a_word_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The till sells; the log says why its version is given up."""
    stands(tmp_path / "none", "locked", 1)
    assert "this version will be given up" in capsys.readouterr().err
