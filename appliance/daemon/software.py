"""Software that the owner has released for this till: judged, fetched in the background, kept whole for the installer.

    <updates>/wanted     pointer and release: what is fetched, or lies here whole
    <updates>/register   the newest register of the publisher's that this machine has seen

The till's loop decides; what blocks is given to the courier, in short acts, so that what goes up goes first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import cbor2

from appliance.core.input import Applied, Input, SoftwareReady, UpstreamFound
from appliance.core.ledger import Ledger
from appliance.daemon.config import Config
from appliance.ports import Health, Level, Loop, Timer
from appliance.storage.cose import loaded
from appliance.storage.flash import Disk, Mode, durable_file
from appliance.sync import cut, desired, pieces, pointer, releases
from appliance.sync.desired import REFUSED, Refusal
from appliance.sync.parcel import SOFTWARE
from appliance.sync.pieces import RELEASE_BYTES, Release
from appliance.sync.pointer import POINTER_BYTES, Pointer
from appliance.sync.protocol import ProtocolError
from appliance.sync.pulling import Pull, Step, Stepped, clear
from appliance.sync.releases import REGISTER_BYTES, Register
from appliance.sync.uploader import Courier

if TYPE_CHECKING:
    from appliance.sync.fetching import Fetched
    from appliance.sync.reading import Reading

WANTED: Final = "wanted"
SEEN: Final = "register"
BREATH: Final = 50  # ms between two acts on flash alone, which others read at a start
PAUSE: Final = 1000  # ms between two pieces
BEHIND: Final = 15_000  # ms, while more than a batch of records waits for the collector
RETRY: Final = 15 * 60_000  # ms
MEGA: Final = 1_000_000

ELSEWHERE: Final = "le logiciel {0} est pour un autre modèle de caisse ({1})"
UNLISTED: Final = "le logiciel {0} n'est pas au registre de l'éditeur ({1})"
WITHDRAWN: Final = "le logiciel {0} a été retiré par l'éditeur"
NOT_NEWER: Final = "le logiciel {0} n'est pas plus récent que le {1}"
APART: Final = REFUSED.format("les morceaux du logiciel {0} ne sont pas le logiciel signé")
GONE: Final = REFUSED.format(WITHDRAWN)
NO_ROOM: Final = "Mise à jour impossible\u00a0: il manque {1} Mo pour le logiciel {0}."
FETCHED: Final = "logiciel {0}\u00a0: {1} % reçus"
LIES: Final = "logiciel {0} prêt à installer"
LYING: Final = "La réponse du serveur n'est pas valable\u00a0: a piece of software {0} is not what was signed."


class Publisher(NamedTuple):
    """Whose releases this machine takes. `root`: a public key, `board`: its model, `running`: version that runs."""

    root: bytes
    board: str
    running: str


class Held(NamedTuple):
    """What is fetched, or lies whole."""

    pointer: Pointer
    statement: bytes
    release: Release


class Software:
    """`refuse` records a refusal once; `chain_id`: of the journal, once it has a first record."""

    def __init__(
        self,
        updates: Path,
        publisher: Publisher,
        loop: Loop,
        disk: Disk,
        chain_id: Callable[[], bytes],
        ledger: Callable[[], Ledger],
        say: Callable[[Input], None],
        report: Callable[[Health], None],
        refuse: Callable[[Refusal], None],
    ) -> None:
        self._updates, self._publisher, self._loop, self._disk = updates, publisher, loop, disk
        self._chain_id, self._ledger, self._say, self._report = chain_id, ledger, say, report
        self._refuse = refuse
        self._courier: Courier | None = None
        self._reading: Reading | None = None
        self._held: Held | None = None
        self._pull: Pull | None = None
        self._timer: Timer | None = None
        self._seen: Register | None = None
        self._ready = self._lied = self._full = False

    @property
    def version(self) -> int:
        """Of the pointer that is followed; 0 for none."""
        return self._held.pointer.version if self._held else 0

    def begun(self, courier: Courier) -> None:
        """At a start: what lies here is checked in the background, and goes once it is the system that runs."""
        self._courier = courier
        with suppress(OSError):
            self._disk.mkdir(self._updates)
        self._seen = self._register()
        self._held = self._read_held()
        if self._held is None:
            self._clear()
        elif self._held.release.board != self._publisher.board or self._runs(self._held.release):
            self._drop()
        else:
            self._begin()

    def follow(self, courier: Courier, reading: Reading) -> None:
        """From now on what is missing is asked of this collector."""
        self._courier, self._reading = courier, reading
        if self._held is not None and not self._ready:
            self._begin()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Judging

    def why_not(self, it: Pointer, data: bytes) -> str:
        """Why this machine does not take a release, or nothing. On the courier's thread. Raises ProtocolError."""
        release = pieces.read(data)
        try:
            register = releases.read(release.register, self._publisher.root)
            why = releases.why_not_after(self._seen, register) if self._seen else ""
            if why:
                return UNLISTED.format(release.version, why)
            found = pieces.proven(release, register)
        except ProtocolError as error:
            return UNLISTED.format(release.version, error)
        self._remember(register)
        own = self._publisher
        if found.withdrawn:
            return WITHDRAWN.format(release.version)
        if release.board != own.board:
            return ELSEWHERE.format(release.version, release.board)
        if releases.order(release.version) < releases.order(own.running):
            return NOT_NEWER.format(release.version, own.running)
        return ""

    def _runs(self, release: Release) -> bool:
        """It, or one above it, is the system that runs: nothing is to be fetched."""
        return releases.order(release.version) <= releases.order(self._publisher.running)

    def _remember(self, register: Register) -> None:
        if self._seen is not None and register.number == self._seen.number:
            return
        self._seen = register
        with suppress(OSError):  # until the next start it is remembered, and then it comes again
            # If we stop here, the register before stands: the new one comes with its release again.
            durable_file(self._disk, self._updates / SEEN, register.data)

    def _register(self) -> Register | None:
        """None when none was seen, or only those of a publisher whom this system does not know any more."""
        with suppress(OSError, ProtocolError):
            return releases.read(self._read(SEEN, REGISTER_BYTES), self._publisher.root)
        return None

    # Fetching

    def want(self, it: Fetched) -> None:
        """Judged before. What was wanted until now is no longer."""
        held = Held(it.pointer, it.statement, pieces.read(it.data))
        if self._runs(held.release):  # from a stick, or with the machine: what the owner wants is in force
            self._drop()
            self._applied(held)
            return
        try:
            # If we stop here, the one before is fetched on, or this one is: what lies here is known by its hashes.
            durable_file(self._disk, self._updates / WANTED, cbor2.dumps([it.statement, it.data]))
        except OSError:
            return  # it is found again at the next asking
        self._went()
        self._held = held
        self._begin()

    def _begin(self) -> None:
        held = self._held
        if held is not None:
            self._pull = Pull(self._updates, self._disk, held.release, self._chain_id(), self._reading)
            self._ready = False
            self._soon(0)

    def _soon(self, delay: int) -> None:
        self.close()
        self._timer = self._loop.call_in(delay, self._go)

    def _go(self) -> None:
        self._timer = None
        held, pull, courier = self._held, self._pull, self._courier
        if held is None or pull is None or courier is None:
            return
        why = self._why_no_more(held)
        if why:
            self._refuse(Refusal(held.statement, why))
            self._drop()
        elif self._ledger().upstream.stopped:
            self._soon(RETRY)
        else:
            courier.run(pull.step, lambda found: self._stepped(pull, found))

    def _why_no_more(self, held: Held) -> str:
        """It was good when it came; since then time went by, and a newer register may have come."""
        found = self._seen.bundle(held.release.sha256) if self._seen else None
        if found is not None and found.withdrawn:
            return GONE.format(held.release.version)
        ledger = self._ledger()
        now = self._loop.clock.now().t + ledger.offset if ledger.trusted else None
        return desired.too_late(held.pointer, ledger.upstream.version(SOFTWARE), now)

    def _stepped(self, pull: Pull, found: Stepped) -> None:
        held = self._held
        if pull is not self._pull or held is None:
            return
        match found.step:
            case Step.ON:
                self._soon(BREATH)
            case Step.PIECE:
                self._lied = False
                percent = pull.done * 10 // held.release.size * 10
                self._report(Health(Level.READY, "fetching", FETCHED.format(held.release.version, percent)))
                self._soon(BEHIND if self._behind() else PAUSE)
            case Step.LATER:
                self._soon(RETRY)
            case Step.LYING:
                self._lying(held)
                self._soon(RETRY)
            case Step.NO_ROOM:
                self._no_room(held, found.room)
                self._soon(RETRY)
            case Step.WRONG:
                self._refuse(Refusal(held.statement, APART.format(held.release.version)))
                self._drop()
            case Step.WHOLE:
                self._whole(held, pull.path)

    def _behind(self) -> bool:
        ledger = self._ledger()
        return ledger.seq - ledger.upstream.next_seq > cut.SMALL

    def _whole(self, held: Held, path: Path) -> None:
        """Said at each start: the journal takes its record once."""
        if self._full:
            self._report(Health(Level.READY, "ok"))
        self._ready, self._full = True, False
        self._applied(held)
        self._say_ready(held.release.version, str(path))
        self._report(Health(Level.READY, "lies", LIES.format(held.release.version)))

    def _applied(self, held: Held) -> None:
        self._say(Applied(SOFTWARE, held.pointer.version, held.pointer.sha256, held.statement))

    def _lying(self, held: Held) -> None:
        if not self._lied:
            self._lied = True
            self._say(UpstreamFound("lying", self._ledger().seq, None, LYING.format(held.release.version)))

    def _no_room(self, held: Held, missing: int) -> None:
        """Once in a process; it is tried again, for room may come."""
        why = NO_ROOM.format(held.release.version, max(1, -(-missing // MEGA)))
        if not self._full:
            self._full = True
            self._say(UpstreamFound("refused", self._ledger().seq, held.statement, why))
        self._report(Health(Level.CARE, "refused", why))

    def _drop(self) -> None:
        """Installed, withdrawn, over or wrong: nothing of it stays."""
        self._went()
        self._report(Health(Level.READY, "lies"))
        self._held = self._pull = None
        with suppress(OSError):
            # If we stop here, it is wanted still and judged again, or a bundle lies here that the next start clears.
            self._disk.unlink(self._updates / WANTED)
        self._clear()

    def _clear(self) -> None:
        """On the courier's thread, behind whatever step is still on its way."""
        if self._courier is not None:
            self._courier.run(self._cleared, lambda _: None)

    def _cleared(self) -> None:
        with suppress(OSError):
            clear(self._updates, self._disk)

    def _went(self) -> None:
        """The installer may no longer count on it."""
        if self._ready and self._held is not None:
            self._say_ready(self._held.release.version, "")
        self._ready = False

    def _say_ready(self, version: str, path: str) -> None:
        self._say(SoftwareReady("collector", version, path))

    def _read_held(self) -> Held | None:
        """None when nothing is wanted, or flash has spoilt it: the collector shows the pointer again."""
        with suppress(OSError, ProtocolError, ValueError, TypeError):
            statement, data = loaded(self._read(WANTED, RELEASE_BYTES + POINTER_BYTES + 64))
            return Held(pointer.read(statement), statement, pieces.read(data))
        return None

    def _read(self, name: str, most: int) -> Any:  # noqa: ANN401 - bytes, or whatever a broken disk gives
        handle = self._disk.open(self._updates / name, Mode.READ)
        try:
            return self._disk.pread(handle, most, 0)
        finally:
            self._disk.close(handle)


def software(
    config: Config,
    running: str,
    loop: Loop,
    disk: Disk,
    chain_id: Callable[[], bytes],
    ledger: Callable[[], Ledger],
    say: Callable[[Input], None],
    report: Callable[[Health], None],
    refuse: Callable[[Refusal], None],
) -> Software | None:
    """None where the till is not updated by itself: then software is only made known."""
    if config.system is None or config.publisher is None or not config.board or not releases.is_version(running):
        return None
    publisher = Publisher(config.publisher, config.board, running)
    return Software(config.system.updates, publisher, loop, disk, chain_id, ledger, say, report, refuse)
