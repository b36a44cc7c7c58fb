"""GRUB's variables: written in one sector, read back, and always a slot that is whole to start from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.slots import environment
from appliance.slots.environment import SECTOR, SIZE, BlockError
from appliance.slots.esp import FILE, Esp
from image.disk import VARIABLES

LOADER = Path(__file__).resolve().parents[2] / "systemd" / "boot-loader"
slot = st.sampled_from("AB")
flag = st.sampled_from(["0", "1", "", "x"])
counts = st.sampled_from(["0", "1", "2", "3", "", "x", "-1", "33"])
variables = st.fixed_dictionaries({
    "ORDER": st.sampled_from(["A B", "B A", "A", "", "C", "A A"]),
    "A_OK": flag, "A_LEFT": counts, "A_NEW": flag, "B_OK": flag, "B_LEFT": counts, "B_NEW": flag,
})  # fmt: skip


def started(said: dict[str, str]) -> dict[str, str]:
    """As `grub.cfg` does: the one that starts has one start less."""
    name = environment.starts_next(said)
    counted = environment.left(said, name) or environment.STARTS
    return {**said, f"{name}_LEFT": str(counted - 1)}


@given(variables)
def test_one_sector_holds_them_all(said: dict[str, str]) -> None:
    data = environment.pack(said)

    assert len(data) == SIZE
    assert set(data[SECTOR:]) == {ord("#")}
    assert environment.parse(data) == said


@pytest.mark.parametrize("data", [b"", b"#" * SIZE, bytes(SIZE), environment.pack(VARIABLES)[:-1]])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(BlockError):
        environment.parse(data)


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(BlockError):
        environment.pack({"ORDER": "A" * SECTOR})


@given(variables)
def test_some_slot_always_starts(said: dict[str, str]) -> None:
    """A whole one wherever there is one, and never one that is being written while another is whole."""
    chosen = environment.starts_next(said)
    whole = [name for name in "AB" if said[f"{name}_OK"] == "1"]

    assert chosen in "AB"
    assert not whole or chosen in whole


def test_a_new_slot_has_three_starts() -> None:
    """An update as RAUC asks for it; it starts thrice, then the one before, which stays."""
    said = environment.first(environment.bad(VARIABLES, "B"), "B")
    seen = []
    for _ in range(7):
        seen.append(environment.starts_next(said))
        said = started(said)
        if seen[-1] == "A":
            said = environment.good(said, "A")

    assert seen == ["B", "B", "B", "A", "A", "A", "A"]


def test_a_good_slot_stays() -> None:
    said = environment.first(environment.bad(VARIABLES, "B"), "B")
    for _ in range(9):
        assert environment.starts_next(said) == "B"
        said = environment.good(started(said), "B")


def test_a_half_written_slot_never_starts() -> None:
    """An installation that is cut: the slot that runs has its starts, however often the mains go."""
    said = environment.bad(VARIABLES, "B")
    for _ in range(9):
        assert environment.starts_next(said) == "A"
        said = started(said)


def test_with_no_start_left_the_one_that_was_good_begins_again() -> None:
    said = {**environment.first(VARIABLES, "B"), "A_LEFT": "0", "B_LEFT": "0", "B_NEW": "1"}

    assert environment.starts_next(said) == "A"


def asked(file: Path, *words: str) -> str:
    """The shipped program that RAUC calls."""
    done = subprocess.run(["sh", LOADER, *words], env={"GRUBENV": str(file), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout.strip()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(variables, slot)
def test_what_rauc_is_told_is_what_is_known_here(tmp_path: Path, said: dict[str, str], name: str) -> None:
    """The program in shell and this module are of one mind, whatever stands in the file."""
    file = tmp_path / FILE
    file.write_bytes(environment.pack(said))

    assert asked(file, "get-primary") == environment.starts_next(said)
    assert asked(file, "get-state", name) == ("good" if environment.left(said, name) else "bad")
    for words, wanted in (
        (["set-state", name, "bad"], environment.bad),
        (["set-primary", name], environment.first),
        (["set-state", name, "good"], environment.good),
    ):
        before = environment.parse(file.read_bytes())
        asked(file, *words)
        assert environment.parse(file.read_bytes()) == wanted(before, name)


def test_rauc_writes_in_place(tmp_path: Path) -> None:
    """The file keeps its length and its inode: no cluster of the boot loader's partition moves."""
    file = tmp_path / FILE
    file.write_bytes(environment.pack(VARIABLES))
    inode, esp = file.stat().st_ino, Esp(tmp_path, None)
    asked(file, "set-primary", "B")
    esp.write(environment.good(esp.read(), "B"))

    assert asked(file, "get-primary") == "B"
    assert esp.read()["B_NEW"] == "0"
    assert (file.stat().st_ino, file.stat().st_size) == (inode, SIZE)


@pytest.mark.parametrize("words", [[], ["get-state"], ["get-state", "C"], ["set-state", "A", "fine"], ["reboot"]])
def test_other_questions_are_refused(tmp_path: Path, words: list[str]) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        asked(tmp_path / "nothing", *words)

    assert "not one of" in refused.value.stderr
