"""What long work leaves behind when the power goes, and what a start does not load because of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.daemon.stick_works import swept
from appliance.daemon.virtual import SimulatedWorld
from appliance.daemon.work import Place
from appliance.daemon.works import done
from appliance.simulator.stick import Stick
from tests.powerloss.recording import SHOP


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A till that was started and stopped once."""
    data = tmp_path_factory.mktemp("works") / "data"
    world = SimulatedWorld(data, SHOP, segment_size=512 << 10)
    try:
        world.power_on()
        world.stop()
    finally:
        world.close()
    return data


def test_an_archive_that_no_record_names_goes_only_before_any_was_made(data: Path) -> None:
    """Later its record may be on its way to flash: then the file must stay."""
    left = data / "archives" / "left.zip"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"cut short")
    place = Place(data, SHOP, fresh=True)

    swept(place.after("archive"))
    assert left.is_file()
    swept(place.after("verify"))
    assert not left.exists()


def work(data: Path, shop: Path, stick: Path, what: str) -> dict[str, object]:
    args = (what, "2026-11-21", "2026-11-21", str(stick))
    return done("period", Place(data, shop), args, lambda _: pytest.fail("no key"), lambda part, whole: None)


def test_an_export_sweeps_what_one_before_it_left(data: Path, tmp_path: Path) -> None:
    """Drafts stand beside the journal, where there is room; the power may go while they do."""
    (data / "export-cut").mkdir()
    (data / "export-cut" / "draft").write_bytes(b"x")
    stick = Stick(tmp_path / "stick", tmp_path / "home")
    stick.plug()
    said = work(data, SHOP, stick.place, "csv")
    stick.unplug()

    assert said["name"] == "csv-2026-11-21-2026-11-21.zip"
    assert (tmp_path / "home" / "documents" / str(said["name"])).is_file()
    assert list(data.glob("export-*")) == []


def test_accounts_that_are_missing_are_said(data: Path, tmp_path: Path) -> None:
    """Not "the stick is full": the owner must know that the shop's accounts are incomplete."""
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    text = (shop / "shop.toml").read_text("utf-8")
    (shop / "shop.toml").write_text(text[: text.index("[accounting]")], "utf-8")
    stick = Stick(tmp_path / "stick", tmp_path / "home")
    stick.plug()
    said = work(data, shop, stick.place, "fec")
    stick.unplug()

    assert str(said["error"]).startswith("Export refusé")
    assert "accounting" in str(said["detail"])


def test_a_start_loads_nothing_that_makes_archives() -> None:
    """They come with the first work, in a child: a till on a small board is ready sooner."""
    code = "import sys, appliance.daemon.run; print([m for m in sys.modules if m.startswith('appliance.audit.')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "['appliance.audit.perimeter']"
