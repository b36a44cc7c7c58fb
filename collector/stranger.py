"""For whoever holds a copy of a till's journal: the page that verifies it, and the heads that are stored here (SEC-07).

Neither asks who it is. Who knows a chain's id has its journal; what is said of it is a head, a number and a time.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections import OrderedDict
from pathlib import Path
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.sync import protocol
from appliance.sync.protocol import BATCH_RECORDS, ProtocolError
from collector.batches import Batches, Stored
from collector.registry import Registry
from collector.store import Store, Unavailable, last

AGAIN: Final = 10.0  # seconds for which an answer is given again without a look into the store
MOST: Final = 1024
PAGE: Final = Path(__file__).resolve().parents[1] / "verifier" / "verifier.html"
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


class Page(NamedTuple):
    """`headers` hold the page to its own policy, whoever frames or sniffs it."""

    data: bytes
    headers: dict[str, str]


def page(path: Path | None) -> Page | None:
    """None when there is none; `path` None: the one that lies beside this program. Raises OSError, ValueError."""
    if path is None and not PAGE.exists():
        return None
    data = (path or PAGE).read_bytes()
    policy = _POLICY.search(data[:4096].decode("utf-8", "replace"))
    if policy is None:
        raise ValueError(f"{path or PAGE} says no Content-Security-Policy: name the verifier.html of the release")
    return Page(
        data,
        {
            "Content-Security-Policy": f"{policy[1]}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-cache",
        },
    )


class Witnesses:
    def __init__(self, store: Store, registry: Registry, batches: Batches) -> None:
        self._store, self._registry, self._batches = store, registry, batches
        self._held: OrderedDict[bytes, tuple[float, int, bytes]] = OrderedDict()

    async def witness(self, chain_id: bytes, at: int = 0) -> bytes:
        """JSON {chain, next_seq, head, received, receipt}; with `at` also {at, head_at}, null while it has not come.

        One look a chain in ten seconds, whoever asks: each lists what is stored. Raises Unknown, Unavailable,
        ProtocolError (404, 429).
        """
        said, place, found = self._held.get(chain_id, (0.0, 0, b""))
        fresh = bool(found) and time.monotonic() - said <= AGAIN
        if fresh and at not in (0, place):
            raise ProtocolError("this chain was asked for a moment ago: ask again in ten seconds", 429)
        if fresh:
            return found
        found = await self._witness(chain_id, at)
        self._held[chain_id] = time.monotonic(), at, found
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return found

    async def _witness(self, chain_id: bytes, at: int) -> bytes:
        await self._registry.standing(chain_id)
        folder = protocol.place(chain_id, 0).rpartition("/")[0]
        found = await last(self._store, folder)
        if found is None:
            raise ProtocolError("nothing of this chain has come", 404)
        newest = await self._stored(chain_id, int(found.rpartition("/")[2]))
        it = newest.receipt
        told: dict[str, object] = {"chain": chain_id.hex(), "next_seq": it.next_seq, "head": it.head.hex()}
        told |= {"received": it.received, "receipt": b64encode(newest.data).decode()}
        if at:
            head = await self._head(chain_id, folder, at) if at <= it.next_seq else None
            told |= {"at": at, "head_at": head and head.hex()}
        return (json.dumps(told, indent=1) + "\n").encode()

    async def _head(self, chain_id: bytes, folder: str, at: int) -> bytes:
        """The chain's head before record `at`, 1 or more, from the batch that holds the record before it."""
        after = protocol.place(chain_id, max(0, at - BATCH_RECORDS - 1))  # it begins no earlier
        firsts = [int(name.rpartition("/")[2]) async for name in self._store.names(folder, after)]
        there = (await self._stored(chain_id, max((first for first in firsts if first < at), default=0))).batch
        return chain.follow(there.prev_head, there.records[: at - there.first_seq])

    async def _stored(self, chain_id: bytes, first: int) -> Stored:
        there = await self._batches.at(chain_id, first)
        if there is None:
            raise Unavailable(f"the batch from record {first} was listed and is not there")
        return there[1]
