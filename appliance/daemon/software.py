"""Software that the owner has released for this till: judged, fetched in the background, kept whole for the installer.

    <updates>/wanted     pointer and release: what is fetched, or lies here whole

The till's loop decides; what blocks is given to the courier, in short acts, so that what goes up goes first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import cbor2

from appliance.core.input import Applied, Input, SoftwareOffered, SoftwareReady, UpstreamFound
from appliance.core.ledger import Ledger
from appliance.core.system import Offer
from appliance.daemon.config import Config
from appliance.daemon.offering import offer
from appliance.daemon.registered import WITHDRAWN, Publisher, Registered, kept
from appliance.ports import Health, Level, Loop, Timer
from appliance.storage.cose import loaded
from appliance.storage.flash import Disk, durable_file
from appliance.sync import cut, desired, pieces, pointer, releases
from appliance.sync.desired import REFUSED, Refusal
from appliance.sync.parcel import SOFTWARE
from appliance.sync.pieces import RELEASE_BYTES, Release
from appliance.sync.pointer import POINTER_BYTES, Pointer
from appliance.sync.protocol import ProtocolError
from appliance.sync.pulling import Pull, Step, Stepped, clear
from appliance.sync.uploader import Courier

if TYPE_CHECKING:
    from appliance.sync.fetching import Fetched
    from appliance.sync.reading import Reading

WANTED: Final = "wanted"
BREATH: Final = 50  # ms between two acts on flash alone, which others read at a start
PAUSE: Final = 1000  # ms between two pieces
BEHIND: Final = 15_000  # ms, while more than a batch of records waits for the collector
RETRY: Final = 15 * 60_000  # ms
MEGA: Final = 1_000_000

APART: Final = REFUSED.format("les morceaux du logiciel {0} ne sont pas le logiciel signé")
GONE: Final = REFUSED.format(WITHDRAWN)
NO_ROOM: Final = "Mise à jour impossible\u00a0: il manque {1} Mo pour le logiciel {0}."
FETCHED: Final = "logiciel {0}\u00a0: {1} % reçus"
LIES: Final = "logiciel {0} prêt à installer"
LYING: Final = "La réponse du serveur n'est pas valable\u00a0: a piece of software {0} is not what was signed."


class Held(NamedTuple):
    """What is fetched, or lies whole."""

    pointer: Pointer
    statement: bytes
    release: Release


@dataclass(frozen=True)
class Around:
    """What a running till gives to it. `chain_id`: of the journal, once it has a first record; `ledger`: of now; `say`
    feeds `step`; `refuse` records a refusal once."""

    loop: Loop
    disk: Disk
    chain_id: Callable[[], bytes]
    ledger: Callable[[], Ledger]
    say: Callable[[Input], None]
    report: Callable[[Health], None]
    refuse: Callable[[Refusal], None]


class Software:
    """`updates`: the folder that is its own."""

    def __init__(self, updates: Path, publisher: Publisher, around: Around) -> None:
        self._updates, self._publisher, self._around = updates, publisher, around
        self._registered = Registered(updates, publisher, around.disk)
        self._courier: Courier | None = None
        self._reading: Reading | None = None
        self._held: Held | None = None
        self._pull: Pull | None = None
        self._timer: Timer | None = None
        self._later: Pointer | None = None
        self._offered: Offer | None = None
        self._ready = self._lied = self._full = False

    @property
    def version(self) -> int:
        """Of the pointer that is followed; 0 for none."""
        return self._held.pointer.version if self._held else 0

    def begun(self, courier: Courier) -> None:
        """At a start: what lies here is checked in the background, and goes once it is the system that runs."""
        self._courier = courier
        with suppress(OSError):
            self._around.disk.mkdir(self._updates)
        self._registered.load()
        self._held = self._read_held()
        if self._held is None:
            self._clear()
        elif self._held.release.board != self._publisher.board or self._publisher.runs(self._held.release):
            self._drop()
        else:
            self._begin()
        self._offer()

    def hears(self, later: Pointer | None) -> None:
        """Behind each asking. `later`: what is not this till's turn."""
        self._later = later
        self._offer()

    def follow(self, courier: Courier, reading: Reading) -> None:
        """From now on what is missing is asked of this collector."""
        self._courier, self._reading = courier, reading
        if self._held is not None and not self._ready:
            self._begin()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def why_not(self, it: Pointer, data: bytes) -> str:
        """Why this machine does not take a release, or nothing. On the courier's thread. Raises ProtocolError."""
        return self._registered.why_not(data)

    def _offer(self) -> None:
        held, pull = self._held, self._pull
        done = None if pull is None or self._ready else pull.done
        now = offer(self._registered.newest, (held.pointer, held.release) if held else None, done, self._later)
        if now != self._offered:
            self._offered = now
            self._around.say(SoftwareOffered(now))

    # Fetching

    def want(self, it: Fetched) -> None:
        """Judged before. What was wanted until now is no longer."""
        held = Held(it.pointer, it.statement, pieces.read(it.data))
        if self._publisher.runs(held.release):  # from a stick, or with the machine: what the owner wants is in force
            self._drop()
            self._applied(held)
            return
        try:
            # If we stop here, the one before is fetched on, or this one is: what lies here is known by its hashes.
            durable_file(self._around.disk, self._updates / WANTED, cbor2.dumps([it.statement, it.data]))
        except OSError:
            return  # it is found again at the next asking
        self._went()
        self._held = held
        self._begin()

    def _begin(self) -> None:
        held = self._held
        if held is not None:
            self._pull = Pull(self._updates, self._around.disk, held.release, self._around.chain_id(), self._reading)
            self._ready = False
            self._soon(0)

    def _soon(self, delay: int) -> None:
        self.close()
        self._timer = self._around.loop.call_in(delay, self._go)

    def _go(self) -> None:
        self._timer = None
        held, pull, courier = self._held, self._pull, self._courier
        if held is None or pull is None or courier is None:
            return
        why = self._why_no_more(held)
        if why:
            self._around.refuse(Refusal(held.statement, why))
            self._drop()
        elif self._around.ledger().upstream.stopped:
            self._soon(RETRY)
        else:
            courier.run(pull.step, lambda found: self._stepped(pull, found))

    def _why_no_more(self, held: Held) -> str:
        """It was good when it came; since then time went by, and a newer register may have come."""
        if self._registered.withdrawn(held.release):
            return GONE.format(held.release.version)
        ledger = self._around.ledger()
        now = self._around.loop.clock.now().t + ledger.offset if ledger.trusted else None
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
                self._around.report(Health(Level.READY, "fetching", FETCHED.format(held.release.version, percent)))
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
                self._around.refuse(Refusal(held.statement, APART.format(held.release.version)))
                self._drop()
            case Step.WHOLE:
                self._whole(held, pull.path)
        self._offer()

    def _behind(self) -> bool:
        ledger = self._around.ledger()
        return ledger.seq - ledger.upstream.next_seq > cut.SMALL

    def _whole(self, held: Held, path: Path) -> None:
        """Said at each start: the journal takes its record once."""
        if self._full:
            self._around.report(Health(Level.READY, "ok"))
        self._ready, self._full = True, False
        self._applied(held)
        self._say_ready(held.release.version, str(path))
        self._around.report(Health(Level.READY, "lies", LIES.format(held.release.version)))

    def _applied(self, held: Held) -> None:
        self._around.say(Applied(SOFTWARE, held.pointer.version, held.pointer.sha256, held.statement))

    def _lying(self, held: Held) -> None:
        if not self._lied:
            self._lied = True
            self._around.say(
                UpstreamFound("lying", self._around.ledger().seq, None, LYING.format(held.release.version))
            )

    def _no_room(self, held: Held, missing: int) -> None:
        """Once in a process; it is tried again, for room may come."""
        why = NO_ROOM.format(held.release.version, max(1, -(-missing // MEGA)))
        if not self._full:
            self._full = True
            self._around.say(UpstreamFound("refused", self._around.ledger().seq, held.statement, why))
        self._around.report(Health(Level.CARE, "refused", why))

    def _drop(self) -> None:
        """Installed, withdrawn, over or wrong: nothing of it stays."""
        self._went()
        self._around.report(Health(Level.READY, "lies"))
        self._held = self._pull = None
        with suppress(OSError):
            # If we stop here, it is wanted still and judged again, or a bundle lies here that the next start clears.
            self._around.disk.unlink(self._updates / WANTED)
        self._clear()

    def _clear(self) -> None:
        """On the courier's thread, behind whatever step is still on its way."""
        if self._courier is not None:
            self._courier.run(self._cleared, lambda _: None)

    def _cleared(self) -> None:
        with suppress(OSError):
            clear(self._updates, self._around.disk)

    def _went(self) -> None:
        """The installer may no longer count on it."""
        if self._ready and self._held is not None:
            self._say_ready(self._held.release.version, "")
        self._ready = False

    def _say_ready(self, version: str, path: str) -> None:
        self._around.say(SoftwareReady("collector", version, path))

    def _read_held(self) -> Held | None:
        """None when nothing is wanted, or flash has spoilt it: the collector shows the pointer again."""
        with suppress(OSError, ProtocolError, ValueError, TypeError):
            statement, data = loaded(
                kept(self._around.disk, self._updates / WANTED, RELEASE_BYTES + POINTER_BYTES + 64)
            )
            return Held(pointer.read(statement), statement, pieces.read(data))
        return None


def software(config: Config, running: str, around: Around) -> Software | None:
    """None where the till is not updated by itself: then software is only made known."""
    if config.system is None or config.publisher is None or not config.board or not releases.is_version(running):
        return None
    return Software(config.system.updates, Publisher(config.publisher, config.board, running), around)
