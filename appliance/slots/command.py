"""`sceau slots …`: the system's own programs around an update; units and RAUC run them, as root."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Final

from appliance.slots import bundle, ended, good, machine, order, program, said, unfit
from appliance.slots.bundle import Refused
from appliance.slots.esp import Esp
from appliance.slots.said import FOLDER, Outcome
from appliance.slots.unfit import Verdict

TIMER: Final = "sceau-unfit.timer"
ACTS = ("order", "good", "unfit", "tell", "admit", "ended")


def slots_main(argv: Sequence[str]) -> int:
    """0 done, 1 refused with a sentence, 2 it could not be tried."""
    parser = argparse.ArgumentParser("sceau slots", description="The system's slots; units of the image run this.")
    parser.add_argument("act", choices=ACTS)
    asked = parser.parse_args(argv)
    try:
        return _do(asked.act)
    except (OSError, ValueError, CalledProcessError) as error:
        more = f"\n{error.stderr}" if isinstance(error, CalledProcessError) else ""
        sys.stderr.write(f"sceau slots {asked.act}: {error}{more}\n")
        return 2


def _do(act: str) -> int:
    esp = Esp()
    match act:
        case "tell":
            said.tell_slots(FOLDER, esp)
        case "order":
            _order(esp)
        case "ended":
            if ended.after(os.environ.get(ended.RESULT, ""), FOLDER, esp):
                print("the order's program ended before its order: given up", flush=True)
        case "admit":
            return _admit()
        case "good":
            return _told(good.mark(FOLDER, esp))
        case "unfit":
            _unfit(unfit.look(machine.running(), esp.read()))
    return 0


def _unfit(verdict: Verdict) -> None:
    print(verdict.value, flush=True)
    if verdict is Verdict.NEVER:
        program.done(["systemctl", "stop", TIMER])
    elif verdict is not Verdict.USED:
        # If somebody comes between the look and the end of the till, the till ends in order and starts again.
        program.done(["systemctl", "reboot"])


def _order(esp: Esp) -> None:
    try:
        wanted = order.take(order.FILE)
    except Refused as refused:
        print(refused, flush=True)
        said.say(FOLDER, Outcome("install", "refused", "", 0, refused.code))
        return
    if order.carry_out(wanted, FOLDER, esp):
        program.done(["systemctl", "poweroff"])


def _admit() -> int:
    """RAUC's handler before it writes: the bundle is mounted, so what is judged is what is installed."""
    try:
        manifest = bundle.mounted(Path(os.environ["RAUC_BUNDLE_MOUNT_POINT"]))
        bundle.judge(manifest, bundle.compatible(), machine.running().version)
    except (Refused, KeyError) as refused:
        return _told(str(refused))
    return 0


def _told(why: str) -> int:
    if why:
        print(why, flush=True)
    return 1 if why else 0
