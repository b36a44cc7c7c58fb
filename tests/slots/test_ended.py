"""An installation whose program is gone: it ends, what it had just finished is not started, and the till hears it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.software import PATIENCE
from appliance.daemon.system import outcome_of
from appliance.slots import ended, environment, machine, program
from appliance.slots.esp import Esp
from image.disk import VARIABLES
from tests.slots.folder import Folder

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "system" / "sceau-order.service"
RUNNING = "do=install\nstate=running\nversion=0.2.0\npercent=40\ncode=\n"
BOTH = environment.good(VARIABLES, "B")


@pytest.fixture
def it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = Folder(tmp_path / "machine")
    made.lay(BOTH)
    made.program("systemctl", f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n')
    monkeypatch.setitem(program.PLACES, "PATH", f"{made.home}/bin:/usr/bin:/bin")
    monkeypatch.setattr(machine.running, "__defaults__", (made.home / "cmdline",))
    monkeypatch.setattr(machine.version_in, "__defaults__", (made.home / "none", made.run / "boot"))
    return made


def say(it: Folder, text: str) -> Path:
    file = it.run / "sceau-system" / "outcome"
    file.write_text(text)
    return file


def after(it: Folder, result: str = "timeout") -> bool:
    return ended.after(result, it.run / "sceau-system", Esp(it.home / "esp", None))


def asked(it: Folder) -> list[str]:
    file = it.home.parent / "asked"
    return file.read_text().splitlines() if file.exists() else []


STATES: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], bool]] = {
    "not begun": (lambda said: said, True),
    "in the middle": (lambda said: environment.bad(said, "B"), False),
    "finished": (lambda said: environment.first(environment.bad(said, "B"), "B"), False),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("result", ["timeout", "signal", "oom-kill", "exit-code", ""])
def test_rauc_ends_with_its_program(it: Folder, state: str, result: str) -> None:
    """The slot that runs starts next; the one beside it keeps what nobody has begun to replace."""
    change, kept = STATES[state]
    it.grubenv.write_bytes(environment.pack(change(BOTH)))
    file = say(it, RUNNING)
    assert after(it, result)
    assert asked(it) == ["kill --signal=KILL rauc.service", "stop rauc.service"]
    assert it.starts() == "A"
    assert it.starts_that_fail(3) == ["A", "A", "A"]
    assert (environment.left(it.variables, "B") > 0) is kept
    told = outcome_of(file.read_text())
    assert told is not None
    assert (told.do, told.state, told.version, told.code) == ("install", "failed", "0.2.0", "slow")
    assert (it.run / "sceau-system" / "slots").read_text().startswith("A=0.1.0 good booted\n")


def test_the_slot_that_was_good_is_not_lost(it: Folder) -> None:
    """A is new and on its last start, B is what it would fall back to; RAUC had not begun."""
    tried = {**BOTH, "A_LEFT": "0", "A_NEW": "1"}
    it.grubenv.write_bytes(environment.pack(tried))
    say(it, RUNNING)
    assert after(it)
    assert it.variables == tried
    assert it.starts() == "B"


def test_with_no_start_left_the_one_that_runs_begins_again(it: Folder) -> None:
    """RAUC had finished beside a slot on its last start."""
    it.grubenv.write_bytes(environment.pack(environment.first(environment.bad({**BOTH, "A_LEFT": "0"}, "B"), "B")))
    say(it, RUNNING)
    assert after(it)
    assert it.starts_that_fail(3) == ["A", "A", "A"]


@pytest.mark.parametrize("text", [
    RUNNING.replace("running", "done"), RUNNING.replace("running", "refused"), RUNNING.replace("running", "failed"), "",
])  # fmt: skip
def test_what_has_its_word_is_left_alone(it: Folder, text: str) -> None:
    file = say(it, text)
    assert not after(it)
    assert (asked(it), file.read_text(), it.variables) == ([], text, BOTH)


@pytest.mark.parametrize("result", ["success", "signal"])
def test_the_dark_that_was_asked_for_is_no_failure(it: Folder, result: str) -> None:
    """Switching off leaves `running` behind, and may itself end the program that asked for it."""
    text = "do=off\nstate=running\nversion=\npercent=0\ncode=\n"
    file = say(it, text)
    assert not after(it, result)
    assert (asked(it), file.read_text()) == ([], text)


def test_a_till_that_cannot_be_switched_off_hears_it(it: Folder) -> None:
    file = say(it, "do=off\nstate=running\nversion=\npercent=0\ncode=\n")
    assert not after(it, "exit-code")
    assert (asked(it), it.variables) == ([], BOTH)
    assert file.read_text().startswith("do=off\nstate=failed\n")


def test_the_system_gives_up_before_the_till_does() -> None:
    """Else the till would sell while something is still installed, and switched off."""
    unit = UNIT.read_text()
    (minutes,) = re.findall(r"^TimeoutStartSec=([0-9]+)min$", unit, re.M)
    assert int(minutes) * 60_000 < PATIENCE["install"]
    assert re.findall(r"^ExecStopPost=(.+)$", unit, re.M) == ["/usr/bin/sceau slots ended"]
