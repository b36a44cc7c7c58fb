"""Makes each taxpayer's manifest of a day: every chain that was ever enrolled, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable

from appliance.sync import manifest, protocol
from appliance.sync.manifest import Manifest, Row
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import RETIRED, REVOKED, SUCCESSOR
from collector.batches import Batches
from collector.keys import Keys
from collector.registry import Registry
from collector.store import Store, last

SIREN_DIGITS = 9


def shop(siret: str, chain_id: bytes) -> str:
    """The name under which a chain is listed for its taxpayer."""
    return f"shops/{siret[:SIREN_DIGITS]}/{siret}/{chain_id.hex()}"


def place(siren: str, day: str) -> str:
    """Raises ProtocolError for what is no SIREN or no day."""
    if not manifest.SIREN.fullmatch(siren) or not manifest.DAY.fullmatch(day):
        raise ProtocolError("a manifest is named by a SIREN of nine digits and a day, YYYY-MM-DD")
    return f"manifests/{siren}/{day}"


class Manifests:
    """`now` gives UTC ms."""

    def __init__(self, store: Store, keys: Keys, registry: Registry, batches: Batches, now: Callable[[], int]) -> None:
        self._store, self._keys, self._registry, self._batches, self._now = store, keys, registry, batches, now

    async def make(self, siren: str, day: str) -> bytes:
        """That of this day: made now, or the one that was made before. Raises ProtocolError, Unavailable."""
        name, now = place(siren, day), self._now()
        found = await self._store.get(name)
        if found is not None:
            return found
        listed = [each async for each in self._store.names(f"shops/{siren}")]
        chains = sorted(bytes.fromhex(each.rpartition("/")[2]) for each in listed)
        rows = [await self._row(chain_id, now) for chain_id in chains]
        own = self._keys.own
        return await self._store.create(name, manifest.seal(Manifest(siren, day, now, tuple(rows), own.kid), own.sign))

    async def _row(self, chain_id: bytes, now: int) -> Row:
        standing = await self._registry.standing(chain_id)
        said = standing.registration
        closed = any(entry.what in (REVOKED, RETIRED, SUCCESSOR) for entry in standing.entries)
        forks = [each async for each in self._store.names(f"forks/{chain_id.hex()}")]
        newest = await last(self._store, protocol.place(chain_id, 0).rpartition("/")[0])
        there = await self._batches.at(chain_id, int(newest.rpartition("/")[2])) if newest else None
        seq, head, at = (0, bytes(32), 0) if there is None else there[1].receipt[2:4] + there[1].receipt[5:6]
        silent = not closed and now - max(at, said.at) > said.policy.silence * 1000
        return Row(chain_id, said.siret, said.till, seq, head, at, silent, closed, len(forks))
