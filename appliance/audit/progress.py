"""How much of a journal has been read, in bytes, by however many processes."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import RawArray

from appliance.audit.source import Source

Show = Callable[[int, int], None]  # (bytes read, bytes of all)


class Meter:
    """`told` of share `at` takes where a walk is; all shares add up."""

    def __init__(self, source: Source, show: Show | None) -> None:
        self._show, self._starts, self._total = show, dict[int, int](), 0
        self._slots = RawArray("q", 64) if show else []
        for number in source.numbers() if show else ():
            self._starts[number] = self._total
            with source.folder.reading(number) as it:
                self._total += it.size

    def share(self, at: int, number: int = 1, byte: int = 0) -> Callable[[int, int], None]:
        """`told` for a walk that begins at `byte` of segment `number`."""
        if self._show is None:
            return lambda number, byte: None
        base = self._starts.get(number, 0) + byte

        def told(number: int, byte: int) -> None:
            self._slots[at] = max(0, self._starts.get(number, base) + byte - base)
            if at == 0:
                self.look()

        return told

    def look(self) -> None:
        if self._show:
            self._show(min(sum(self._slots), self._total), self._total)

    def done(self) -> None:
        if self._show:
            self._show(self._total, self._total)
