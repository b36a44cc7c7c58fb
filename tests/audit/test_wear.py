"""`sceau wear`: the records added up by day, the medium's word, the years, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.audit.wear import Day, Wear, gather, lines, wear_main, years
from appliance.storage.flash import OsDisk
from appliance.storage.mount import Sentence
from appliance.storage.record import Record, Value
from appliance.storage.wear import Health, Medium
from tests.audit.test_verify import patch
from tests.storage.till import T, fill, opened, record

WEAR = 52
DAY = 86_400_000


def wear(seq: int, day: int, written: int, flushes: int, health: list[Value] | None = None) -> Record:
    body: dict[int, Value] = {1: written, 2: flushes, 3: seq * written, 4: seq * flushes, 5: health}
    return record(seq, WEAR, body)._replace(t=T + day * DAY)


def journal(tmp_path: Path, days: int) -> Path:
    """Two `wear` records a day among others."""
    kept = opened(OsDisk(), tmp_path)
    fill(kept, 1)
    for seq in range(1, 2 * days + 1):
        kept.append([wear(seq, (seq - 1) // 2, 1000, 10, [1, 2, 1])])
    kept.close()
    return tmp_path


def test_adds_up_by_day() -> None:
    """The local date counts: the record's own offset, an hour here."""
    late = wear(3, 0, 5, 1)._replace(t=T + DAY - 9 * 3_600_000 + 1)
    found = gather(iter([wear(1, 0, 1000, 10), wear(2, 0, 500, 5), late]))

    assert found.days == (Day("2026-11-21", 1500, 15), Day("2026-11-22", 5, 1))
    assert (found.bytes, found.flushes) == (15, 3)


def test_the_last_thirty_days() -> None:
    found = gather(wear(seq, seq, 1000, 10, [1, 1, 1] if seq == 40 else None) for seq in range(1, 41))

    assert len(found.days) == 30
    assert found.days[-1].date == "2026-12-31"
    assert (found.bytes, found.told) == (40_000, Health(1, 1, 1))


def test_none_yet() -> None:
    assert gather(iter([])) == Wear(0, 0, (), None)
    assert "No wear is recorded yet" in next(lines(Wear(0, 0, (), None), None, ()))


@pytest.mark.parametrize("odd", [[1, 2], ["a", 1, 1], 7, None, [1, None, 1]])
def test_a_word_that_is_none(odd: Value) -> None:
    assert gather(iter([wear(1, 0, 1, 1)._replace(body={1: 1, 2: 1, 3: 1, 4: 1, 5: odd})])).told is None


def test_years_of_the_days_shown() -> None:
    """Every day shown counts as a day of the year; without a day or a medium nothing is said."""
    some = Wear(0, 0, (Day("a", 10**6, 1000), Day("b", 3 * 10**6, 3000)), None)
    card = Medium("mmcblk1", 8 * 10**9, None)
    moved = 2 * 10**6 + 2000 * 16384

    assert years(some, card) == pytest.approx(8e9 * 1000 / (moved * 4 * 365.25))
    assert years(some, None) is None
    assert years(some, card._replace(capacity=0)) is None
    assert years(Wear(0, 0, (), None), card) is None


@pytest.mark.parametrize(
    ("health", "says"),
    [
        (Health(1, 2, 1), "mmcblk0, 31.3 GB: up to 20 % of its life used, spare blocks normal"),
        (Health(11, 0, 2), "beyond its life: replace it now, spare blocks 80 % used: replace it soon"),
        (Health(0, 0, 3), "spare blocks used up: replace it now"),
        (None, "says nothing of its wear"),
    ],
)
def test_what_the_medium_says(health: Health | None, says: str) -> None:
    said = lines(Wear(0, 0, (), None), Medium("mmcblk0", 31_268_536_320, health), ())

    assert any(says in line for line in said)


def test_lines(tmp_path: Path) -> None:
    some = Wear(12_345_678, 900, (Day("2026-11-21", 4000, 8),), Health(1, 1, 1))
    said = list(lines(some, Medium("mmcblk0", 8 * 10**9, None), (Sentence("commit", "commit=5: it costs"),)))

    assert said[:2] == ["since birth  12.3 MB in 900 flushes", "2026-11-21   4.0 kB in 8 flushes"]
    assert said[-1] == "mount        commit=5: it costs"
    assert any("over 100 years" in line for line in said)
    assert list(lines(some, None, ()))[-1] == "mount        as it should be"


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = journal(tmp_path, 3)

    assert wear_main([str(home)], WEAR) == 0
    assert capsys.readouterr().out.startswith("since birth  6.0 kB in 60 flushes\n2026-11-21   2.0 kB in 20 flushes\n")
    assert wear_main([str(home), "--json"], WEAR) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["since_birth"] == {"bytes": 6000, "flushes": 60}
    assert said["days"][2] == {"date": "2026-11-23", "bytes": 2000, "flushes": 20}
    assert said["told"] == {"life_a": 1, "life_b": 2, "end": 1}
    assert set(said) == {"since_birth", "days", "told", "medium", "years", "mount"}


def test_command_on_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 and the record for a broken journal, 2 and what to do for none."""
    assert wear_main([str(tmp_path / "none")], WEAR) == 2
    assert "check the path" in capsys.readouterr().err
    home = journal(tmp_path, 3)
    patch(home / "journal" / "00000001.seg", 1500, b"\xff")

    assert wear_main([str(home)], WEAR) == 1
    assert "broken" in capsys.readouterr().err
