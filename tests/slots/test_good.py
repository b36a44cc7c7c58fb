"""When a version is good, as the till's own words say it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.slots import good, word
from appliance.slots.good import Ready


@pytest.mark.parametrize(("ready", "found"), [
    (Ready("0.1.0", "locked", 12), ""), (Ready("0.1.0", "first-boot", 0), ""), (Ready("0.2.0", "locked", 12), "says"),
    (Ready("0.1.0", "dark", 12), "no screen"), (Ready("0.1.0", "", 12), "no screen"),
])  # fmt: skip
def test_a_version_is_good_when_it_stands(ready: Ready, found: str) -> None:
    assert found in good.fault(ready, "0.1.0", lambda: "")
    assert bool(found) == bool(good.fault(ready, "0.1.0", lambda: ""))


def test_a_journal_that_cannot_be_read_is_no_good_version() -> None:
    assert good.fault(Ready("0.1.0", "locked", 3), "0.1.0", lambda: "no journal") == "no journal"
    assert good.fault(Ready("0.1.0", "locked", 0), "0.1.0", lambda: "no journal") == ""


def test_the_tills_word_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ready"
    file.write_text("version=0.1.0\nframe=locked\nrecords=1234\n")
    assert good.read(word.read(file)) == Ready("0.1.0", "locked", 1234)
    for wrong in ("", "version=0.1.0\n", "version=0.1.0\nframe=locked\nrecords=many\n", "records=1" * 1000 + "\n"):
        file.write_text(wrong)
        with pytest.raises(ValueError):  # noqa: PT011 - any of them
            good.read(word.read(file))


def test_no_pipe_and_no_link_is_a_word(tmp_path: Path) -> None:
    """The folder is the till's: root waits for nobody in it and follows nothing out of it."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/shadow")
    for name in ("pipe", "link", "none"):
        with pytest.raises((OSError, ValueError)):
            word.read(tmp_path / name)
