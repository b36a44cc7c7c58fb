"""Where in the log a receipt stands: the sheets say where each chain stood, so the one that took it is bisected."""

from __future__ import annotations

import json
from typing import Final

from appliance.sync.protocol import ProtocolError
from collector.log import sheet
from collector.log.checkpoints import Checkpoints
from collector.log.sheet import Sheet
from collector.store import Store, Unavailable

NOT_FOUND: Final = 404


class Leaves:
    def __init__(self, store: Store, seen: Checkpoints) -> None:
        self._store, self._checkpoints = store, seen

    async def found(self, chain_id: bytes, first_seq: int) -> bytes:
        """JSON {index, leaf}. Raises ProtocolError (404), Unavailable."""
        newest = await self._checkpoints.newest()
        last = newest.number if newest else -1
        if last < 0 or await self._stands(last, chain_id) <= first_seq:
            raise ProtocolError("this receipt is not in the log yet: ask again when a newer checkpoint is there", 404)
        low, high = 0, last  # the chain had come past first_seq with sheet `high` at the latest
        while low < high:
            middle = (low + high) // 2
            past = await self._stands(middle, chain_id) > first_seq
            low, high = (low, middle) if past else (middle + 1, high)
        return _row(await self._sheet(low), chain_id, first_seq)

    async def _stands(self, number: int, chain_id: bytes) -> int:
        return dict((await self._sheet(number)).stands).get(chain_id, 0)

    async def _sheet(self, number: int) -> Sheet:
        """What it says is believed: whoever asks proves the index against the checkpoint."""
        try:
            return sheet.opened(await self._store.get(sheet.place(number)) or b"")
        except ProtocolError as error:
            raise Unavailable(f"{sheet.place(number)} does not hold: {error}: run an audit") from error


def _row(it: Sheet, chain_id: bytes, first_seq: int) -> bytes:
    for nth, leaf in enumerate(it.leaves):
        if (leaf.chain_id, leaf.first_seq) == (chain_id, first_seq):
            return (json.dumps({"index": it.before + nth, "leaf": leaf.hashed.hex()}) + "\n").encode()
    raise ProtocolError("no receipt begins with this record", NOT_FOUND)
