"""A machine without a shop: it shows who it is and waits for a bundle. There is no journal, no sale and no way to one.

Panel, touch, scanner, stick and a collector that was named, on a loop of its own; with a bundle in place `then` is
called: the till starts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

from appliance.core import blank as words
from appliance.core.act import Act
from appliance.core.blank import Blank
from appliance.daemon.claiming import Claiming
from appliance.daemon.config import Config
from appliance.daemon.finger import Fingers
from appliance.daemon.ready import stands
from appliance.daemon.setting import Setting
from appliance.daemon.tasks import LoopInput, Task, ThreadInput
from appliance.display.frame import Frame
from appliance.display.painter import Painter
from appliance.display.render import render
from appliance.display.theme import theme_for
from appliance.drivers.table import make
from appliance.language.english import english
from appliance.ports import Contact, Health, Loop, Panel, Timer
from appliance.provision import install, lock
from appliance.provision.bundle import LONGEST, SUFFIX
from appliance.provision.fault import BundleError, Fault
from appliance.provision.install import Asked, Chain, Machine
from appliance.storage import keys
from appliance.storage.flash import Disk
from appliance.storage.machine import machine_ids
from appliance.storage.medium import mounted
from appliance.sync import delivery, token
from appliance.sync.cut import CutError, Cutter
from appliance.sync.enrolment import SIRET, TILL
from appliance.sync.reading import Network
from appliance.sync.shape import ProtocolError

LOOK: Final = 1000  # ms between two looks for a stick
SHORT: Final = 16  # signs of a serial number
# Of many bundles on a stick, which refusal is told: what is nearest to a till first.
NEAREST: Final = (
    Fault.CONTENT,
    Fault.BOARD,
    Fault.OLDER,
    Fault.SIREN,
    Fault.TIME,
    Fault.REVOKED,
    Fault.CODE,
    Fault.SIGNATURE,
    Fault.TORN,
    Fault.DEVICE,
)


class FirstBoot:
    """`start` draws; `then` is called once, when the shop's files are in place and the devices are let go."""

    def __init__(self, config: Config, loop: Loop, disk: Disk, setting: Setting, then: Callable[[], None]) -> None:
        self._config, self._loop, self._disk, self._setting, self._then = config, loop, disk, setting, then
        self._tasks: list[Task] = []
        self._timer: Timer | None = None
        self._seen = ""
        self._bundles: tuple[bytes, ...] = ()
        self._fetched: tuple[bytes, ...] = ()  # what a collector gave
        self._scanned = ""  # digits of an enrolment
        self._claiming: Claiming | None = None
        self._held: bytes | None = None  # the code that was scanned last, for a stick that comes after it
        self._closed = False
        self._state: Blank
        self._panel: Panel
        self._painter: Painter
        self._frame: Frame

    def start(self) -> None:
        """Raises SealError, OSError, DeviceError: nothing could be made or shown."""
        data, sealer = self._config.data, self._setting.sealer()
        for folder in (*reversed(data.parents), data):
            self._disk.mkdir(folder)
        seed, pepper = keys.identity(data, self._disk, sealer), keys.pepper(data, self._disk, sealer)
        self._machine = Machine(data, self._config.shop, self._disk, sealer, seed, pepper)
        device, serial = lock.pair(seed)[0], serial_number()
        enrolment = install.CODE in self._disk.listdir(data)
        self._scanned = install.kept_code(data, self._disk)
        identity = delivery.identity_text(serial, device)
        self._state = Blank(identity, serial, lock.fingerprint(device), enrolment=enrolment)
        wanted = self._config.device("panel")
        self._panel = make("panel", wanted.driver, wanted.options, self._loop)
        self._panel.open()
        self._painter = Painter(self._panel, theme_for(*self._panel.size))
        self._fingers = Fingers(self._painter, self._loop.clock, self._touched)
        self._draw()
        self._input("touch", self._contacts)
        self._input("scanner", self._codes)
        if self._setting.away is not None:
            self._claiming = Claiming(
                self._loop, self._setting.away, self._network(seed), self._config.upstream.ca, self._heard
            )
            self._ask()
        self._look()
        self._loop.post(lambda: stands(self._setting.runtime, self._frame.screen, 0))

    def close(self) -> None:
        """Lets go of every device; what is on flash is whole at any moment."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._claiming is not None:
            self._claiming.close()
        for task in self._tasks:
            task.close()
        self._panel.close()

    def _input(self, kind: str, take: Callable[[Sequence[Any]], None]) -> None:
        wanted = self._config.device(kind)
        if wanted.driver == "none":
            return
        task_type = ThreadInput if self._setting.threads else LoopInput
        device = make(kind, wanted.driver, wanted.options, self._loop)
        self._tasks.append(task_type(self._loop, device, take, _unheard))
        self._tasks[-1].start()

    def _draw(self) -> None:
        shown, spoken, size = words.view(self._state), self._state.language, self._panel.size
        frame: Frame = render(english(shown) if spoken == "en" else shown, theme_for(*size, language=spoken))
        self._painter.show(frame)
        self._frame = frame
        self._setting.on_frame(frame)

    def _now(self, state: Blank) -> None:
        if not self._closed:
            self._state = state
            self._draw()

    # What a person does

    def _contacts(self, contacts: Sequence[Contact]) -> None:
        for contact in contacts:
            self._fingers.take(contact)

    def _touched(self, act: Act) -> None:
        if act.name == "language":
            self._now(words.spoken(self._state))

    def _codes(self, codes: Sequence[str]) -> None:
        for code in codes:
            if not self._closed:
                self._code(code)

    def _code(self, text: str) -> None:
        """An enrolment is kept for later, an opening code is tried at once, anything else is told."""
        with suppress(ProtocolError):
            token.read(text)
            self._enrolment(text)
            return
        try:
            self._held = lock.code_of(text)
        except BundleError:
            self._now(words.told(self._state, words.UNREAD))
        else:
            self._try(self._held)

    def _enrolment(self, digits: str) -> None:
        try:
            install.keep_code(self._config.data, self._disk, digits)
        except OSError:
            self._now(words.told(self._state, words.NO_ROOM))
            return
        self._scanned = digits
        self._now(words.enrolled(self._state))
        self._ask()

    # A collector

    def _network(self, seed: bytes) -> Network:
        """The time may be wrong here; the collector's nonce then stands for it."""
        key, clock = keys.Key(seed), self._loop.clock
        return Network(key.public, key.sign, lambda: max(0, clock.now().t // 1000), lambda: token_hex(8))

    def _ask(self) -> None:
        """Where the code that was scanned last says, else where the image says; nowhere when neither does."""
        url = _address(self._scanned) or self._config.upstream.url
        if url and self._claiming is not None:
            self._now(words.asking(self._state, _host(url)))
            self._claiming.ask(url)

    def _heard(self, what: str, data: bytes, why: str) -> None:
        """The collector is believed in nothing: its bundle is tried as one from a stick."""
        if what == "bundle":
            self._fetched = (data,)
            self._state = words.upstream(self._state, "")
            self._try(self._held)
        elif what != "same":
            self._now(words.upstream(self._state, what, why))

    def _look(self) -> None:
        """Each second; a stick is read once, when it comes."""
        place = self._config.stick
        if self._claiming is not None:
            self._claiming.look()
        found = str(place.resolve()) if place is not None and mounted(place) else ""
        if found != self._seen:
            self._seen = found
            self._bundles = _bundles(Path(found)) if found else ()
            self._state = words.plugged(self._state, bool(found))
            if self._bundles or (self._fetched and not found):
                self._try(self._held)
            else:
                self._now(words.told(self._state, words.EMPTY if found else ()))
        if not self._closed:
            self._timer = self._loop.call_in(LOOK, self._look)

    # A bundle

    def _try(self, code: bytes | None) -> None:
        """The first that is for this machine; else the refusal that is nearest."""
        root = self._config.provision
        if root is None:
            self._now(words.told(self._state, words.NO_ROOT))
            return
        own = chain_of(self._config.data, self._disk)
        asked = Asked(root, code, self._today(), own, self._config.board, self._scanned)
        refusals: list[tuple[BundleError, bool]] = []
        for blob in (*self._bundles, *self._fetched):
            try:
                install.install(self._machine, blob, asked)
            except BundleError as error:
                refusals.append((error, blob in self._fetched))
            except OSError:
                self._now(words.told(self._state, words.NO_ROOM))
                return
            else:
                self.close()
                self._then()
                return
        self._refused(refusals, code)

    def _refused(self, refusals: list[tuple[BundleError, bool]], code: bytes | None) -> None:
        """A bundle that only wants its code is no refusal: the screen asks for it. True: it came over the network."""
        if not refusals:
            self._now(words.coded(self._state))
            return
        told, fetched = min(refusals, key=lambda each: NEAREST.index(each[0].fault))
        if code is None and told.fault is Fault.CODE:
            self._now(words.closed(self._state))
        else:
            self._now(words.refused(self._state, told.fault.value, told.detail, fetched))

    def _today(self) -> date:
        return self._loop.clock.now().local.date()


def chain_of(data: Path, disk: Disk) -> Chain | None:
    """Whose journal stands here already, as where only the shop's folder was lost; None for an empty folder."""
    try:
        body = Cutter(data, disk).record(0).body
    except (CutError, OSError, KeyError, ValueError):
        return None
    return Chain(str(body[SIRET]), str(body[TILL]))


def _bundles(stick: Path) -> tuple[bytes, ...]:
    """Every bundle in the stick's first folder that can be read, by name."""
    found = []
    for path in sorted(stick.glob(f"*{SUFFIX}")):
        with suppress(OSError):
            if path.stat().st_size <= LONGEST:
                found.append(path.read_bytes())
    return tuple(found)


def _address(digits: str) -> str:
    """Of the collector, as an enrolment says it; empty when it says none."""
    with suppress(ProtocolError):
        return token.read(digits).url
    return ""


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _unheard(health: Health) -> None:
    """There is no technician's page before there is a till."""


def serial_number() -> str:
    """What the maker gave this machine, else how its machine-id begins; signs of a QR's alphanumeric mode."""
    known = dict(machine_ids())
    text = (known.get("serial") or known.get("machine-id") or b"?").decode("ascii", "replace").upper()
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())[:SHORT] or "0"
