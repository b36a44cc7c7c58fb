"""Runs a program that changes files, and ends it and all its children before any one of these changes.

What was written by then stands, as on a medium whose writes go straight through (`Esp` and RAUC's program write so): a
cut of the mains between two system calls. The folder of `what dies with the boot` is for the test to empty.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("cut.c")
ROOT = Path(__file__).resolve().parents[2]
MOST = 4096  # changes of one run
_COUNT = struct.Struct("l")


class Moment(NamedTuple):
    """Before the change number `at`, from 1; `torn`: of a write of several sectors nothing arrives (0), its first (1),
    all but its first (2)."""

    at: int
    torn: int


NEVER = Moment(0, 0)


class Knife:
    """`folder`: for what is compiled and counted, beside what is cut."""

    def __init__(self, folder: Path) -> None:
        self._library, self._count = folder / "cut.so", folder / "count"
        words = ["cc", "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)]
        subprocess.run(words, check=True)

    def run(self, command: Sequence[object], below: Path, moment: Moment = NEVER) -> list[bool]:
        """The changes that it came to, each whether it could be torn; that of the moment is the last."""
        self._count.write_bytes(bytes(_COUNT.size + MOST))
        environment = {
            **os.environ,
            "LD_PRELOAD": str(self._library),
            "CUT_COUNT": str(self._count),
            "CUT_BELOW": f"{below}/",
            "CUT_AT": str(moment.at),
            "CUT_TORN": str(moment.torn),
        }
        words = [str(word) for word in command]
        done = subprocess.run(words, env=environment, capture_output=True, start_new_session=True, cwd=ROOT)
        told = self._count.read_bytes()
        (counted,) = _COUNT.unpack_from(told)
        cut = 0 < moment.at <= counted
        assert done.returncode == (-signal.SIGKILL if cut else 0), done.stderr.decode()
        assert counted < MOST
        return [bool(each) for each in told[_COUNT.size + 1 : _COUNT.size + 1 + counted]]

    def everywhere(self, command: Sequence[object], below: Path, prepare: Callable[[], None]) -> Iterator[Moment]:
        """Each moment, with what it leaves below `below`; the last is behind the end."""
        prepare()
        changes = self.run(command, below)
        assert changes, "it changes nothing: nothing is cut"
        for at, long in enumerate(changes, start=1):
            for torn in (0, 1, 2) if long else (0,):
                prepare()
                self.run(command, below, Moment(at, torn))
                yield Moment(at, torn)
        prepare()
        self.run(command, below)
        yield Moment(len(changes) + 1, 0)


def act(name: str, home: Path) -> list[object]:
    """One of the programs of `tests/slots/act.py`."""
    return [sys.executable, "-S", "-m", "tests.slots.act", name, home]
