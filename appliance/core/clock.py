"""Time: never before the last record, a jump is an event, without trust a person confirms once (CLK-01..04).

The wall clock must move as CLOCK_BOOTTIME does, within two seconds, or a `clock` record says what was found. After a
jump time goes on as it did: a clock that leaps into another year must not date a record there, since no later record
may be dated before it.
"""

from __future__ import annotations

from datetime import datetime

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.digits import DIGITS, type_digit
from appliance.core.instant import Instant
from appliance.core.ledger import Ledger
from appliance.core.turn import Handler, Turn

TOLERANCE = 2_000
EARLIEST = 1_767_225_600_000  # 2026-01-01, before the first release: an older clock has lost its time
DAY = 86_400_000
FARTHEST = 10 * 366 * DAY  # after the last record: a later date is a slip in the year
NEAR = DAY  # what any operator may set the till's time right by; further asks a manager (CLK-04)
SHUT = 7 * DAY  # the same after the machine lost its time: a shop that was shut must open without a manager
TIME_DIGITS = 12  # JJMMAAAAHHMM


def watch(turn: Turn) -> None:
    """Before every input: compares this moment with the last one seen."""
    before = turn.state.seen
    if before is None or turn.ledger.seq == 0:
        return
    expected = before.t + turn.at.up - before.up
    if abs(turn.at.t - expected) > TOLERANCE:
        _record(turn, expected, "jump", turn.ledger.offset + expected - turn.at.t)


def found_again(turn: Turn) -> int:
    """Before the first record of a process: a correction of days was given to a clock that had lost its time.

    When that clock is right again the correction is void. Returns the time that it would have made, 0 for none.
    """
    offset = turn.ledger.offset
    if abs(offset) <= DAY or turn.at.t < max(turn.ledger.t, EARLIEST):
        return 0
    turn.ledger = turn.ledger._replace(offset=0)
    return turn.at.t + offset


def at_boot(turn: Turn, corrected: int) -> None:
    """A clock behind the journal, or older than this software, is not believed; one found again is confirmed."""
    offset = turn.ledger.offset
    if turn.at.t + offset < turn.ledger.t:
        _record(turn, turn.ledger.t, "behind", offset)
    elif turn.at.t + offset < EARLIEST:
        _record(turn, EARLIEST, "implausible", offset)
    elif corrected:
        _record(turn, corrected, "jump", 0)


def _record(turn: Turn, expected: int, why: str, offset: int) -> None:
    """Dated with the new offset."""
    turn.ledger = turn.ledger._replace(offset=offset)
    turn.emit(ev.CLOCK, {1: expected, 2: turn.at.t, 3: why, 4: offset})
    turn.set(asked_clock=False)


def believable(ledger: Ledger, at: Instant) -> bool:
    """False while the machine's time is before what is already recorded: then it can only be corrected."""
    now = at.t + ledger.offset
    return now >= ledger.t and now >= EARLIEST


def confirm(turn: Turn, act: Act) -> None:
    """Oui: the time shown is right, said by a person and recorded."""
    if not believable(turn.ledger, turn.at):
        return
    turn.emit(ev.CLOCK, {1: turn.t, 2: turn.at.t, 3: "confirmed", 4: turn.ledger.offset})
    turn.set(asked_clock=True)


def correct(turn: Turn, act: Act) -> None:
    """Corriger: the date and time are typed."""
    turn.show("time", asked_clock=True)


def take(turn: Turn, act: Act) -> None:
    wanted = parse(turn.ui.typed, turn.at.tz)
    if wanted is None:
        turn.set(refusal="Taper le jour, le mois, l'année, l'heure : 21 11 2026 12 34.")
    elif wanted < max(turn.ledger.t, EARLIEST):
        turn.set(refusal="C'est avant le dernier enregistrement de la caisse.")
    elif wanted > max(turn.ledger.t, EARLIEST) + FARTHEST:
        turn.set(refusal="C'est trop loin dans l'avenir. Vérifier l'année.")
    elif _far(turn, wanted):
        turn.emit(ev.REFUSED, {1: "clock", 2: "far"})
        turn.beep("refused")
        turn.set(refusal="L'écart est trop grand\u00a0: un responsable doit régler l'heure.")
    else:
        _record(turn, wanted, "corrected", wanted - turn.at.t)
        turn.show("", asked_clock=True)


def _far(turn: Turn, wanted: int) -> bool:
    """One slip forward would lock the till until that date, so a leap is a manager's. Before the first day of all
    there is no date to hold it against."""
    if not turn.ledger.day_number:
        return False
    limit = NEAR if believable(turn.ledger, turn.at) else SHUT
    manager = turn.person is not None and turn.person.role == "manager"
    return abs(wanted - turn.t) > limit and not manager


def parse(digits: str, tz: int) -> int | None:
    """UTC ms of `211120261234` in the till's time zone; None when it is no date."""
    try:
        moment = datetime.strptime(digits.rjust(TIME_DIGITS, "0") + "+0000", "%d%m%Y%H%M%z")
    except ValueError:
        return None
    return int(moment.timestamp() * 1000) - tz * 60_000


def digit(turn: Turn, act: Act) -> None:
    """Leading zeros count here: 05 12 2026 08 00."""
    if turn.ui.fresh or len(turn.ui.typed) < TIME_DIGITS:
        before = "" if turn.ui.fresh else turn.ui.typed
        turn.set(typed=before + str(act.value), fresh=False, refusal="")
    else:
        type_digit(turn, act, 0)


def leave(turn: Turn, act: Act) -> None:
    """Nothing was corrected: the question comes back."""
    turn.show("", asked_clock=False)


CLOCK: dict[str, Handler] = {"clock-yes": confirm, "clock-correct": correct}
TIME: dict[str, Handler] = {**DIGITS, "digit": digit, "next": take, "go": leave}
