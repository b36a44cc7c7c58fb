"""The composition root: one function a step, by hand. It names every part of a running till."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from appliance import VERSION
from appliance.core.input import (
    Badge,
    Birth,
    Boot,
    Code,
    Device,
    DrawerMoved,
    FlawFound,
    Idle,
    ShopRead,
    StickSeen,
    Stop,
    Tick,
    Touched,
)
from appliance.core.instant import Instant
from appliance.core.till import State
from appliance.core.turn import Meter
from appliance.daemon import loading
from appliance.daemon.belonging import belong
from appliance.daemon.birth import birth
from appliance.daemon.config import Config
from appliance.daemon.downward import Downward
from appliance.daemon.finger import Fingers
from appliance.daemon.keeping import keeping
from appliance.daemon.overlay import overlaid
from appliance.daemon.purging import finish_purge
from appliance.daemon.remembrance import remembered
from appliance.daemon.requests import Requests
from appliance.daemon.service import Service
from appliance.daemon.setting import Fitted, Setting
from appliance.daemon.shelf import Shelf
from appliance.daemon.strings import sealing_of
from appliance.daemon.tasks import LoopBadge, LoopBeeper, LoopInput, Task, ThreadBadge, ThreadInput
from appliance.daemon.upkeep import NoUpkeep, Upkeep, pointed
from appliance.daemon.upstream import Line, NoUpward
from appliance.daemon.using import drawn
from appliance.daemon.vouching import LoopVouching, NoVouching, ThreadVouching
from appliance.daemon.worker import NoWorker
from appliance.display.painter import Painter
from appliance.display.theme import theme_for
from appliance.drivers.none import NoBeeper, NoDrawer, NoOptions, NoPrinter, PaperOptions
from appliance.drivers.table import make
from appliance.ports import Contact, Health, Level, Loop, Panel, Timer
from appliance.provision.install import placed
from appliance.provision.shop import ShopError, read_shop
from appliance.storage import keys
from appliance.storage.certificate import ALGORITHMS
from appliance.storage.flash import Disk
from appliance.storage.journal import Journal
from appliance.storage.keys import KeyRing
from appliance.storage.medium import mounted
from appliance.storage.wear import MeteredDisk, medium_health
from appliance.storage.writer import Writer

MINUTE = 60_000
AGAIN = 5
STICK = 1000


class Till:
    """A whole till on one loop. After `start` the first screen stands as soon as the record of the start is durable."""

    def __init__(self, config: Config, loop: Loop, disk: Disk, setting: Setting) -> None:
        self._config, self._loop, self._setting = config, loop, setting
        self._disk = MeteredDisk(disk)
        self._health: tuple[int, int, int] | None = None
        self._tasks: list[Task] = []
        self._idle: Timer | None = None
        self.fitted = Fitted(
            NoPrinter(PaperOptions(), loop),
            NoDrawer(NoOptions(), loop),
            NoBeeper(NoOptions(), loop),
            NoVouching(),
            NoWorker(),
            lambda token, record: None,
            NoUpward(),
            NoUpkeep(),
        )
        self._requests: Requests | None = None
        self._line: Line | None = None
        self._downward: Downward | None = None
        self.service: Service
        self.writer: Writer
        self.journal: Journal
        self.panel: Panel
        self.painter: Painter

    def start(self) -> None:
        """Raises StartError, ShopError and the journal's errors: nothing was sold, the sentence says what to do."""
        data, sealer = self._config.data, self._setting.sealer()
        with keeping(data):
            for folder in (*reversed(data.parents), data):
                self._disk.mkdir(folder)
            pepper = keys.pepper(data, self._disk, sealer)
            Shelf(data, self._config.shop, self._disk).finish()
        read = self._shop_read(pepper)
        if read.shop is None:
            raise ShopError(read.errors)
        with keeping(data):
            ring = keys.load_or_make(data, self._disk, sealer, ALGORITHMS[read.shop.signature])
        self.journal = Journal.open(
            self._config.data,
            self._disk,
            ring,
            segment_size=self._setting.segment_size,
            unit=self._setting.unit,
        )
        try:
            past = remembered(self.journal)
            belong(past.ledger, read.shop)
            state = State(past.ledger, pepper=pepper, shop=None)
            finish_purge(self._config.data, self._disk, past.purge)
            self.journal.sealing = sealing_of(ring, past.ledger)
            self._setting.before_boot(state.ledger.t)
            self._compose(state)
        except Exception:
            self.journal.close(clean=False)
            raise
        self._serve(ring)
        self._boot(ring, read, past.flaws)
        self._loop.post(self._fit)

    def _serve(self, ring: KeyRing) -> None:
        """Archives that follow closings, and commands beside the running till."""
        if self._setting.worker is not None:
            self.fitted.worker = self._setting.worker(self._config.data, self._loop, ring, self.service.feed)
        if self._setting.listens:
            self._requests = Requests(self._config.data, self._loop, ring, VERSION, self.service.feed)
            self.fitted.answer = self._requests.answer
        if self._setting.away is not None:
            self._downward = Downward(
                self._config.data,
                self._config.shop,
                self._loop,
                self._disk,
                lambda: self.service.state.ledger,
                self.service.feed,
                self._report("update"),
            )
            self._line = Line(
                self._config,
                self._loop,
                self._disk,
                self._setting.sealer,
                self.journal,
                ring,
                VERSION,
                self._setting.away,
                lambda: self.service.state.ledger,
                self.service.feed,
                self._report("upstream"),
                self._downward,
            )
            self.fitted.upstream = self._line

    def stop(self, why: str, then: Callable[[], None]) -> None:
        """An orderly end: recorded, anchored, closed. What is on its way to flash comes first, or Stop is lost."""
        if self.service.busy:
            self._loop.call_in(AGAIN, lambda: self.stop(why, then))
            return
        self.service.feed(Stop(why))
        self._close_devices()
        self.writer.close()
        then()

    def abandon(self) -> None:
        """Lets go of everything as a killed process would: nothing more is written."""
        self.service.die()
        self._close_devices()
        self.journal.close(clean=False)

    def _compose(self, state: State) -> None:
        panel = self._config.device("panel")
        self.panel = make("panel", panel.driver, panel.options, self._loop)
        self.panel.open()
        theme = theme_for(*self.panel.size)
        self.painter = Painter(self.panel, theme)
        self._fingers = Fingers(self.painter, self._loop.clock, lambda act: self.service.feed(Touched(act)))
        self.writer = self._setting.writer(self.journal, self._loop)
        self.service = Service(
            State(state.ledger, pepper=state.pepper, grid=theme.grid),
            self._loop,
            self.journal,
            self.writer,
            self.painter,
            theme,
            self.fitted,
            lambda: self._shop_again(state.pepper),
            drawn(self._setting, self._loop.clock, lambda: self.service.state),
            self._setting.on_failure,
            self._meter,
        )
        self._upkeep = Upkeep(self._config, self._setting, self._disk, self._loop, self.service.feed)
        self.fitted.upkeep = self._upkeep
        self._config = overlaid(self._config, state.ledger.upkeep.settings)

    def _meter(self) -> Meter:
        return Meter(self._disk.bytes, self._disk.flushes, self._health)

    def _boot(self, ring: KeyRing, read: ShopRead, flaws: tuple[FlawFound, ...]) -> None:
        gap = self.journal.gap
        letter = make("witness", self._config.device("witness").driver, {}, self._loop).letter
        torn = (gap.length, gap.sha256) if gap else None
        siret = read.shop.identity.siret if read.shop else ""
        empty = Birth(ring.public, b"")
        born = empty if self.journal.next_seq else birth(ring, letter, self._config.data, siret)
        proven = self._setting.build(self._config.data, siret, self._today())
        self._upkeep.perimeter = proven.perimeter
        bundle = placed(self._config.data, self._disk)
        told = (bundle.sha256, bundle.version, bundle.signer, bundle.serial, bundle.issued) if bundle else None
        boot = Boot(VERSION, born, self._setting.hardware, torn, flaws, *proven, provisioned=told)
        self.service.begin(read, boot)
        self._tick()

    def _shop_read(self, secret: bytes, offset: int = 0) -> ShopRead:
        """With the rates of today; `offset` is what a person has added to the machine's clock."""
        try:
            return ShopRead(read_shop(self._config.shop, secret, self._today(offset)))
        except ShopError as error:
            return ShopRead(None, error.lines)

    def _shop_again(self, secret: bytes) -> ShopRead:
        """At an opening: what the owner sent takes the files' place first."""
        ledger = self.service.state.ledger
        if self._downward is not None and ledger.day is None:
            errors = self._downward.opening(self._today(ledger.offset))
            if errors:
                return ShopRead(None, errors)
        if ledger.day is None:
            with suppress(OSError):  # the files of before stand, and the next opening tries again
                loading.take(self._config.data, self._config.shop, self._disk, ledger.outfit.loaded)
        return self._shop_read(secret, ledger.offset)

    def _today(self, offset: int = 0) -> date:
        now = self._loop.clock.now()
        return Instant(now.t + offset, now.tz, now.up).local.date()

    def _tick(self) -> None:
        """The clock on the screen, each full minute."""
        left = MINUTE - self._loop.clock.now().t % MINUTE
        self._loop.call_in(left, self._next_minute)

    def _next_minute(self) -> None:
        if self._line is not None:
            self._line.minute()
        self.service.feed(Tick())
        self._tick()

    def _look_for_stick(self) -> None:
        """Each second."""
        if self._config.stick is not None:
            seen = str(self._config.stick) if mounted(self._config.stick) else ""
            if seen != self.service.state.stick:
                self.service.feed(StickSeen(seen))
                self._upkeep.system.stick(seen)
            self._loop.call_in(STICK, self._look_for_stick)

    def _fit(self) -> None:
        """Loads the drivers once the first screen stands: python-escpos and nfcpy take longer than all before."""
        if self.painter.frame is None:  # the record of the start is still on its way to flash
            self._loop.call_in(AGAIN, self._fit)
            return
        self._person()
        self._upkeep.start(self.service.state.ledger.upkeep)
        self._vouch()
        self._input("touch", self._contacts)
        self._printer()
        self._beeper()
        self._input("scanner", self._codes)
        self._badges()
        self._medium()
        if self._line is not None:
            self._line.start()
        self._look_for_stick()
        self._loop.post(lambda: self._upkeep.stands(self.painter.frame, self.journal.next_seq))

    def _report(self, kind: str) -> Callable[[Health], None]:
        port = self._config.device(kind).port

        def report(health: Health) -> None:
            self.service.feed(Device(kind, health.level.name.lower(), health.code, health.detail, port))

        return report

    def _driver(self, kind: str) -> Any:  # noqa: ANN401 - one Protocol a kind
        wanted = self._config.device(kind)
        made = self._upkeep.made[kind] = make(kind, wanted.driver, wanted.options, self._loop)
        return made

    def _absent(self, kind: str) -> bool:
        if self._config.device(kind).driver != "none":
            return False
        self._report(kind)(Health(Level.ABSENT, "none"))
        return True

    def _input(self, kind: str, take: Callable[[Sequence[Any]], None]) -> None:
        if self._absent(kind):
            return
        task_type = ThreadInput if self._setting.threads else LoopInput
        self._run(task_type(self._loop, self._driver(kind), take, self._report(kind)))

    def _badges(self) -> None:
        if self._absent("badge"):
            return
        means = self._loop, self._driver("badge"), self._badge, self._report("badge")
        self._run(ThreadBadge(*means) if self._setting.threads else LoopBadge(*means, self._setting.near))

    def _medium(self) -> None:
        """What holds the journal, as it is at this start."""
        with suppress(OSError):
            health = medium_health(self._config.data)
            self._health = (health.life_a, health.life_b, health.end) if health else None
        said = self._setting.medium(self._config.data, self.service.state.ledger)
        if said is not None:
            self.service.feed(said)

    def _vouch(self) -> None:
        if self._absent("witness"):
            return
        vouching_type = ThreadVouching if self._setting.threads else LoopVouching
        device = self._driver("witness")
        self.fitted.witness = vouching_type(self._loop, device, self.service.feed, self._report("witness"))
        self.fitted.witness.start()

    def _run(self, task: Task) -> None:
        self._tasks.append(task)
        task.start()

    def _printer(self) -> None:
        if self._absent("printer"):
            self._absent("drawer")
            return
        printer = self._driver("printer")
        drawer = self._driver("drawer")
        if hasattr(drawer, "attach"):
            drawer.attach(printer)

        def report(health: Health) -> None:
            self._report("printer")(health)
            self._report("drawer")(drawer.health)

        printer.on_health = report
        printer.on_drawer = lambda is_open: self.service.feed(DrawerMoved(is_open))
        self.fitted.printer, self.fitted.drawer = printer, drawer
        printer.open()
        report(printer.health)

    def _beeper(self) -> None:
        if self._absent("beeper"):
            return
        beeper = LoopBeeper(self._loop, self._driver("beeper"), self._report("beeper"))
        self.fitted.beeper = beeper
        beeper.open()

    def _contacts(self, contacts: Sequence[Contact]) -> None:
        self._person()
        for contact in contacts:
            if point := pointed(contact, self.painter):
                self.service.feed(point)
            self._fingers.take(contact)

    def _codes(self, codes: Sequence[str]) -> None:
        self._person()
        for code in codes:
            self.service.feed(Code(code))

    def _badge(self, uid: bytes) -> None:
        self._person()
        self.service.feed(Badge(uid))

    def _person(self) -> None:
        """Somebody is there: the idle lock starts again."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self._loop.call_in(self._config.idle_lock * 1000, self._alone)

    def _alone(self) -> None:
        self.service.feed(Idle())
        self._idle = None

    def _close_devices(self) -> None:
        self.fitted.worker.close()
        self.fitted.upstream.close()
        if self._requests is not None:
            self._requests.close()
        for task in self._tasks:
            task.close()
        for device in (self.fitted.witness, self.fitted.printer, self.fitted.beeper, self.panel):
            device.close()
