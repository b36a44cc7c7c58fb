"""The tests can fail: each patch breaks one promise of the till, and the test that it names must catch it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted(Path(__file__).parent.glob("*.patch"))
# what one test needs of pytest: hypothesis, xdist and told asserts are a third of such a short life
BARE = ("--noconftest", "--assert=plain", *(f"-pno:{name}" for name in ("randomly", "xdist", "hypothesispytest")))
NEEDED = ("appliance", "tests", "samples", "pyproject.toml")


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_the_broken_till_is_caught(patch: Path, tmp_path: Path) -> None:
    """In a copy with the patch the named test fails, and for the promise that was broken, not for a missing name."""
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("golden", "teeth"))
        else:
            shutil.copy(source, tmp_path / name)
    subprocess.run(["patch", "-p1", "-s", "-i", str(patch)], cwd=tmp_path, check=True)
    run = _run(_bitten(patch), tmp_path)

    assert run.returncode == 1, run.stdout[-2000:]
    assert "Wrong" in run.stdout, run.stdout[-2000:]


def _bitten(patch: Path) -> str:
    line = next(line for line in patch.read_text("utf-8").splitlines() if line.startswith("# bites: "))
    return line.removeprefix("# bites: ")


def _run(test: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", *BARE, "-x", "--tb=short", test]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
