"""What the system tells the till, each file replaced whole (image/FORMAT.md); in memory, so that nothing is flushed."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from appliance.slots import machine
from appliance.slots.esp import Esp

FOLDER: Final = Path("/run/sceau-system")
SLOTS: Final = "slots"
OUTCOME: Final = "outcome"


class Outcome(NamedTuple):
    """The file `outcome`."""

    do: str
    state: str
    version: str = ""
    percent: int = 0
    code: str = ""

    @property
    def text(self) -> str:
        return "".join(f"{name}={value}\n" for name, value in self._asdict().items())


def say(folder: Path, outcome: Outcome) -> None:
    _replace(folder / OUTCOME, outcome.text)


def tell_slots(folder: Path, esp: Esp) -> None:
    """Raises OSError, ValueError."""
    here = machine.running()
    beside = machine.version_in(machine.other(here.slot))
    _replace(folder / SLOTS, machine.slots(here, beside, esp.read()))


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "ascii")
    fresh.chmod(0o644)
    fresh.replace(path)
