"""A technician on the booted till: the panel set right through its wire, cuts while it is kept, logs, settings kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.daemon.upkeep import FILE, slots
from appliance.daemon.virtual import PowerCut, SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage.flash import OsDisk
from tests.flow_pictures import SHOP, SMALL

SIZE = (800, 480)
VISIT = 'login "Nadia"\nlogin "Marc"\npin 9876\ntap "Accepter"'
CROSSES = ((1200, 1200), (8800, 1200), (8800, 8800), (1200, 8800), (5000, 2600))


class CutDisk(OsDisk):
    """The power goes before the n-th call that changes the folder beside the journal."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def _one(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise PowerCut

    def fsync(self, handle: int) -> None:
        self._one()
        super().fsync(handle)

    def rename(self, old: Path, new: Path) -> None:
        self._one()
        super().rename(old, new)

    def fsync_directory(self, path: Path) -> None:
        self._one()
        super().fsync_directory(path)


@pytest.fixture
def disk() -> CutDisk:
    return CutDisk()


@pytest.fixture
def world(tmp_path: Path, disk: CutDisk) -> Iterator[SimulatedWorld]:
    world = SimulatedWorld(tmp_path / "data", SHOP, SIZE, disk, segment_size=SMALL)
    world.power_on()
    yield world
    world.close()


def play(world: SimulatedWorld, text: str) -> None:
    steps = [Step("upkeep", number, split(line)) for number, line in enumerate(text.splitlines(), 1) if line]
    failure = Player(world, cards.read(SHOP)).play(steps)
    assert failure is None, failure


def crooked(x: int, y: int) -> tuple[int, int]:
    """Where this panel says that a finger is: 3 % too far right, a little squeezed."""
    return x * 97 // 100 + 24, y * 104 // 100 - 12


def cross(world: SimulatedWorld, point: tuple[int, int]) -> None:
    world.touch(*crooked(point[0] * SIZE[0] // 10_000, point[1] * SIZE[1] // 10_000))


def set_right(world: SimulatedWorld) -> None:
    play(world, f'{VISIT}\ntap "Écran tactile"')
    for point in CROSSES:
        cross(world, point)


def aim(world: SimulatedWorld, label: str) -> None:
    """A finger on that key of the crooked panel."""
    spot = next(each for each in world.glass().spots if each.label == label)
    world.touch(*crooked(spot.x, spot.y))
    world.finish()


def test_a_crooked_panel_is_set_right(world: SimulatedWorld, tmp_path: Path) -> None:
    """At once, after a cut, and after its file was lost: the journal says it again."""
    set_right(world)
    assert "Écran tactile réglé." in world.glass().labels
    aim(world, "Fermer")
    assert "Écran tactile réglé." not in world.glass().labels
    kept = (tmp_path / "data" / FILE).read_text("ascii")
    (tmp_path / "data" / FILE).unlink()
    world.power_cut()
    world.power_on()
    assert (tmp_path / "data" / FILE).read_text("ascii") == kept
    aim(world, "Sophie")
    assert "Bonjour Sophie" in world.glass().labels


@pytest.mark.parametrize("bad", [1, 4])
def test_a_slip_changes_nothing(world: SimulatedWorld, tmp_path: Path, bad: int) -> None:
    """Among the four, or the fifth that checks them."""
    play(world, f'{VISIT}\ntap "Écran tactile"')
    for number, point in enumerate(CROSSES):
        cross(world, (point[0] - 900, point[1]) if number == bad else point)

    assert "Réglage refusé." in world.glass().labels
    assert not (tmp_path / "data" / FILE).exists()
    assert all(record["kind"] != "setting" for record in world.records())


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_cut_while_it_is_kept(world: SimulatedWorld, disk: CutDisk, tmp_path: Path, call: int) -> None:
    """Its record is durable by then: the next start writes the file whole, and the panel is right."""
    play(world, f'{VISIT}\ntap "Écran tactile"')
    for point in CROSSES[:-1]:
        cross(world, point)
    disk.left = call
    cross(world, CROSSES[-1])
    assert not world.alive
    world.power_on()

    recorded = [record["body"] for record in world.records() if record["kind"] == "setting"]
    assert [body["after"] for body in recorded] == [(tmp_path / "data" / FILE).read_text("ascii")]
    aim(world, "Sophie")
    assert "Bonjour Sophie" in world.glass().labels


def test_a_cut_before_the_record_changes_nothing(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, f'{VISIT}\ntap "Écran tactile"')
    for point in CROSSES[:-1]:
        cross(world, point)
    world.after_flushes(1)
    cross(world, CROSSES[-1])
    world.power_on()
    held = any(record["kind"] == "setting" for record in world.records())

    assert (tmp_path / "data" / FILE).exists() == held


def test_settings_outlive_a_cut_and_reach_the_wire(world: SimulatedWorld) -> None:
    """The paper has as many columns as were chosen, and the next start builds its printer so."""
    play(world, f'{VISIT}\ntap "Imprimante"\ntap "32 colonnes"\npower cut\npower on')
    till = world.till
    assert till is not None
    assert till.fitted.printer.columns == 32
    play(world, f'{VISIT}\ntap "Remettre les réglages"\ntap "Remettre"')

    assert till.fitted.printer.columns == 48


def test_the_logs_tell_nobody_and_no_sale(world: SimulatedWorld, tmp_path: Path) -> None:
    """No name, no code of a person, no article, no sum; the devices, the errors and the last acts by kind."""
    play(world, 'login "Sophie"\nopen day float 123.45\nring "Café"\npay cash 1.50\nprint no\nprinter off\nwait 3s')
    play(world, f'usb insert stick\n{VISIT}\ntap "Journaux sur clé USB"\nwait 1s\ntap "Fermer"\nusb remove')
    (file,) = (tmp_path / "stick" / "journaux").iterdir()
    text = file.read_text("utf-8")

    assert "device printer down off" in text
    assert "error " in text
    assert " ticket" in text
    for told in ("Sophie", "Nadia", "Marc", "Café", "12345", "123.45", "Épicerie", "12345678200010"):
        assert told not in text
    assert len(text.encode()) < 128 * 1024


def test_the_system_tells_its_slots(tmp_path: Path) -> None:
    (tmp_path / "slots").write_text("a=1.2.0 good booted\nb=1.1.0 good\nnot a slot\n", "utf-8")

    assert slots(tmp_path / "slots") == (("a", "1.2.0 good booted"), ("b", "1.1.0 good"))
    assert slots(tmp_path / "none") == ()
