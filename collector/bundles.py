"""Bundles that wait for blank machines. The collector reads whom one is for; it can open none and make none."""

from __future__ import annotations

from typing import Final

from appliance.sync import delivery
from appliance.sync.delivery import Label
from appliance.sync.protocol import ProtocolError
from collector.store import Store, Unavailable, last

VERSIONS: Final = 10**12  # the store's names have twelve digits; a version is a second since 1970


def place(name: str, version: int) -> str:
    """`name`: SHA-256 of the machine's key, hexadecimal."""
    return f"bundles/{name}/{version:012d}"


class Bundles:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, data: bytes, device: bytes | None = None) -> Label:
        """`device`: X25519 key of a machine, wanted for a bundle that is closed under a code.

        Raises ProtocolError for what is no bundle, for another machine, of a version that waits; Unavailable.
        """
        it = delivery.label(data)
        owner = it.device or device
        if owner is None:
            raise ProtocolError("this bundle is closed under a code and names no machine: give --device with its QR")
        if device is not None and device != owner:
            raise ProtocolError("this bundle is closed to another machine than the one of --device")
        if it.version >= VERSIONS:
            raise ProtocolError(f"its version {it.version} is no second since 1970: make it again")
        if await self._store.create(place(delivery.name(owner), it.version), data) != data:
            raise ProtocolError(f"another bundle of version {it.version} waits for this machine: make a newer one")
        return it

    async def newest(self, name: str) -> bytes | None:
        """The one with the greatest version; None when none waits. Raises Unavailable."""
        found = await last(self._store, f"bundles/{name}")
        if found is None:
            return None
        data = await self._store.get(found)
        if data is None:
            raise Unavailable("a bundle that was listed cannot be read")
        return data
