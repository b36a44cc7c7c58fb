"""A USB stick: a folder of this machine that the till finds mounted, and gets back when it is pulled out.

The till knows a stick by its file system: it is another one than that of the folder it is mounted in (stat(2), st_dev),
and an archive is never copied to the medium of the journal. So the stick's content lies on a second file system of this
machine while it is plugged in: what is mounted in memory, /dev/shm (tmpfs(5)), nearly everywhere.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

ELSEWHERE: Final = (Path("/dev/shm"), Path("/run/shm"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - file systems


class NoSecondFileSystem(OSError):
    """Nothing here is another file system than that of the data: say so, play the flow elsewhere."""


class Stick:
    """`place`: where the till looks; `home`: what is on the stick when `plug` is not told another folder."""

    def __init__(self, place: Path, home: Path) -> None:
        self.place, self._home = place, home
        self._held: Path | None = None

    @property
    def plugged(self) -> bool:
        return self._held is not None

    def plug(self, home: Path | None = None) -> None:
        """What is in the folder is on the stick."""
        self.unplug()
        self._home = home or self._home
        self._home.mkdir(parents=True, exist_ok=True)
        self._held = Path(tempfile.mkdtemp(prefix="sceau-stick-", dir=self._elsewhere()))
        shutil.copytree(self._home, self._held, dirs_exist_ok=True)
        self.place.symlink_to(self._held, target_is_directory=True)

    def unplug(self) -> None:
        """What is on the stick is in the folder, and in no other place any more."""
        if self._held is None:
            return
        self.place.unlink()
        shutil.copytree(self._held, self._home, dirs_exist_ok=True)
        for path in sorted(self._home.rglob("*"), reverse=True):  # what was taken off the stick meanwhile
            if not (self._held / path.relative_to(self._home)).exists():
                (path.rmdir if path.is_dir() else path.unlink)()
        shutil.rmtree(self._held)
        self._held = None

    def _elsewhere(self) -> Path:
        here = self.place.parent.stat().st_dev
        found = next(
            (each for each in ELSEWHERE if each.is_dir() and each.stat().st_dev not in (here, self._own())), None
        )
        if found is None:
            raise NoSecondFileSystem("this machine has no second file system for a stick: mount a tmpfs on /dev/shm")
        return found

    def _own(self) -> int:
        return self._home.stat().st_dev
