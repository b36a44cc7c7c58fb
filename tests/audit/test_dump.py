"""One JSON line a record, and the two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.audit.command import dump_main, verify_main
from appliance.audit.dump import dump, line, time
from appliance.storage.flash import OsDisk
from tests.audit.test_verify import KINDS, first, patch, short
from tests.storage.till import KEY, fill, opened, record

NAMES = {1: ("genesis", {1: "format", 5: "key"}), 22: ("line", {1: "label", 2: "price"})}


def test_lines(tmp_path: Path) -> None:
    """Order, local time with its offset, names from the table, bytes in hex."""
    journal = opened(OsDisk(), tmp_path)
    fill(journal, 2)
    journal.close()
    genesis, line = map(json.loads, dump(tmp_path, NAMES))

    assert {"format": 1, "key": KEY.public.hex()} == genesis["body"]
    assert line == {
        "seq": 1,
        "time": "2026-11-21T09:00:00.001+01:00",
        "till": "1",
        "operator": "S1",
        "session": 0,
        "kind": "line",
        "body": {"label": "Baguette", "price": 110},
    }


def test_unknown_and_nested() -> None:
    """A kind without a name keeps its number; arrays stay arrays, keys of inner maps become text."""
    said = json.loads(line(record(3, 999, {1: [1, None, b"\xff", [2]], 7: {5: "é"}}), NAMES))

    assert (said["kind"], said["body"]) == ("999", {"1": [1, None, "ff", [2]], "7": {"5": "é"}})


@pytest.mark.parametrize(("tz", "says"), [(0, "00:00:00.000+00:00"), (-90, "22:30:00.000-01:30")])
def test_time(tz: int, says: str) -> None:
    """Milliseconds and offset are always written."""
    assert time(0, tz).endswith(says)


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit codes 0, 1 and 2; the verdict is the last line, or one JSON object."""
    home = short(tmp_path)

    assert verify_main([str(home)], KINDS) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("intact: 6 records, 0 tickets, head ")
    assert verify_main([str(home), "--json", "--quick"], KINDS) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 6
    assert dump_main([str(home)], NAMES) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    patch(first(home), 512 * 3 + 80, b"\xee")
    assert verify_main([str(home), "--paranoid"], KINDS) == 1
    assert "broken: record 2: " in capsys.readouterr().out
    assert dump_main([str(home)], NAMES) == 1
    said = capsys.readouterr()
    assert (len(said.out.splitlines()), said.err.startswith("broken: record 2: ")) == (2, True)
    assert (verify_main([str(tmp_path / "no")], KINDS), dump_main([str(tmp_path / "no")], NAMES)) == (2, 2)
    assert len(capsys.readouterr().err.splitlines()) == 2
