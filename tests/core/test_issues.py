"""A document that leaves the till: on paper or as a file, original or duplicate, lost or read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core import event as ev
from appliance.core.effect import Pdf
from appliance.core.input import StickSeen, WorkDone
from tests.core.desk import SPREAD, Desk, shop


def later(policy: str) -> Desk:
    """A till of that policy, with one ticket that nobody wanted on paper."""
    desk = Desk(replace(shop(), later=policy))
    desk.open()
    desk.scan(SPREAD)
    desk.pay("cash", 425)
    desk.tap("decline")
    return desk


def reprinted(desk: Desk) -> str:
    """What the next paper of the last ticket is recorded as."""
    desk.tap("go", "more")
    desk.tap("go", "reprint")
    desk.tap("reprint", desk.last(ev.TICKET).seq)
    return next(name for name in reversed(desk.kinds()) if name in ("print", "duplicate"))


@pytest.mark.parametrize(("policy", "first"), [("duplicate", "duplicate"), ("original", "print")])
def test_what_the_first_later_paper_is_stands_in_the_shop(policy: str, first: str) -> None:
    """TIC-04: a duplicate, unless the shop's policy says original; the second is always a duplicate."""
    desk = later(policy)

    assert reprinted(desk) == first
    assert reprinted(desk) == "duplicate"


@pytest.mark.parametrize("fate", ["lost", "cut"])
def test_a_first_paper_of_which_nobody_knows_was_the_original(fate: str) -> None:
    """An original never comes out twice, whatever the policy."""
    desk = later("original")
    assert reprinted(desk) == "print"
    if fate == "lost":
        desk.paper(desk.last(ev.PRINT).seq, "lost")
    else:
        desk.crash()
        desk.login()
    desk.tap("doubt-no")

    assert reprinted(desk) == "duplicate"


def filed() -> Desk:
    """The last ticket was asked for as a file on the stick."""
    desk = later("duplicate")
    desk.feed(StickSeen("/stick"))
    desk.tap("go", "more")
    desk.tap("go", "reprint")
    desk.tap("as", "pdf")
    desk.tap("reprint", desk.last(ev.TICKET).seq)
    return desk


def test_a_ticket_as_a_file_is_an_issue_of_it() -> None:
    """SEC-05, TIC-03: how it went out is in the record; a stick that fails loses nothing and is said."""
    desk = filed()
    order = desk.last(ev.DUPLICATE)
    name = "ticket-1-000001-duplicata-1.pdf"
    assert order.body[6] == "pdf"
    assert desk.effects[-1] == Pdf(order.seq, name, "/stick")

    desk.feed(WorkDone("pdf", {"args": (str(order.seq),), "error": "La clé n'a pas gardé le fichier."}))

    assert desk.last(ev.PRINT_LOST).body == {1: order.seq}
    assert desk.screen == "message"


def test_a_file_that_was_read_back_is_on_the_stick() -> None:
    """The acknowledgement says how."""
    desk = filed()
    order = desk.last(ev.DUPLICATE)

    desk.feed(WorkDone("pdf", {"args": (str(order.seq),), "name": "ticket-1-000001-duplicata-1.pdf"}))

    assert desk.last(ev.PRINTED).body == {1: order.seq, 2: "pdf"}


def test_a_purge_is_not_ordered_while_other_work_runs() -> None:
    """Its order would stand in the journal and nobody would carry it out before the next start."""
    desk = Desk()
    desk.open()
    desk.login("02")
    desk.feed(StickSeen("/stick"))
    desk.tap("go", "archives")
    desk.feed(WorkDone("purge-plan", {"args": (), "body": dict.fromkeys(range(1, 9), 1)}))
    desk.state = replace(desk.state, ui=desk.state.ui._replace(work="check"))
    desk.tap("purge-do")

    assert "purge" not in desk.kinds()
