"""The real till: two days and a closed month are archived, copied and purged, and it starts and sells again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.audit.archive_check import Core
from appliance.audit.archive_command import archive_main, purge_main
from appliance.audit.command import _core, verify_main
from appliance.audit.purge import Copies, held, plan
from appliance.audit.source import find
from appliance.audit.verify import INTACT, verify
from appliance.audit.walk import Walk
from appliance.core import event as ev
from appliance.daemon.virtual import SimulatedWorld
from appliance.simulator import cards
from appliance.simulator.player import Player
from appliance.simulator.script import Step, split
from appliance.storage import purge, segment
from appliance.storage.flash import OsDisk
from appliance.storage.record import Record
from tests.audit.test_archive_command import tills
from tests.powerloss.recording import SHOP

SEGMENT = 64 << 10
SALE = 'ring "Café"\npay cash 2.00\nprint no\n'
DAY = 'at {}T09:00:00+01:00\nlogin "Sophie"\nopen day float 10.00\n' + 12 * SALE + "close day\n"


def play(home: Path, text: str) -> None:
    world = SimulatedWorld(home, SHOP, segment_size=SEGMENT)
    try:
        world.power_on()
        steps = [Step("purge", at, split(line)) for at, line in enumerate(text.splitlines(), 1) if line]
        failure = Player(world, cards.read(SHOP)).play(steps)
        assert failure is None, failure
        world.stop()
    finally:
        world.close()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lived") / "data"
    play(home, "".join(map(DAY.format, ("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"))))
    return home


def test_it_sells_on_after_a_purge(lived: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the till's own rules: archives hold, what is left holds, and so does what is sold then."""
    home = Path(shutil.copytree(lived, tmp_path / "data"))
    out = ["--out", str(tmp_path / "out")]  # the till may have made its own, in its own folder
    assert archive_main(["create", str(home), "--level", "month", *out], tills) == 0
    words = ["create", str(home), "--from", "2026-12-01", "--to", "2026-12-01", *out]
    assert archive_main(words, tills) == 0
    archives = sorted((tmp_path / "out").iterdir())
    assert [each.name.split("-", 2)[2].rsplit("-", 1)[0] for each in archives] == [
        "month-2026-11-28-2026-11-30",
        "period-2026-12-01-2026-12-01",
    ]
    assert purge_main([str(home), *map(str, archives), "--do"], tills) == 2
    assert "was read back on 0 of the 2 other media" in capsys.readouterr().err

    copies = copied(home)
    kinds, refold = _core()
    found = [held(each, copies, Core(kinds=kinds, refold=refold)) for each in archives]
    planned = plan(home, found)
    with tills(home) as till:
        till.record(ev.PURGE, planned.body)
    first = home / "journal" / segment.name(1)
    whole = first.stat().st_size

    play(home, DAY.format("2026-12-02"))  # the command stopped behind its record: the start carries it out
    assert first.stat().st_size < whole
    assert purge.carry_out(home, OsDisk(), planned.order) == []
    capsys.readouterr()
    assert verify_main([str(home), *map(str, archives)]) == INTACT
    assert "purged: records 0 to" in capsys.readouterr().out
    verdict = verify(home, "paranoid", refold=refold, kinds=kinds)
    assert verdict.code == INTACT, verdict.line
    assert archive_main(["create", str(home), "--level", "day", *out], tills) == 0


def copied(home: Path) -> Copies:
    """Two copies of each archive are recorded, as a till does when two sticks gave them back."""
    known = {record.body[8]: record.seq for record in records(home) if record.kind == ev.ARCHIVE}
    with tills(home) as till:
        for digest, seq in known.items():
            for medium in ("stick-1", "stick-2"):
                till.record(ev.ARCHIVE_COPY, {1: seq, 2: digest, 3: medium, 4: "intact"})
    found = Copies()
    for record in records(home):
        found.record(record)
    return found


def records(home: Path) -> list[Record]:
    return [record for step in Walk(find(home)).steps() for record in step.records]
