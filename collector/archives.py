"""Countersigns the manifests of tills' archives: that these bytes existed, and agree with what is stored (ARC-02)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import cast

from appliance.storage import chain
from appliance.storage.record import GENESIS_KEY, decode
from appliance.sync import countersign, protocol
from appliance.sync.countersign import Archive, Countersigned
from appliance.sync.protocol import UNAUTHORIZED, UNPROCESSABLE, ProtocolError
from collector.batches import Batches, Stored
from collector.keys import Keys
from collector.registry import Registry
from collector.store import Store, Unavailable


def place(chain_id: bytes, digest: bytes) -> str:
    return f"archives/{chain_id.hex()}/{digest.hex()}"


class Archives:
    """`now` gives UTC ms."""

    def __init__(self, store: Store, keys: Keys, registry: Registry, batches: Batches, now: Callable[[], int]) -> None:
        self._store, self._keys, self._registry, self._batches, self._now = store, keys, registry, batches, now

    async def take(self, manifest: bytes) -> tuple[bool, bytes]:
        """(new, countersignature). Raises ProtocolError, Unknown, Unavailable."""
        it, digest = countersign.read_archive(manifest), sha256(manifest).digest()
        said = (await self._registry.standing(it.chain_id)).registration
        if (it.siret, it.till) != (said.siret, said.till):
            raise ProtocolError("the archive is of another till than is enrolled with this chain", UNPROCESSABLE)
        found = await self._store.get(place(it.chain_id, digest))
        if found is None:
            await self._check(it)
            own = self._keys.own
            said_now = Countersigned(digest, it.chain_id, it.first, it.last, self._now(), own.kid)
            mine = countersign.seal(said_now, own.sign)
            # If we stop here, it is stored and the till does not know: it sends again and gets this one.
            found = await self._store.create(place(it.chain_id, digest), mine)
            if found == mine:
                return True, mine
        return False, await self._held(found, manifest)

    async def _held(self, data: bytes, manifest: bytes) -> bytes:
        try:
            countersign.proven(data, manifest, await self._keys.log())
        except ProtocolError as error:
            raise Unavailable(f"what the store gave back is not what was put there: {error}") from error
        return data

    async def _check(self, it: Archive) -> None:
        """Its heads are those of the chain, its key was the till's at its last record or is since."""
        firsts = await self._firsts(it.chain_id)
        last = await self._holding(it.chain_id, firsts, it.last)
        if _head(last, it.last + 1) != it.end_head:
            raise ProtocolError("the archive ends with another head than is stored: verify the till", UNPROCESSABLE)
        if _head(await self._holding(it.chain_id, firsts, it.first), it.first) != it.start_head:
            raise ProtocolError("the archive begins with another head than is stored: verify the till", UNPROCESSABLE)
        from_ = max(0, firsts.index(last.batch.first_seq) - 1)  # whose receipt names the key of the last record's batch
        named = await self._named(it.chain_id, firsts[from_:])
        if from_ == 0:
            named.add(await self._birth(it.chain_id))
        if it.key not in named:
            raise ProtocolError("no batch here names the archive's key: send the till's batches first", UNAUTHORIZED)

    async def _named(self, chain_id: bytes, firsts: list[int]) -> set[bytes]:
        """Keys in the receipts of these batches. Between two receipts with one key all have it: none comes back."""
        ends = {(await self._at(chain_id, first)).receipt.key for first in {firsts[0], firsts[-1]}}
        if len(ends) == 1 or len(firsts) == 2:
            return ends
        middle = len(firsts) // 2
        return await self._named(chain_id, firsts[: middle + 1]) | await self._named(chain_id, firsts[middle:])

    async def _birth(self, chain_id: bytes) -> bytes:
        genesis = decode((await self._at(chain_id, 0)).batch.records[0])
        return cast(bytes, genesis.body[GENESIS_KEY])

    async def _firsts(self, chain_id: bytes) -> list[int]:
        prefix = protocol.place(chain_id, 0).rpartition("/")[0]
        return sorted([int(name.rpartition("/")[2]) async for name in self._store.names(prefix)])

    async def _holding(self, chain_id: bytes, firsts: list[int], seq: int) -> Stored:
        """The batch in which a record stands. Raises ProtocolError."""
        before = [first for first in firsts if first <= seq]
        there = await self._at(chain_id, before[-1]) if before else None
        if there is None or seq >= there.batch.next_seq:
            raise ProtocolError(f"record {seq} has not come: send the till's batches first", UNPROCESSABLE)
        return there

    async def _at(self, chain_id: bytes, first: int) -> Stored:
        found = await self._batches.at(chain_id, first)
        if found is None:
            raise Unavailable(f"the batch of {chain_id.hex()} from record {first} was listed and is not there")
        return found[1]


def _head(there: Stored, seq: int) -> bytes:
    """The chain's head before record `seq`."""
    return chain.follow(there.batch.prev_head, there.batch.records[: seq - there.batch.first_seq])
