"""A walk with a listener: each step is told before whoever walks sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from appliance.audit.source import Source
from appliance.audit.walk import Place, Step, Walk, wait


class Heard(Walk):
    def __init__(
        self,
        source: Source,
        hear: Callable[[Step], None],
        *,
        pause: Callable[[], None] = wait,
        start: Place | None = None,
        until: Place | None = None,
    ) -> None:
        super().__init__(source, pause=pause, start=start, until=until)
        self._hear = hear

    def steps(self) -> Iterator[Step]:
        for step in super().steps():
            self._hear(step)
            yield step
