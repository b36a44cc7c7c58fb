"""Relays signed pointers: the collector can hold one back, and can make none."""

from __future__ import annotations

import re
from typing import Final

import cbor2

from appliance.sync import pointer
from appliance.sync.pointer import Pointer
from appliance.sync.protocol import ProtocolError
from collector.store import Store, Unavailable

_WHOM: Final = re.compile(r"\*|([0-9]{14})/(\*|.{1,64})")


def place(it: Pointer) -> str:
    """Raises ProtocolError for a pointer that is for nobody."""
    if not _WHOM.fullmatch(it.whom):
        raise ProtocolError(f"{it.whom!r} is neither * nor SIRET/* nor SIRET/till")
    return f"{_folder(it.whom)}/{it.scope.encode().hex()}/{it.version:012d}"


def _folder(whom: str) -> str:
    return f"desired/{whom.encode().hex()}"


class Pointers:
    def __init__(self, store: Store, release_key: bytes) -> None:
        self._store, self._release_key = store, release_key

    async def add(self, data: bytes) -> Pointer:
        """Raises ProtocolError for one that is not signed, or whose version was given out; Unavailable."""
        it = pointer.proven(data, self._release_key)
        if await self._store.create(place(it), data) != data:
            raise ProtocolError(f"version {it.version} of {it.scope} for {it.whom} was given out before: take the next")
        return it

    async def desired(self, siret: str, till: str) -> bytes:
        """The newest of each scope for all, for the shop and for this till, as one array. Raises Unavailable."""
        newest: dict[tuple[str, str], str] = {}
        for whom in ("*", f"{siret}/*", f"{siret}/{till}"):
            async for name in self._store.names(_folder(whom)):
                scope = name.rsplit("/", 2)[1]
                newest[whom, scope] = max(name, newest.get((whom, scope), ""))
        found = [await self._store.get(name) for name in sorted(newest.values())]
        if None in found:
            raise Unavailable("a pointer that was listed cannot be read")
        return cbor2.dumps(found[: pointer.MOST])
