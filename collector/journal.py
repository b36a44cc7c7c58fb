"""What the collector says of itself: one JSON object a line, without an address, a name or an amount."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TextIO


class Journal:
    """`now` gives UTC ms."""

    def __init__(self, now: Callable[[], int], out: TextIO = sys.stderr) -> None:
        self._now, self._out = now, out

    def say(self, event: str, **facts: str | int | None) -> None:
        line = {"t": self._now(), "event": event, **{name: value for name, value in facts.items() if value is not None}}
        print(json.dumps(line, ensure_ascii=False), file=self._out, flush=True)
