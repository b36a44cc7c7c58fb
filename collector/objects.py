"""What pointers name: given out by its hash, and only to a till for which a pointer names it."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from appliance.sync import pointer
from appliance.sync.parcel import OBJECT_BYTES
from appliance.sync.protocol import TOO_LARGE, ProtocolError
from collector.pointers import Pointers
from collector.store import Store

NOT_FOUND: Final = 404


def place(digest: str) -> str:
    return f"objects/{digest}"


class Objects:
    def __init__(self, store: Store, pointers: Pointers) -> None:
        self._store, self._pointers = store, pointers

    async def add(self, data: bytes) -> str:
        """Its hash, hexadecimal. Raises ProtocolError for one that no till asks for, Unavailable."""
        if len(data) > OBJECT_BYTES:
            raise ProtocolError(f"an object may have {OBJECT_BYTES} bytes at most", TOO_LARGE)
        digest = sha256(data).hexdigest()
        await self._store.create(place(digest), data)
        return digest

    async def of(self, digest: str, siret: str, till: str) -> bytes:
        """Raises ProtocolError, 404 for whatever is not this till's; Unavailable."""
        named = pointer.decode(await self._pointers.desired(siret, till))
        if digest not in {pointer.read(each).sha256.hex() for each in named}:
            raise ProtocolError("no pointer for this till names such an object", NOT_FOUND)
        found = await self._store.get(place(digest))
        if found is None or sha256(found).hexdigest() != digest:
            raise ProtocolError("the object is not here yet", NOT_FOUND)
        return found
