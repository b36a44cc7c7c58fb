"""What was read of the store and proven once: in the office's own file, and the latest asked for in memory.

Objects never change, so what was seen of one holds for good; whether it is still there is asked each time.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import cbor2

from collector.part import Closing, Part

MOST: Final = 250_000  # parts in memory, about 1 KiB each


class Seen:
    def __init__(self, base: sqlite3.Connection, most: int = MOST) -> None:
        self._base, self._most = base, most
        self._held: OrderedDict[str, list[Part]] = OrderedDict()

    def line(self, folder: str, names: Sequence[str]) -> list[Part]:
        """The parts of a chain from its first on, as long as they are in `names`, follow each other and were seen."""
        held = self._held.pop(folder, None)
        if held is None or not _same(folder, held, names):
            held = self._read(folder, names)
        self._held[folder] = held
        while len(self._held) > 1 and sum(map(len, self._held.values())) > self._most:
            self._held.popitem(last=False)
        return [*held]

    def keep(self, folder: str, it: Part) -> None:
        """`it` is proven to follow what was seen before it."""
        # If we stop here, the part is read from the store again.
        self._base.execute("REPLACE INTO parts VALUES (?, ?)", (_name(folder, it), cbor2.dumps(list(it))))
        held = self._held.get(folder)
        if held is not None and it.first_seq == (held[-1].next_seq if held else 0):
            held.append(it)

    def _read(self, folder: str, names: Sequence[str]) -> list[Part]:
        asked = "SELECT name, data FROM parts WHERE name > ? AND name < ? ORDER BY name"
        parts: list[Part] = []
        for at, (name, data) in enumerate(self._base.execute(asked, (f"{folder}/", f"{folder}0"))):
            it = _decoded(data)
            if at >= len(names) or name != names[at] or it.first_seq != (parts[-1].next_seq if parts else 0):
                break
            parts.append(it)
        return parts


def _same(folder: str, held: Sequence[Part], names: Sequence[str]) -> bool:
    return len(held) <= len(names) and all(
        _name(folder, it) == name for it, name in zip(held, names[: len(held)], strict=True)
    )


def _name(folder: str, it: Part) -> str:
    return f"{folder}/{it.first_seq:012d}"


def _decoded(data: bytes) -> Part:
    *fields, closings, defects, name = cbor2.loads(data)
    return Part._make([*fields, tuple(Closing(*each) for each in closings), tuple(defects), name])
