"""Requests for diagnostics, relayed until they are answered, and their answers: ordinary objects, kept as long as the
bucket keeps what is no evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from appliance.sync import diagnostics
from appliance.sync.diagnostics import Wanted
from appliance.sync.protocol import ProtocolError
from collector.registry import Registry
from collector.store import Store

NOT_FOUND, CONFLICT = 404, 409
MOST: Final = 8  # shown to one till at once


def _asked(chain_id: bytes) -> str:
    return f"wanted/{chain_id.hex()}"


def _told(chain_id: bytes, nonce: bytes) -> str:
    return f"diagnostics/{chain_id.hex()}/{nonce.hex()}"


class Requests:
    """`now`: UTC ms."""

    def __init__(self, store: Store, registry: Registry, release_key: bytes, now: Callable[[], int]) -> None:
        self._store, self._registry, self._release_key, self._now = store, registry, release_key, now

    async def add(self, data: bytes) -> Wanted:
        """Raises ProtocolError for one that is not signed or whose nonce was used, Unknown, Unavailable."""
        it = diagnostics.wanted(data, self._release_key)
        await self._registry.standing(it.chain_id)
        if await self._store.create(f"{_asked(it.chain_id)}/{it.nonce.hex()}", data) != data:
            raise ProtocolError("this nonce was used before: take another")
        return it

    async def waiting(self, chain_id: bytes) -> list[bytes]:
        """Those in their time that have no answer yet. Raises Unavailable."""
        found: list[bytes] = []
        for name in sorted([name async for name in self._store.names(_asked(chain_id))]):
            data = await self._store.get(name)
            if data is None or len(found) == MOST:
                continue
            it = diagnostics.read_wanted(data)
            if self._now() < it.not_after and await self._store.get(_told(chain_id, it.nonce)) is None:
                found.append(data)
        return found

    async def keep(self, chain_id: bytes, data: bytes) -> int:
        """201, 200 or 409. Raises ProtocolError: nobody asked, or another key has signed it; Unknown, Unavailable."""
        standing = await self._registry.standing(chain_id)
        it = diagnostics.proven(data, standing.registration.network_key)
        asked = await self._store.get(f"{_asked(chain_id)}/{it.nonce.hex()}")
        if it.chain_id != chain_id or asked is None:
            raise ProtocolError("nobody has asked this till for these diagnostics", NOT_FOUND)
        before = await self._store.get(_told(chain_id, it.nonce))
        stored = before or await self._store.create(_told(chain_id, it.nonce), data)
        return CONFLICT if stored != data else 200 if before else 201
