"""A machine's first day: it boots, is what it says it is, sells, and goes on after what can befall it.

The tests follow each other on one machine, in the order of the file. At the end the power goes at any block write of
that day: what the machine had shown to anybody is there afterwards.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops

from appliance.audit.command import verify_main
from appliance.audit.verify import INTACT, verify
from appliance.daemon.virtual import SimulatedWorld
from appliance.display.painter import picture
from appliance.display.theme import theme_for
from appliance.simulator import cards, script
from appliance.simulator.player import Player
from tests.blockdevice.play import Play
from tests.blockdevice.replay import Lost, State, states
from tests.blockdevice.wire import FLUSH, MARK, WRITE, Entry
from tests.image import medium
from tests.image.cuts import Disks, Judge, taken_out, write_sparse
from tests.image.medium import SHOP
from tests.image.stranger import stranger
from tests.image.waiting import until
from tests.image.world import SIZE, MachineWorld, play
from tests.image.writes import entries

DOORS = (21, 22, 23, 25, 53, 80, 111, 139, 443, 445, 631, 1883, 3389, 5000, 5355, 5900, 8000, 8080, 8443, 9100)
OPEN = 7001
EXPOSURE = 1.5
SEED = int(os.environ.get("SCEAU_SEED", "20261121"))
SAMPLE = int(os.environ.get("SCEAU_CUTS", "0"))  # none: every one


def test_every_unit_is_green(world: MachineWorld) -> None:
    state = world.running.sh("systemctl is-system-running --wait", check=False).strip()

    assert world.running.sh("systemctl --failed --no-legend --plain") == ""
    assert state == "running"


def test_it_is_ready_to_sell(world: MachineWorld) -> None:
    """From power to the first screen by the machine's own clock; told, never judged: the machine is emulated."""
    ready = int(world.running.sh("systemctl show -P ActiveEnterTimestampMonotonic sceau.service"))
    started = int(world.running.sh("systemctl show -P ExecMainStartTimestampMonotonic sceau.service"))
    print(f"\nready to sell {ready / 1e6:.1f} s after the kernel, of which the till {(ready - started) / 1e6:.1f} s")
    print(world.running.sh("systemd-analyze time").splitlines()[0])
    print(world.running.sh("systemd-analyze critical-chain sceau.service --no-pager | head -12"))

    assert ready > started > 0


def test_the_glass_shows_what_the_till_drew(world: MachineWorld, tmp_path: Path) -> None:
    """The picture of the graphics card is, pixel by pixel, that of the same till on virtual hardware."""
    world.settle()
    minute, seen = "", Image.new("RGB", SIZE)
    while minute != minute_seen(world):  # it may turn meanwhile
        minute = minute_seen(world)
        seen = Image.open(world.running.picture(world.folder / "locked.png")).convert("RGB")
    beside = SimulatedWorld(tmp_path / "data", SHOP, SIZE)
    try:
        beside.clock.t = int(datetime.fromisoformat(f"2026-11-21T{minute}:30+01:00").timestamp() * 1000)
        beside.power_on()
        assert beside.till is not None
        assert beside.till.painter.frame is not None
        wanted = picture(beside.till.painter.frame, theme_for(*SIZE)).convert("RGB")
    finally:
        beside.close()

    assert world.glass().screen == "locked"
    box = ImageChops.difference(seen, wanted).getbbox()
    assert box is None, f"the glass differs at {box}; see {world.folder / 'locked.png'}"


def minute_seen(world: MachineWorld) -> str:
    """`07:32`, as the locked screen shows it."""
    (found,) = (label for label in world.glass().labels if re.fullmatch(r"\d\d:\d\d", label))
    return found


def test_the_root_is_read_only_and_checked(world: MachineWorld) -> None:
    machine = world.running
    mounts = {line.split()[1]: line.split() for line in machine.sh("cat /proc/mounts").splitlines()}

    assert mounts["/"][2] == "squashfs"
    assert "ro" in mounts["/"][3].split(",")
    status = machine.sh("veritysetup status sceau-root")
    assert re.search(r"status:\s+verified", status), status
    assert machine.ask("sh", command="touch /usr/lib/sceau/x")["code"] != 0
    assert machine.ask("sh", command="touch /etc/x")["code"] != 0
    writable = {point for point, each in mounts.items() if each[2] == "ext4" and "rw" in each[3].split(",")}
    assert writable == {"/data", "/state"}


def test_the_journal_is_mounted_as_the_journal_asks(world: MachineWorld) -> None:
    """The till's own judgement of its mount finds nothing to say."""
    options = world.running.sh("grep ' /data ' /proc/mounts").split()[3].split(",")

    assert {"rw", "nosuid", "nodev", "noexec", "noatime", "errors=remount-ro", "commit=3600"} <= set(options)
    assert "/data" not in world.running.sh("journalctl -b -u sceau -o cat --no-pager")


def test_nothing_listens(world: MachineWorld) -> None:
    """From inside: no TCP socket listens, and the only UDP ones are clients of the router (DHCP)."""
    listening = world.running.sh("cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == \"0A\" {print $2}'")
    bound = world.running.sh("cat /proc/net/udp /proc/net/udp6 | awk '$4 == \"07\" {print $2}'").split()

    assert listening == ""
    assert {int(each.rpartition(":")[2], 16) for each in bound} <= {68, 546}, bound


def test_no_port_answers_from_outside(world: MachineWorld) -> None:
    """From the other end of the cable: every door is shut, and a door that is opened on purpose is seen to be open."""
    machine = world.running
    machine.sh(f"systemd-run --quiet --unit=door /usr/bin/python3 -m http.server {OPEN}")
    open_end = time.monotonic() + 60
    while not answers(world, OPEN):
        assert time.monotonic() < open_end, "the test's own door does not open: nothing was proven"
        time.sleep(0.5)
    machine.sh("systemctl stop door")

    assert [port for port in DOORS if answers(world, port)] == []


def answers(world: MachineWorld, port: int) -> bool:
    """QEMU's network takes the connection itself; a shut door is a connection that ends, an open one answers."""
    near = free_port()
    command = f"hostfwd_add net tcp:127.0.0.1:{near}-:{port}"
    world.running.qmp("human-monitor-command", **{"command-line": command})
    try:
        with socket.create_connection(("127.0.0.1", near), timeout=20) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return line.recv(1) != b""
    except ConnectionError:
        return False
    finally:
        world.running.qmp("human-monitor-command", **{"command-line": f"hostfwd_remove net tcp:127.0.0.1:{near}"})


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def test_the_till_has_no_rights(world: MachineWorld) -> None:
    """Another user than root, no capability, none to be gained, its calls to the kernel filtered."""
    pid = world.running.sh("systemctl show -P MainPID sceau.service").strip()
    status = dict(
        line.split(":\t", 1) for line in world.running.sh(f"cat /proc/{pid}/status").splitlines() if ":\t" in line
    )

    assert status["Uid"].split() == ["900"] * 4
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_its_confinement_is_what_systemd_calls_ok(world: MachineWorld) -> None:
    said = world.running.sh("systemd-analyze security --no-pager sceau.service")
    found = re.search(r"exposure level for sceau\.service: ([0-9.]+)", said)
    assert found, said
    print(f"\nexposure of sceau.service: {found[1]}")

    assert float(found[1]) <= EXPOSURE


def test_a_whole_day_plays_unchanged(world: MachineWorld) -> None:
    """The sample day: badge, scanner, fingers, printer, drawer, closing, on the kernel's own devices."""
    began = time.monotonic()
    failure = Player(world, cards.read(SHOP)).play(script.parse(SHOP / "day.flow"))
    print(f"\nday.flow on the machine: {time.monotonic() - began:.0f} s")

    assert failure is None


def test_what_a_sale_costs_the_disk(world: MachineWorld) -> None:
    """What reaches the disk below the file system: at most 1,100 bytes an act, as `make bench` asks (journal.*)."""
    player = Player(world, cards.read(SHOP))
    until(lambda: any(each["kind"] == "archive" for each in world.records()))  # of the day before, made meanwhile
    play(player, 'login "Sophie"', "open day float 100.00", 'ring "Café"', "pay cash 2.00", "print no")
    before = world.running.figures()
    for _ in range(3):
        play(player, 'ring "Café"', 'ring "Baguette"', "pay cash 5.00", "print no", "drawer shut")
    after = world.running.figures()
    cost = {name: (after[name] - before[name]) / 3 for name in after}
    print(f"\na cash sale: {cost['bytes']:.0f} bytes, {cost['writes']:.1f} writes, {cost['flushes']:.1f} flushes")

    assert cost["flushes"] <= 8
    assert cost["bytes"] <= 1100 * cost["flushes"]


def test_paper_that_runs_out_comes_again(world: MachineWorld) -> None:
    """The ticket goes on where it stopped once there is paper; the drawer is opened once."""
    player = Player(world, cards.read(SHOP))
    opened = world.drawer_openings()
    play(player, "tear", 'ring "Baguette"', "paper out after 3 lines", "pay cash 2.00", "print yes")
    assert "papier" in " ".join(world.glass().labels).lower()
    play(
        player,
        "paper ok",
        'expect printed "Baguette"',
        'expect printed "Rendu -0,90"',
        'expect not printed "DUPLICATA"',
    )

    assert world.paper().count("Baguette") == 1
    assert world.drawer_openings() == opened + 1


def test_a_loop_that_hangs_starts_again(world: MachineWorld) -> None:
    """Stopped in mid-sale: systemd misses the till's word, ends it, starts it; the basket is there after the badge."""
    player = Player(world, cards.read(SHOP))
    play(player, 'ring "Café"')
    before = world.running.sh("systemctl show -P MainPID sceau.service").strip()
    world.running.sh(f"kill -STOP {before}")
    world.running.sh(
        f"for n in $(seq 600); do p=$(systemctl show -P MainPID sceau.service); sleep 0.3; "
        f"[ $p != 0 ] && [ $p != {before} ] && systemctl is-active --quiet sceau.service && exit 0; done; exit 1"
    )
    world.settle()

    assert "watchdog" in world.running.sh("journalctl -b -u sceau.service -o cat --no-pager").lower()
    assert world.glass().screen == "locked"
    play(player, 'login "Sophie"', "expect total 1.50", "pay cash 2.00", "print no")


def test_the_power_goes_in_mid_sale(world: MachineWorld) -> None:
    """A cut of the mains, a boot: locked; the basket is there after the badge, and what was paid stays paid."""
    player = Player(world, cards.read(SHOP))
    play(player, 'ring "Sandwich jambon"')
    sold = [each["body"] for each in world.records() if each["kind"] == "ticket"]
    world.power_cut()
    world.power_on()

    assert world.glass().screen == "locked"
    play(player, 'login "Sophie"', "expect total 4.90", "pay cash 5.00", "print no", "close day")
    assert [each["body"] for each in world.records() if each["kind"] == "ticket"][: len(sold)] == sold


@pytest.mark.parametrize("command", ["verify /data/till", "verify --paranoid /data/till"])
def test_the_journal_holds(world: MachineWorld, command: str) -> None:
    assert "intact:" in world.running.sh(f"sceau {command}")


def test_archives_leave_on_a_stick(world: MachineWorld, tmp_path: Path) -> None:
    """A stick in the port, its file system mounted by the machine: archives are copied, and hold elsewhere."""
    player = Player(world, cards.read(SHOP))
    until(lambda: any(each["kind"] == "archive" for each in world.records()))
    play(
        player, 'login "Marc"', 'tap "Plus"', 'tap "Gestion"', 'tap "Archives, exports"', f"usb insert {tmp_path}/stick"
    )
    play(player, 'tap "Copier les archives"')
    until(lambda: "Archives copiées." in world.glass().labels, world.settle, lambda: str(world.glass().labels))
    play(player, 'tap "Fermer"', "usb remove")
    found = list((tmp_path / "stick").rglob("*.zip"))

    assert found
    for archive in found:
        assert verify_main([str(archive)]) == 0
        assert stranger(archive).startswith("intact")


def test_two_verifiers_agree_on_the_disk(world: MachineWorld, tmp_path: Path) -> None:
    """The power goes; the journal's partition is read on this machine, by the till's verifier and by the other."""
    world.power_cut()
    data = medium.read(world.disk, medium.parts(world.disk)["data"])
    till = taken_out(write_sparse(tmp_path / "data.img", data), tmp_path)
    verdict = verify(till, pause=lambda: None)

    assert verdict.code == INTACT, verdict.line
    assert verdict.head.hex() in stranger(till)


@pytest.fixture(scope="module")
def cuts(world: MachineWorld) -> Play:
    """The first start and all that followed up to the first cut of the mains, as the journal's partition saw it."""
    part = medium.parts(world.disk)["data"]
    log = entries(world.logs[0], part, world.noticed[0])
    fresh = medium.read(medium.BUILT / "disk.img", medium.parts(medium.BUILT / "disk.img")["data"])
    play = Play("machine", fresh, log)
    kinds = Counter(entry.kind for entry in log)
    print(f"\n{kinds[WRITE]} writes, {kinds[FLUSH]} flushes, {kinds[MARK]} things seen")
    assert kinds[MARK] >= 10
    return play


def test_no_cut_loses_what_was_seen(cuts: Play, tmp_path: Path) -> None:
    """Prefixes, torn writes, writes out of order inside a flush: repaired, verified, opened with the machine's key."""
    every = list(states(cuts))
    chosen = Random(SEED).sample(every, SAMPLE) if SAMPLE else every
    print(f"\n{len(chosen)} of {len(every)} states, seed {SEED}")
    wrong = []
    judge = Judge(cuts, tmp_path)
    for state in sorted(chosen, key=lambda each: each.length):
        try:
            judge.hear(state)
        except Lost as lost:
            wrong.append(str(lost))
    print(f"{judge.different} of them differ once they are repaired")

    assert wrong == []


def test_the_judge_can_tell(cuts: Play, tmp_path: Path) -> None:
    """A disk that throws away what comes after its first ten flushes, and says that it flushed, is found out."""
    flushes, kept = 0, []
    for entry in cuts.log:
        flushes += entry.kind == FLUSH
        if flushes < 10 or entry.kind == MARK:
            kept.append(entry)
    lying = Play("machine", cuts.image, [*kept, Entry(FLUSH, 0, b"")])

    with pytest.raises(Lost):
        Judge(lying, tmp_path).hear(State("machine", len(lying.log), "whole"))


def test_the_log_is_the_disk(world: MachineWorld, cuts: Play, tmp_path: Path) -> None:
    """The whole log played onto the fresh partition gives what the machine's next start found there."""
    whole = Disks(cuts, tmp_path).of(State("machine", len(cuts.log), "whole"))

    assert (taken_out(whole, tmp_path) / "key").exists()
