"""Takes a batch: checks it, signs its receipt, creates both as one object, and only then lets the receipt go.

No step looks at what other requests do: the receipt that the till shows says where its chain stands, and the object's
name says who was first. What is kept in memory (key log, registry) only decides who may write, never what is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.sync import protocol
from appliance.sync.keylog import KeyLog
from appliance.sync.protocol import Batch, ProtocolError, Receipt, accept, read_batch, same_state
from collector.keys import Keys
from collector.registry import Registry
from collector.store import Store, Unavailable

GIVE_UP: Final = 30.0  # seconds for one object


class Outcome(Enum):
    STORED, KNOWN, FORK = 201, 200, 409


class Taken(NamedTuple):
    """`receipt` as it is stored, byte by byte; `records` of the batch that was sent."""

    outcome: Outcome
    receipt: bytes
    records: int


class Stored(NamedTuple):
    """An object of the store, whole and proven."""

    batch: Batch
    receipt: Receipt
    data: bytes


def opened(data: bytes, log: KeyLog) -> Stored:
    """Raises Unavailable for what no collector has put there: half a read, or a store that rots."""
    try:
        batch, sealed = protocol.read_stored(data)
        receipt = log.receipt(sealed)
        if sha256(batch).digest() != receipt.batch_sha256:
            raise ProtocolError("its receipt is for another batch")
        return Stored(read_batch(batch), receipt, sealed)
    except ProtocolError as error:
        raise Unavailable(f"what the store gave back is not what was put there: {error}") from error


class Batches:
    """`now` gives UTC ms, `checkpoint` size and root of the log as they were last heard of."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        registry: Registry,
        now: Callable[[], int],
        checkpoint: Callable[[], tuple[int, bytes] | None] = lambda: None,
    ) -> None:
        self._store, self._keys, self._registry, self._now = store, keys, registry, now
        self._checkpoint = checkpoint

    async def take(self, chain_id: bytes, first_seq: int, body: bytes) -> Taken:
        """Raises ProtocolError, Unknown, Unavailable."""
        standing = await self._registry.standing(chain_id)
        data, batch, key, sig_alg = await self.checked(chain_id, body)
        if batch.first_seq != first_seq:
            raise ProtocolError("the batch does not begin with the record that the address names")
        own = self._keys.own
        receipt = Receipt(
            chain_id, first_seq, batch.next_seq, batch.head, sha256(data).digest(), self._now(),
            own.kid, key, sig_alg, standing.revoked, self._checkpoint(),
        )  # fmt: skip
        mine = protocol.seal_receipt(receipt, own.sign)
        whole = protocol.stored(data, mine)
        found = await self._store.create(protocol.place(chain_id, first_seq), whole)
        # If we stop here, the object is stored and the till does not know: it sends again and gets this receipt.
        taken = Taken(Outcome.STORED, mine, len(batch.records)) if found == whole else await self._first(found, batch)
        if standing.revoked:
            await self._note(chain_id, first_seq, taken.receipt)
        return taken

    async def checked(self, chain_id: bytes, body: bytes) -> tuple[bytes, Batch, bytes, int]:
        """(batch's bytes, batch, active key after it, algorithm). Raises ProtocolError, Unavailable."""
        data, shown = protocol.read_request(body)
        batch = read_batch(data)
        if batch.chain_id != chain_id:
            raise ProtocolError("the batch is of another chain than the address names")
        before = await self._proven(shown) if shown is not None else None
        return data, batch, *accept(batch, before)

    async def _proven(self, data: bytes) -> Receipt:
        name = protocol.read_receipt(data)[0].kid
        return (await self._keys.knowing(name)).receipt(data)

    async def _first(self, found: bytes, batch: Batch) -> Taken:
        """Somebody was first: this till itself, or another one with its key."""
        there = await self.opened(found)
        outcome = Outcome.KNOWN if same_state(there.batch, batch) else Outcome.FORK
        return Taken(outcome, there.data, len(batch.records))

    async def opened(self, data: bytes) -> Stored:
        """Raises Unavailable."""
        try:
            name = protocol.read_receipt(protocol.read_stored(data)[1])[0].kid
        except ProtocolError as error:
            raise Unavailable(f"what the store gave back is not what was put there: {error}") from error
        return opened(data, await self._keys.knowing(name))

    async def at(self, chain_id: bytes, first_seq: int) -> tuple[bytes, Stored] | None:
        """The object at a place. Raises Unavailable."""
        data = await self._store.get(protocol.place(chain_id, first_seq))
        return None if data is None else (data, await self.opened(data))

    async def _note(self, chain_id: bytes, first_seq: int, receipt: bytes) -> None:
        """What came after a revocation is listed apart as well; it stays in the one line of its chain."""
        if protocol.read_receipt(receipt)[0].quarantined:
            await self._store.create(f"quarantine/{chain_id.hex()}/{first_seq:012d}", receipt)
