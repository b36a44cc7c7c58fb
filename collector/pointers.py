"""Relays signed pointers: the collector can hold one back, and can make none.

One version may go to more and more tills: each wider share is a pointer of its own beside the narrower ones.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

import cbor2

from appliance.sync import pointer
from appliance.sync.pointer import WHOLE, Pointer
from appliance.sync.protocol import ProtocolError
from collector.store import Store, Unavailable

STEPS: Final = 3  # pointers of one scope for one whom that are shown
_WHOM: Final = re.compile(r"\*|([0-9]{14})/(\*|.{1,64})")


def place(it: Pointer) -> str:
    """Raises ProtocolError for a pointer that is for nobody."""
    if not _WHOM.fullmatch(it.whom):
        raise ProtocolError(f"{it.whom!r} is neither * nor SIRET/* nor SIRET/till")
    share = "" if it.width == WHOLE else f"-{it.width:04d}"
    return f"{_folder(it.whom)}/{it.scope.encode().hex()}/{it.version:012d}{share}"


def _rank(name: str) -> tuple[int, int]:
    """Version and share of a pointer by its name."""
    version, _, share = name.rpartition("/")[2].partition("-")
    return int(version), int(share or WHOLE)


def _steps(names: list[str]) -> list[str]:
    """Of one scope and one whom: the newest, and behind it, for the tills that are outside its share, each older one
    that goes to more tills than those before. Where these are many, those in the middle are left out."""
    found: list[str] = []
    for name in sorted(names, key=_rank, reverse=True):
        if not found or _rank(name)[1] > _rank(found[-1])[1]:
            found.append(name)
    return found if len(found) <= STEPS else [*found[: STEPS - 1], found[-1]]


def _folder(whom: str) -> str:
    return f"desired/{whom.encode().hex()}"


class Pointers:
    def __init__(self, store: Store, release_key: bytes) -> None:
        self._store, self._release_key = store, release_key

    async def add(self, data: bytes) -> Pointer:
        """Raises ProtocolError for one that is not signed, or whose version was given out; Unavailable."""
        it = await self.check(data)
        if await self._store.create(place(it), data) != data:
            raise ProtocolError(f"version {it.version} of {it.scope} for {it.whom} was given out before: take the next")
        return it

    async def check(self, data: bytes) -> Pointer:
        """The signed pointer, before anything is stored. Raises ProtocolError, Unavailable."""
        it = pointer.proven(data, self._release_key)
        folder = place(it).rpartition("/")[0]
        async for name in self._store.names(folder):
            if _rank(name)[0] == it.version:
                await self._same(it, name)
        return it

    async def _same(self, it: Pointer, name: str) -> None:
        """Tills that are in two shares of one version shall find one object."""
        found = await self._store.get(name)
        there = pointer.read(found) if found is not None else it
        if there.width != it.width and there.sha256 != it.sha256:
            raise ProtocolError(f"version {it.version} of {it.scope} names another object for {there.width} per mille")

    async def desired(self, siret: str, till: str) -> bytes:
        """What counts of each scope for all, for the shop and for this till, as one array. Raises Unavailable."""
        names: list[str] = []
        for whom in ("*", f"{siret}/*", f"{siret}/{till}"):
            listed = sorted([name async for name in self._store.names(_folder(whom))])
            for _, some in groupby(listed, key=lambda name: name.rpartition("/")[0]):
                names += _steps(list(some))
        found = [await self._store.get(name) for name in sorted(names)]
        if None in found:
            raise Unavailable("a pointer that was listed cannot be read")
        return cbor2.dumps(found[: pointer.MOST])
