"""The way up of a running till: enrolment, then one uploader for as long as the process lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from appliance.core import event as ev
from appliance.core.input import Enrolled, EnrolmentFailed, Input, UpstreamFound
from appliance.core.ledger import Ledger
from appliance.daemon.config import Config
from appliance.daemon.software import Around
from appliance.daemon.software import software as updating
from appliance.ports import Health, Loop
from appliance.provision.install import CODE
from appliance.storage import keys
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.storage.journal import Journal
from appliance.storage.keys import Key, Signer
from appliance.storage.seal import Sealer
from appliance.sync import diagnostics, enrolment, keylog, token
from appliance.sync.cut import Cutter
from appliance.sync.diagnostics import Clock, Device, Diagnostics, Fault, Queue, Wear
from appliance.sync.enrolment import Registration
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import ProtocolError
from appliance.sync.token import Token
from appliance.sync.uploader import Courier, Standing, Uploader, paced

if TYPE_CHECKING:
    from appliance.core.effect import Diagnose
    from appliance.daemon.downward import Downward
    from appliance.sync.client import Asking
    from appliance.sync.dating import Dating
    from appliance.sync.enrol import Registered
    from appliance.sync.pointer import Pointer

REGISTRATION: Final = "registration"  # beside the journal, which names its root and its keys
ARCHIVES: Final = "archives"
LARGEST: Final = 64 * 1024
NET: Final = Path("/sys/class/net")


class Upward(Protocol):
    """What the service tells, and what a scanned code asks for."""

    def moved(self, kinds: set[int]) -> None: ...

    def enrol(self, code: str) -> None: ...

    def diagnose(self, said: Diagnose) -> None: ...

    def close(self) -> None: ...


class NoUpward:
    def moved(self, kinds: set[int]) -> None: ...

    def enrol(self, code: str) -> None: ...

    def diagnose(self, said: Diagnose) -> None: ...

    def close(self) -> None: ...


class Away(NamedTuple):
    """How one till differs from the next here: who blocks, whether a cable is in, what a die shows (0 … 1)."""

    courier: Callable[[Loop], Courier]
    link: Callable[[], bool]
    random: Callable[[], float]


class Line:
    """`say` feeds `step`; `ledger` is the till's of now. `start` once the first screen stands."""

    def __init__(
        self,
        config: Config,
        loop: Loop,
        disk: Disk,
        sealer: Callable[[], Sealer],
        journal: Journal,
        key: Signer,
        software: str,
        away: Away,
        ledger: Callable[[], Ledger],
        say: Callable[[Input], None],
        report: Callable[[Health], None],
        downward: Downward,
    ) -> None:
        self._config, self._loop, self._disk, self._sealer = config, loop, disk, sealer
        self._journal, self._key, self._software, self._away = journal, key, software, away
        self._ledger, self._say, self._report = ledger, say, report
        self._downward = downward
        self._courier = away.courier(loop)
        around = Around(loop, disk, lambda: journal.chain_id, ledger, say, downward.report, downward.refuse)
        downward.software = updating(config, software, around)
        self._uploader: Uploader | None = None
        self._client: Asking | None = None
        self._receipt: tuple[int, bytes] = (0, b"")
        self._dating: Dating | None = None
        self._lie = ""

    def start(self) -> None:
        self._downward.begun(self._courier)
        if self._ledger().upstream.enrolled:
            self._go_up()
            return
        for place in filter(None, (self._config.upstream.code, self._config.data / CODE)):
            with suppress(OSError, UnicodeDecodeError):  # no file: nobody wants an enrolment
                self.enrol(place.read_text("ascii"))
                return

    def moved(self, kinds: set[int]) -> None:
        if ev.APPLIED in kinds:
            self._downward.settled()
        if ev.ENROLMENT in kinds:
            self._go_up()
        elif self._uploader is not None:
            self._uploader.moved(kinds)
        if kinds & {ev.RECEIPT, ev.ARCHIVE}:
            self._date()

    def minute(self) -> None:
        """Looks whether a cable is in."""
        if self._uploader is not None:
            self._uploader.link(self._away.link())

    def close(self) -> None:
        self._downward.close()
        if self._uploader is not None:
            self._uploader.close()
        self._courier.close()

    # Enrolment

    def enrol(self, code: str) -> None:
        from appliance.sync.client import Client  # loaded when it is needed: TLS takes long to load
        from appliance.sync.enrol import enrol

        try:
            said = token.read(code.strip())
            client = Client(said.url, self._config.upstream.ca)
            wanted = self._wanted(said, self._network())
        except ValueError as error:
            self._say(EnrolmentFailed(f"Ce code n'est pas valable ({error}). En demander un nouveau."))
            return
        self._courier.run(lambda: enrol(client, wanted, said), lambda found: self._answered(found, said))

    def _wanted(self, code: Token, network: Key) -> enrolment.Enrolment:
        """Both proofs are made here, where the keys are. Raises ProtocolError after the first change of key."""
        genesis = self._journal.sealed(0)
        if genesis.record.body[5] != self._key.public:
            raise ProtocolError("the till's first key is gone: it must be enrolled before its first segment is full")
        pair = (network.public, network.sign)
        return enrolment.seal(code.secret, genesis.data, pair, self._key.sign, "", self._software)

    def _answered(self, found: Registered | str, code: Token) -> None:
        if isinstance(found, str):
            self._say(EnrolmentFailed(found))
            return
        # If we stop here, a registration is on flash that the journal does not name; the code is scanned again.
        durable_file(self._disk, self._config.data / REGISTRATION, found.statement)
        said = found.registration
        self._say(Enrolled(found.url, said.root, found.statement, said.network_key))

    # Uploading

    def _go_up(self) -> None:
        """A new enrolment takes the place of the one before."""
        from appliance.sync.client import Client
        from appliance.sync.dating import Dating
        from appliance.sync.exchange import Exchange
        from appliance.sync.fetching import Desired
        from appliance.sync.reading import Network, Reading

        if self._uploader is not None:
            self._uploader.close()
            self._courier = self._away.courier(self._loop)
        upstream = self._ledger().upstream
        network = self._network()
        clock = self._loop.clock
        signing = Network(network.public, network.sign, lambda: clock.now().t // 1000, lambda: token_hex(8))
        client = Client(upstream.url, self._config.upstream.ca)
        exchange = Exchange(client, Cutter(self._config.data, self._disk), self.log(), signing)
        found = self.registration()
        pace = paced(found[0].policy if found else None)
        self._uploader = Uploader(
            self._loop, self._courier, exchange, self._standing, self._say, self._report, self._away.random, pace
        )
        self._uploader.start()
        self._client = client
        self._dating = Dating(client, self._config.data / ARCHIVES, self.log(), self._disk)
        if found is not None:
            reading, update = Reading(client, signing), self._downward.software
            asking = Desired(
                reading, found[0].chain_id, found[0].release_key, self._fault, update.why_not if update else None
            )
            self._downward.follow(self._courier, asking, pace.interval)
            if update is not None:
                update.follow(self._courier, reading)

    def _date(self) -> None:
        """An archive gets its certain date once all that it holds has come (ARC-02)."""
        dating, upstream = self._dating, self._ledger().upstream
        if dating is not None and not upstream.stopped:
            self._courier.run(lambda: dating.ask(upstream.next_seq), self._dated)

    def _dated(self, lie: str) -> None:
        if lie and lie != self._lie:
            self._lie = lie
            self._say(UpstreamFound("lying", self._ledger().seq, None, lie))

    def _fault(self, it: Pointer, data: bytes) -> str:
        """On the courier's thread."""
        return self._downward.fault(it, data, self._loop.clock.now().local.date())

    # Diagnostics

    def diagnose(self, said: Diagnose) -> None:
        """Its record is durable. An answer that does not arrive is sent again at the next asking."""
        from appliance.sync import reporting

        upstream, network = self._ledger().upstream, self._network()
        skew = upstream.received - self._journal.sealed(upstream.record).record.t if upstream.record else None
        statement = diagnostics.seal(facts(said, self._journal.chain_id, skew), network.sign)
        client, chain_id, downward = self._client, self._journal.chain_id, self._downward
        downward.recorded(said.nonce)
        if len(statement) <= diagnostics.DIAGNOSTICS_BYTES and client is not None:
            self._courier.run(
                lambda: reporting.send(client, chain_id, statement),
                lambda taken: downward.answered(said.nonce) if taken else None,
            )

    def log(self) -> KeyLog:
        """The collector's keys as the registration names them; without it they are asked for."""
        found = self.registration()
        return found[1] if found else keylog.read((), self._ledger().upstream.root)

    def registration(self) -> tuple[Registration, KeyLog] | None:
        """Proven by the root that the journal names; None when the file is gone or not this till's."""
        upstream = self._ledger().upstream
        with suppress(OSError, ProtocolError):
            found = enrolment.read_registration(self._read(), upstream.root)
            return found if found[0].network_key == upstream.network_key else None
        return None

    def _read(self) -> bytes:
        handle = self._disk.open(self._config.data / REGISTRATION, Mode.READ)
        try:
            return self._disk.pread(handle, LARGEST, 0)
        finally:
            self._disk.close(handle)

    def _network(self) -> Key:
        return keys.network(self._config.data, self._disk, self._sealer())

    def _standing(self) -> Standing:
        upstream = self._ledger().upstream
        if upstream.record and upstream.record != self._receipt[0]:
            with suppress(KeyError):  # on its way to flash: the one before will do
                self._receipt = (upstream.record, bytes(self._journal.sealed(upstream.record).record.body[5]))  # type: ignore[arg-type]
        return Standing(self._journal.next_seq, upstream, self._receipt[1] or None)


def facts(said: Diagnose, chain_id: bytes, skew: int | None) -> Diagnostics:
    """`skew`: ms by which the collector's clock was ahead when its last receipt was recorded."""
    devices = tuple(Device(*each) for each in said.devices)
    errors = tuple(Fault(*each) for each in said.errors)
    clock = Clock(skew, *said.clock)
    return Diagnostics(
        chain_id, said.nonce, said.at, said.software, said.versions, devices, errors, Wear(*said.wear), clock,
        Queue(*said.queue),
    )  # fmt: skip


def cabled(root: Path = NET) -> bool:
    """Whether any interface but the loopback has a carrier (Documentation/ABI/testing/sysfs-class-net, operstate)."""
    return any(_state(each) in ("up", "unknown") for each in _interfaces(root))


def _interfaces(root: Path) -> Iterable[Path]:
    return [each for each in root.iterdir() if each.name != "lo"] if root.is_dir() else []


def _state(interface: Path) -> str:
    with suppress(OSError):
        return (interface / "operstate").read_text("ascii").strip()
    return ""
