"""An order whose program is gone before the order was done: its time was over, or something has killed it.

RAUC is a service of its own and would go on alone, for a till that has been told nothing and sells again. What nobody
waits for any more must not come to be: RAUC ends too, what it has just finished is not started, and the till hears it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from appliance.slots import environment, machine, program, said, word
from appliance.slots.esp import Esp
from appliance.slots.said import OUTCOME, Outcome

RESULT: Final = "SERVICE_RESULT"  # systemd.exec(5): how the unit's program ended
SUCCESS: Final = "success"
REFUSED: Final = "exit-code"
SERVICE: Final = "rauc.service"


def after(result: str, folder: Path, esp: Esp) -> bool:
    """Whether an installation had to be given up. Raises OSError, ValueError."""
    told = _told(folder)
    if result == SUCCESS or told.get("state") != "running":
        return False
    if told.get("do") == "off":
        if result == REFUSED:  # else it is the switching off itself that has ended its program
            said.say(folder, Outcome("off", "failed"))
        return False
    _give_up(esp)
    said.tell_slots(folder, esp)
    said.say(folder, Outcome("install", "failed", told.get("version", ""), 0, "slow"))
    return True


def _told(folder: Path) -> dict[str, str]:
    """Empty when nothing was: then nothing was begun either."""
    try:
        return word.read(folder / OUTCOME)
    except (OSError, ValueError):
        return {}


def _give_up(esp: Esp) -> None:
    """Whatever is not running any more does not fail here."""
    # If we stop here, RAUC has not named the other slot, and this one starts, or it has, and that one is whole.
    program.run(["systemctl", "kill", "--signal=KILL", SERVICE])
    program.run(["systemctl", "stop", SERVICE])  # waits until the last of it is gone
    here, variables = machine.running(), esp.read()
    other = machine.other(here.slot)
    if variables.get(f"{other}_NEW") == "1" and environment.left(
        variables, other
    ):  # whole, and never ran: just written
        # If we stop here, the sector is the old one or the new one: either starts a slot that is whole.
        esp.write(environment.bad(variables, other))
