"""When the till sends: after a closing, 512 records or a quarter of an hour; again and again while nobody answers.

Everything here runs on the till's loop and takes no time. What blocks is given to a courier. Selling never waits.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from appliance.core import event as ev
from appliance.core.input import Receipted, UpstreamFound
from appliance.core.standing import Upstream
from appliance.ports import Health, Level, Loop, Timer
from appliance.sync import cut
from appliance.sync.enrolment import Policy
from appliance.sync.outcome import Behind, Later, Met, Nothing, Outcome, Position, Sent, Smaller

QUARTER: Final = 15 * 60_000  # ms
SHORTEST: Final = 60_000  # ms between two batches, whatever a policy says
FEWEST: Final = 16  # records that trigger a batch
FIRST: Final = 2000  # ms, doubled at each failure
WAKE: Final = 60_000  # ms, within which a till whose link came up tries: not all of a country at once
STEPS: Final = 9  # 2 s · 2^9 is more than a quarter of an hour
CLOSINGS: Final = frozenset({ev.DAY_CLOSE, ev.MONTH_CLOSE, ev.YEAR_CLOSE, ev.ENROLMENT})

T = TypeVar("T")


class Pace(NamedTuple):
    """`interval`: ms that something waits at most; `records` that are sent at once."""

    interval: int
    records: int


PACE: Final = Pace(QUARTER, cut.SMALL)


def paced(policy: Policy | None) -> Pace:
    """What the registration asks for, within limits: a quarter of an hour and 512 records are never exceeded."""
    if policy is None:
        return PACE
    interval = min(max(policy.interval * 1000, SHORTEST), QUARTER)
    return Pace(interval, min(max(policy.records, FEWEST), cut.SMALL))


class Exchanging(Protocol):
    def send(self, at: Position) -> Outcome: ...

    def look(self, at: Position) -> Outcome: ...


class Courier(Protocol):
    """Runs what blocks, one act after the other, and gives what came of it back on the loop."""

    def run(self, act: Callable[[], T], done: Callable[[T], None]) -> None: ...

    def close(self) -> None: ...


class LoopCourier:
    """On the loop's own thread, for virtual time: a far side on loopback answers at once."""

    def __init__(self, loop: Loop) -> None:
        self._loop, self._closed = loop, False

    def run(self, act: Callable[[], T], done: Callable[[T], None]) -> None:
        self._loop.call_in(0, lambda: None if self._closed else done(act()))

    def close(self) -> None:
        self._closed = True


class ThreadCourier:
    """On a thread of its own. At the end of the till it is left behind: what it sends is safe to send again."""

    def __init__(self, loop: Loop) -> None:
        self._loop, self._closed = loop, False
        self._orders: SimpleQueue[tuple[Callable[[], Any], Callable[[Any], None]] | None] = SimpleQueue()
        Thread(target=self._serve, name="upstream", daemon=True).start()

    def run(self, act: Callable[[], T], done: Callable[[T], None]) -> None:
        self._orders.put((act, done))

    def close(self) -> None:
        self._closed = True
        self._orders.put(None)

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            act, done = order
            outcome = act()
            if self._closed:
                return
            self._loop.post(lambda done=done, outcome=outcome: None if self._closed else done(outcome))  # type: ignore[misc]


class Standing(NamedTuple):
    """`until`: the first record that is not durable; `receipt`: the statement of the last one in the journal."""

    until: int
    upstream: Upstream
    receipt: bytes | None


class Uploader:
    """The state machine of one enrolment. `random` gives 0 … 1; `say` takes inputs for `step`."""

    def __init__(
        self,
        loop: Loop,
        courier: Courier,
        exchange: Exchanging,
        standing: Callable[[], Standing],
        say: Callable[[Receipted | UpstreamFound], None],
        report: Callable[[Health], None],
        random: Callable[[], float],
        pace: Pace = PACE,
    ) -> None:
        self._loop, self._courier, self._exchange, self._standing = loop, courier, exchange, standing
        self._say, self._report, self._random, self._pace = say, report, random, pace
        self._again: tuple[int, bytes | None] | None = None  # sent again from here: the collector has lost it
        self._held: tuple[int, bytes] | None = None  # the last receipt, whose record may be on its way to flash
        self._most = cut.SMALL
        self._failures = 0
        self._flying = self._closed = self._looked = False
        self._due: Timer | None = None  # a quarter of an hour after something came
        self._pause: Timer | None = None  # between two attempts
        self._said = ("", "")
        self._link = True

    @property
    def quiet(self) -> bool:
        """Nothing is on its way."""
        return not self._flying

    def start(self) -> None:
        """Before the first batch the collector says where it stands: a journal that was put back is told at once."""
        self._go()

    def moved(self, kinds: set[int]) -> None:
        """Records of these kinds are durable."""
        if self._closed or not kinds - cut.BESIDE or self._standing().upstream.stopped:
            return
        if kinds & CLOSINGS or self._waiting() >= self._pace.records:
            self._go()
        elif self._due is None:
            self._due = self._loop.call_in(self._pace.interval, self._is_due)

    def link(self, up: bool) -> None:
        """Whether a cable or a radio link is there; one that comes up cuts a pause short."""
        came, self._link = up and not self._link, up
        if came and self._pause is not None:
            self._rest(self._random() * WAKE)

    def close(self) -> None:
        self._closed = True
        for timer in (self._due, self._pause):
            if timer is not None:
                timer.cancel()
        self._courier.close()

    def _is_due(self) -> None:
        self._due = None
        self._go()

    def _waiting(self) -> int:
        at = self._position()
        return at.until - at.next_seq

    def _position(self) -> Position:
        now = self._standing()
        known: tuple[int, bytes | None] = (now.upstream.next_seq, now.receipt)
        if self._held is not None and self._held[0] >= known[0]:
            known = self._held
        next_seq, receipt = self._again or known
        return Position(next_seq, receipt, now.until, self._most)

    def _go(self) -> None:
        """One in flight; while a pause runs its end is waited for."""
        if self._closed or self._flying or self._pause is not None or self._standing().upstream.stopped:
            return
        at = self._position()
        if self._looked and at.next_seq >= at.until:
            return
        self._flying = True
        exchange, looked = self._exchange, self._looked
        self._courier.run(lambda: exchange.send(at) if looked else exchange.look(at), self._done)

    def _done(self, outcome: Outcome) -> None:
        self._flying = False
        match outcome:
            case Later(seconds, why):
                self._failed("unreachable", why, seconds)
            case Met(what, record, evidence, why):
                self._met(what, record, evidence, why)
            case Behind(next_seq, receipt, why):
                self._well()
                self._again = (next_seq, receipt)
                self._tell("collector-behind", next_seq, receipt, why)
                self._go()
            case Smaller():
                self._most = max(1, self._most // 2)
                self._go()
            case Sent():
                self._sent(outcome)
            case Nothing():
                first = not self._looked
                self._well()
                if first:
                    self._go()

    def _well(self) -> None:
        self._looked, self._failures, self._said = True, 0, ("", "")
        self._report(Health(Level.READY, "ok"))

    def _sent(self, sent: Sent) -> None:
        self._well()
        known = self._standing().upstream.next_seq
        last = (sent.next_seq, sent.statement)
        self._again, self._held = (last, self._held) if sent.next_seq < known else (None, last)
        self._say(Receipted(sent.first_seq, sent.next_seq, sent.head, sent.received, sent.statement, "network"))
        self._loop.call_in(0, self._more)  # the receipt's own record is on its way to flash meanwhile

    def _more(self) -> None:
        """Catching up goes on at once, in larger batches; the last few records wait for their quarter of an hour."""
        waiting = self._waiting()
        behind = self._again is not None or waiting >= self._pace.records
        self._most = cut.WHOLE if behind else cut.SMALL
        if behind:
            self._go()
        elif waiting and self._due is None:
            self._due = self._loop.call_in(self._pace.interval, self._is_due)

    def _met(self, what: str, record: int, evidence: bytes | None, why: str) -> None:
        self._tell(what, record, evidence, why)
        if what in ("fork", "rollback"):
            self._report(Health(Level.DOWN, "refused", why))
        else:
            self._failures = STEPS
            self._failed("refused", why, None)

    def _tell(self, what: str, record: int, evidence: bytes | None, why: str) -> None:
        """Once, and again only when something else is met or it was well in between."""
        if self._said != (what, why):
            self._said = (what, why)
            self._say(UpstreamFound(what, record, evidence, why))

    def _failed(self, code: str, why: str, seconds: int | None) -> None:
        """Full jitter: anything between now and 2 s · 2^k, a quarter of an hour at most."""
        self._report(Health(Level.DOWN, code, why))
        longest = min(QUARTER, FIRST << min(self._failures, STEPS))
        self._failures += 1
        self._rest(self._random() * longest if seconds is None else min(seconds * 1000, 4 * QUARTER))

    def _rest(self, pause: float) -> None:
        if self._pause is not None:
            self._pause.cancel()
        self._pause = self._loop.call_in(int(pause), self._rested)

    def _rested(self) -> None:
        self._pause = None
        self._go()
