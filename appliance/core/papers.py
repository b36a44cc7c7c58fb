"""Paper is on request (TIC-09); every later paper is a duplicate with its number and reason (TIC-03, TIC-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.core import event as ev
from appliance.core.act import Act
from appliance.core.document import Paper
from appliance.core.effect import Pdf, Print
from appliance.core.input import PaperDone
from appliance.core.turn import Handler, Turn
from appliance.core.ui import Message

CUSTOMER = "demande du client"
AFTER_CUT = "après une coupure"
AFTER_LOSS = "ticket coupé"
AFTER_ALONE = "clôture automatique"
PAPER, PDF = "paper", "pdf"


def accept(turn: Turn, act: Act) -> None:
    """Imprimer: the choice is a record, the paper follows it."""
    ticket = turn.ledger.question
    if ticket is not None:
        _original(turn, ticket.number, ticket.record, PAPER)


def _original(turn: Turn, number: int, fact: int, how: str) -> None:
    made = turn.emit(ev.PRINT, {1: number, 2: fact, 3: how})
    _issue(turn, made.seq, _file(turn, number), how)


def _file(turn: Turn, number: int, copy: int = 0) -> str:
    """`ticket-1-000129-duplicata-2.pdf`: no other document of this till or another has this name."""
    till = "".join(each for each in turn.ledger.till if each.isalnum() and each.isascii())
    return f"ticket-{till}-{number:06d}{f'-duplicata-{copy}' if copy else ''}.pdf"


def _issue(turn: Turn, order: int, name: str, how: str) -> None:
    """To the printer, or as a file on the stick; either is an issue of the document (SEC-05)."""
    turn.effect(Print(order) if how == PAPER else Pdf(order, name, turn.state.stick))


def decline(turn: Turn, act: Act | None = None) -> None:
    """Ne pas imprimer, the default; any other act at the counter means it too."""
    ticket = turn.ledger.question
    if ticket is not None:
        turn.emit(ev.NO_PRINT, {1: ticket.number, 2: ticket.record, 3: "asked"})


def reprint(turn: Turn, act: Act) -> None:
    """A ticket chosen from the list, printed again from its sealed record."""
    ref = next((each for each in turn.ledger.tickets if each.record == act.value), None)
    if ref is None:
        return
    how = PDF if turn.ui.pdf and turn.state.stick else PAPER
    if turn.ledger.still_original(ref):
        _original(turn, ref.number, ref.record, how)
    else:
        duplicate(turn, ref.record, "ticket", ref.number, CUSTOMER, how)
    turn.show("")


def choose_medium(turn: Turn, act: Act) -> None:
    """Paper, or a file on the stick that is plugged in."""
    turn.set(pdf=act.value == PDF)


def written(turn: Turn, facts: Mapping[str, Any]) -> None:
    """The file is on the stick and was read back, or it is not: said, and recorded either way."""
    order = int(facts["args"][0])
    if "error" in facts:
        done(turn, PaperDone(order, "lost"))
        turn.say(Message("Pas de fichier.", (str(facts["error"]), "Le ticket peut être imprimé sur papier.")))
    else:
        done(turn, PaperDone(order, PDF))
        turn.say(Message("Ticket sur la clé USB.", ("Le fichier est enregistré et relu.",), facts["name"], grave=False))


def duplicate(turn: Turn, fact: int, kind: str, number: int, why: str, how: str = PAPER) -> None:
    copy = turn.ledger.copies.get(fact, 0) + 1
    made = turn.emit(ev.DUPLICATE, {1: kind, 2: number, 3: fact, 4: copy, 5: why, 6: how})
    _issue(turn, made.seq, _file(turn, number, copy), how)


def done(turn: Turn, result: PaperDone) -> None:
    """The printer's word on a document; a test page leaves no trace but its own."""
    paper = next((each for each in turn.ledger.papers if each.order == result.order), None)
    if paper is None:
        return
    if result.how == "lost":
        turn.emit(ev.PRINT_LOST, {1: result.order})
    else:
        turn.emit(ev.PRINTED, {1: result.order, 2: result.how})


def answer_doubt(turn: Turn, act: Act) -> None:
    """Imprimer or Continuer, for the oldest paper of which nobody knows."""
    if not turn.ledger.doubts:
        return
    doubt = turn.ledger.doubts[0]
    if act.name == "doubt-print":
        duplicate(turn, doubt.fact, doubt.type, doubt.number, _why(doubt))
    else:
        turn.emit(ev.NO_PRINT, {1: doubt.number, 2: doubt.fact, 3: _why(doubt)})


def _why(doubt: Paper) -> str:
    return {"cut": AFTER_CUT, "later": AFTER_ALONE}.get(doubt.why, AFTER_LOSS)


def test_page(turn: Turn, act: Act) -> None:
    made = turn.emit(ev.TEST_PRINT, {})
    turn.effect(Print(made.seq))


def older(turn: Turn, act: Act) -> None:
    turn.set(list_page=int(act.value))


PRINT: dict[str, Handler] = {"print": accept, "decline": decline}
REPRINT: dict[str, Handler] = {"reprint": reprint, "as": choose_medium, "list": older}
DOUBT: dict[str, Handler] = {"doubt-print": answer_doubt, "doubt-no": answer_doubt}
