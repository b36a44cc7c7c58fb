"""Flash that lost what was acknowledged: said, recorded, and sold on only after a manager has decided."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.command import main
from appliance.core import event as ev
from appliance.daemon.virtual import SimulatedWorld
from appliance.storage import anchor
from tests.daemon.world import play, seen, world_on

DAY = ('login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no", 'ring "Thé"')
SALE = ('ring "Café"', "pay cash 2.00", "print no")
UNIT = 512


def segment(data: Path, number: int = 1) -> Path:
    return data / "journal" / f"{number:08x}.seg"


def frames(data: Path) -> list[int]:
    """Offsets at which frames begin."""
    raw = segment(data).read_bytes()
    return [at for at in range(UNIT, len(raw), UNIT) if raw[at : at + 4] == b"SCF1"]


def hurt(data: Path, *places: int) -> None:
    """Units that hold neither what was written nor zeros."""
    path = segment(data)
    raw = bytearray(path.read_bytes())
    for place in places:
        raw[place : place + UNIT] = b"\xa5" * UNIT
    path.write_bytes(raw)


def in_the_middle(data: Path) -> None:
    """A frame of the open day, with good ones behind it."""
    raw = segment(data).read_bytes()
    hurt(data, max(at for at in frames(data) if at < raw.find("Café".encode())))


def at_the_tip(data: Path) -> None:
    """The last two acknowledged frames, of the last one all but its head."""
    last = frames(data)[-2:]
    hurt(data, last[0])
    path = segment(data)
    raw = bytearray(path.read_bytes())
    raw[last[1] + 100 : last[1] + UNIT] = b"\xa5" * (UNIT - 100)
    path.write_bytes(raw)


def at_the_head(data: Path) -> None:
    """The header, with every frame whole."""
    hurt(data, 0)


HURTS = [in_the_middle, at_the_tip, at_the_head]


def cut_in_a_day(data: Path) -> None:
    with world_on(data) as world:
        play(world, *DAY)
        world.power_cut()


@pytest.mark.parametrize("harm", HURTS, ids=lambda harm: harm.__name__)
def test_nothing_is_sold_before_a_manager_has_decided(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """A record that names what is missing, a screen for the cashier, a decision with its name; then sales go on."""
    data = tmp_path / "data"
    cut_in_a_day(data)
    harm(data)
    with world_on(data) as world:
        defects = told(world)
        play(world, 'login "Sophie"')

        assert "Journal incomplet." in seen(world)
        assert "Un responsable doit s'identifier" in seen(world)
        assert "Reprendre la vente" not in seen(world)
        play(world, "logout", 'login "Marc"', 'tap "Reprendre la vente"')
        finish(world)
        world.stop()
    assert defects == 1
    assert main(["verify", str(data)]) == 1
    with world_on(data) as world:
        world.wait(20_000)  # until the last closed day was read again
        assert told(world) == 0


def told(world: SimulatedWorld) -> int:
    """Defects that this start has recorded."""
    journal = world.till.journal if world.till else None
    assert journal
    kinds = [sealed.record.kind for sealed in journal.past()]
    started = max(at for at, kind in enumerate(kinds) if kind == ev.START)
    return kinds[started:].count(ev.DEFECT)


def finish(world: SimulatedWorld) -> None:
    """The day as it was left, or a new one, is sold in and closed."""
    shown = world.glass().screen
    lines = ["open day float 10.00"] if shown == "open-day" else []
    if shown == "sale" and world.glass().figures.get("total") not in (None, "0,00 €", "0,00\u00a0€"):
        lines = ["void ticket"]
    play(world, *lines, *SALE, "close day")


def test_a_journal_that_was_put_back(tmp_path: Path) -> None:
    """An older copy under the anchor of the newer one: how many acts are missing is in the record."""
    data, older = tmp_path / "data", tmp_path / "older"
    with world_on(data) as world:
        play(world, *DAY[:5])
        world.stop()
    shutil.copytree(data, older)
    with world_on(data) as world:
        play(world, 'login "Sophie"', *SALE)
        world.stop()
    shutil.copy(data / anchor.NAME, older / anchor.NAME)
    with world_on(older) as world:
        play(world, 'login "Marc"')

        assert "Journal incomplet." in seen(world)
        play(world, 'tap "Reprendre la vente"', *SALE)
        world.stop()
    assert main(["verify", str(older)]) == 1


def test_a_closed_day_is_read_again(tmp_path: Path) -> None:
    """Bytes that go bad in a day already closed are found at the next start, without anyone asking."""
    data = tmp_path / "data"
    with world_on(data) as world:
        play(world, *DAY[:5], "close day")
        world.stop()
    raw = segment(data).read_bytes()
    hurt(data, max(at for at in frames(data) if at < raw.find("Café".encode())))
    with world_on(data) as world:
        world.wait(10_000)
        play(world, 'login "Sophie"')

        assert "Journal incomplet." in seen(world)
