"""What pointers name: given out by its hash, and only to a till for which a pointer names it.

A pointer of `software` names a release, and with it the pieces that this lists.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from appliance.sync import pieces, pointer
from appliance.sync.parcel import OBJECT_BYTES, SOFTWARE
from appliance.sync.protocol import TOO_LARGE, ProtocolError
from collector.pointers import Pointers
from collector.store import Store

NOT_FOUND: Final = 404
RELEASES: Final = 16  # whose lists of pieces are held in memory, 100 KB each at most
TILLS: Final = 10_000  # of which is known what they may fetch


def place(digest: str) -> str:
    return f"objects/{digest}"


class Objects:
    def __init__(self, store: Store, pointers: Pointers) -> None:
        self._store, self._pointers = store, pointers
        self._pieces: OrderedDict[str, frozenset[bytes]] = OrderedDict()  # of a release, by the release's hash
        self._named: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()  # releases for a till

    async def add(self, data: bytes) -> str:
        """Its hash, hexadecimal. Raises ProtocolError for one that no till asks for, Unavailable."""
        if len(data) > OBJECT_BYTES:
            raise ProtocolError(f"an object may have {OBJECT_BYTES} bytes at most", TOO_LARGE)
        digest = sha256(data).hexdigest()
        await self._store.create(place(digest), data)
        return digest

    async def there(self) -> set[str]:
        """The hashes of all objects. Raises Unavailable."""
        return {name.rpartition("/")[2] async for name in self._store.names("objects")}

    async def of(self, digest: str, siret: str, till: str) -> bytes:
        """Raises ProtocolError, 404 for whatever is not this till's; Unavailable."""
        if not await self._is_for(digest, siret, till):
            raise ProtocolError("no pointer for this till names such an object", NOT_FOUND)
        found = await self._store.get(place(digest))
        if found is None or sha256(found).hexdigest() != digest:
            raise ProtocolError("the object is not here yet", NOT_FOUND)
        return found

    async def _is_for(self, digest: str, siret: str, till: str) -> bool:
        """What a till may have fetched once it may fetch: the store is listed once for a bundle, not for each piece."""
        if await self._lists(self._named.get((siret, till), ()), digest):
            return True
        named = [pointer.read(each) for each in pointer.decode(await self._pointers.desired(siret, till))]
        software = tuple(each.sha256.hex() for each in named if each.scope == SOFTWARE)
        self._named[siret, till] = software
        while len(self._named) > TILLS:
            self._named.popitem(last=False)
        return digest in {each.sha256.hex() for each in named} or await self._lists(software, digest)

    async def _lists(self, releases: Iterable[str], digest: str) -> bool:
        """Whether one of these releases has this piece."""
        try:
            piece = bytes.fromhex(digest)
        except ValueError:
            return False
        return any([piece in await self._release(each) for each in releases])

    async def _release(self, name: str) -> frozenset[bytes]:
        """The pieces of a release, read once; none while it is not here, or for an object that is no release."""
        if name not in self._pieces:
            data = await self._store.get(place(name))
            if data is None:
                return frozenset()
            self._pieces[name] = _listed(data, name)
        self._pieces.move_to_end(name)
        found = self._pieces[name]
        while len(self._pieces) > RELEASES:
            self._pieces.popitem(last=False)
        return found


def _listed(data: bytes, name: str) -> frozenset[bytes]:
    try:
        return frozenset(pieces.read(data).digests()) if sha256(data).hexdigest() == name else frozenset()
    except ProtocolError:
        return frozenset()
