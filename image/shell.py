"""Runs the programs that do the work; one that fails ends the build with its own words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class BuildError(Exception):
    """One sentence that says what to do."""


def run(command: Sequence[object], environment: Mapping[str, str] | None = None) -> str:
    """What it printed; the words are text or paths. Raises BuildError."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - the build's own commands
            words, check=False, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BuildError(f"{words[0]} is missing: `make image` installs setup/image-packages.txt") from error
    if done.returncode:
        raise BuildError(f"{' '.join(words[:4])} …: exit {done.returncode}\n{(done.stderr or done.stdout)[-3000:]}")
    return done.stdout
