"""Twelve days over the end of a year, as people live them: everything that proves them says the same, to the cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from appliance.audit.archive_period import Asked
from appliance.audit.verify import verify
from appliance.core import event as ev
from tests.audit.checking import KINDS, REFOLD
from tests.audit.year import proof
from tests.audit.year.life import SMALL, Life
from tests.audit.year.plain import Plain
from tests.verifier.page import officer

FIRST, DAYS, TICKETS = date(2026, 12, 24), 12, 15


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Closed to the year; the till still runs."""
    return proof.lived(tmp_path_factory.mktemp("year") / "data", FIRST, DAYS, TICKETS, SMALL)


@pytest.fixture(scope="module")
def plain(life: Life) -> Plain:
    return proof.sums(life.till.home)


@pytest.fixture(scope="module")
def archives(life: Life, plain: Plain) -> list[proof.Kept]:
    out = life.till.home.parent / "archives"
    asked = [Asked("day"), Asked("month"), Asked("year"), proof.whole(life)]
    return [proof.archived(life.till, each, out) for each in asked]


def test_everything_happened(plain: Plain) -> None:
    """What the year is meant to hold is in it: else the rest would prove little."""
    wanted = "refund discount line-change line-void order-void payment-fix duplicate training-off park recall x-report"
    wanted += " note cash-in drawer version recovered key month-close year-close"
    plain.kinds["refund"] = plain.whole.refunds

    assert [kind for kind in wanted.split() if not plain.kinds.get(kind)] == []
    assert plain.kinds["day-close"] == DAYS
    assert (plain.kinds["month-close"], plain.kinds["year-close"]) == (2, 2)


def test_everything_agrees(life: Life) -> None:
    """verify, the independent verifier, replay and the control document, against a plain sum of `sceau dump`."""
    assert len(list(proof.journal_agrees(life))) == 4


def test_totals_agree_with_a_plain_sum(plain: Plain) -> None:
    """Each ticket's perpetual totals and each closing's sums, added up by other code."""
    assert plain.wrong == []
    assert plain.whole.absolute > plain.whole.total > 0


def test_a_version_resets_nothing(plain: Plain) -> None:
    """Two new versions, one sum: `wrong` would name the first ticket after each."""
    assert plain.software == ["0.2.0", "0.3.0"]
    assert plain.wrong == []


def test_a_day_without_a_sale_is_closed_too(plain: Plain) -> None:
    assert [each.tickets for day, each in plain.days.items() if day == "2026-12-29"] == [0]
    assert len(plain.days) == DAYS


def test_archives_agree(plain: Plain, archives: list[proof.Kept]) -> None:
    """A day, a month, a fiscal year and all of it: the till, the independent verifier, and the sums of their lines."""
    assert [proof.archive_agrees(kept, plain)[:6].strip() for kept in archives] == ["day", "month", "year", "period"]


@pytest.mark.browser
def test_the_page_agrees(life: Life, plain: Plain, archives: list[proof.Kept]) -> None:
    with officer() as page:
        seen = [page.check(path) for path in (life.till.home, *(kept.path for kept in archives))]

    assert {each.verdict for each in seen} == {"coherent"}
    assert {proof.euros(plain.whole.total) in each.text for each in seen[1:]} == {True}
    assert {proof.euros(plain.whole.absolute) in each.text for each in seen[1:]} == {True}


def test_what_is_left_after_a_purge(tmp_path: Path) -> None:
    """The totals stay, the chain holds, and the till goes on where it was."""
    life = proof.lived(tmp_path / "data", FIRST, DAYS, TICKETS, SMALL)
    before = proof.sums(life.till.home)
    kept = proof.archived(life.till, proof.whole(life), tmp_path / "archives")
    proof.purged(life, kept, tmp_path)
    life.till.record(ev.NOTE, {1: 1, 2: "autre"})
    verdict = verify(life.till.home, "paranoid", None, REFOLD, None, KINDS, pause=lambda: None)

    assert verdict.code == 0, verdict.line
    assert life.till.state.ledger.perpetual.algebraic == before.whole.total
    assert proof.said(life.till.home).startswith("intact: ")
