"""The till's word on whether it is in use, read by the system's own reader at each step of a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.daemon.using import Using
from appliance.slots import unfit
from appliance.slots.unfit import FRESH, QUIET, Use, Verdict, judge
from tests.daemon.test_ready import Told
from tests.daemon.world import play


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Told]:
    (tmp_path / "run").mkdir()
    made = Told(tmp_path / "data", tmp_path / "run")
    made.hardware.system.fit()
    made.power_on()
    yield made
    made.close()


def said(world: Told) -> Use:
    use = unfit.heard(world.runtime / "use")
    assert use is not None
    return use


def verdict(world: Told) -> Verdict:
    return judge(said(world), world.clock.now().up)


DAY = (
    ('login "Sophie"', True),
    ("open day float 10.00", True),
    ("logout", True),  # the day is open: people come back to it
    ('login "Sophie"', True),
    ('ring "Café"', True),
    ("pay cash 2.00", True),
    ("print no", True),
    ("close day", True),  # signed in
    ("wait 20s", True),
    ("logout", False),
)


def test_a_day(world: Told) -> None:
    """From the sign-in to the end of the closing it is in use, and no restart falls into that."""
    assert not said(world).held
    for line, held in DAY:
        play(world, line)
        assert said(world).held is held, line
        assert verdict(world) is Verdict.USED
    play(world, f"wait {QUIET // 1000}s")
    assert verdict(world) is Verdict.AGAIN


def test_a_ticket_over_lunch_is_fresh(world: Told) -> None:
    """Nobody touches anything for an hour: the word is renewed, and the till is no dead one."""
    play(world, 'login "Sophie"', "open day float 10.00", 'ring "Café"', "wait 1h")
    use, now = said(world), world.clock.now().up
    assert now - use.at <= FRESH // 2
    assert use.since < now - 3_000_000
    assert verdict(world) is Verdict.USED


def test_a_till_that_hangs_grows_old(world: Told) -> None:
    """The power of its process is gone, with somebody before it."""
    play(world, 'login "Sophie"', "open day float 10.00")
    use = said(world)
    assert judge(use, use.at + FRESH) is Verdict.DEAD


def test_an_order_to_the_system_is_work(world: Told) -> None:
    play(world, 'login "Sophie"', "open day float 10.00", "close day", "wait 20s")
    world.hardware.system.will = "deaf"
    play(world, 'tap "Éteindre"', "wait 2s")
    assert said(world).held  # nobody is signed in any more: the order itself
    play(world, "wait 5m")
    assert not said(world).held


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Clock:
        def now(self) -> object:
            return type("Instant", (), {"up": 60_000})

    using = Using(tmp_path / "none", Clock())  # type: ignore[arg-type]
    using.say(held=True)
    using.say(held=False)
    assert capsys.readouterr().err.count("may take this till for dead") == 1
