"""How much a screen holds: told by the display to the core, which cuts its pages by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """How many things a page of the display holds: given by the theme of the panel to the core."""

    columns: int = 4
    rows: int = 5
    categories: int = 8
    lines: int = 9  # basket rows without the action row
    names: int = 8
