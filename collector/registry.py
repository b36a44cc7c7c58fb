"""Which chains there are and how they stand: read from the store, believed for a minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.sync import enrolment, registry
from appliance.sync.enrolment import Registration
from appliance.sync.protocol import ProtocolError
from appliance.sync.registry import ENROLLED, REVOKED, Entry
from collector.keys import Keys
from collector.store import Store, Unavailable, append, numbered

AGAIN: Final = 60.0  # seconds that a revocation may take to be heard of
MOST: Final = 20_000  # chains held in memory


class Unknown(Exception):
    """The chain is not enrolled."""


class Standing(NamedTuple):
    """Entries without their details; SHA-256 of the first one's details and of the last entry, so that a replica can
    hold many; `registration` as given out at enrolment."""

    entries: tuple[Entry, ...]
    details: bytes
    last: bytes
    registration: Registration

    @property
    def revoked(self) -> bool:
        return any(entry.what == REVOKED for entry in self.entries)


def prefix(chain_id: bytes) -> str:
    return f"registry/{chain_id.hex()}"


class Registry:
    def __init__(self, store: Store, keys: Keys) -> None:
        self._store, self._keys = store, keys
        self._like: Registration | None = None  # what tills have in common is held once
        self._held: OrderedDict[bytes, tuple[float, Standing]] = OrderedDict()

    async def standing(self, chain_id: bytes) -> Standing:
        """Raises Unknown, Unavailable."""
        read, held = self._held.get(chain_id, (0.0, None))
        if held is not None and time.monotonic() - read <= AGAIN:
            return held
        if held is not None and await self._store.get(f"{prefix(chain_id)}/{len(held.entries):012d}") is None:
            found = held  # entries never change: nothing came since
        else:
            found = await self._read(chain_id)
        self._held[chain_id] = time.monotonic(), found
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return found

    async def record(self, chain_id: bytes, what: str, details: bytes, now: int) -> Entry:
        """Appends an entry, signed by this collector. Raises Unknown, Unavailable."""
        self._held.pop(chain_id, None)
        number, before = 0, None
        if what != ENROLLED:
            standing = await self.standing(chain_id)
            number, before = len(standing.entries), standing.last
        entry = Entry(chain_id, number, what, now, before, self._keys.own.kid, details)
        self._held.pop(chain_id, None)
        if not await append(self._store, prefix(chain_id), number, registry.seal(entry, self._keys.own.sign)):
            raise Unavailable("another entry of this chain was recorded meanwhile: try again")
        return entry

    async def _read(self, chain_id: bytes) -> Standing:
        data = await numbered(self._store, prefix(chain_id))
        if not data:
            raise Unknown
        try:
            entries = registry.read(data, chain_id, await self._keys.log())
            _, registration = registry.enrolled(entries[0])
            said, _ = enrolment.read_registration(registration, self._keys.root)
        except ProtocolError as error:
            raise Unavailable(f"the registry of {chain_id.hex()} is not right: {error}") from error
        details = sha256(entries[0].details).digest()
        thin = tuple(entry._replace(details=b"") for entry in entries)
        return Standing(thin, details, sha256(data[-1]).digest(), self._thin(said))

    def _thin(self, said: Registration) -> Registration:
        like = self._like = self._like or said
        return Registration._make(old if old == new else new for old, new in zip(like, said, strict=True))
