"""One program of the system's on a machine that is a folder: `python -m tests.slots.act NAME FOLDER`.

FOLDER/bin       what stands in for the system's own programs: RAUC, mount, systemctl, the till's quick check
FOLDER/esp       the boot loader's partition
FOLDER/slots     root-a, root-b, boot-a, boot-b
FOLDER/run       what dies with the boot: sceau, sceau-order, sceau-system
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from appliance.slots import bundle, ended, good, machine, order, program
from appliance.slots.esp import Esp


def main(name: str, home: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if key.startswith(("CUT_", "LD_PRELOAD"))}
    program.PLACES.update(kept, PATH=f"{home}/bin:/usr/bin:/bin", HOME_OF_TEST=str(home))
    machine.running.__defaults__ = (home / "cmdline",)
    machine.version_in.__defaults__ = (home / "none", home / "run" / "boot")
    bundle.compatible.__defaults__ = (home / "system.conf",)
    good.LATER = 0.0  # type: ignore[misc]
    order.FOLDERS = (home / "slots",)  # type: ignore[misc,assignment]
    told, esp = home / "run" / "sceau-system", Esp(home / "esp", None)
    asked = home / "run" / "sceau-order" / "order"
    match name:
        case "good":
            good.mark(told, esp, home / "run" / "sceau" / "ready")
        case "ask":
            _ask(home, told, asked.parent)
        case "order":
            order.carry_out(order.take(asked), told, esp)
        case "ended":
            ended.after("timeout", told, esp)


def _ask(home: Path, told: Path, orders: Path) -> None:
    """The till's half."""
    import site

    site.main()  # what the till is made of
    from appliance.core.effect import Order
    from appliance.daemon.clock import system_clock
    from appliance.daemon.config import Config, SystemConfig
    from appliance.daemon.loop import SelectorsLoop
    from appliance.daemon.system import System

    config = Config(home, home, system=SystemConfig(told, orders, home / "slots"))
    system = System(config, SelectorsLoop(system_clock(home)), lambda what: None)
    system.do(Order("install", str(home / "slots" / "new.raucb"), "off"))


main(sys.argv[1], Path(sys.argv[2]))
