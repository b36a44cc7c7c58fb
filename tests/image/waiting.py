"""Waiting for what no gesture ends."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.image.machine import PATIENCE


def until(
    true: Callable[[], bool],
    between: Callable[[], None] = lambda: None,
    instead: Callable[[], str] = lambda: "nothing",
    patience: float = PATIENCE,
) -> None:
    """Long work has no gesture that ends it; `patience` in seconds."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"it does not come, but {instead()}"
        time.sleep(1)
        between()
