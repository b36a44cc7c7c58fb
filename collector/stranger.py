"""For whoever holds a copy of a till's journal: the page that verifies it, and the head that is stored here (SEC-07).

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

from appliance.sync import protocol
from appliance.sync.protocol import ProtocolError
from collector.batches import Batches
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
        self._held: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()

    async def witness(self, chain_id: bytes) -> bytes:
        """JSON {chain, next_seq, head, received, receipt}. Raises Unknown, Unavailable, ProtocolError (404)."""
        said, found = self._held.get(chain_id, (0.0, b""))
        if found and time.monotonic() - said <= AGAIN:
            return found
        found = await self._witness(chain_id)
        self._held[chain_id] = time.monotonic(), found
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return found

    async def _witness(self, chain_id: bytes) -> bytes:
        await self._registry.standing(chain_id)
        newest = await last(self._store, protocol.place(chain_id, 0).rpartition("/")[0])
        if newest is None:
            raise ProtocolError("nothing of this chain has come", 404)
        there = await self._batches.at(chain_id, int(newest.rpartition("/")[2]))
        if there is None:
            raise Unavailable(f"{newest} was listed and is not there")
        it = there[1].receipt
        told = {"chain": chain_id.hex(), "next_seq": it.next_seq, "head": it.head.hex(), "received": it.received}
        return (json.dumps({**told, "receipt": b64encode(there[1].data).decode()}, indent=1) + "\n").encode()
