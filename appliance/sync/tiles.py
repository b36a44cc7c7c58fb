"""A Merkle tree as static files (C2SP tlog-tiles): 256 hashes a file, eight levels of the tree each. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from appliance.sync import merkle
from appliance.sync.merkle import Hashes

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
HASH: Final = 32
_PATH: Final = re.compile(r"tile/(0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(NamedTuple):
    """`width` hashes of level 8 · `level`, from number · 256 on; less than 256 only at the right edge of a tree."""

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """tile/<level>/<number>, with .p/<width> when it is not full."""
        digits = f"{self.number:0{3 * -(-len(str(self.number)) // 3)}d}"
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{each}" for each in parts[:-1]), parts[-1]])
        return f"tile/{self.level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")


def read(path: str) -> Tile | None:
    """None for what is not the path of a tile in its only form."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    width = int(found[3]) if found[3] else WIDTH
    tile = Tile(int(found[1]), int(re.sub("[x/]", "", found[2])), width)
    return tile if tile.path == path else None


def _tile(level: int, number: int, size: int) -> Tile:
    return Tile(level, number, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH))


def edge(size: int) -> list[Tile]:
    """The tiles of a tree that are not full, the lowest first."""
    levels = range(-(-size.bit_length() // HEIGHT))
    found = [_tile(level, size >> HEIGHT * (level + 1), size) for level in levels]
    return [tile for tile in found if tile.width]


def hashes(size: int, tile: Callable[[Tile], bytes]) -> Hashes:
    """Those of a tree of `size` leaves. `tile` gives the bytes of one that such a tree has."""

    def at(level: int, index: int) -> bytes:
        high, low = divmod(level, HEIGHT)
        number, first = divmod(index << low, WIDTH)
        data = tile(_tile(high, number, size))
        row = [data[HASH * nth : HASH * (nth + 1)] for nth in range(first, first + (1 << low))]
        return folded(row)

    return at


def folded(row: Sequence[bytes]) -> bytes:
    """The hash over a row of 1, 2, 4 … 256."""
    while len(row) > 1:
        row = [merkle.node(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def needed(size: int, make: Callable[[Hashes], Any]) -> list[Tile]:
    """The tiles that `make` asks for, in a dry run: so that they can be fetched before."""
    seen: dict[Tile, None] = {}

    def empty(tile: Tile) -> bytes:
        seen[tile] = None
        return bytes(HASH * tile.width)

    make(hashes(size, empty))
    return list(seen)


class Edge:
    """The right edge of a tree that grows: nothing else of it has to be known. `rows`: by level, of tiles not full."""

    def __init__(self, size: int = 0, rows: Sequence[Sequence[bytes]] = ()) -> None:
        self.size, self._rows = size, [list(row) for row in rows]

    @classmethod
    def of(cls, size: int, data: dict[Tile, bytes]) -> Edge:
        """From the bytes of `edge(size)`."""
        rows: list[list[bytes]] = [[] for _ in range(-(-size.bit_length() // HEIGHT))]
        for tile, row in data.items():
            rows[tile.level] = [row[at : at + HASH] for at in range(0, len(row), HASH)]
        return cls(size, rows)

    def grow(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Every tile that becomes full, and what it holds; `leaves` are hashes."""
        for each in leaves:
            self.size += 1
            yield from self._put(each)

    def _put(self, hashed: bytes) -> Iterator[tuple[Tile, bytes]]:
        for level in range(64):
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(hashed)
            if len(row) < WIDTH:
                return
            yield Tile(level, (self.size >> HEIGHT * (level + 1)) - 1, WIDTH), b"".join(row)
            hashed = folded(row)
            row.clear()

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The tiles that are not full, and what they hold."""
        return [(tile, b"".join(self._rows[tile.level])) for tile in edge(self.size)]

    def root(self) -> bytes:
        held = dict(self.partial())
        return merkle.root(self.size, hashes(self.size, held.__getitem__))
