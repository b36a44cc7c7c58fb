"""The till in the root: a read-only virtual environment with exactly the locked libraries it needs, byte-compiled.

The libraries are copied from `.venv`, file by file as their RECORD lists them: pip has checked them there against
`setup/requirements.lock`, hashes included.
"""

from __future__ import annotations

import compileall
import py_compile
import re
import shutil
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from image.shell import ROOT, BuildError

HOME = Path("usr/lib/sceau")
EXTRAS = {"sceau": {"tpm"}}
PYTHON = "3.11"  # Debian 12's
LAUNCHER = "#!/usr/lib/sceau/bin/python3\nimport sys\n\nfrom appliance.command import main\n\nsys.exit(main())\n"
CONFIG = f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {PYTHON}\n"
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def install(root: Path) -> list[Distribution]:
    """Into `root`; the libraries that went in, by name. Raises BuildError."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise BuildError(f"the image's Python is {PYTHON}: make .venv with it (PYTHON=/usr/bin/python3 on Debian 12)")
    home = root / HOME
    packages = home / "lib" / f"python{PYTHON}" / "site-packages"
    packages.mkdir(parents=True)
    libraries = closure("sceau")
    for library in libraries:
        _copy(library, packages)
    shutil.copytree(ROOT / "appliance", packages / "appliance", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "pyvenv.cfg").write_text(CONFIG, "ascii")
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to("/usr/bin/python3")
    launcher = home / "bin" / "sceau"
    launcher.write_text(LAUNCHER, "ascii")
    launcher.chmod(0o755)
    (root / "usr/bin/sceau").symlink_to(f"/{HOME}/bin/sceau")
    _compile(packages)
    return libraries


def closure(name: str) -> list[Distribution]:
    """What `name` needs at run time and what that needs, without `name`."""
    seen: dict[str, Distribution] = {}
    waiting = [(name, EXTRAS.get(name, set()))]
    while waiting:
        wanted, extras = waiting.pop()
        found = distribution(wanted)
        for requirement in found.requires or []:
            needed = _needed(requirement, extras)
            if needed and needed not in seen:
                seen[needed] = distribution(needed)
                waiting.append((needed, EXTRAS.get(needed, set())))
    return [seen[each] for each in sorted(seen)]


def _needed(requirement: str, extras: set[str]) -> str:
    """The name, in its normal form, when its marker holds on the till; empty otherwise."""
    from packaging.requirements import Requirement

    read = Requirement(requirement)
    here = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.0", "sys_platform": "linux"}
    holds = read.marker is None or any(read.marker.evaluate({**here, "extra": extra}) for extra in ("", *extras))
    return re.sub(r"[-_.]+", "-", read.name).lower() if holds else ""


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
