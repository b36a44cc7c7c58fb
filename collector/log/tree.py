"""The log's tree as the store holds it, and proofs out of its tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from appliance.sync import merkle, tiles
from appliance.sync.merkle import Hashes
from appliance.sync.tiles import Edge, Tile
from collector.store import Unavailable

T = TypeVar("T")


class Gets(Protocol):
    """A store, or the collector's address, from which its tiles come under the same names."""

    async def get(self, name: str) -> bytes | None:
        """None when there is nothing. Raises Unavailable."""


class Tree:
    def __init__(self, store: Gets) -> None:
        self._store = store

    async def tile(self, tile: Tile) -> bytes | None:
        """None when it is not there. Raises Unavailable."""
        return await self._store.get(tile.path)

    async def edge(self, size: int) -> Edge:
        """Raises Unavailable."""
        return Edge.of(size, await self._fetched(tiles.edge(size)))

    async def root(self, size: int) -> bytes:
        """Raises Unavailable."""
        return await self._made(size, lambda at: merkle.root(size, at))

    async def consistency(self, old: int, size: int) -> list[bytes]:
        """Raises Unavailable."""
        return await self._made(size, lambda at: merkle.consistency(old, size, at))

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """Raises Unavailable."""
        return await self._made(size, lambda at: merkle.inclusion(index, size, at))

    async def _made(self, size: int, make: Callable[[Hashes], T]) -> T:
        held = await self._fetched(tiles.needed(size, make))
        return make(tiles.hashes(size, held.__getitem__))

    async def _fetched(self, wanted: Iterable[Tile]) -> dict[Tile, bytes]:
        held: dict[Tile, bytes] = {}
        for tile in wanted:
            data = await self.tile(tile)
            if data is None or len(data) != tiles.HASH * tile.width:
                raise Unavailable(f"{tile.path} of the log is missing or cut: run an audit")
            held[tile] = data
        return held
