"""Somebody with one small file, who has never seen this project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.image.medium import ROOT


def stranger(path: Path) -> str:
    """The last line of the verifier that shares no code with the till."""
    command = [sys.executable, str(ROOT / "verifier" / "sceau_verify.py"), "--lang", "en", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]
