"""Keeps the other history of a chain as evidence: two batches that one key has signed for one place."""

from __future__ import annotations

from hashlib import sha256

from appliance.sync.protocol import UNPROCESSABLE, ProtocolError, same_state
from collector.batches import Batches
from collector.registry import Registry
from collector.store import Store


class Forks:
    def __init__(self, store: Store, registry: Registry, batches: Batches) -> None:
        self._store, self._registry, self._batches = store, registry, batches

    async def keep(self, chain_id: bytes, body: bytes) -> tuple[bool, bytes]:
        """(new, receipt of the history that is stored). Raises ProtocolError, Unknown, Unavailable.

        422 when nothing is stored at this place, or the same history: then it is no fork.
        """
        await self._registry.standing(chain_id)
        data, batch, _, _ = await self._batches.checked(chain_id, body)
        there = await self._batches.at(chain_id, batch.first_seq)
        if there is None or same_state(there[1].batch, batch):
            raise ProtocolError("nothing else is stored at this place: send the batch itself", UNPROCESSABLE)
        name = f"forks/{chain_id.hex()}/{batch.first_seq:012d}/{sha256(data).hexdigest()}"
        new = await self._store.get(name) is None
        await self._store.create(name, body)
        return new, there[1].data
