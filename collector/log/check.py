"""Holds the log against the store and against what tills and witnesses have kept of it. Everything is counted again.

A store that was put back from an old copy, or rewritten, contradicts a receipt in some till's journal, a checkpoint in
some receipt, or the note of a witness. Each of them is one sentence here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final, NamedTuple

from appliance.sync import merkle, note
from appliance.sync.keylog import KeyLog
from appliance.sync.note import Checkpoint, Note
from appliance.sync.protocol import ProtocolError
from appliance.sync.tiles import Edge
from collector.log import checkpoints, sheet
from collector.log.sheet import Sheet
from collector.store import Store

SLACK: Final = 24 * 3_600_000  # ms within which a receipt should have come into the log
Place = tuple[bytes, int]


class Kept(NamedTuple):
    """A receipt of the store; `hashed` as a leaf, `received` UTC ms."""

    hashed: bytes
    received: int


class Said(NamedTuple):
    """That the log had this size and root once; `where`: who says so."""

    where: str
    size: int
    root: bytes


class Check:
    """`receipts`: by chain and first record. `said`: what others have kept. `size` is known after `findings`."""

    def __init__(self, store: Store, log: KeyLog, receipts: dict[Place, Kept], said: list[Said]) -> None:
        self._store, self._log, self._receipts, self._said = store, log, receipts, said
        self._roots = {0: merkle.EMPTY}
        self._logged: set[Place] = set()
        self._last: Sheet | None = None
        self._origin = ""
        self.size = 0

    async def findings(self) -> AsyncIterator[str]:
        """Raises Unavailable."""
        count = len([name async for name in self._store.names("log")])
        edge = Edge()
        for number in range(count):
            try:
                it = sheet.read(await self._store.get(sheet.place(number)) or b"", self._log)
                sheet.follows(it, self._last)
            except ProtocolError as error:
                yield f"{sheet.place(number)} does not hold: {error}: the log cannot be counted from there on"
                return
            for sentence in self._leaves(it):
                yield sentence
            async for sentence in self._tree(edge, it, newest=number == count - 1):
                yield sentence
            self._last, self.size = it, edge.size
            self._roots[edge.size] = edge.root()
        for sentence in (*self._left_out(), *self._contradicted()):
            yield sentence

    def _leaves(self, it: Sheet) -> Iterator[str]:
        for leaf in it.leaves:
            where = f"{leaf.chain_id.hex()}: records {leaf.first_seq} to {leaf.next_seq - 1}"
            kept = self._receipts.get((leaf.chain_id, leaf.first_seq))
            self._logged.add((leaf.chain_id, leaf.first_seq))
            if kept is None:
                yield f"{where} are in the log and not in the store"
            elif kept.hashed != leaf.hashed:
                yield f"{where} have another receipt than the one in the log: the store was put back once"

    async def _tree(self, edge: Edge, it: Sheet, *, newest: bool) -> AsyncIterator[str]:
        """The newest sheet may still wait for its tiles and its checkpoint: the next pass makes them."""
        full = list(edge.grow([leaf.hashed for leaf in it.leaves]))
        data = await self._store.get(checkpoints.place(it.number))
        if data is None and newest:
            return
        for tile, made in [*full, *edge.partial()]:
            if await self._store.get(tile.path) != made:
                yield f"{tile.path} is not what the log's sheets say"
        try:
            said = checkpoints.read(data or b"", self._origin or _origin(data or b""), self._log)
            self._origin = said.origin
            if (said.size, said.root) != (edge.size, edge.root()):
                raise ProtocolError("it is not what the log's sheets say")
        except ProtocolError as error:
            yield f"{checkpoints.place(it.number)} does not hold: {error}"

    def _left_out(self) -> Iterator[str]:
        if self._last is None:
            return
        late = self._last.at - SLACK
        for (chain_id, first), kept in self._receipts.items():
            if kept.received < late and (chain_id, first) not in self._logged:
                yield f"{chain_id.hex()}: the receipt of record {first} was left out of the log for more than a day"

    def _contradicted(self) -> Iterator[str]:
        for said in self._said:
            if said.size > self.size:
                yield f"{said.where}: the log had {said.size} receipts once and has {self.size}: the store was put back"
            elif self._roots.get(said.size) != said.root:
                yield f"{said.where}: the log of {said.size} receipts was another one: the store was put back"


def _origin(data: bytes) -> str:
    return note.checkpoint(note.read(data).text).origin


def seen(data: bytes, log: KeyLog) -> Iterator[Said]:
    """What a file of checkpoints says, one behind the other, as `witness show` prints them. Raises ProtocolError.

    Each must be signed by a key of this collector: what a stranger made up accuses nobody. Other logs' are passed over.
    """
    for it in _notes(data.decode("utf-8", "replace")):
        said: Checkpoint = note.checkpoint(it.text)
        for entry in log.entries:
            if note.signed(it, note.Signer(said.origin, note.ED25519, entry.key)):
                yield Said(f"a checkpoint of {said.origin} that somebody has kept", said.size, said.root)
                break


def _notes(text: str) -> Iterator[Note]:
    """A note ends with its signatures; the next one begins with a line that is none."""
    lines: list[str] = []
    under = False
    for each in text.splitlines(keepends=True):
        if under and not each.startswith("\u2014 "):
            yield note.read("".join(lines).encode())
            lines.clear()
        under = each.startswith("\u2014 ")
        lines.append(each)
    if lines:
        yield note.read("".join(lines).encode())
