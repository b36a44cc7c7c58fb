"""When a slot is good: the till has drawn, its journal is open and can be read, and it still runs a while later.

Until then each start uses up one of the slot's three; behind the third the other slot starts (`image/grub.cfg`). A new
slot that stands still instead of failing is started again by `unfit`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import environment, machine, program, said, word
from appliance.slots.esp import Esp

READY: Final = Path("/run/sceau/ready")
JOURNAL: Final = Path("/data/till")
LATER: Final = 5.0  # seconds: the loop, which systemd watches, has gone round since
DARK: Final = ("dark", "")  # no drawn frame
NOBODY: Final = "0"
VERDICTS: Final = (0, 1)  # of `sceau verify`: intact, broken


class Ready(NamedTuple):
    """The file `ready`."""

    version: str
    frame: str
    records: int


def read(table: Mapping[str, str]) -> Ready:
    """Raises ValueError."""
    try:
        return Ready(table["version"], table["frame"], int(table["records"]))
    except KeyError as error:
        raise ValueError(f"the till's word has no {error}") from error


def fault(ready: Ready, version: str, quick: Callable[[], str]) -> str:
    """Why the slot is not good, a sentence; empty when it is. `quick`: why the journal cannot be read."""
    if ready.version != version:
        return f"the till says that it is {ready.version}, the image is {version}"
    if ready.frame in DARK:
        return "no screen is drawn"
    return quick() if ready.records else ""


def checked() -> str:
    """The journal by the till's own quick check, in a process of its own; its last line when it came to no verdict.

    "Broken" is a verdict: a till that sells on behind a recorded defect says so for ever, whatever version runs.
    """
    done = program.run(["sceau", "verify", "--quick", JOURNAL])
    return "" if done.returncode in VERDICTS else program.last(done)


def mark(folder: Path, esp: Esp, ready: Path = READY) -> str:
    """Marks the slot that runs as good; empty, or why not. Raises OSError, ValueError."""
    here, process = machine.running(), _process()
    found = fault(read(word.read(ready)), here.version, checked)
    time.sleep(LATER)
    if not found and (process == NOBODY or _process() != process):
        found = "the till ended behind its first screen"
    if not found:
        # If we stop here, the slot has used up one start and says the same at the next.
        esp.write(environment.good(esp.read(), here.slot))
    said.tell_slots(folder, esp)
    return found


def _process() -> str:
    return program.done(["systemctl", "show", "-P", "MainPID", "sceau.service"]).strip()
