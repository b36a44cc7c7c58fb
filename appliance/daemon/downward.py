"""The way down of a running till: what the owner wants is asked for, kept for the next opening, then recorded.

Everything here runs on the till's loop; what blocks is given to the courier. Selling never waits and never changes
under a cashier's hands: the files of the shop are replaced between two days only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from appliance.core.input import Applied, DiagnosticsWanted, Input, UpstreamFound
from appliance.core.ledger import Ledger
from appliance.daemon import heard, shelf
from appliance.daemon.heard import Heard
from appliance.daemon.shelf import Shelf
from appliance.ports import Health, Level, Loop, Timer
from appliance.storage.flash import Disk
from appliance.sync import desired
from appliance.sync.desired import Known, Refusal, mark
from appliance.sync.parcel import SOFTWARE
from appliance.sync.pointer import Pointer
from appliance.sync.uploader import Courier

if TYPE_CHECKING:
    from appliance.daemon.software import Software
    from appliance.sync.fetching import Desired, Fetched, Found

TOLD: Final = 16  # refusals that a process records: a collector that invents them shall not fill the journal
FIRST: Final = 5000  # ms after the way up stands
HALF: Final = "Les fichiers de la boutique sont en cours de remplacement\u00a0: ouvrir à nouveau dans une minute."
PROGRESS: Final = ("fetching", "lies")  # of software
WAITS: Final = "attend la prochaine ouverture"


class Downward:
    """`ledger` is the till's of now, `say` feeds `step`, `today` in the shop's own calendar."""

    def __init__(
        self,
        data: Path,
        shop: Path,
        loop: Loop,
        disk: Disk,
        ledger: Callable[[], Ledger],
        say: Callable[[Input], None],
        report: Callable[[Health], None],
    ) -> None:
        self._shop, self._loop, self._ledger, self._say, self._tell = shop, loop, ledger, say, report
        self._shelf, self._heard = Shelf(data, shop, disk), Heard(data, disk)
        self._timer: Timer | None = None
        self._pace = 0
        self._lie, self._told_of = "", 0
        self._alarmed = False
        self.software: Software | None = None  # None: software is made known and not fetched

    def follow(self, courier: Courier, asking: Desired, pace: int) -> None:
        """Asks now and then, every `pace` ms, until `close`."""
        self.close()
        self._courier, self._asking, self._pace = courier, asking, pace
        self._timer = self._loop.call_in(FIRST, self._ask)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.software is not None:
            self.software.close()

    def begun(self, courier: Courier) -> None:
        """At a start: what was put in place before a cut gets its record, or is put away when it has one."""
        if self.software is not None:
            self.software.begun(courier)
        with suppress(OSError):
            for it in self._shelf.going():
                self._say(it.applied)
            self._shelf.settled(self._version)

    def settled(self) -> None:
        """Records of what was applied are durable. What cannot be put away now is at the next start."""
        with suppress(OSError):
            self._shelf.settled(self._version)

    # Asking

    def _ask(self) -> None:
        self._timer = self._loop.call_in(self._pace, self._ask)
        if not self._ledger().upstream.stopped:
            known, asking = self._known(), self._asking
            self._courier.run(lambda: asking.ask(known), lambda found: self._found(found, asking.later))

    def _known(self) -> Known:
        ledger = self._ledger()
        held = dict(ledger.upstream.applied)
        with suppress(OSError):
            for it in self._shelf.waiting():
                held[it.pointer.scope] = max(held.get(it.pointer.scope, 0), it.pointer.version)
        if self.software is not None:
            held[SOFTWARE] = max(held.get(SOFTWARE, 0), self.software.version)
        return Known(ledger.siret, ledger.till, self._now(), held, self._heard.refused, self._heard.answered)

    def _now(self) -> int | None:
        ledger = self._ledger()
        return self._loop.clock.now().t + ledger.offset if ledger.trusted else None

    def _version(self, scope: str) -> int:
        return self._ledger().upstream.version(scope)

    def _found(self, found: Found, later: Pointer | None) -> None:
        for refusal in found.refused:
            self.refuse(refusal)
        for it in found.fetched:
            self._fetched(it)
        for asked in found.asked:
            self._say(DiagnosticsWanted(asked.nonce, self._heard.knows(heard.SEEN, asked.nonce)))
        if found.lie and found.lie != self._lie:
            self._say(UpstreamFound("lying", self._ledger().seq, None, found.lie))
        self._lie = found.lie
        if self.software is not None:
            self.software.hears(later)

    def _fetched(self, it: Fetched) -> None:
        if it.pointer.scope == SOFTWARE and self.software is not None:
            self.software.want(it)
            return
        if it.pointer.scope == SOFTWARE:  # made known, never installed from here
            self._say(Applied(SOFTWARE, it.pointer.version, it.pointer.sha256, it.statement))
            return
        try:
            self._shelf.put(it.statement, it.data)
        except OSError:
            return  # asked for again
        self.report(Health(Level.READY, "waiting", WAITS))

    def refuse(self, refusal: Refusal) -> None:
        """Once for each statement, over restarts too."""
        with suppress(OSError):
            if self._heard.add(heard.REFUSED, mark(refusal.statement)):
                self._told(refusal)

    def _told(self, refusal: Refusal) -> None:
        self._told_of += 1
        if self._told_of <= TOLD:
            self._say(UpstreamFound("refused", self._ledger().seq, refusal.statement, refusal.why))
        self.report(Health(Level.CARE, "refused", refusal.why))

    def report(self, health: Health) -> None:
        """How far a download is does not take an alarm away."""
        if health.code in PROGRESS and self._alarmed:
            return
        self._alarmed = health.level is Level.CARE
        self._tell(health)

    def recorded(self, nonce: bytes) -> None:
        with suppress(OSError):
            self._heard.add(heard.SEEN, nonce)

    def answered(self, nonce: bytes) -> None:
        with suppress(OSError):
            self._heard.add(heard.ANSWERED, nonce)

    # The next opening

    def opening(self, today: date) -> tuple[str, ...]:
        """No day is open and one is wanted: what waits takes its place. Errors when the files are half replaced."""
        try:
            self._shelf.finish()
            for it in self._shelf.waiting() if self._now() is not None else ():
                self._take(it, today)
            for it in self._shelf.going():
                self._say(it.applied)
        except OSError:
            return (HALF,)
        return ()

    def _take(self, it: shelf.Waiting, today: date) -> None:
        why = self._why_not(it, today)
        if why:
            self._shelf.drop(it.pointer.scope)
            self.refuse(Refusal(it.statement, why))
            return
        try:
            self._shelf.take(it)
        except OSError:
            if any(each.statement == it.statement for each in self._shelf.going()):
                raise
            self.refuse(Refusal(it.statement, shelf.NO_PLACE))
            return
        self.report(Health(Level.READY, "ok"))

    def _why_not(self, it: shelf.Waiting, today: date) -> str:
        """It was good when it came; since then time went by, and other files may have come."""
        name = desired.NAMES[it.pointer.scope], it.pointer.version
        late = desired.too_late(it.pointer, self._version(it.pointer.scope), self._now())
        wrong = "" if late else self.fault(it.pointer, it.data, today)
        return late or (desired.UNREAD.format(*name, wrong) if wrong else "")

    def fault(self, it: Pointer, data: bytes, today: date) -> str:
        """Runs on any thread."""
        if sha256(data).digest() != it.sha256:
            return "empreinte fausse"
        ledger = self._ledger()
        return shelf.fault(self._shop, it, data, today, (ledger.siret, ledger.till))
