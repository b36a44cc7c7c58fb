"""The machine world: flows played on the booted image. Its wires are the simulator's, their near end a real kernel.

Time is real. A verb ends when the daemon's threads sleep, no byte is on a wire and no paper is under way. `at` moves
both clocks of the till, as a night does (see `clock.c`); backwards it sets the machine's own, which the till notices.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from appliance.simulator.hardware import Hardware
from appliance.simulator.live import RealClock, zone_of
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.simulator.world import Glass, Spot
from image.slot import fat
from tests.image.chip import Chip
from tests.image.machine import MORNING, Dead, Machine
from tests.image.medium import SHOP
from tests.image.writes import Seen

SIZE: Final = (1280, 800)
PUMP: Final = 0.005  # seconds
LONGEST: Final = 300.0  # seconds for one verb, on a machine that does other things as well
ANSWER: Final = 4.0  # seconds
STICK: Final = 64 << 20
MOUNTED: Final = 120  # half seconds
LOOKED: Final = 5000  # ms: the till looks for a stick each second
KEY: Final = 0.02  # seconds between two strokes: QEMU hands the guest one each 8 ms, and holds 16
AHEAD: Final = 6
PAID: Final = re.compile(r"Payé et enregistré · ticket (\d+)")
# A code that was misread is said on the glass; a person passes the article once more.
MISREAD: Final = "Code mal lu"


class MachineWorld:
    """Implements `simulator.world.World`. `power_on` boots; `noticed` is, for each start, what a bystander saw."""

    def __init__(
        self, folder: Path, disk: Path, clock: str = MORNING, chip: Chip | None = None, network: str = ""
    ) -> None:
        self.folder, self.disk, self.chip = folder, disk, chip
        self._clock, self._ahead, self._network = clock, 0, network
        self.hardware = Hardware(RealClock(zone_of(SHOP)), folder / "wires", SIZE)
        self.hardware.printer.on_event = self._happened
        self.noticed: list[list[Seen]] = []
        self._papers = self._paid = 0
        self.machine: Machine | None = None
        self.logs: list[Path] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._sticks = 0
        self._stick: Path | None = None
        self._pumping = threading.Thread(target=self._pump, name="wires", daemon=True)
        self._pumping.start()

    # The mains

    @property
    def alive(self) -> bool:
        return self.machine is not None

    @property
    def running(self) -> Machine:
        assert self.machine is not None, "the machine is off"
        return self.machine

    def power_on(self) -> None:
        """Until the first frame stands."""
        if self.machine is not None:
            return
        self.boot()
        self.running.ask("panel")
        self.settle()
        self._until_drawn()

    def boot(self) -> None:
        """Until the agent answers."""
        self._machine().ready()

    def _machine(self) -> Machine:
        """Switched on."""
        with self._lock:
            if not self.hardware.powered:
                self.hardware.switch_on()
        log = self.folder / f"writes-{len(self.logs)}.log"
        self.logs.append(log)
        self.noticed.append([])
        chip = self.chip.switch_on() if self.chip else None
        self.machine = Machine(self.folder, self.disk, self.folder / "wires", log, self._clock, chip, self._network)
        return self.machine

    def power_cut(self) -> None:
        """The clock on the board runs on, and stands where the till had it."""
        if self.machine is not None:
            moment = datetime.fromtimestamp(int(self.machine.ask("now")["now"]) / 1000, UTC)
            self._clock, self._ahead = moment.strftime("%Y-%m-%dT%H:%M:%S"), 0
            self._end()

    def _end(self) -> None:
        if self.machine is not None:
            self.machine.cut()
            self.machine = None
            if self.chip:
                self.chip.switch_off()
            with self._lock:
                self.hardware.switch_off()

    def power_off(self) -> None:
        """The mains, before anybody in the machine could be asked for its time."""
        self._end()

    def until_off(self, patience: float) -> None:
        """It switches itself off; the clock on the board runs on."""
        if not self.running.ended(patience):
            raise Dead(f"it is still on: {self.glass().labels}")
        ran = timedelta(seconds=time.monotonic() - self.running.began)
        self._clock = (datetime.fromisoformat(self._clock) + ran).strftime("%Y-%m-%dT%H:%M:%S")
        self._end()

    def boot_until(self, true: Callable[[], bool]) -> None:
        """Switched on, until that is so."""
        machine = self._machine()
        end = time.monotonic() + LONGEST
        while not true():
            if machine.ended(0.1) or time.monotonic() > end:
                raise Dead("it came to nothing")

    def close(self) -> None:
        self._end()
        self._over.set()
        self._pumping.join()
        self.hardware.close()

    def _until_drawn(self) -> None:
        end = time.monotonic() + LONGEST
        while self.glass().screen == "dark":
            if time.monotonic() > end:
                raise Dead(f"no screen is drawn: {self.running.sh('journalctl -b -u sceau --no-pager | tail -20')}")
            self.settle()

    # The wires

    def _pump(self) -> None:
        while not self._over.wait(PUMP):
            with self._lock:
                self.hardware.pump()

    def _happened(self, name: str, detail: str) -> None:
        if name in ("cut", "pulse"):
            self._papers += name == "cut"
            self._notice()

    def _notice(self) -> None:
        """What was seen by now, and how long the log of block writes was by then."""
        if self.logs:
            length = self.logs[-1].stat().st_size
            self.noticed[-1].append(Seen(length, self._paid, self.hardware.drawer.pulses, self._papers))

    def settle(self) -> None:
        """Until nothing moves on either side."""
        end = time.monotonic() + LONGEST
        while True:
            said = self.running.ask("still")
            glass = self._look(said)
            with self._lock:
                quiet = self.hardware.printer.quiet()
            if said["still"] and quiet:
                return
            if time.monotonic() > end:
                raise Dead(f"the till does not come to rest: {glass.screen} {glass.labels}")

    def _look(self, said: dict[str, Any]) -> Glass:
        glass = glass_of(said["frame"])
        number = max((int(each) for each in PAID.findall(" ".join(glass.labels))), default=0)
        if number > self._paid:
            self._paid = number
            self._notice()
        return glass

    # What a person does

    def touch(self, x: int, y: int) -> None:
        if self.machine is not None:
            self.machine.ask("touch", x=x, y=y, width=SIZE[0], height=SIZE[1])
            self.settle()

    def scan(self, code: str) -> None:
        """As a scanner that is a USB keyboard; letters are not typed."""
        for _ in range(3):
            before = self.glass()
            self._strokes([(key, down) for key in (*code, "ret") for down in (True, False)])
            self._strokes([(key, False) for key in sorted({*code, "ret"})])  # one that was lost would repeat for ever
            self._until_answered(before)
            if MISREAD not in " ".join(self.glass().labels):
                return
            (closing,) = (spot for spot in self.glass().spots if spot.act == "close")
            self.touch(closing.x, closing.y)

    def _until_answered(self, before: Glass) -> None:
        """Keys are on their way through QEMU's queue and the kernel's USB; whatever is scanned, the glass answers."""
        end = time.monotonic() + ANSWER
        self.settle()
        while self.glass() == before and time.monotonic() < end:
            time.sleep(0.1)
            self.settle()

    def _strokes(self, strokes: list[tuple[str, bool]]) -> None:
        """The first ones at once, the others as the guest takes them: no pause is long, no queue runs over."""
        began = time.monotonic()
        for place, (name, down) in enumerate(strokes):
            time.sleep(max(0.0, began + (place - AHEAD) * KEY - time.monotonic()))
            key = {"type": "qcode", "data": name}
            self.running.qmp("input-send-event", events=[{"type": "key", "data": {"down": down, "key": key}}])

    def badge(self, uid: bytes) -> None:
        """Held until the reader has looked, and away until it has looked again."""
        reader = self.hardware.badge
        for held in (True, False):
            if held:
                reader.present(uid)
            else:
                reader.remove()
            end = time.monotonic() + LONGEST
            while not reader.quiet():
                if time.monotonic() > end:
                    raise Dead("the badge reader is not asked")
                time.sleep(0.02)
        self.settle()

    # Time

    def finish(self) -> None:
        if self.machine is not None:
            self.settle()

    def wait(self, duration: int) -> None:
        time.sleep(duration / 1000)
        if self.machine is not None:
            self.settle()

    def set_time(self, t: int) -> None:
        """Both clocks of the till, or, backwards, the one on the wall."""
        ahead = t - int(self.running.ask("now")["now"])
        if ahead >= 0:
            self._ahead += ahead
            self.running.ask("shift", milliseconds=self._ahead)
        else:
            self.running.sh(f"date --set=@{(t - self._ahead) / 1000:.3f}")
        self.wait(1000)

    # What a person sees

    def glass(self) -> Glass:
        if self.machine is None:
            return Glass("dark")
        return self._look(self.running.ask("frame"))

    def paper(self) -> str:
        with self._lock:
            return self.hardware.printer.paper.text()

    def tear(self) -> None:
        with self._lock:
            self.hardware.printer.paper.tear()

    def drawer_openings(self) -> int:
        return self.hardware.drawer.pulses

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.running.sh("sceau dump /data/till").splitlines()]

    # Switches

    @property
    def faults_to_come(self) -> list[str]:
        return ["a fault after some lines"] * self.hardware.printer.armed

    def switch(self, what: str, state: str) -> None:
        self._switch(what, state)
        self.finish()

    def _switch(self, what: str, state: str) -> None:
        """Also from the wires' own thread, which must wait for nothing."""
        printer = self.hardware.printer
        with self._lock:
            match what, state:
                case "paper", _:
                    printer.set_paper(state)
                case "cover", _:
                    printer.set_cover(opened=state == "open")
                case "printer", "off":
                    printer.switch_off()
                case "printer", _:
                    printer.switch_on()
                case "drawer", _:
                    printer.shut_drawer()
                case _:
                    raise NotImplementedError(f"this world has no {what} {state}")

    def after_lines(self, count: int, what: str, state: str) -> None:
        with self._lock:
            self.hardware.printer.after_lines(count, lambda: self._switch(what, state))

    def after_flushes(self, count: int) -> None:
        raise NotImplementedError("this world cuts at every write of the disk afterwards, from the log")

    def enrolment_code(self) -> str:
        raise NotImplementedError("this world has no collector")

    def usb(self, folder: str | None) -> None:
        """A drive with a FAT file system; what was on it comes back into the folder."""
        if folder is not None:
            self._sticks += 1
            self._stick = Path(folder)
            self._stick.mkdir(parents=True, exist_ok=True)
            files = {each.name: each for each in self._stick.iterdir() if each.is_file()}
            size = max(STICK, 2 * sum(path.stat().st_size for path in files.values()))
            image = fat(self._image, size, "STICK", files)
            self.running.qmp("blockdev-add", driver="raw", **{"node-name": self._name},
                             file={"driver": "file", "filename": str(image)})  # fmt: skip
            self.running.qmp("device_add", driver="usb-storage", bus="xhci.0", id=self._name, drive=self._name)
            self.running.sh(
                f"for n in $(seq {MOUNTED}); do grep -q ' /media/stick ' /proc/mounts && exit; sleep 0.5; done; exit 1"
            )
        elif self._stick is not None:
            self.running.qmp("device_del", id=self._name)
            self.wait(2000)
            subprocess.run(["mcopy", "-s", "-n", "-i", self._image, "::*", self._stick], check=True)
            self._stick = None
        self.wait(LOOKED)

    @property
    def _name(self) -> str:
        return f"stick{self._sticks}"

    @property
    def _image(self) -> Path:
        return self.folder / f"{self._name}.img"


def glass_of(frame: dict[str, Any]) -> Glass:
    """What the till mirrors of a frame."""
    if not frame:
        return Glass("dark")
    spots = tuple(
        Spot(label, act, value, (left + right) // 2, (top + bottom) // 2)
        for label, act, value, left, top, right, bottom in frame["hits"]
    )
    return Glass(frame["screen"], tuple(frame["labels"]), frame["figures"], spots)


def play(player: Player, *lines: str) -> None:
    failure = player.play([Step("the test", at, split(line)) for at, line in enumerate(lines, 1)])
    assert failure is None, failure
