"""What a touch on a key means: a name the state machine knows and one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """Carried by a key of the view into the hit map and from there, untouched, into `step`."""

    name: str
    value: str | int = ""
