"""E-reporting: days, rates and categories, the same to the cent as the closings, or nothing at all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.ereporting import Key, report
from appliance.audit.export import Mismatch, Refusal, export
from appliance.audit.export_command import export_main
from appliance.audit.reading import Period
from appliance.core import event as ev
from tests.audit.story import Story
from tests.audit.test_replay import FIRST, LINES, busy, quarter

ALL = Period()


def mixed() -> Story:
    """Goods and a service at one rate, a refund of the goods."""
    story = Story().open(FIRST)
    sold = story.sale([(1000, 1149, 2000), (1000, 220, 210)])
    story.sale([(1000, 6000, 2000)], means="Carte", nature="service")
    story.refund(sold)
    return story.close()


def test_worked_by_hand() -> None:
    """What was taken back nets to nothing in its row; a service is a row of its own, and a payment."""
    found = report(mixed().records, ALL)
    rows = {key: (sums.ht, sums.vat, sums.ttc, sums.tickets) for key, sums in found.rows.items()}

    assert rows == {
        Key("2026-11-02", 2000, "TLB1"): (0, 0, 0, 2),
        Key("2026-11-02", 210, "TLB1"): (0, 0, 0, 2),
        Key("2026-11-02", 2000, "TPS1"): (5000, 1000, 6000, 1),
    }
    assert found.payments == {("2026-11-02", 2000): 6000}
    assert (found.siren, found.total) == ("123456782", 6000)


def test_a_quarter_is_its_closings() -> None:
    """All of it, and one month of it, against the perpetual totals."""
    found = report(quarter().records, ALL)
    december = report(quarter().records, Period("2026-12-01", "2026-12-31"))

    assert (found.total, found.before, found.after) == (22_190, 0, 22_190)
    assert (december.total, december.before, december.after) == (4 * 2219, 4 * 2219, 8 * 2219)


@pytest.mark.parametrize("key", [10, 11, 25])
def test_a_closing_that_says_otherwise(key: int) -> None:
    """Total, VAT rows or perpetual total by one cent: refused."""
    story = busy(Story(), FIRST).close()
    busy(story, FIRST + timedelta(days=1)).close()
    there = story.last(ev.DAY_CLOSE)
    old: Any = there.body[key]
    other = old + 1 if isinstance(old, int) else [[*old[0][:-1], old[0][-1] + 1], *old[1:]]
    changed = story.changed(there.seq, key, other)
    with pytest.raises(Mismatch, match="run sceau report replay"):
        report(changed, ALL)


def test_a_ticket_left_out() -> None:
    """A closing that a ticket is missing from is named by its rate."""
    story = busy(Story(), FIRST).close()
    ticket = next(record for record in story.records if record.kind == ev.TICKET)
    with pytest.raises(Mismatch, match="the closing Z 1 of 2026-11-02"):
        report([record for record in story.records if record is not ticket], ALL)


def test_a_day_that_is_open() -> None:
    """Nothing is reported of a day that may still change; a period before it is."""
    story = busy(Story(), FIRST).close()
    busy(story, FIRST + timedelta(days=1))
    with pytest.raises(Refusal, match="the day of 2026-11-03 is still open"):
        report(story.records, ALL)

    assert report(story.records, Period("", "2026-11-02")).total == 2219


@given(st.lists(st.tuples(LINES, st.sampled_from(["goods", "service"])), min_size=1, max_size=5))
def test_any_day_reconciles(sales: list[tuple[Any, str]]) -> None:
    story = Story().open(FIRST)
    for goods, nature in sales:
        story.sale(goods, nature=nature)
    found = report(story.close().records, ALL)

    assert found.total == story.perpetual
    assert all(sums.ht + sums.vat == sums.ttc for sums in found.rows.values())


def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and XML say the same; a journal whose sums differ leaves no file and says 1."""
    home = mixed().save(tmp_path / "home")
    whole = json.loads(export(home, "ereporting", ALL, tmp_path / "a").path.read_bytes())
    root = ElementTree.fromstring(export(home, "ereporting-xml", ALL, tmp_path / "b").path.read_bytes())  # noqa: S314

    assert [row.attrib for row in root.findall("transaction")] == [
        {name: str(value) for name, value in row.items()} for row in whole["transactions"]
    ]
    assert whole["payments"] == [{"date": "2026-11-02", "rate": "20.00", "amount": "60.00"}]
    assert (root.get("total"), whole["total"], whole["siren"]["schemeID"]) == ("60.00", "60.00", "0002")
    story = mixed()
    story.records = story.changed(story.last(ev.DAY_CLOSE).seq, 25, 1)
    wrong = story.save(tmp_path / "wrong")
    assert export_main([str(wrong), "--format", "ereporting", "--out", str(tmp_path / "c")]) == 1
    assert not (tmp_path / "c").exists()
    assert "the perpetual total of the period says" in capsys.readouterr().err
