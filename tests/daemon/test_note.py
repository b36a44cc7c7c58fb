"""`sceau note` beside a till that stands still, and what no command may have recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.audit.archive_period import Refusal
from appliance.audit.command import verify_main
from appliance.audit.dump import dump
from appliance.audit.note_command import note_main
from appliance.core import event as ev
from appliance.core.event import NAMES, Value
from appliance.daemon.tills import held
from appliance.daemon.virtual import SimulatedWorld
from tests.powerloss.recording import SHOP


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A till that was started and stopped once."""
    world = SimulatedWorld(tmp_path / "data", SHOP, segment_size=512 << 10)
    try:
        world.power_on()
        world.stop()
    finally:
        world.close()
    return tmp_path / "data"


def test_a_comment_is_a_record(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With accents as they were typed on any machine; the journal still verifies."""
    assert note_main([str(data), "1", " Cle\u0301 perdue "], held) == 0
    assert capsys.readouterr().out.startswith("recorded as ")
    notes = [line for line in map(json.loads, dump(data, NAMES)) if line["kind"] == "note"]

    assert [note["body"] for note in notes] == [{"record": 1, "text": "Clé perdue"}]
    assert verify_main([str(data)]) == 0


@pytest.mark.parametrize(
    ("record", "text", "sentence"),
    [
        ("999", "x", "act 999 cannot be commented on: it must be one that is recorded"),
        ("1", " ", "a comment has 1 to 200 characters"),
        ("1", "x" * 201, "a comment has 1 to 200 characters"),
        ("1", "a\u202eb", "write it in plain characters"),
    ],
)
def test_a_wrong_comment_is_said(
    data: Path, record: str, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, code 2, and nothing recorded but that the command ran."""
    assert note_main([str(data), record, text], held) == 2
    assert sentence in capsys.readouterr().err
    assert verify_main([str(data)]) == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ev.NOTE, {1: 10_000, 2: "an act that is still to come"}),
        (ev.ARCHIVE, {1: "day"}),
        (ev.NOTE, {1: 1, 2: "x", 9: 1}),
        (ev.TICKET, {1: 1}),
    ],
)
def test_what_a_verifier_would_refuse_no_command_has_recorded(data: Path, kind: int, body: dict[int, Value]) -> None:
    """Even root's socket cannot make the till write a journal that does not add up."""
    with held(data) as till, pytest.raises(Refusal):
        till.record(kind, body)

    assert verify_main([str(data)]) == 0
