"""What RAUC asks a boot loader that it does not know (RAUC 1.8 reference, "Custom bootloader backend").

get-primary                  the slot that starts next
set-primary NAME             start this one next
get-state NAME               good or bad
set-state NAME good|bad
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from appliance.slots import environment
from appliance.slots.esp import Esp

Change = Callable[[Mapping[str, str], str], dict[str, str]]
STATES: dict[str, Change] = {"good": environment.good, "bad": environment.bad}


def answer(esp: Esp, words: Sequence[str]) -> str:
    """What is printed. Raises ValueError for anything else than the four questions, OSError."""
    match words:
        case ["get-primary"]:
            return environment.starts_next(esp.read())
        case ["set-primary", "A" | "B" as name]:
            esp.write(environment.first(esp.read(), name))
        case ["get-state", "A" | "B" as name]:
            return "good" if environment.left(esp.read(), name) else "bad"
        case ["set-state", "A" | "B" as name, "good" | "bad" as state]:
            esp.write(STATES[state](esp.read(), name))
        case _:
            raise ValueError(f"not one of get-primary, set-primary, get-state, set-state: {' '.join(words)}")
    return ""
