"""Folds what was put on paper, or may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from appliance.core import event as ev
from appliance.core.document import Paper, TicketRef
from appliance.core.event import Event
from appliance.core.ledger import Ledger
from appliance.core.recent import Recent


def _print(ledger: Ledger, event: Event) -> Ledger:
    number, fact = cast("tuple[int, int]", (event.body[1], event.body[2]))
    paper = Paper(event.seq, fact, "ticket", number)
    return ledger.changed(question=None, papers=(*ledger.papers, paper))


def _no_print(ledger: Ledger, event: Event) -> Ledger:
    """Answers the print question, or a doubt about paper when `why` says so."""
    fact, why = cast("tuple[int, str]", (event.body[2], event.body[3]))
    if why == "asked":
        return ledger._replace(question=None).traced(no_prints=1)
    doubts = tuple(doubt for doubt in ledger.doubts if doubt.fact != fact)
    copies = {**ledger.copies, fact: ledger.copies.get(fact, 0)}  # a first one was ordered: no original comes after it
    return ledger._replace(doubts=doubts, copies=copies)


def _duplicate(ledger: Ledger, event: Event) -> Ledger:
    shows = cast(str, event.body[1])
    number, fact, copy = cast("tuple[int, int, int]", (event.body[2], event.body[3], event.body[4]))
    paper = Paper(event.seq, fact, shows, number)
    doubts = tuple(doubt for doubt in ledger.doubts if doubt.fact != fact)
    grown = ledger._replace(papers=(*ledger.papers, paper), copies={**ledger.copies, fact: copy}, doubts=doubts)
    return grown.traced(duplicates=1)


def _printed(ledger: Ledger, event: Event) -> Ledger:
    order = event.body[1]
    fact = next((paper.fact for paper in ledger.papers if paper.order == order), -1)
    tickets = _marked(ledger.tickets, fact)
    return ledger.changed(papers=tuple(p for p in ledger.papers if p.order != order), tickets=tickets)


def _marked(tickets: Recent[TicketRef], fact: int) -> Recent[TicketRef]:
    """The ticket of record `fact` as printed; it is nearly always the last one."""
    for back, ticket in enumerate(reversed(tickets), start=1):
        if ticket.record <= fact:
            marked = ticket._replace(printed=ticket.record == fact or ticket.printed)
            return tickets.replaced(len(tickets) - back, marked)
    return tickets


def _print_lost(ledger: Ledger, event: Event) -> Ledger:
    order = event.body[1]
    lost = tuple(p._replace(why="lost") for p in ledger.papers if p.order == order and p.type != "test")
    papers = tuple(p for p in ledger.papers if p.order != order)
    return ledger._replace(papers=papers, doubts=(*ledger.doubts, *lost))


def _test_print(ledger: Ledger, event: Event) -> Ledger:
    return ledger._replace(papers=(*ledger.papers, Paper(event.seq, event.seq, "test", 0)))


def _x_report(ledger: Ledger, event: Event) -> Ledger:
    paper = Paper(event.seq, event.seq, "x", cast(int, event.body[1]))
    return ledger._replace(papers=(*ledger.papers, paper))


APPLY: Final[dict[int, Callable[[Ledger, Event], Ledger]]] = {
    ev.PRINT: _print,
    ev.NO_PRINT: _no_print,
    ev.DUPLICATE: _duplicate,
    ev.PRINTED: _printed,
    ev.PRINT_LOST: _print_lost,
    ev.TEST_PRINT: _test_print,
    ev.X_REPORT: _x_report,
}
