"""A stick that holds updates for several models: the till takes its own, and says whose the others are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.core.input import SoftwareReady
from appliance.daemon.config import Config
from appliance.daemon.virtual import SimulatedWorld
from tests.daemon.test_system import EVENING, below, stick, told
from tests.daemon.world import SAMPLE, SMALL, play, seen

OWN = "virt-amd64"
OTHERS = ("sceau-generic-amd64-0.9.0.raucb", "sceau-virt-amd64-2-0.8.0.raucb")


class Modelled(SimulatedWorld):
    """A machine that knows its model."""

    def _config(self) -> Config:
        return replace(super()._config(), board=OWN)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimulatedWorld]:
    made = Modelled(tmp_path / "data", SAMPLE, segment_size=SMALL)
    made.hardware.system.fit()
    made.power_on()
    play(made, 'login "Sophie"', *EVENING.splitlines(), "wait 20s")
    yield made
    made.close()


def test_its_own_is_taken_however_high_the_others_are(world: SimulatedWorld, tmp_path: Path) -> None:
    """And of its own the highest; a longer name that begins with its own is another model's."""
    play(world, stick(tmp_path, *OTHERS, f"sceau-{OWN}-0.2.0.raucb", f"sceau-{OWN}-0.10.0.raucb"))
    play(world, 'expect shows "version 0.10.0"', 'tap "Installer et éteindre"', "wait 30s")
    path = world.hardware.stick.place / f"sceau-{OWN}-0.10.0.raucb"
    assert below(world).taken == [f"do=install\nbundle={path}\nthen=off\n"]
    assert told(world) == ["972 0.1.0 > 0.10.0 (stick)"]


def test_others_alone_are_named_and_never_asked_for(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, stick(tmp_path, *OTHERS), 'expect shows "autre modèle"', 'tap "Installer et éteindre"')
    assert "La mise à jour qui s'y trouve est pour : generic-amd64, virt-amd64-2." in seen(world)
    assert f"dont le nom commence par sceau-{OWN}." in seen(world)
    assert below(world).taken == []
    assert told(world) == ["973 board"]
    play(world, 'tap "Fermer"', "usb remove")
    assert "Installer et éteindre" not in seen(world)


def test_the_technician_is_told_the_same(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, stick(tmp_path, *OTHERS), "logout", 'login "Nadia"', 'login "Marc"', "pin 9876", 'tap "Accepter"')
    play(world, 'tap "Logiciel"')
    assert f"clé USB pour generic-amd64, virt-amd64-2 : il faut {OWN}" in seen(world)
    play(world, 'tap "Installer"', 'expect shows "Clé USB pour un autre modèle."')
    assert below(world).taken == []


def test_its_own_that_is_not_newer_is_no_stranger(world: SimulatedWorld, tmp_path: Path) -> None:
    """What lies there for this model says why it is not taken; the others are nothing to it."""
    play(world, stick(tmp_path, *OTHERS, f"sceau-{OWN}-0.1.0.raucb"))
    assert "Installer et éteindre" not in seen(world)


def test_what_the_collector_gave_is_offered_beside_such_a_stick(world: SimulatedWorld, tmp_path: Path) -> None:
    till = world.till
    assert till
    till.service.feed(SoftwareReady("collector", "0.2.0", "/state/updates/sceau-virt-amd64-0.2.0.raucb"))
    play(world, stick(tmp_path, *OTHERS), 'expect shows "version 0.2.0"')
    assert "autre modèle" not in seen(world)
