"""Something outside the journal that only goes forward: a journal that was put back cannot take it back with it.

A `witness` record names the counter's *next* value and is flushed before the counter is advanced, so that a cut between
the two leaves the journal one ahead, never behind: behind is proof that the journal was put back (INA-08).
"""

from __future__ import annotations

from dataclasses import replace

from appliance.core import event as ev
from appliance.core.defect import found
from appliance.core.effect import Advance
from appliance.core.input import WitnessSaid
from appliance.core.turn import Turn

HOUR = 3_600_000
BACK = "le compteur du témoin est à {said}, le journal à {known}: un ancien journal a été remis"
OTHER = "le compteur du témoin est à {said}, le journal à {known}: ce n'est pas son témoin"


def said(turn: Turn, what: WitnessSaid) -> None:
    """The counter as the device says it: held against the last `witness` record, then a new one is due.

    Also after a step that was made up for: without a record of this start, the journal of before it could be put back.
    """
    known = turn.ledger.witness.counter
    if turn.ledger.witness.letter != what.letter:
        return  # genesis names another class: this device vouches for nothing here
    turn.state = replace(turn.state, witness=what.counter)
    if known is not None and what.counter == known - 1:
        turn.state = replace(turn.state, witness=known)
        turn.effect(Advance(known))
    elif known is not None and what.counter != known:
        why = BACK if what.counter > known else OTHER
        found(turn, turn.ledger.seq, why.format(said=what.counter, known=known), None, "witness")
    mark(turn)


def lost(turn: Turn) -> None:
    """Nothing is said to be witnessed until it speaks again: its counter stands still meanwhile."""
    turn.state = replace(turn.state, witness=None)


def mark(turn: Turn) -> None:
    """One more witnessed moment, where a witness is there."""
    counter = turn.state.witness
    if counter is None:
        return
    turn.emit(ev.WITNESS, {1: turn.ledger.witness.letter, 2: counter + 1})
    turn.state = replace(turn.state, witness=counter + 1)
    turn.effect(Advance(counter + 1))


def hourly(turn: Turn) -> None:
    """While a day is open no hour goes by without one."""
    if turn.ledger.day is not None and turn.t - turn.ledger.witness.t >= HOUR:
        mark(turn)
