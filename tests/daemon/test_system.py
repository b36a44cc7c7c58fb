"""Orders to the system below, over its real files: each end, each cut, hostile files, a stick that is pulled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from appliance.audit.command import verify_main
from appliance.core.effect import Order
from appliance.core.software import PATIENCE, SAID
from appliance.core.system import Outcome, Slot
from appliance.daemon import wiring
from appliance.daemon.system import LONGEST, outcome_of, slot_of, text_of, whole
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator.system import FAILURES, REFUSALS, System
from appliance.slots import machine, order, said
from tests.daemon.world import SAMPLE, SMALL, play, seen, world_on

SECOND = 1000
NEW = "sceau-pc-0.2.0.raucb"
EVENING = """open day float 10.00
ring "Café"
pay cash 2.00
print no
close day"""


class Lived(NamedTuple):
    data: Path
    until: int  # ms


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A day was sold, closed and archived; the till was stopped in order."""
    home = tmp_path_factory.mktemp("lived")
    with world_on(home / "data") as made:
        play(made, 'login "Sophie"', *EVENING.splitlines(), "wait 20s", "logout")
        made.stop()
        return Lived(home / "data", made.clock.t)


@pytest.fixture
def world(lived: Lived, tmp_path: Path) -> Iterator[SimulatedWorld]:
    """A till with a system below it, a second after such a day."""
    shutil.copytree(lived.data, tmp_path / "data")
    made = SimulatedWorld(tmp_path / "data", SAMPLE, segment_size=SMALL)
    made.hardware.system.fit()
    made.set_time(lived.until + SECOND)
    made.power_on()
    play(made, "wait 20s", 'login "Sophie"')  # by then it has verified what it starts from
    yield made
    made.close()


def stick(tmp_path: Path, *names: str) -> str:
    home = tmp_path / "stick"
    home.mkdir()
    for name in names:
        (home / name).write_bytes(b"bundle")
    return f"usb insert {home}"


def below(world: SimulatedWorld) -> System:
    return world.hardware.system


def told(world: SimulatedWorld) -> list[str]:
    """What the journal says of updates."""
    return [
        f"{record['body']['code']} {record['body']['text']}"
        for record in world.records()
        if record["kind"] == "jet" and record["body"]["code"] in (972, 973, 974)
    ]


def kinds(world: SimulatedWorld, last: int) -> list[str]:
    return [str(record["kind"]) for record in world.records() if record["kind"] != "seal"][-last:]


def intact(world: SimulatedWorld, tmp_path: Path) -> None:
    if world.alive:
        world.stop()
    assert verify_main([str(tmp_path / "data")]) == 0


def test_off(world: SimulatedWorld, tmp_path: Path) -> None:
    """The logout, then the order, then the till's own orderly end, then the dark."""
    play(world, 'tap "Éteindre"')

    assert below(world).taken == ["do=off\n"]
    assert not world.alive
    assert kinds(world, 3) == ["logout", "wear", "stop"]
    world.power_on()
    play(world, 'login "Sophie"', 'expect shows "Ouvrir la journée"')
    intact(world, tmp_path)


def test_an_update_from_a_stick(world: SimulatedWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by a record, installed, dark by itself; the new version's start says both versions."""
    play(world, stick(tmp_path, NEW), 'expect shows "version 0.2.0"', 'tap "Installer et éteindre"')
    play(world, "wait 3s")
    assert "La caisse s'éteindra toute seule." in seen(world)
    assert "Installation en cours : 40 %" in seen(world)
    play(world, "wait 30s")

    path = world.hardware.stick.place / NEW
    assert below(world).taken == [f"do=install\nbundle={path}\nthen=off\n"]
    assert not world.alive
    monkeypatch.setattr(wiring, "VERSION", "0.2.0")
    world.power_on()
    assert below(world).version == "0.2.0"
    changes = [record["body"] for record in world.records() if record["kind"] == "version"]
    assert changes == [{"from": "0.1.0", "to": "0.2.0"}]
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)"]
    play(world, 'login "Sophie"', 'expect shows "Éteindre"')
    assert "Installer et éteindre" not in seen(world)
    intact(world, tmp_path)


@pytest.mark.parametrize("code", [*REFUSALS, *FAILURES])
def test_each_refusal(world: SimulatedWorld, tmp_path: Path, code: str) -> None:
    """In words on the locked screen, with its code on record; the till sells on."""
    below(world).will = code
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 20s")

    assert world.alive
    assert SAID[code].replace("\u00a0", " ") in seen(world)
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)", f"973 0.2.0 {code}"]
    play(world, 'login "Sophie"', "open day float 10.00")


def test_a_refusal_of_before_is_not_taken_for_the_next(world: SimulatedWorld, tmp_path: Path) -> None:
    """The outcome that stands when an order is given is another one's, for as long as nobody has taken this one."""
    below(world).will = "signature"
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 20s")
    below(world).will = "deaf"
    play(world, 'login "Sophie"', 'tap "Installer et éteindre"', "wait 20s")

    assert len(told(world)) == 3
    assert "Installation en cours : 0 %" in seen(world)


@pytest.mark.parametrize("will", ["hang", "deaf"])
def test_a_system_that_says_nothing_any_more(world: SimulatedWorld, tmp_path: Path, will: str) -> None:
    """The shop opens; an order that nobody has taken is taken back, so that no till goes dark over a sale."""
    below(world).will = will
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', f"wait {PATIENCE['install'] // 1000 + 120}s")

    assert told(world)[-1] == "973 0.2.0 silent"
    assert list(below(world).orders.iterdir()) == []
    play(world, 'login "Sophie"', "open day float 10.00")


def test_a_stick_pulled_in_the_middle(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 3s", "usb remove", "wait 10s")

    assert told(world)[-1] == "973 0.2.0 gone"
    assert "rebrancher la clé USB" in seen(world)
    play(world, 'login "Sophie"')
    assert "Installer et éteindre" not in seen(world)


def test_a_cut_between_the_record_and_the_order(world: SimulatedWorld, tmp_path: Path) -> None:
    """Nobody was asked; the next start says that nothing was installed, and it can be ordered again."""
    play(world, stick(tmp_path, NEW), "power cut after 1 flushes", 'tap "Installer et éteindre"')
    assert not world.alive
    assert below(world).taken == []
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)"]
    world.power_on()
    play(world, "wait 2s")
    assert told(world)[1:] == ["973 0.2.0 cut"]
    assert "L'installation a été interrompue." in seen(world)
    play(world, 'login "Sophie"', 'tap "Installer et éteindre"', "wait 30s")
    assert not world.alive
    intact(world, tmp_path)


def test_a_cut_between_the_order_and_its_end(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 3s", "power cut", "power on", "wait 2s")
    assert told(world)[1:] == ["973 0.2.0 cut"]
    play(world, "power cut", "power on", "wait 2s")
    assert len(told(world)) == 2
    intact(world, tmp_path)


def test_a_version_that_does_not_start(world: SimulatedWorld, tmp_path: Path) -> None:
    """The old one is back by itself; it says so to who opens the shop, and once to the journal."""
    below(world).will = "late"
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 30s")
    world.power_on()
    play(world, "wait 2s")

    assert told(world)[1:] == ["974 0.2.0 > 0.1.0"]
    assert "Retour à la version 0.1.0." in seen(world)
    play(world, 'login "Sophie"', "open day float 10.00", 'ring "Café"', "pay cash 2.00", "print no")
    intact(world, tmp_path)


def test_slots_that_are_told_late(world: SimulatedWorld, tmp_path: Path) -> None:
    """A real system tells them once it has judged the slot; by then somebody may sell."""
    below(world).will, below(world).tells = "late", False
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 30s")
    world.power_on()
    play(world, "wait 20s", 'login "Sophie"', "open day float 10.00")
    assert len(told(world)) == 1
    below(world).tell_slots()
    play(world, "wait 2s")

    assert told(world)[1:] == ["974 0.2.0 > 0.1.0"]
    assert "Vendre comme d'habitude." in seen(world)
    play(world, 'tap "Fermer"', 'ring "Café"', "pay cash 2.00", "print no")


def test_a_till_that_comes_back_alone_follows_the_order(world: SimulatedWorld, tmp_path: Path) -> None:
    """Only the process ended: the system goes on, and the next process shows how far it is."""
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 3s")
    world.stop()
    world.power_on()
    play(world, "wait 1s")
    assert "La caisse s'éteindra toute seule." in seen(world)
    play(world, "wait 30s")
    assert not world.alive
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)"]


def test_the_highest_of_a_stick(world: SimulatedWorld, tmp_path: Path) -> None:
    """Names of the right form in its first folder only; what is not above the version that runs is not offered."""
    names = ("sceau-pc-0.9.0.raucb", "sceau-pc-0.10.0.raucb", "sceau-pc-1.0.raucb", "sceau-pc-2.0.0.zip", "2.0.0.raucb")
    play(world, stick(tmp_path, *names), 'expect shows "version 0.10.0"', "usb remove")
    assert "Installer et éteindre" not in seen(world)


def test_a_stick_with_the_same_version(world: SimulatedWorld, tmp_path: Path) -> None:
    play(world, stick(tmp_path, "sceau-pc-0.1.0.raucb"))
    assert "Éteindre" in seen(world)
    assert "Installer et éteindre" not in seen(world)


def test_the_technicians_page(world: SimulatedWorld, tmp_path: Path) -> None:
    """Slots, the update and where it is; the same order as at the counter."""
    play(world, stick(tmp_path, NEW), "logout", 'login "Nadia"', 'login "Marc"', "pin 9876", 'tap "Accepter"')
    play(world, 'tap "Logiciel"')
    assert "0.1.0 good booted" in seen(world)
    assert "0.2.0, de la clé USB" in seen(world)
    play(world, 'tap "Installer"', "wait 30s")
    assert not world.alive
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)"]


def test_an_order_that_cannot_be_written(world: SimulatedWorld, tmp_path: Path) -> None:
    below(world).orders.rmdir()
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"', "wait 2s")
    assert told(world)[-1] == "973 0.2.0 failed"
    play(world, 'login "Sophie"', 'tap "Éteindre"')
    assert "La caisse ne s'éteint pas." in seen(world)


HOSTILE = {
    "binary": bytes(range(256)),
    "long": b"do=install\nstate=failed\n" + b"#" * (1 << 20),
    "half": b"do=install\nstate=fail",
    "cut off": b"do=install\nstate=failed",
    "empty": b"",
    "unknown": b"do=reboot\nstate=done\n",
    "percent": "do=install\nstate=running\npercent=٤٠\n".encode(),
    "more": b"do=install\nstate=running\npercent=400\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_outcome(world: SimulatedWorld, tmp_path: Path, name: str) -> None:
    """It says nothing: the till goes on waiting, and hears the next word that is one."""
    below(world).will = "deaf"
    play(world, stick(tmp_path, NEW), 'tap "Installer et éteindre"')
    below(world).write("outcome", HOSTILE[name])
    play(world, "wait 3s")
    assert told(world) == ["972 0.1.0 > 0.2.0 (stick)"]
    assert "Installation en cours : 0 %" in seen(world)

    below(world).tell(do="install", state="refused", version="", percent=0, code="signature")
    play(world, "wait 3s")
    assert told(world)[1:] == ["973 0.2.0 signature"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_slots(tmp_path: Path, name: str) -> None:
    """A start with them is a start; nothing is concluded from them."""
    made = SimulatedWorld(tmp_path / "data", SAMPLE, segment_size=SMALL)
    made.hardware.system.fit()
    made.hardware.system.write("slots", HOSTILE[name])
    try:
        made.power_on()
        play(made, 'login "Sophie"', 'expect shows "Éteindre"')
    finally:
        made.close()


def test_a_pipe_in_the_place_of_a_file(tmp_path: Path) -> None:
    """Nobody writes to it, and nobody waits for it."""
    os.mkfifo(tmp_path / "pipe")
    assert whole(tmp_path / "pipe") == ""
    (tmp_path / "folder").mkdir()
    assert whole(tmp_path / "folder") == ""
    assert whole(tmp_path / "none") == ""
    (tmp_path / "most").write_bytes(b"a" * LONGEST)
    assert len(whole(tmp_path / "most")) == LONGEST


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("do=install\nstate=running\nversion=0.2.0\npercent=7\ncode=\n", Outcome("install", "running", "0.2.0", 7)),
        ("do=off\nstate=done\n", Outcome("off", "done")),
        ("do=install\nstate=refused\nversion=\npercent=\ncode=board\n", Outcome("install", "refused", code="board")),
        ("do=install\nstate=failed\nversion=a b\ncode=a b\nmore=1\n", Outcome("install", "failed")),
        ("do=install\n", None),
        ("state=done\n", None),
    ],
)
def test_outcomes(text: str, outcome: Outcome | None) -> None:
    assert outcome_of(text) == outcome


@pytest.mark.parametrize(
    ("line", "slot"),
    [
        ("A=0.1.0 good booted", Slot("A", "0.1.0", "good", booted=True)),
        ("B=0.2.0 tried next", Slot("B", "0.2.0", "tried", next=True)),
        ("B=- bad", Slot("B", "-", "bad")),
        ("C=0.1.0 good", None),
        ("A=0.1.0", None),
        ("A=0.1.0 fine", None),
        ("A=0.1.0 good perhaps", None),
        ("A=latest good", None),
    ],
)
def test_slots(line: str, slot: Any) -> None:
    assert slot_of(line) == slot


def test_both_sides_mean_the_same(world: SimulatedWorld, tmp_path: Path) -> None:
    """What the till writes is an order to the system's own reader; what that says is a word to the till."""
    below(world).will = "deaf"
    play(world, 'tap "Éteindre"')
    assert order.read((below(world).orders / "order").read_bytes()) == order.Order("off")

    bundle = order.FOLDERS[1] / NEW
    asked = Order("install", str(bundle), "off")
    assert order.read(text_of(asked).encode()) == order.Order("install", bundle, "off")
    for state in ("running", "done", "refused", "failed"):
        told = said.Outcome("install", state, "0.2.0", 40, "medium")
        assert outcome_of(told.text) == Outcome(*told)
    lines = machine.slots(machine.Running("A", "0.1.0"), "0.2.0", {"B_OK": "1", "B_LEFT": "3", "ORDER": "B A"})
    found = [slot_of(line) for line in lines.splitlines()]
    assert found == [Slot("A", "0.1.0", "tried", booted=True), Slot("B", "0.2.0", "good", next=True)]
