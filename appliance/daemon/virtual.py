"""The simulated world: the real till with its real drivers, every far side in this process, the clock virtual.

One thread turns the till's loop and the hardware in turns until nothing moves; then time jumps to the next deadline.
So a verb costs milliseconds and a flow is the same every time. Only the badge reader's far side has a thread, since
nfcpy blocks.
"""

from __future__ import annotations

import json
import selectors
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from appliance import VERSION
from appliance.audit.dump import dump
from appliance.core.event import NAMES
from appliance.core.ledger import Ledger
from appliance.daemon.beyond import Beyond
from appliance.daemon.clock import offset, zone_of
from appliance.daemon.config import Config, DeviceConfig, SystemConfig, UpstreamConfig
from appliance.daemon.loop import SelectorsLoop
from appliance.daemon.setting import Setting
from appliance.daemon.virtual_writer import VirtualWriter
from appliance.daemon.wiring import Till
from appliance.daemon.work import Place
from appliance.daemon.worker import LoopWorker, Say
from appliance.display.frame import Frame
from appliance.ports import Level, Loop
from appliance.simulator.clock import VirtualClock
from appliance.simulator.hardware import Hardware
from appliance.simulator.world import Glass, Spot
from appliance.storage.flash import Disk, OsDisk
from appliance.storage.keys import Signer
from appliance.storage.writer import InlineWriter

FIRST = 1_795_244_400_000  # 2026-11-21T08:00:00+01:00
VERB = 1000
GESTURE = 60
LONGEST = 180_000


class PowerCut(BaseException):
    """Raised where the power goes."""


class Unrest(Exception):
    """The till does not come to rest."""


class _Beside(NamedTuple):
    """The till that a work on the loop's own thread asks; what it makes is recorded by the world's till itself."""

    key: Signer
    now: int
    software: str


class SimulatedWorld:
    """Implements `simulator.world.World`. `power_on` starts the till; `close` ends everything."""

    def __init__(
        self,
        data: Path,
        shop: Path,
        size: tuple[int, int] = (1280, 800),
        disk: Disk | None = None,
        segment_size: int = 4 << 20,
        on_outside: Callable[[str, str], None] = lambda name, detail: None,
        folder_of: Callable[[], Path] | None = None,
        beside: Mapping[str, DeviceConfig] | None = None,
    ) -> None:
        """`folder_of`: where the data can be read as files when `disk` is not the machine's own. `beside`: devices that
        are not of the world's own hardware, such as a TPM."""
        self._beside = dict(beside or {})
        self._data, self._size = data, size
        self._disk = disk or OsDisk()
        self._segment_size = segment_size
        self._folder_of = folder_of or (lambda: data)
        self._elsewhere = folder_of is not None  # then no archive can be made beside the journal
        self._zone = zone_of(shop)
        self.clock = VirtualClock(FIRST, lambda t: offset(self._zone, t))
        self._folder = Path(tempfile.mkdtemp(prefix="sceau-"))
        self._shop = self._folder / "shop"  # a link, and a copy once a collector's owner may change it
        self._shop.symlink_to(shop.absolute(), target_is_directory=True)
        self.hardware = Hardware(self.clock, self._folder, size)
        self.hardware.printer.on_event = on_outside
        self._outside = on_outside
        self.beyond = Beyond(lambda: self.clock.t, self._shop)
        self.enrolment_file: Path | None = None  # a provisioning file, read at a start
        self._flushes_left = 0
        self._mains_off = False
        self.loop: SelectorsLoop
        self.till: Till | None = None
        self._glass: Glass | None = None
        self._frame: Frame | None = None

    # The mains

    @property
    def alive(self) -> bool:
        return self.till is not None

    def power_on(self) -> None:
        if self.till is not None:
            return
        self.clock.boot()
        if self._mains_off:
            self.hardware.switch_on()
            self._mains_off = False
        # poll, not epoll: only poll makes the kernel deliver what a pty's far side has written
        # (`simulator.wire.unread`), and time must not jump over bytes that are on their way.
        self.loop = SelectorsLoop(self.clock, selectors.PollSelector())
        till = Till(self._config(), self.loop, self._disk, self._setting())
        with self._mains():
            self.till = till
            try:
                till.start()
            except Exception:
                self.till = None  # it never began: there is nothing to put away
                self.loop.close()
                raise
            self._settle()

    def power_cut(self) -> None:
        self._die()

    @contextmanager
    def _mains(self) -> Iterator[None]:
        try:
            yield
        except PowerCut:
            self._die()

    def _die(self) -> None:
        till, self.till, self._frame, self._glass = self.till, None, None, None
        self._flushes_left = 0
        self._mains_off = True
        if till is not None:
            till.abandon()
            self.hardware.switch_off()
            self.loop.close()

    def stop(self) -> None:
        """An orderly end, as systemd asks for it."""
        if self.till is not None:
            with self._mains():
                self.till.stop("asked", lambda: None)
            self.loop.close()
            self.till = None

    def close(self) -> None:
        if self.till is not None:
            self._die()
        self.hardware.close()
        self.beyond.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _config(self) -> Config:
        devices = {
            kind: DeviceConfig(str(entry["driver"]), entry["options"])
            for kind, entry in cast("dict[str, dict[str, Any]]", self.hardware.options()).items()
        }
        upstream = UpstreamConfig(code=self.enrolment_file)
        stick, below = self.hardware.stick.place, self.hardware.system
        system = SystemConfig(below.said, below.orders, below.updates) if below.fitted else None
        return Config(self._data, self._shop, devices | self._beside, upstream=upstream, stick=stick, system=system)

    def _setting(self) -> Setting:
        return Setting(
            threads=False,
            writer=lambda journal, loop: VirtualWriter(journal, loop, self._flushed, self.hardware.pump),
            segment_size=self._segment_size,
            away=self.beyond.away(),
            worker=None if self._elsewhere else self._worker,
            on_frame=self._framed,
            near=self.hardware.badge.near,
            before_boot=self._not_before,
            cards=self.beyond.cards,
        )

    def _worker(self, data: Path, loop: Loop, key: Signer, say: Say) -> LoopWorker:
        return LoopWorker(Place(data, self._shop), loop, lambda where: _Beside(key, self.clock.t, VERSION), say)

    def _not_before(self, last: int) -> None:
        """Without `at`, the day goes on one second after the last record."""
        if last and self.clock.t <= last:
            self.clock.t = last + 1000

    def _framed(self, frame: Frame) -> None:
        if frame is not self._frame:
            self._frame, self._glass = frame, None
            self._outside("frame", " ".join((frame.screen, *frame.labels)))

    def _flushed(self) -> None:
        if self._flushes_left:
            self._flushes_left -= 1
            if not self._flushes_left:
                raise PowerCut

    # What a person does

    def touch(self, x: int, y: int) -> None:
        self._act(lambda: self.hardware.touch.tap(x, y))

    def scan(self, code: str) -> None:
        self._act(lambda: self.hardware.scanner.scan(code))

    def badge(self, uid: bytes) -> None:
        """Held before the reader for half a second, then taken away."""
        with self._mains():
            self.hardware.badge.present(uid)
            self._run_until(self.clock.monotonic() + 500)
            self.hardware.badge.remove()
            self._run_until(self.clock.monotonic() + 500)

    def _act(self, gesture: Callable[[], object]) -> None:
        if self.till is None:
            return
        with self._mains():
            gesture()
            self._settle()
            self._run_until(self.clock.monotonic() + GESTURE)

    # Time

    def finish(self) -> None:
        if self.till is None:
            self.clock.advance(VERB)
            return
        with self._mains():
            start = self.clock.monotonic()
            self._run_until(start + VERB)
            while not self._at_rest():
                if self.clock.monotonic() > start + LONGEST:
                    raise Unrest("the till does not come to rest")
                self._run_until(self.clock.monotonic() + 100)
        self._dark()

    def _dark(self) -> None:
        """The system below has ended the till in order and taken the power away."""
        if self.hardware.system.off and self.till is not None:
            self.stop()
            self.hardware.switch_off()
            self._mains_off = True

    def wait(self, duration: int) -> None:
        if self.till is None:
            self.clock.advance(duration)
            return
        with self._mains():
            self._run_until(self.clock.monotonic() + duration)
        self._dark()

    def set_time(self, t: int) -> None:
        self.clock.skip(t)
        if self.till is not None:
            with self._mains():
                self._settle()

    def _run_until(self, end: int) -> None:
        """From deadline to deadline."""
        self._settle()
        while (now := self.clock.monotonic()) < end:
            known = (self.loop.next_deadline(), self.hardware.next_deadline())
            deadline = min((each for each in known if each is not None), default=end)
            self.clock.advance(max(min(deadline, end) - now, 1))
            self._settle()

    def _settle(self) -> None:
        """Until neither side has anything to do at this moment."""
        still = 0
        while still < 2:
            moved = self.hardware.pump()
            moved = self.loop.turn(0) or moved
            still = 0 if moved else still + 1

    def _at_rest(self) -> bool:
        """Journal flushed, wires empty, papers confirmed or held by a fault that the screen shows."""
        till = self.till
        if till is None:
            return True
        writer = till.writer
        waiting = isinstance(writer, InlineWriter) and writer.waiting
        printer = till.fitted.printer
        held = printer.health.level is Level.DOWN
        printing = getattr(printer, "waiting", 0) > 0 and not held
        return not (till.service.busy or waiting or printing) and (held or self.hardware.quiet())

    # What a person sees

    def glass(self) -> Glass:
        if self._frame is None:
            return Glass("dark")
        if self._glass is None:
            self._glass = glass_of(self._frame)
        return self._glass

    def paper(self) -> str:
        return self.hardware.printer.paper.text()

    def tear(self) -> None:
        self.hardware.printer.paper.tear()

    def drawer_openings(self) -> int:
        return self.hardware.drawer.pulses

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in dump(self._folder_of(), NAMES)]

    # Switches

    @property
    def faults_to_come(self) -> list[str]:
        lines = ["a fault after some lines"] * self.hardware.printer.armed
        return lines + (["a power cut after some flushes"] if self._flushes_left else [])

    def switch(self, what: str, state: str) -> None:
        with self._mains():
            self._switch(what, state)
            if self.till is not None:
                self._settle()

    def _switch(self, what: str, state: str) -> None:
        printer = self.hardware.printer
        if self.beyond.switch(what, state, self._data):
            return
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
                raise PowerCut

    def enrolment_code(self) -> str:
        """For the SIRET and the number that this till's journal names."""
        ledger = self.till.service.state.ledger if self.till else Ledger()
        return self.beyond.collector.offer(ledger.siret, ledger.till)

    def usb(self, folder: str | None) -> None:
        """A folder that is not there yet is made beside the data. The till looks for a stick each second."""
        stick = self.hardware.stick
        if folder is None:
            stick.unplug()
        else:
            stick.plug(Path(folder) if Path(folder).is_dir() else self._data.parent / folder)
        self.wait(VERB)

    def after_lines(self, count: int, what: str, state: str) -> None:
        self.hardware.printer.after_lines(count, lambda: self._switch(what, state))

    def after_flushes(self, count: int) -> None:
        self._flushes_left = count


def glass_of(frame: Frame) -> Glass:
    """A frame as a person reads it."""
    spots = tuple(
        Spot(
            hit.label,
            hit.act.name,
            hit.act.value,
            (hit.face.left + hit.face.right) // 2,
            (hit.face.top + hit.face.bottom) // 2,
        )
        for hit in frame.hits
    )
    return Glass(frame.screen, frame.labels, frame.figures, spots)
