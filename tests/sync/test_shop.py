"""A shop's closing: the sum of its tills', in any order, and never of what does not belong together."""

from __future__ import annotations

import json
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.audit.report import report_main
from appliance.core import event as ev
from appliance.storage.record import Record, Value
from appliance.sync.shape import ProtocolError
from appliance.sync.shop import Sums, TillClosing, added, closed, closing_of, read_shop_closing
from tests.verifier.shop import Shop

cents = st.integers(-10_000_000, 10_000_000)
rows = st.lists(
    st.tuples(st.sampled_from([2000, 1000, 550, 210]), cents, cents, cents), max_size=4, unique_by=lambda r: r[0]
)
ways = st.lists(
    st.tuples(st.sampled_from(["Espèces", "Carte"]), st.sampled_from(["cash", "card"]), st.integers(0, 99), cents),
    max_size=3,
    unique_by=lambda r: r[:2],
)
sums = st.builds(Sums, st.integers(0, 999), cents, cents, st.integers(0, 9), cents, rows.map(tuple), ways.map(tuple))
CHAINS = [bytes([n]) * 16 for n in range(4)]


@st.composite
def till_closings(draw: st.DrawFn) -> list[TillClosing]:
    made = draw(st.lists(st.tuples(st.sampled_from(CHAINS), sums), min_size=1, max_size=6))
    return [
        TillClosing(chain, "1", "day", "2026-11-21", n + 1, 100 + n, each, each.total, abs(each.total))
        for n, (chain, each) in enumerate(made)
    ]


@given(till_closings(), st.randoms())
def test_order_and_repetition_change_nothing(tills: list[TillClosing], chance: object) -> None:
    """A closing that comes twice counts once; the statement reads back to itself."""
    one = closed("12345678200010", "day", "2026-11-21", tills, CHAINS, 5)
    other = closed("12345678200010", "day", "2026-11-21", [*reversed(tills), *tills], CHAINS, 5)

    assert one == other
    assert read_shop_closing(one.payload()) == one
    assert one.sums == added(each.sums for each in tills)
    assert one.sums.total == sum(each.sums.total for each in tills)
    assert set(one.missing) == set(CHAINS) - {each.chain_id for each in tills}


@given(till_closings(), st.data())
def test_no_byte_of_it_can_be_changed_and_read_as_the_same(tills: list[TillClosing], data: st.DataObject) -> None:
    """A changed payload is refused, or says something else: the signature over it then does not hold."""
    payload = closed("12345678200010", "day", "2026-11-21", tills, CHAINS, 5).payload()
    at = data.draw(st.integers(0, len(payload) - 1))
    changed = bytes([*payload[:at], payload[at] ^ 1 << data.draw(st.integers(0, 7)), *payload[at + 1 :]])
    try:
        assert read_shop_closing(changed).payload() == changed
    except ProtocolError:
        return


def test_sums_that_are_not_those_of_the_parts_are_refused() -> None:
    """Whoever signs it."""
    till = TillClosing(CHAINS[1], "1", "day", "2026-11-21", 1, 9, Sums(1, 425, 0, 0, 425), 425, 425)
    found = cbor2.loads(closed("12345678200010", "day", "2026-11-21", [till], [], 5).payload())
    found[6][4] = 424
    with pytest.raises(ProtocolError, match="not those of its parts"):
        read_shop_closing(cbor2.dumps(found))


@pytest.mark.parametrize("key", [1, 2, 6, 7, 10, 11, 12, 25])
def test_a_closing_of_another_form_is_named(key: int) -> None:
    """By the number of its record."""
    body: dict[int, Value] = dict.fromkeys(range(1, 33), 0)
    body |= {2: "2026-11-21", 11: [[550, 1, 1, 2]], 12: [["Espèces", "cash", 1, 2]], key: None}
    if key == 2:
        del body[2]
    record = Record(7, 0, 60, 0, "1", "01", 1, ev.DAY_CLOSE, body)
    with pytest.raises(ProtocolError, match="record 7"):
        closing_of(record, CHAINS[0])


def lived(home: Path, after: int, days: int) -> Shop:
    shop = Shop(home, after=after)
    for _ in range(days):
        shop.live(2)
    shop.save()
    return shop


def test_two_sticks_give_the_shop_s_sums(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sceau report shop A B`: per day the sum of both tills' own closings, to the cent."""
    lived(tmp_path / "a", 0, 2)
    lived(tmp_path / "b", 1_800_000, 2)

    assert report_main(["shop", str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    alone = []
    for name in ("a", "b"):
        report_main(["shop", str(tmp_path / name), "--json"])
        alone.append(json.loads(capsys.readouterr().out))
    assert [day["total"] for day in both] == [one["total"] + other["total"] for one, other in zip(*alone, strict=True)]
    assert both[0]["total"] > 0
    assert [len(day["parts"]) for day in both] == [2] * len(both)


def test_a_till_that_did_not_close_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1; the sums say which till they lack."""
    lived(tmp_path / "a", 0, 3)
    lived(tmp_path / "b", 1_800_000, 2)

    assert report_main(["shop", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    said = capsys.readouterr()
    assert "did not close it" in said.out
    assert said.err.startswith("incomplete: day ")


def test_journals_that_are_no_shop_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lived(tmp_path / "a", 0, 1)

    assert report_main(["shop", str(tmp_path / "a"), str(tmp_path / "a")]) == 2
    assert "one till is named twice" in capsys.readouterr().err
    assert report_main(["shop", str(tmp_path / "nowhere")]) == 2
