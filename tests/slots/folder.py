"""A machine that is a folder: its boot loader's sector, its two slots, what its till and its system say."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from appliance.slots import environment
from appliance.slots.environment import SIZE
from appliance.slots.esp import FILE
from image.disk import VARIABLES

LOADER = Path(__file__).resolve().parents[2] / "systemd" / "boot-loader"
OLD, NEW = b"the old system " * 200, b"the new system " * 200
PARTS = ("root", "boot")
# As RAUC does it (its reference, section "Installation"): the slot is bad before the first byte, and named as the next
# one behind the last. Both parts are written in place, in pieces.
RAUC = """#!/bin/sh
set -eu
if [ "$1" = info ]; then
    echo '{"compatible": "sceau-pc", "version": "0.2.0"}'
    exit
fi
home=$HOME_OF_TEST
export GRUBENV=$home/esp/grubenv
sh $LOADER set-state B bad
for part in root boot; do
    dd if=$home/new of=$home/slots/$part-b bs=2000 conv=notrunc status=none
    echo ' 50% Copying'
done
sh $LOADER set-primary B
"""


class Folder:
    """A runs, and is good; B holds the version before. `home` is made anew by `lay`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.run, self.grubenv = home / "run", home / "esp" / FILE

    def lay(self, variables: Mapping[str, str] = VARIABLES, runs: str = "A", version: str = "0.1.0") -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        for name in ("bin", "esp", "slots", "run/sceau", "run/sceau-order", "run/sceau-system"):
            (self.home / name).mkdir(parents=True)
        self.grubenv.write_bytes(environment.pack(variables))
        (self.home / "cmdline").write_text(f"ro sceau.version={version} rauc.slot={runs}\n")
        (self.home / "system.conf").write_text("[system]\ncompatible=sceau-pc\n")
        (self.home / "new").write_bytes(NEW)
        (self.home / "slots" / "new.raucb").touch()
        for part in PARTS:
            (self.home / "slots" / f"{part}-a").write_bytes(OLD)
            (self.home / "slots" / f"{part}-b").write_bytes(OLD)
        self.program("rauc", RAUC.replace("$LOADER", str(LOADER)))
        self.program("mount", "#!/bin/sh\nexit 1\n")  # no partition of that name
        self.program("sceau", "#!/bin/sh\nexit 0\n")
        self.program("systemctl", "#!/bin/sh\n[ $1 != show ] || echo 77\n")
        self.ready()

    def program(self, name: str, text: str) -> None:
        (self.home / "bin" / name).write_text(text)
        (self.home / "bin" / name).chmod(0o755)

    def ready(self, version: str = "0.1.0") -> None:
        (self.run / "sceau" / "ready").write_text(f"version={version}\nframe=locked\nrecords=9\n")

    def order(self) -> None:
        """As the till writes it."""
        text = f"do=install\nbundle={self.home}/slots/new.raucb\nthen=off\n"
        (self.run / "sceau-order" / "order").write_text(text)

    @property
    def variables(self) -> dict[str, str]:
        data = self.grubenv.read_bytes()
        assert len(data) == SIZE
        return environment.parse(data)

    def holds(self, name: str) -> str:
        """What a slot is: old, new, or broken."""
        found = {(self.home / "slots" / f"{part}-{name.lower()}").read_bytes() for part in PARTS}
        return {frozenset({OLD}): "old", frozenset({NEW}): "new"}.get(frozenset(found), "broken")

    def starts(self) -> str:
        """The slot that the boot loader takes now."""
        return environment.starts_next(self.variables)

    def starts_that_fail(self, count: int) -> list[str]:
        """The slots of so many starts that nothing finds good."""
        said, seen = self.variables, []
        for _ in range(count):
            name = environment.starts_next(said)
            seen.append(name)
            counted = environment.left(said, name) or environment.STARTS
            said = {**said, f"{name}_LEFT": str(counted - 1)}
        return seen

    def boot(self) -> None:
        """What stood in memory is gone."""
        shutil.rmtree(self.run)
        for name in ("sceau", "sceau-order", "sceau-system"):
            (self.run / name).mkdir(parents=True)
