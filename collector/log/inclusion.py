"""Checks one receipt against the collector's log from outside: only the root key and witnesses' keys are believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from appliance.sync import keylog, merkle, note
from appliance.sync.keylog import KeyLog
from appliance.sync.note import Checkpoint, Signer
from appliance.sync.protocol import ProtocolError, Receipt
from collector.log import checkpoints
from collector.log.tree import Tree
from collector.store import Unavailable

PATIENCE: Final = 15.0  # seconds for each step
LARGEST: Final = 1 << 20


class Site:
    """A collector by its address."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._tiles: dict[str, bytes] = {}

    async def get(self, name: str) -> bytes | None:
        """Raises Unavailable."""
        if name in self._tiles:
            return self._tiles[name]
        found = await asyncio.to_thread(self._get, f"{self._parts.path.rstrip('/')}/{name}")
        if found is not None and name.startswith("tile/"):
            self._tiles[name] = found
        return found

    def _get(self, path: str) -> bytes | None:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.netloc, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            data = answer.read(LARGEST)
        except (OSError, HTTPException) as error:
            raise Unavailable(f"the collector does not answer ({error or type(error).__name__})") from error
        finally:
            connection.close()
        if answer.status not in (200, 404):
            raise Unavailable(f"the collector answers {answer.status} for {path}")
        return data if answer.status == 200 else None


class Included(NamedTuple):
    """`place`: which leaf it is. `cosigned`: each witness's name and when it did, in s since 1970."""

    receipt: Receipt
    place: int
    checkpoint: Checkpoint
    cosigned: tuple[tuple[str, int], ...]


class Outside:
    """One checkpoint of a collector, proven, and what can be proven with it; tiles are fetched once."""

    def __init__(self, site: Site, log: KeyLog, said: Checkpoint, cosigned: tuple[tuple[str, int], ...]) -> None:
        self._site, self._log, self.said, self._cosigned = site, log, said, cosigned
        self._tree = Tree(site)

    async def prove(self, data: bytes) -> Included:
        """That this receipt is in the log. Raises ProtocolError with what does not hold, Unavailable."""
        receipt, said = self._log.receipt(data), self.said
        index = await _index(self._site, receipt)
        path = await self._tree.inclusion(index, said.size) if 0 <= index < said.size else []
        if merkle.included(merkle.leaf(data), index, said.size, path) != said.root:
            raise ProtocolError(f"the receipt is not leaf {index} of the log: the collector does not stand by it")
        if receipt.checkpoint is not None:
            await grown(self._tree, receipt.checkpoint, said)
        return Included(receipt, index, said, self._cosigned)


async def opened(url: str, root: bytes, name: str, witnesses: Sequence[Signer]) -> Outside:
    """`name`: the log's origin; `witnesses` must have cosigned. Raises ProtocolError, Unavailable."""
    site = Site(url)
    log = keylog.decode(await site.get("v1/keys") or b"", root)
    shown = await site.get("checkpoint")
    if shown is None:
        raise ProtocolError("the collector shows no checkpoint: it keeps no log")
    said = checkpoints.read(shown, name, log)
    return Outside(site, log, said, tuple(_seen(note.read(shown), witnesses)))


async def _index(site: Site, receipt: Receipt) -> int:
    found = await site.get(f"v1/public/chains/{receipt.chain_id.hex()}/leaves/{receipt.first_seq}")
    if found is None:
        raise ProtocolError("the log does not hold this receipt: if it is older than a day, the collector has lost it")
    try:
        said: Any = json.loads(found)["index"]
    except (ValueError, KeyError, TypeError) as error:
        raise ProtocolError("the collector does not say where the receipt stands") from error
    if type(said) is not int:
        raise ProtocolError("the collector does not say where the receipt stands")
    return said


async def grown(tree: Tree, old: tuple[int, bytes], said: Checkpoint) -> None:
    """That what was said before is the beginning of what is said now. Raises ProtocolError, Unavailable."""
    size, root = old
    if size > said.size:
        raise ProtocolError(f"the log had {size} receipts once and has {said.size} now: it was put back")
    try:
        merkle.consistent(size, root, said.size, said.root, await tree.consistency(size, said.size))
    except ProtocolError as error:
        raise ProtocolError(f"the log of {size} receipts is not the beginning of this one: two histories") from error


def _seen(it: note.Note, witnesses: Sequence[Signer]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for by in witnesses:
        seconds = note.cosigned(it, by)
        if seconds is None:
            raise ProtocolError(f"{by.name} has not cosigned the checkpoint: ask again later, or ask the witness")
        found.append((by.name, seconds))
    return found


def trusted(log: KeyLog, name: str) -> list[str]:
    """What a witness is given to trust: a verifier key for each key of the collector's key log."""
    return [Signer(name, note.ED25519, entry.key).encode() for entry in log.entries]
