"""One machine's way to its next version: what it refuses, an installation cut anywhere, three starts, and the way back.

The tests follow each other on one machine, in the order of the file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance import VERSION
from appliance.daemon.works import FULL
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.slots import environment
from image import keys
from image.board import read_board
from image.slot import Slot
from tests.image import medium, update
from tests.image.installing import Installation, fault
from tests.image.machine import PATIENCE
from tests.image.medium import SHOP, prepare
from tests.image.update import NEXT
from tests.image.waiting import until
from tests.image.world import SIZE, MachineWorld, play

UPDATES = Path("/state/updates")
LAID = "following.raucb"
LONG = 900.0  # seconds for an installation on a machine that does other things as well
STARTS = 3
NONSENSE = "use=held\\nsince=9\\nat=1\\n"  # a till that says this is as good as dead, and is not waited for
SAMPLE = 60


class Made(NamedTuple):
    """Bundles by what is wrong with them; `disk` is the machine's before its first start."""

    following: Path
    slot: Slot
    refused: dict[str, Path]
    disk: Path


@pytest.fixture(scope="module")
def made(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("update")
    bundle, slot = update.next_version(folder)
    stranger = keys.publisher(folder / "stranger")
    other = read_board("generic-amd64")
    refused = {
        "older": update.small(folder, "0.0.9", update.own(), named="older.raucb"),
        "signature": update.small(folder, "0.3.0", stranger, named="signature.raucb"),
        "board": update.small(folder, "0.3.0", update.own(), other, named="board.raucb"),
    }
    nothing = folder / "unreadable.raucb"
    nothing.write_bytes(b"not a bundle" * 1000)
    refused["unreadable"] = nothing
    (folder / "machine").mkdir()
    (folder / LAID).hardlink_to(bundle)  # under its own name the till would clear it away: it has fetched none
    disk = prepare(folder / "machine", updates=[folder / LAID, *refused.values()])
    return Made(bundle, slot, refused, disk)


@pytest.fixture(scope="module")
def renewed(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachineWorld]:
    """The machine that becomes the next version."""
    folder = tmp_path_factory.mktemp("renewed")
    disk = folder / "disk.img"
    subprocess.run(["cp", "--sparse=always", made.disk, disk], check=True)
    world = MachineWorld(folder, disk)
    try:
        world.power_on()
        yield world
    finally:
        world.close()


def order(world: MachineWorld, path: Path, then: str = "stay") -> None:
    """As the till writes it."""
    said = f"do=install\\nbundle={path}\\nthen={then}\\n"
    world.running.sh(
        "rm -f /run/sceau-system/outcome; "
        f"printf '{said}' > /run/sceau-order/order.new && mv /run/sceau-order/order.new /run/sceau-order/order"
    )


def outcome(world: MachineWorld) -> dict[str, str]:
    """What came of it."""
    end = time.monotonic() + LONG
    while True:
        said = world.running.sh("cat /run/sceau-system/outcome 2>/dev/null", check=False)
        table = dict(line.split("=", 1) for line in said.splitlines())
        if table.get("state") in ("done", "refused", "failed"):
            return table
        assert time.monotonic() < end, (
            f"no end: {table}, {world.running.sh('systemctl status sceau-order', check=False)}"
        )
        time.sleep(1)


def slots(world: MachineWorld) -> list[str]:
    return world.running.sh("cat /run/sceau-system/slots", check=False).splitlines()


def until_good(world: MachineWorld) -> None:
    """The till has stood long enough."""
    end = time.monotonic() + PATIENCE
    while not any("good booted" in line for line in slots(world)):
        said = world.running.sh("journalctl -b -u sceau-good --no-pager -o cat", check=False)
        assert time.monotonic() < end, f"{slots(world)}: {said}"
        time.sleep(1)


def test_a_machine_that_stands_says_so(renewed: MachineWorld) -> None:
    until_good(renewed)

    assert slots(renewed) == [f"A={VERSION} good booted", "B=- bad"]


@pytest.mark.parametrize("code", ["older", "signature", "board", "unreadable"])
def test_what_must_not_be_installed_is_refused(renewed: MachineWorld, made: Made, code: str) -> None:
    """With the reason, and nothing is touched."""
    order(renewed, UPDATES / made.refused[code].name, "off")
    said = outcome(renewed)

    assert (said["do"], said["state"], said["code"]) == ("install", "refused", code)
    assert slots(renewed) == [f"A={VERSION} good booted", "B=- bad"]


def test_rauc_itself_goes_no_way_back(renewed: MachineWorld, made: Made) -> None:
    """Whoever calls it: the handler judges the bundle that is mounted."""
    path = UPDATES / made.refused["older"].name
    said = renewed.running.ask("sh", command=f"rauc install {path}")

    assert said["code"] != 0
    assert "not above" in renewed.running.sh("journalctl -b -u rauc --no-pager -o cat")


def test_the_till_may_ask_and_no_more(renewed: MachineWorld) -> None:
    """Neither RAUC nor the manager of units listens to the till's user."""
    for command in ("rauc status mark-bad booted", "systemctl poweroff"):
        said = renewed.running.ask("sh", command=f"setpriv --reuid 900 --regid 900 --clear-groups {command}")
        assert said["code"] != 0, command
    assert renewed.running.sh("stat -c '%U %a' /run/sceau-order /run/sceau-system").split() == [
        "sceau", "700", "root", "755",
    ]  # fmt: skip


def test_a_part_that_was_damaged_is_not_installed(renewed: MachineWorld, made: Made) -> None:
    """One byte in the middle of the root: read through its hash tree, the installation ends, this slot goes on."""
    path, at = UPDATES / LAID, made.following.stat().st_size // 2
    before = made.following.read_bytes()[at]
    poke = f"printf '\\\\{before ^ 1:03o}' | dd of={path} bs=1 seek={at} conv=notrunc,fsync 2>/dev/null"
    renewed.running.sh(poke)
    order(renewed, path)
    said = outcome(renewed)
    renewed.running.sh(poke.replace(f"{before ^ 1:03o}", f"{before:03o}"))

    assert (said["state"], said["version"]) == ("failed", NEXT)
    assert slots(renewed)[0] == f"A={VERSION} good booted"
    assert slots(renewed)[1].endswith(" bad")


def test_an_order_that_is_killed_is_given_up(renewed: MachineWorld) -> None:
    """As when its nine minutes are over: RAUC, in the middle of it, ends too, the till is told, this slot goes on. That
    it can be installed after that is the next test's."""
    order(renewed, UPDATES / LAID)
    until(lambda: bool(re.search(r"percent=[4-9]\d", renewed.running.sh("cat /run/sceau-system/outcome", check=False))))
    renewed.running.sh("systemctl kill --signal=KILL sceau-order")
    said = outcome(renewed)

    assert (said["do"], said["state"], said["code"]) == ("install", "failed", "slow")
    assert renewed.running.sh("systemctl is-active rauc", check=False).strip() in ("inactive", "failed")
    assert slots(renewed)[0] == f"A={VERSION} good booted"
    assert slots(renewed)[1].endswith(" bad")


def test_the_next_version_is_installed_from_a_stick(renewed: MachineWorld, made: Made, tmp_path: Path) -> None:
    """As a manager does it in the evening: a stick, one key, and the machine switches itself off."""
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / made.following.name).hardlink_to(made.following)
    player = Player(renewed, cards.read(SHOP))
    play(player, 'login "Marc"', f"usb insert {tmp_path}/stick")
    began = time.monotonic()
    (key,) = (spot for spot in renewed.glass().spots if spot.label.startswith("Installer"))
    renewed.running.ask("touch", x=key.x, y=key.y, width=SIZE[0], height=SIZE[1])
    renewed.until_off(LONG)
    print(f"\ninstalled, flushed, switched off in {time.monotonic() - began:.0f} s")
    whole = medium.read(renewed.disk, medium.parts(renewed.disk)["root-b"])

    assert whole.startswith(made.slot.root.read_bytes())


def test_an_installation_cut_anywhere_starts_a_whole_slot(renewed: MachineWorld, made: Made) -> None:
    """Prefixes of the log, what flies dropped at random: the boot loader finds a slot whose every byte is right."""
    installation = Installation.of(made.disk, renewed.logs[0], made.slot)
    chosen = installation.moments(SAMPLE)
    print(f"\n{len(chosen)} moments of {len(installation.log)} writes and flushes")
    wrong = [f"{moment}: {found}" for moment in chosen if (found := fault(installation, moment))]

    assert wrong == []
    assert {installation.starts(moment) for moment in chosen} == {"A", "B"}


def test_the_next_version_runs_and_is_found_good(renewed: MachineWorld, made: Made) -> None:
    """JET 250 with both versions; no way back."""
    shutil.copyfile(renewed.disk, renewed.folder / "installed.img")
    renewed.power_on()
    until_good(renewed)

    assert slots(renewed) == [f"A={VERSION} good", f"B={NEXT} good booted"]
    found = [each["body"] for each in renewed.records() if each["kind"] == "version"]
    assert [list(each.values())[:2] for each in found] == [[VERSION, NEXT]]
    assert "intact:" in renewed.running.sh("sceau verify /data/till")
    order(renewed, UPDATES / LAID)
    assert outcome(renewed)["code"] == "older"


def test_a_full_partition_still_sells_and_says_so(renewed: MachineWorld) -> None:
    """Something has filled the journal's partition. Segments are laid out in advance: a day is sold and closed. No
    archive is made of it, which is said and recorded; once there is room and a start, it is made."""
    player, before = Player(renewed, cards.read(SHOP)), len(kinds(renewed))
    renewed.running.sh("dd if=/dev/zero of=/data/heap bs=1M 2>/dev/null; sync; true", check=False)
    assert renewed.running.sh("df --output=avail /data | tail -1").strip() == "0"
    play(player, 'login "Sophie"', "open day float 50.00", 'ring "Café"', "pay cash 2.00", "print yes", "drawer shut")
    play(player, 'expect printed "Rendu -0,50"', "close day")
    until(lambda: "Archive impossible." in renewed.glass().labels, renewed.settle, lambda: str(renewed.glass().labels))
    assert FULL in renewed.glass().labels
    assert "intact:" in renewed.running.sh("sceau verify /data/till")
    renewed.running.sh("rm /data/heap; sync; systemctl restart sceau")
    until(lambda: "archive" in kinds(renewed)[before:], renewed.settle, lambda: str(kinds(renewed)))

    after = kinds(renewed)[before:]
    assert [after.count(kind) for kind in ("ticket", "day-close", "refused", "archive")] == [1, 1, 1, 1]
    assert "intact:" in renewed.running.sh("sceau verify /data/till")


def kinds(world: MachineWorld) -> list[str]:
    return [str(each["kind"]) for each in world.records() if each["kind"] != "seal"]


def counted(disk: Path, starts: int) -> bool:
    """Whether the boot loader has left the new slot so many."""
    esp = medium.parts(disk)["esp"]
    said = subprocess.run(["mtype", "-i", f"{disk}@@{esp.start}", "::grubenv"], capture_output=True, check=True)
    return environment.left(environment.parse(said.stdout), "B") == starts


def test_three_starts_that_come_to_nothing_and_the_one_before_is_back(renewed: MachineWorld, tmp_path: Path) -> None:
    """Twice the mains go before the new version has said that it is good; once it stands there without a till until it
    is found unfit."""
    renewed.power_cut()
    disk = tmp_path / "disk.img"
    shutil.move(renewed.folder / "installed.img", disk)
    world = MachineWorld(tmp_path, disk)
    try:
        for start in range(1, STARTS):
            world.boot_until(partial(counted, disk, STARTS - start))
            world.power_off()
        world.boot()
        world.running.sh("systemctl stop sceau-good.path sceau-good sceau; mkdir -p /run/sceau")
        world.running.sh(f"printf '{NONSENSE}' > /run/sceau/use; systemctl start --no-block sceau-unfit")
        world.until_off(PATIENCE)
        world.power_on()
        until_good(world)
        assert slots(world) == [f"A={VERSION} good booted", f"B={NEXT} bad"]
        assert "intact:" in world.running.sh("sceau verify /data/till")
    finally:
        world.close()
