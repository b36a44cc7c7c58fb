"""The collector as the till knows it: receipts are recorded, evidence against the journal stops the sale (INA-08).

Nothing here waits for a network. What comes in was checked before: a receipt that is not right never gets here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from appliance.core import event as ev
from appliance.core.defect import found
from appliance.core.effect import Enrol, Work
from appliance.core.input import Receipted, UpstreamFound
from appliance.core.ui import Message

if TYPE_CHECKING:
    from appliance.core.input import Applied, Enrolled
    from appliance.core.turn import Turn

LONGEST: Final = 200  # characters of a sentence
EVIDENCE: Final = 2048  # bytes
DIGITS: Final = 60  # of an enrolment code, at least
STOPS: Final = ("fork", "rollback")


def is_enrolment(text: str) -> bool:
    """No article and no badge has so many digits; the code is checked by who knows its form."""
    return len(text) >= DIGITS and text.isascii() and text.isdecimal()


def scanned(turn: Turn, text: str) -> None:
    """A secret for one hour: it is neither recorded nor looked up, and only who is responsible may use it."""
    person = turn.person
    if person is None or person.role not in ("manager", "technician"):
        turn.beep("refused")
        if person is not None:
            turn.say(Message("Inscription refusée.", ("Un responsable doit s'identifier, puis scanner ce code.",)))
        return
    turn.beep("accepted")
    turn.effect(Enrol(text))


def not_enrolled(turn: Turn, why: str) -> None:
    turn.emit(ev.REFUSED, {1: "enrolment", 2: why[:LONGEST]})
    if turn.ledger.operator:
        turn.say(Message("Inscription impossible.", (why,)))


def enrolled(turn: Turn, what: Enrolled) -> None:
    known = turn.ledger.upstream
    if (what.url, what.root, what.network_key) == (known.url, known.root, known.network_key) and not known.stopped:
        return  # said again after a cut
    turn.emit(ev.ENROLMENT, {1: what.url, 2: what.root, 3: what.statement, 4: what.network_key}, operator="")
    if turn.ledger.operator:
        turn.say(Message("Caisse inscrite.", ("Ses tickets sont transmis au serveur.",), grave=False))


def receipted(turn: Turn, what: Receipted) -> None:
    """One that says nothing new is not recorded: it comes twice when a stick and the network carry the same."""
    if not turn.ledger.upstream.enrolled or what.next_seq <= turn.ledger.upstream.next_seq:
        return
    said = (what.first_seq, what.next_seq, what.head, what.received, what.statement, what.how)
    turn.emit(ev.RECEIPT, dict(enumerate(said, start=1)), operator="")


def met(turn: Turn, what: UpstreamFound) -> None:
    """A fork or a rollback is a defect of this journal until a manager has decided, as a witness's word is."""
    if what.what in STOPS and turn.ledger.upstream.stopped:
        return  # known, and was decided on
    evidence = what.evidence if what.evidence is None or len(what.evidence) <= EVIDENCE else what.evidence[:EVIDENCE]
    turn.emit(ev.UPSTREAM, {1: what.what, 2: what.record, 3: evidence, 4: what.why[:LONGEST]}, operator="")
    if what.what in STOPS:
        found(turn, what.record, what.why, None, "collector")


def applied(turn: Turn, what: Applied) -> None:
    """Versions only go up; the uploader has looked, and so does the record."""
    if what.version <= turn.ledger.upstream.version(what.scope):
        return
    turn.emit(ev.APPLIED, {1: what.scope, 2: what.version, 3: what.sha256, 4: what.statement}, operator="")


def carry(turn: Turn) -> None:
    """A stick that is plugged in is fed by itself, once a minute when there is something new."""
    ledger, stick = turn.ledger, turn.state.stick
    if stick and ledger.upstream.enrolled and ledger.seq > turn.state.carried.next_seq:
        upstream = ledger.upstream
        here = (ledger.seq, ledger.tickets_sold, upstream.next_seq, upstream.record)
        turn.effect(Work("carry", (stick, upstream.root.hex(), *map(str, here))))


def carried(turn: Turn, facts: dict[str, Any]) -> None:
    """Receipts that somebody brought back on it were checked like any other. A stick that fails is tried again.

    An answer that contradicts this journal is recorded, once for each time that a stick is plugged in, and stops
    nothing: only what this till has signed itself does.
    """
    known = turn.state.carried
    lie = str(facts.get("lie", ""))
    if lie and not known.contradicted:
        met(turn, UpstreamFound("lying", turn.ledger.seq, None, lie))
    known = known._replace(fault=str(facts.get("error", "")), contradicted=known.contradicted or bool(lie))
    turn.state = replace(turn.state, carried=known)
    for body in facts.get("bodies", ()):
        receipted(turn, Receipted(*(body[key] for key in range(1, 7))))
    if "until" in facts and turn.state.stick:
        copied = known._replace(next_seq=int(facts["until"]), ticket=int(facts["ticket"]))
        # its own receipts are no reason to write it again
        turn.state = replace(turn.state, carried=copied._replace(next_seq=max(copied.next_seq, turn.ledger.seq)))
