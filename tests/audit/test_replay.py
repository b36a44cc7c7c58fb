"""Replay: every closing from the acts alone. It agrees with an honest till, and names what a wrong one made up."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.band import rounded
from appliance.audit.replay import Rebuilt, Replay, fiscal_year
from appliance.audit.report import euros, report_main
from appliance.command import main
from appliance.core import event as ev
from appliance.storage.record import Record
from tests.audit.story import Story

ROOT = Path(__file__).parents[2]
FIRST = date(2026, 11, 2)
GOODS = [(1000, 110, 550), (2000, 890, 2000), (1250, 199, 550)]


def replayed(records: list[Record]) -> list[Rebuilt]:
    return list(Replay().run(records))


def busy(story: Story, when: date) -> Story:
    """A day with each act that a closing sums or counts."""
    story.open(when)
    sold = story.sale(GOODS, over=35)
    story.sale([(1000, 1149, 2000), (1000, 333, 1000)], means="Carte", changes={2: 3000}, discounts={1: 149})
    story.void_line().drawer().duplicate(sold).cash(5000).cash(-2000, "timbres")
    story.refund(sold)
    card = story.sale([(1000, 220, 210)], means="Carte")
    return story.fix(card, ["Carte", "card", -220], ["Chèque", "cheque", 220])


def quarter() -> Story:
    """Ten days over three months, closed as they must be."""
    story = Story(fiscal_start=12)
    for nth in range(10):
        when = FIRST + timedelta(days=8 * nth)
        if story.days and when.isoformat()[:7] != story.days[-1]["date"][:7]:
            story.close_month()
        busy(story, when).close(gap=-240 if nth == 3 else 0, counted=nth != 5)
    return story.close_month()


def test_an_honest_till_agrees() -> None:
    """Days, months and a year; with refunds, discounts, corrections, a gap, a day that nobody counted."""
    story = busy(Story(), FIRST).close().open(FIRST + timedelta(days=1)).close().close_month().close_year()
    found = replayed(story.records)

    assert [(each.what, each.number, each.differences, each.faults) for each in found] == [
        ("Z", 1, (), ()),
        ("Z", 2, (), ()),
        ("month", 1, (), ()),
        ("year", 1, (), ()),
    ]
    assert all(each.agrees for each in replayed(quarter().records))


def test_a_day_is_rebuilt_to_the_cent() -> None:
    """Worked by hand: 1.10 and 2 × 8.90 and 1.250 × 1.99, all taken back; 10.00 + 9.99; 2.20."""
    found = replayed(busy(Story(), FIRST).close().records)[0]

    assert (found.tickets, found.total) == (4, 1000 + 999 + 220)


CLOSING = sorted(set(range(1, 31)) - {20})


@pytest.mark.parametrize("key", CLOSING)
def test_each_field_of_a_closing_is_held(key: int) -> None:
    """One field made up, and exactly that field is named."""
    story = busy(Story(), FIRST).close()
    there = story.last(ev.DAY_CLOSE)
    found = replayed(story.changed(there.seq, key, _other(there.body[key])))[0]

    assert [each.field for each in found.differences] == [ev.NAMES[ev.DAY_CLOSE][1][key]]


@pytest.mark.parametrize("key", range(2, 20))
@pytest.mark.parametrize("kind", [ev.MONTH_CLOSE, ev.YEAR_CLOSE])
def test_each_field_of_a_period_is_held(kind: int, key: int) -> None:
    """17 names the seller, which no act of the band adds up to."""
    story = busy(Story(), FIRST).close().close_month().close_year()
    there = story.last(kind)
    found = replayed(story.changed(there.seq, key, _other(there.body[key])))
    wrong = [each.field for one in found for each in one.differences]

    assert wrong == ([] if key == 17 else [ev.NAMES[kind][1][key]])


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    changed = list(value)
    last = changed[-1] if changed else 0
    return [*changed[:-1], _other(last) if changed else 1]


@pytest.mark.parametrize("place", range(10))
def test_each_trace_is_counted(place: int) -> None:
    """A trace that a closing leaves out is found."""
    story = busy(Story(), FIRST).close()
    there = story.last(ev.DAY_CLOSE)
    traces: list[Any] = [*there.body[20]]  # type: ignore[misc]
    traces[place] += 1
    found = replayed(story.changed(there.seq, 20, traces))[0]

    assert [each.field for each in found.differences] == ["traces"]


def dropped(story: Story, seq: int) -> list[Record]:
    return [*story.records[:seq], *story.records[seq + 1 :]]


@pytest.mark.parametrize(
    "kind", [ev.LINE, ev.PAYMENT, ev.CHANGE, ev.LINE_CHANGE, ev.TICKET, ev.CASH_IN, ev.PAYMENT_FIX]
)
def test_an_act_left_out_shows(kind: int) -> None:
    """The closing no longer follows from what is left of the band."""
    story = busy(Story(), FIRST).close()
    first = next(record.seq for record in story.records if record.kind == kind)

    assert not replayed(dropped(story, first))[0].agrees


def test_a_ticket_that_lies_at_an_honest_closing() -> None:
    """The closing comes from the band, so it agrees field by field; the ticket is named all the same."""
    story = busy(Story(), FIRST).close()
    ticket = next(record for record in story.records if record.kind == ev.TICKET)
    found = replayed(story.changed(ticket.seq, 4, 1))[0]

    assert found.differences == ()
    assert found.faults[0] == f"ticket 1 (record {ticket.seq}): its total is 1, the band makes 2139"


def test_a_line_whose_sums_are_wrong() -> None:
    """11.49 at 20 % makes 9.57 and 1.92, whatever the record says."""
    story = Story().open(FIRST)
    order = story.order()
    story.line(order, [1, "Vin", 1000, 1149, 1149, 2000, 958, 191, "", "goods", "piece", 0, 0])
    story.put(ev.ORDER_VOID, {1: order, 2: 1149, 3: 1, 4: "erreur"})
    story.trace(1)
    found = replayed(story.close().records)[0]

    assert found.faults == ("record 6 says (1149, 958, 191) for line 1, which makes (1149, 957, 192)",)


def test_a_ticket_discount_is_shared_out() -> None:
    """A discount on the whole order that no line's change carries: shares rounded, the rest on the largest line."""
    story = Story().open(FIRST)
    order = story.order()
    lines: list[Any] = [
        [at, "x", 1000, cents, cents, 0, cents, 0, "", "goods", "piece", 0, 0]
        for at, cents in ((1, 100), (2, 100), (3, 101))
    ]
    for line in lines:
        story.line(order, line)
    story.put(ev.DISCOUNT, {1: order, 2: None, 3: None, 4: 100, 5: "fidélité"})
    story.trace(7)
    for line, share in zip(lines, (33, 33, 34), strict=True):
        line[4], line[6], line[12] = line[4] - share, line[6] - share, share
    story.put(ev.PAYMENT, {1: order, 2: "Carte", 3: "card", 4: 201, 5: 201})
    story.ticket("sale", order, lines, [["Carte", "card", 201]])

    assert replayed(story.close().records)[0].agrees


def test_training_touches_nothing() -> None:
    """A lesson between two sales: the day is what it was, the lesson has its own sum."""
    story = Story().open(FIRST)
    story.sale(GOODS)
    story.put(ev.TRAINING_ON, {1: 1, 2: "02"})
    lesson = Story().open(FIRST)
    start = len(lesson.records)
    lesson.sale([(1000, 500, 2000)])
    for record in lesson.records[start:]:
        story.put(ev.TRAINING, {1: "02", 2: record.kind, 3: dict(record.body)})
    story.put(ev.TRAINING_OFF, {1: 1, 2: "02", 3: 1, 4: 500})
    found = replayed(story.close().records)

    assert [(each.what, each.total, each.agrees) for each in found] == [("training", 500, True), ("Z", 2139, True)]


def test_behind_a_purge() -> None:
    """Without its first days, the sums since the start are taken on trust once, and held from then on."""
    story = busy(Story(), FIRST).close()
    cut = len(story.records)
    busy(story, FIRST + timedelta(days=1)).close()
    busy(story, FIRST + timedelta(days=2)).close()
    kept = story.records[cut - 4 :]  # the end of a day whose beginning is gone
    assert all(each.agrees for each in replayed(kept))
    last = kept[-1]
    wrong = [*kept[:-1], last._replace(body={**last.body, 25: 1})]

    assert [each.agrees for each in replayed(wrong)] == [True, False]


LINES = st.lists(
    st.tuples(st.integers(1, 5000), st.integers(0, 9999), st.sampled_from([2000, 1000, 550, 210, 0])),
    min_size=1,
    max_size=4,
)


@given(
    st.lists(st.tuples(LINES, st.sampled_from(["Espèces", "Carte"]), st.booleans()), max_size=6), st.integers(-500, 500)
)
def test_any_day_agrees(sales: list[tuple[Any, str, bool]], gap: int) -> None:
    """Whatever is sold and taken back."""
    story = Story().open(FIRST)
    for goods, means, back in sales:
        sold = story.sale(goods, means)
        if back and story.records[sold].body[4]:
            story.refund(sold)

    assert [each[6:] for each in replayed(story.close(gap).close_month().records)] == [((), ())] * 2


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**5))
def test_rounding(numerator: int, denominator: int) -> None:
    """The nearest integer, halves away from zero, the same on both sides."""
    near = rounded(numerator, denominator)

    assert 2 * abs(near * denominator - numerator) <= denominator
    assert rounded(-numerator, denominator) == -near


@pytest.mark.parametrize(
    ("day", "start", "name"),
    [("2026-11-30", 12, "2025-12"), ("2026-12-01", 12, "2026-12"), ("2026-01-01", 1, "2026-01")],
)
def test_fiscal_year(day: str, start: int, name: str) -> None:
    assert fiscal_year(day, start) == name


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a closing, then the verdict; 0, 1, 2."""
    story = busy(Story(), FIRST).close()
    home = story.save(tmp_path / "right")

    assert report_main(["replay", str(home)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "Z 1 2026-11-02: agrees, 4 tickets, total 22.19",
        "agrees: 1 closings, 1 days, 4 tickets, total 22.19",
    ]
    story.records = story.changed(story.last(ev.DAY_CLOSE).seq, 10, 1)
    assert report_main(["replay", str(story.save(tmp_path / "wrong"))]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  total: 1 recorded, 2219 in the band",
        "differs: Z 1 2026-11-02: total",
    ]
    assert report_main(["replay", str(tmp_path / "nothing")]) == 2


def test_command_on_a_broken_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was proven before it is replayed; the verdict says where it ends."""
    home = busy(Story(), FIRST).close().save(tmp_path)
    path = home / "journal" / "00000001.seg"
    data = bytearray(path.read_bytes())
    data[len(data) // 16] ^= 1
    path.write_bytes(data)

    assert report_main(["replay", str(home)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("broken: record ")


def test_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By day, month and year; a period of business dates; refused when it runs backwards."""
    home = quarter().save(tmp_path)

    assert report_main(["totals", str(home), "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert list(whole["months"]) == ["2026-11", "2026-12", "2027-01"]
    assert list(whole["years"]) == ["2025-12", "2026-12"]
    assert (whole["whole"]["total"], whole["perpetual"]) == (22190, 22190)
    assert whole["absolute"] == whole["whole"]["sales"] - whole["whole"]["refunds"]
    assert report_main(["totals", str(home), "--from", "2026-12-01", "--to", "2026-12-31"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "total 88.76 in 4 days, 16 tickets"
    assert report_main(["totals", str(home), "--from", "2026-12-01", "--to", "2026-11-30"]) == 2
    assert report_main(["totals", str(home), "--from", "1.12.2026"]) == 2
    assert "write it like 2026-11-21" in capsys.readouterr().err


FLOWS = ("day", "discounts", "months", "park", "refund", "training", "split-payment", "cut-in-basket")


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted([*ROOT.glob("tests/flows/*.flow"), *ROOT.glob("samples/*/day.flow")])
        if path.stem in FLOWS
    ],
    ids=lambda path: path.stem,
)
def test_the_real_till(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Played on the till itself: its closings are its band, and every other sum of them is the same."""
    data = str(tmp_path / "data")
    assert main(["flow", str(path), "--data", data]) == 0
    capsys.readouterr()
    assert main(["dump", data]) == 0
    acts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    total = sum(act["body"]["total"] for act in acts if act["kind"] == "ticket")

    assert report_main(["replay", data]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("agrees: ")
    assert main(["control", data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sums"]["total"] == total
    assert main(["export", data, "--format", "ereporting", "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out").read_text())["total"] == euros(total)
