"""Puts receipts into the log, chain by chain without a hole, beside the replicas that write them.

A pass decides by creating one sheet; all else follows from the sheets. Two that run at once race for each sheet, and
whoever is second goes on from the first one's: the log cannot fork as long as the store creates a name only once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

from appliance.sync import merkle, note, protocol
from appliance.sync.keylog import KeyLog
from appliance.sync.note import Checkpoint
from appliance.sync.protocol import ProtocolError
from appliance.sync.tiles import Edge, Tile
from collector.keys import Keys
from collector.log import checkpoints, sheet
from collector.log.checkpoints import Checkpoints
from collector.log.sheet import Leaf, Sheet
from collector.log.tree import Tree
from collector.store import Store, Unavailable, last

TOGETHER: Final = 16  # chains that are looked at at once
RUN: Final = 256  # receipts of one chain in a sheet
ENOUGH: Final = 4096  # receipts after which a sheet is closed; it has less than twice as many


class Sequencer:
    """`now` gives UTC ms."""

    def __init__(self, store: Store, keys: Keys, seen: Checkpoints, now: Callable[[], int]) -> None:
        self._store, self._keys, self._checkpoints, self._now = store, keys, seen, now
        self._tree = Tree(store)
        self._known = ""  # the last sheet that was seen

    async def run(self) -> int:
        """One pass: how many receipts it found in the log or put there since the last sheet. Raises Unavailable."""
        log = await self._keys.knowing(self._keys.own.kid)
        newest = await self._last()
        edge = await self._settled(newest, log)
        begun = edge.size
        while leaves := await self._new(dict(newest.stands) if newest else {}):
            newest = await self._decided(newest, leaves)
            await self._settle(edge, newest, log)
        return edge.size - begun

    async def _last(self) -> Sheet | None:
        found = await last(self._store, "log", self._known) or self._known
        if not found:
            return None
        self._known, number = found, int(found.rpartition("/")[2])
        return await self._read(await self._store.get(found) or b"", number)

    async def _read(self, data: bytes, number: int) -> Sheet:
        try:
            it = sheet.read(data, await self._keys.knowing(sheet.opened(data).kid))
            if it.number != number:
                raise ProtocolError("it has another number")
        except ProtocolError as error:
            raise Unavailable(f"{sheet.place(number)} does not hold: {error}: run an audit") from error
        return it

    async def _decided(self, newest: Sheet | None, leaves: tuple[Leaf, ...]) -> Sheet:
        """The next sheet: ours, or that of whoever was first."""
        number, before, stands = (newest.number + 1, newest.size, dict(newest.stands)) if newest else (0, 0, {})
        own = self._keys.own
        mine = Sheet(number, before, self._now(), leaves, sheet.moved(stands, leaves), own.kid)
        data = sheet.seal(mine, own.sign)
        # If we stop here, the log may have one more sheet and not its checkpoint: the next pass makes that first.
        found = await self._store.create(sheet.place(number), data)
        if found == data:
            return mine
        other = await self._read(found, number)
        try:
            sheet.follows(other, newest)
        except ProtocolError as error:
            raise Unavailable(f"{error}: run an audit") from error
        return other

    async def _settled(self, newest: Sheet | None, log: KeyLog) -> Edge:
        """The right edge behind the last sheet, whose tiles and checkpoint are there when this returns."""
        if newest is None:
            return Edge()
        there = await self._checkpoints.at(newest.number)
        if there is None:
            edge = await self._tree.edge(newest.before)
            await self._settle(edge, newest, log)
            return edge
        edge = await self._tree.edge(newest.size)
        if (there.said.size, there.said.root) != (edge.size, edge.root()):
            raise Unavailable(f"the tiles of the log are not those of checkpoint {there.number}: run an audit")
        return edge

    async def _settle(self, edge: Edge, it: Sheet, log: KeyLog) -> None:
        """Tiles first: whoever reads a checkpoint finds every tile that it needs."""
        await self._put(edge.grow([leaf.hashed for leaf in it.leaves]))
        await self._put(edge.partial())
        said = Checkpoint(self._checkpoints.name, edge.size, edge.root())
        own = self._keys.own
        # If we stop here, nobody has heard of this size yet; the next pass signs the same.
        found = await self._store.create(checkpoints.place(it.number), note.seal(said, own.public, own.sign))
        try:
            same = checkpoints.read(found, said.origin, log) == said
        except ProtocolError:
            same = False
        if not same:
            raise Unavailable(f"{checkpoints.place(it.number)} is not what the log's sheets say: run an audit")

    async def _put(self, made: Iterable[tuple[Tile, bytes]]) -> None:
        """Whoever makes a tile makes the same one."""
        for tile, data in made:
            # If we stop here, some tiles are there and no checkpoint needs them yet; the next pass makes the rest.
            if await self._store.create(tile.path, data) != data:
                raise Unavailable(f"{tile.path} is not what the log's sheets say: run an audit")

    async def _new(self, stands: dict[bytes, int]) -> tuple[Leaf, ...]:
        chains = sorted({bytes.fromhex(name.split("/")[1]) async for name in self._store.names("registry")})
        found: list[Leaf] = []
        for at in range(0, len(chains), TOGETHER):
            group = chains[at : at + TOGETHER]
            for each in await asyncio.gather(*(self._chain(one, stands.get(one, 0)) for one in group)):
                found += each
            if len(found) >= ENOUGH:
                break
        return tuple(found)

    async def _chain(self, chain_id: bytes, seq: int) -> Sequence[Leaf]:
        """What follows `seq`. An object that does not hold stops its chain here and no other: the audit names it."""
        found: list[Leaf] = []
        while len(found) < RUN:
            data = await self._store.get(protocol.place(chain_id, seq))
            leaf = await self._leaf(data, chain_id, seq) if data is not None else None
            if leaf is None:
                break
            found.append(leaf)
            seq = leaf.next_seq
        return found

    async def _leaf(self, data: bytes, chain_id: bytes, seq: int) -> Leaf | None:
        try:
            batch, sealed = protocol.read_stored(data)
            receipt = (await self._keys.knowing(protocol.read_receipt(sealed)[0].kid)).receipt(sealed)
        except ProtocolError:
            return None
        if (receipt.chain_id, receipt.first_seq, receipt.batch_sha256) != (chain_id, seq, sha256(batch).digest()):
            return None
        return Leaf(chain_id, seq, receipt.next_seq, merkle.leaf(sealed))
