"""When a version that was never found good is started again: at once, at the next quiet moment, or never."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.slots import command, environment, program, unfit
from appliance.slots.machine import Running
from appliance.slots.unfit import FRESH, QUIET, Use, Verdict, judge
from image.disk import VARIABLES

NOW = 5_000_000
HERE = Running("B", "0.2.0")
NEW = environment.first(environment.bad(VARIABLES, "B"), "B")  # B was just installed, A was good and is whole


@pytest.mark.parametrize(("use", "verdict"), [
    (Use(True, NOW - 9999, NOW - 10), Verdict.USED),
    (Use(True, 0, NOW - FRESH + 1), Verdict.USED),  # a whole day behind the counter
    (Use(True, 0, NOW - FRESH), Verdict.DEAD),  # hung, with somebody before it
    (Use(False, NOW - 1000, NOW - 10), Verdict.USED),  # somebody has just gone, perhaps for change
    (Use(False, NOW - QUIET + 1, NOW - 10), Verdict.USED),
    (Use(False, NOW - QUIET, NOW - 10), Verdict.AGAIN),
    (Use(False, 0, NOW - FRESH), Verdict.DEAD),
    (Use(True, 0, NOW + 1), Verdict.DEAD),  # of no machine's time
    (Use(True, NOW, NOW - 10), Verdict.DEAD),
    (None, Verdict.DEAD),
])  # fmt: skip
def test_who_is_there_is_left_alone(use: Use | None, verdict: Verdict) -> None:
    assert judge(use, NOW) is verdict


@pytest.mark.parametrize("variables", [
    environment.good(NEW, "B"),
    environment.bad(NEW, "A"),  # being written to: nothing else could start
    {**NEW, "A_LEFT": "0"},
])  # fmt: skip
def test_a_start_that_could_help_nobody_is_not_asked_for(tmp_path: Path, variables: dict[str, str]) -> None:
    """Whatever the till says, or if it says nothing; and there is no second look."""
    assert unfit.look(HERE, variables, tmp_path / "none") is Verdict.NEVER


class Clock:
    """A machine's time, in which something happens while it is waited for."""

    def __init__(self, file: Path, then: str = "", after: int = FRESH) -> None:
        self.now, self._file, self._then, self._due = NOW, file, then, NOW + after

    def up(self) -> int:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += int(seconds * 1000)
        if self._then and self.now >= self._due:
            self._file.write_text(self._then)


def look(file: Path, clock: Clock) -> Verdict:
    return unfit.look(HERE, NEW, file, clock.up, clock.pause)


def test_a_till_that_says_nothing_is_waited_for_and_given_up(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "use")
    assert look(tmp_path / "use", clock) is Verdict.DEAD
    assert clock.now - NOW >= FRESH


def test_a_till_between_two_processes_is_no_dead_one(tmp_path: Path) -> None:
    """systemd has taken its word away with it; the next process says that a day is open, a minute later."""
    clock = Clock(tmp_path / "use", f"use=held\nsince={NOW + 60_000}\nat={NOW + 60_000}\n", 60_000)
    assert look(tmp_path / "use", clock) is Verdict.USED


def test_a_word_that_stands_is_judged_at_once(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "use")
    for text, verdict in (
        (f"use=held\nsince=5\nat={NOW}\n", Verdict.USED),
        (f"use=free\nsince=5\nat={NOW}\n", Verdict.AGAIN),
        ("use=held\nsince=5\nat=5\n", Verdict.DEAD),
    ):
        (tmp_path / "use").write_text(text)
        assert look(tmp_path / "use", clock) is verdict
        assert clock.now == NOW


@pytest.mark.parametrize("text", [
    "", "use=held\n", "use=held\nsince=1\nat=1", "use=yes\nsince=1\nat=1\n", "use=held\nsince=-1\nat=1\n",
    "use=held\nsince=1\nat=1\nmore=1\n", "use=held\nsince=\u0661\nat=x\n",
])  # fmt: skip
def test_another_form_is_no_word(tmp_path: Path, text: str) -> None:
    (tmp_path / "use").write_text(text)
    assert unfit.heard(tmp_path / "use") is None


def test_with_people_at_work_all_day_three_starts_are_still_three() -> None:
    """What `unfit` leaves alone GRUB counts: three mornings on a version that is not good, then the one before."""
    said, seen = NEW, []
    for _ in range(4):
        name = environment.starts_next(said)
        seen.append(name)
        said = {**said, f"{name}_LEFT": str(environment.left(said, name) - 1)}

    assert seen == ["B", "B", "B", "A"]


@pytest.mark.parametrize(("verdict", "asked"), [
    (Verdict.NEVER, "stop sceau-unfit.timer"), (Verdict.USED, ""), (Verdict.AGAIN, "reboot"), (Verdict.DEAD, "reboot"),
])  # fmt: skip
def test_what_is_asked_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, asked: str
) -> None:
    """Of its own program, another one here under its name."""
    (tmp_path / "systemctl").write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n')
    (tmp_path / "systemctl").chmod(0o755)
    (tmp_path / "asked").touch()
    monkeypatch.setitem(program.PLACES, "PATH", str(tmp_path))
    command._unfit(verdict)
    assert (tmp_path / "asked").read_text().strip() == asked
