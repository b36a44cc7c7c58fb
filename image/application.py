"""The till in the root: a read-only virtual environment with exactly the locked libraries it needs, byte-compiled.

The libraries are copied from `.venv`, file by file as their RECORD lists them: pip has checked them there against
`setup/requirements.lock`, hashes included. Those of a board with another processor come from its workshop.
"""

from __future__ import annotations

import compileall
import py_compile
import re
import shutil
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from image.board import Board
from image.shell import ROOT, BuildError

HOME = Path("usr/lib/sceau")
EXTRAS = ("tpm",)
PYTHON = "3.11"  # Debian 12's
LAUNCHER = "#!/usr/lib/sceau/bin/python3\nimport sys\n\nfrom appliance.command import main\n\nsys.exit(main())\n"
CONFIG = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def names(board: Board) -> list[str]:
    """Of the libraries that the till needs on this board. Raises BuildError."""
    return [_normal(each.name) for each in closure(wanted(), board.machine)]


def install(board: Board, root: Path, workshop: Path | None) -> list[Distribution]:
    """Into `root`; the libraries that went in, by name; `workshop`: what `make_workshop` made. Raises BuildError."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise BuildError(f"the image's Python is {PYTHON}: make .venv with it (PYTHON=/usr/bin/python3 on Debian 12)")
    home = root / HOME
    packages = home / "lib" / f"python{PYTHON}" / "site-packages"
    packages.mkdir(parents=True)
    libraries = _made(workshop / "libraries") if workshop else closure(wanted(), board.machine)
    for library in libraries:
        _copy(library, packages)
    for folder in ("appliance", "verifier"):  # the verifiers go into each archive
        shutil.copytree(ROOT / folder, packages / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (home / "pyvenv.cfg").write_text(CONFIG, "ascii")
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to("/usr/bin/python3")
    launcher = home / "bin" / "sceau"
    launcher.write_text(LAUNCHER, "ascii")
    launcher.chmod(0o755)
    (root / "usr/bin/sceau").symlink_to(f"/{HOME}/bin/sceau")
    _compile(packages)
    return libraries


def wanted() -> list[str]:
    """What the till says that it needs, in `pyproject.toml`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *(each for name in EXTRAS for each in project["optional-dependencies"][name])]


def closure(requirements: list[str], machine: str) -> list[Distribution]:
    """The libraries of these requirements and what they need in turn, by name. Raises BuildError."""
    seen: dict[str, Distribution] = {}
    waiting = list(requirements)
    while waiting:
        name = _needed(waiting.pop(), machine)
        if name and name not in seen:
            seen[name] = _found(name)
            waiting += seen[name].requires or []
    return [seen[each] for each in sorted(seen)]


def _made(folder: Path) -> list[Distribution]:
    return sorted(distributions(path=[str(folder)]), key=lambda each: _normal(each.name))


def _found(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise BuildError(f"{name} is not in .venv: rm build/setup.stamp, then make setup") from error


def _needed(requirement: str, machine: str) -> str:
    """The name, in its normal form, when its marker holds on the till; empty otherwise."""
    from packaging.requirements import Requirement

    read = Requirement(requirement)
    here = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.0", "sys_platform": "linux", "extra": ""}
    here["platform_machine"] = machine
    holds = read.marker is None or read.marker.evaluate(here)
    return _normal(read.name) if holds else ""


def _normal(name: str) -> str:
    """As locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _copy(library: Distribution, packages: Path) -> None:
    """Scripts for the command line, which lie outside, and tests are not the till's."""
    for file in library.files or []:
        if file.parts[0] == ".." or file.suffix == ".pyc" or "tests" in file.parts:
            continue
        target = packages / str(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(file.locate()), target)


def _compile(packages: Path) -> None:
    """With the hash of the source inside and never checked: the root cannot change, and times would differ."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    where = f"/{HOME}/lib/python{PYTHON}/site-packages"
    compileall.compile_dir(packages, stripdir=str(packages), prependdir=where, quiet=2, invalidation_mode=mode)
