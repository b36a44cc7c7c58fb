"""A ticket on a stick, through the real file system calls: written, read back, and what is said when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.core.effect import Work
from appliance.daemon.work import Place
from appliance.daemon.works import done
from appliance.simulator.stick import Stick

ROWS = json.dumps([["TOTAL 4,25 €", True, False, False, False]])
NAME = "ticket-1-000001.pdf"


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    made = Stick(tmp_path / "stick", tmp_path / "home")
    made.plug()
    return made


def work(stick: Path, data: Path) -> dict[str, object]:
    """What the child process answers."""
    asked = Work("pdf", ("7", str(stick), NAME, ROWS))
    place = Place(data, data)
    return done(asked.name, place, asked.args, lambda _: pytest.fail("no key is needed"), lambda part, whole: None)


def test_the_file_is_on_the_stick_when_it_is_pulled_out(stick: Stick, tmp_path: Path) -> None:
    """And it is a PDF."""
    assert work(stick.place, tmp_path) == {"name": NAME}
    stick.unplug()

    assert (tmp_path / "home" / "tickets" / NAME).read_bytes().startswith(b"%PDF")


def test_the_till_s_own_storage_is_no_stick(tmp_path: Path) -> None:
    """A sentence in French for the screen, the reason for the record."""
    said = work(tmp_path, tmp_path)

    assert said["error"] == "Ce support ne convient pas\u00a0: brancher une autre clé USB."
    assert "own storage" in str(said["detail"])


def test_a_stick_that_takes_no_file_is_said(stick: Stick, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (stick.place / "tickets").write_text("", "ascii")
    try:
        said = work(stick.place, tmp_path)
    finally:
        stick.unplug()

    assert said["error"] == "Le fichier n'a pas pu être écrit\u00a0: prendre une autre clé USB."
