"""What the till knows when it starts: the ledger of the last closing's snapshot, and every record since.

After each closing the day is read again from flash and held against its snapshot (`Examination`), so the shortcut that
the next start takes has been proven by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple, cast

from appliance.core import event as ev
from appliance.core.event import Event
from appliance.core.fold import apply, fold
from appliance.core.input import Examined, FlawFound
from appliance.core.ledger import Ledger
from appliance.core.mend import mend
from appliance.core.refold import Refold
from appliance.core.snapshot import restore
from appliance.ports import Loop
from appliance.storage.journal import Journal
from appliance.storage.past import Sealed
from appliance.storage.record import Record
from appliance.storage.recover import JournalDamaged

SLICE = 50  # records a turn of the loop: a few milliseconds
PAUSE = 20  # ms between two slices
HURT = "des actes enregistrés sont abîmés en mémoire"
BEGIN = 3000  # ms after a closing or a start: the paper and the first login come first


class Remembered(NamedTuple):
    """The ledger, and what is missing from the journal and no `defect` record names yet."""

    ledger: Ledger
    flaws: tuple[FlawFound, ...] = ()
    purge: Record | None = None  # ordered since the last closing: perhaps not carried out yet


def remembered(journal: Journal) -> Remembered:
    """Raises JournalDamaged when the records since the last closing do not hold, hurt bytes aside."""
    records = journal.past(ev.SNAPSHOT, restorable)
    first = next(records, None)
    if first is None:
        return Remembered(Ledger())
    flaws: dict[int, FlawFound] = {}
    follow, ordered = apply, None
    if first.record.seq and first.record.kind != ev.SNAPSHOT:  # the genesis record itself is among the hurt ones
        flaws[0] = FlawFound(0, HURT, first.record.seq, "flash")
        follow = mend
    ledger = mend(Ledger(), _event(first)) if flaws else fold_first(first)
    for event in map(_event, records):
        if event.seq != ledger.seq:
            flaws[ledger.seq] = FlawFound(ledger.seq, HURT, event.seq, "flash")
            follow = mend
        ledger = follow(ledger, event)
        if event.kind == ev.DEFECT:
            flaws.pop(cast(int, event.body[1]), None)
        elif event.kind == ev.PURGE:
            ordered = Record(*event)
    return Remembered(ledger, (*flaws.values(), *_tip(journal)), ordered)


def _tip(journal: Journal) -> tuple[FlawFound, ...]:
    flaw = journal.flaw
    if flaw is None:
        return ()
    until = flaw.anchored.next_seq if flaw.anchored else None
    return (FlawFound(flaw.record, flaw.why, until, "anchor" if flaw.anchored else "flash"),)


def fold_first(first: Sealed) -> Ledger:
    """The ledger after the first record read: a snapshot's, or genesis alone."""
    if first.record.kind == ev.SNAPSHOT and (restored := restore(_event(first))):
        return restored
    return fold([_event(first)])


def restorable(record: Record) -> bool:
    """Whether this software can start from that snapshot; from any other it goes further back."""
    try:
        return restore(Event(*record)) is not None
    except (KeyError, TypeError, ValueError, IndexError):
        return False


def _event(sealed: Sealed) -> Event:
    return Event(*sealed.record)


class Examination:
    """The last closed day, read again from flash in small slices while the till sells on."""

    def __init__(self, journal: Journal, loop: Loop, say: Callable[[FlawFound | Examined], None]) -> None:
        self._journal, self._loop, self._say = journal, loop, say
        self._seq = self._done = 0
        self._fold = Refold()
        self._records: Iterator[Sealed] = iter(())

    def start(self) -> None:
        self._records = self._journal.past(ev.SNAPSHOT, self._before_last())
        self._seq = 0
        self._loop.call_in(BEGIN, self._begin)

    def _before_last(self) -> Callable[[Record], bool]:
        """Takes the second newest: the newest is the one to be proven."""
        seen: list[int] = []

        def accept(record: Record) -> bool:
            seen.append(record.seq)
            return len(seen) > 1 and restorable(record)

        return accept

    def _begin(self) -> None:
        self._guarded(self._first)

    def _first(self) -> None:
        first = next(self._records, None)
        if first is None:
            return
        if first.record.kind == ev.SNAPSHOT:
            self._fold = Refold(fold_first(first))
        else:
            self._fold.apply(first.record)
        self._again()

    def _slice(self) -> None:
        self._guarded(self._some)

    def _some(self) -> None:
        done = 0
        for sealed in islice(self._records, SLICE):
            self._seq = sealed.record.seq
            if self._seq != self._fold.ledger.seq:
                self._say(FlawFound(self._fold.ledger.seq, HURT, self._seq, "flash"))
                return
            self._fold.apply(sealed.record)
            done += 1
        self._done += done
        if done == SLICE:
            self._again()
        else:
            self._say(Examined(self._done))

    def _again(self) -> None:
        self._loop.call_in(PAUSE, self._slice)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except JournalDamaged as damage:
            self._say(FlawFound(damage.seq, damage.why, None, "flash"))
        except ValueError as error:
            self._say(FlawFound(self._seq, str(error), None, "flash"))
        except OSError as error:
            self._say(FlawFound(self._seq, f"cannot be read again ({error.strerror})", None, "flash"))
