"""Runs the system's own programs, found where Debian puts them, never by a path that somebody has set."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from subprocess import PIPE, STDOUT, CalledProcessError, CompletedProcess, Popen
from typing import Final

PLACES: Final = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def run(command: Sequence[object]) -> CompletedProcess[str]:
    """Whatever comes of it. Raises OSError when there is no such program."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=PLACES)  # noqa: S603 - fixed words


def begun(command: Sequence[object]) -> Popen[str]:
    """Its words come as it says them, errors among them. Raises OSError when there is no such program."""
    words = [str(word) for word in command]
    return Popen(words, stdout=PIPE, stderr=STDOUT, text=True, env=PLACES)  # noqa: S603 - fixed words


def done(command: Sequence[object]) -> str:
    """What it printed. Raises CalledProcessError, its words told."""
    it = run(command)
    if it.returncode:
        raise CalledProcessError(it.returncode, it.args, it.stdout, it.stderr)
    return it.stdout


def last(it: CompletedProcess[str]) -> str:
    """The last line of what it said, errors first."""
    lines = (it.stderr.strip() or it.stdout.strip()).splitlines()
    return lines[-1] if lines else "it gave no reason"
