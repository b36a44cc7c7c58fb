"""System calls of a replica, seen through strace: which, on what, in which order they were done."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

PATIENCE = 2.0
CALLS = "fsync,link,linkat,unlink,unlinkat,mkdir,write,writev,sendto,sendmsg"
FLUSHES = ("fsync", "link", "linkat", "unlink", "unlinkat")
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
_FAILED = re.compile(r"= -1 ")


class Call(NamedTuple):
    """Done at line `done` of the trace, begun at line `begun`."""

    name: str
    words: str
    begun: int
    done: int
    failed: bool


@contextmanager
def watching(process: int, trace: Path, *more: str) -> Iterator[None]:
    """Every thread of a process that runs already, until the block ends or the process does."""
    words = ["strace", "-f", "-y", "-s", "80", "-e", "signal=none", "-e", f"trace={CALLS}", *more]
    with subprocess.Popen([*words, "-o", trace, "-p", str(process)], stderr=subprocess.PIPE, text=True) as strace:
        try:
            assert strace.stderr
            said = strace.stderr.readline()
            assert "attached" in said, said
            yield
        finally:
            strace.terminate()
            try:
                strace.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # it may wait for threads of a process that is gone
                strace.kill()


def cutting(process: int, trace: Path, name: str, number: int) -> AbstractContextManager[None]:
    """Any thread that enters its `number`-th call of this name from now on takes the process with it."""
    return watching(process, trace, "-e", f"inject={name}:signal=KILL:when={number}")


def calls(trace: Path) -> list[Call]:
    found: list[Call] = []
    open_: dict[str, tuple[str, str, int]] = {}
    for at, line in enumerate(trace.read_text("utf-8", "replace").splitlines()):
        begun, ended = _CALL.match(line), _RESUMED.match(line)
        if begun and line.endswith("<unfinished ...>"):
            open_[begun[1]] = begun[2], begun[3], at
        elif begun:
            found.append(Call(begun[2], begun[3], at, at, bool(_FAILED.search(line))))
        elif ended and ended[1] in open_:
            name, words, first = open_.pop(ended[1])
            found.append(Call(name, words, first, at, bool(_FAILED.search(ended[3]))))
    return found
