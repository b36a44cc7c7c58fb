"""The log's checkpoints: numbered as the sheets are, created once, each with what witnesses have put under it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from appliance.sync import note
from appliance.sync.keylog import KeyLog
from appliance.sync.note import ED25519, Checkpoint, Signer
from appliance.sync.protocol import ProtocolError
from collector.keys import Keys
from collector.store import Store, Unavailable, last

PREFIX: Final = "checkpoint"
AGAIN: Final = 5.0  # seconds for which the newest one is believed to be the newest
WATCH: Final = 30.0  # seconds between two looks, for receipts


class Found(NamedTuple):
    """`data`: the note as the log has signed it."""

    number: int
    said: Checkpoint
    data: bytes


def origin(url: str) -> str:
    """What the log is called: its address without the scheme (C2SP tlog-tiles)."""
    return url.partition("://")[2].rstrip("/")


def place(number: int) -> str:
    return f"{PREFIX}/{number:012d}"


def read(data: bytes, name: str, log: KeyLog) -> Checkpoint:
    """Signed by any key that the log of keys names: a checkpoint has no time. Raises ProtocolError."""
    it = note.read(data)
    said = note.checkpoint(it.text)
    if said.origin != name or not any(note.signed(it, Signer(name, ED25519, entry.key)) for entry in log.entries):
        raise ProtocolError("the checkpoint is not signed by a key of this collector")
    return said


class Checkpoints:
    """`name`: the log's origin. `last` is what the newest receipts say: looked after beside them, never by them."""

    def __init__(self, store: Store, keys: Keys, name: str) -> None:
        self._store, self._keys, self.name = store, keys, name
        self._whole = (0.0, b"")
        self._newest: Found | None = None
        self._looked = 0.0

    @property
    def last(self) -> tuple[int, bytes] | None:
        """Size and root of the last one that was heard of."""
        return None if self._newest is None else (self._newest.said.size, self._newest.said.root)

    async def newest(self) -> Found | None:
        """None when there is none yet. Raises Unavailable."""
        if time.monotonic() - self._looked > AGAIN or self._newest is None:
            await self.renew()
        return self._newest

    async def renew(self) -> Found | None:
        """As `newest`, looked for now."""
        if self._newest is None:
            name = await last(self._store, PREFIX)
            self._newest = await self.at(int(name.rpartition("/")[2])) if name else None
        while self._newest is not None and (found := await self.at(self._newest.number + 1)) is not None:
            self._newest = found
        self._looked = time.monotonic()
        return self._newest

    async def at(self, number: int) -> Found | None:
        """Proven: receipts repeat what it says. Raises Unavailable."""
        data = await self._store.get(place(number))
        return None if data is None else Found(number, await self._proven(data, number), data)

    async def _proven(self, data: bytes, number: int) -> Checkpoint:
        """A key that is not known yet may be new: the key log is read again, once."""
        try:
            return read(data, self.name, await self._keys.log())
        except ProtocolError:
            log = await self._keys.knowing(b"")
        try:
            return read(data, self.name, log)
        except ProtocolError as error:
            raise Unavailable(f"{place(number)} is not what was put there: {error}") from error

    async def whole(self, it: Found) -> bytes:
        """With the lines of every witness, as they were some seconds ago. Raises Unavailable."""
        looked, data = self._whole
        if not data.startswith(it.data) or time.monotonic() - looked > AGAIN:
            names = sorted([name async for name in self._store.names(f"cosigned/{it.number:012d}")])
            data = it.data + b"".join([await self._store.get(name) or b"" for name in names])
            self._whole = time.monotonic(), data
        return data

    async def watch(self, failed: Callable[[str], None]) -> None:
        """Looks again and again; a store that does not answer is asked again."""
        while True:
            try:
                await self.renew()
            except Unavailable as error:
                failed(str(error))
            await asyncio.sleep(WATCH)
