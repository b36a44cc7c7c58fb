"""Shows the newest checkpoint to outside witnesses and keeps what they sign (C2SP tlog-witness, add-checkpoint).

A witness that has seen more than this log has, or something else, is the alarm for which it is there: `Refused`.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from appliance.sync import note
from appliance.sync.note import Signer
from appliance.sync.protocol import ProtocolError
from collector.log.checkpoints import Checkpoints, Found
from collector.log.tree import Tree
from collector.store import Store

PATIENCE: Final = 15.0  # seconds for each step
ANSWER_BYTES: Final = 16 * 1024
TRIES: Final = 3


class Answer(NamedTuple):
    """`refused`: this log is not the one that the witness knows. Else it cosigned, or will be asked again."""

    witness: str
    refused: bool
    why: str


class Refused(Exception):
    """The witness has seen another log under this name."""


class Cosigning:
    """`witnesses`: address and who signs there."""

    def __init__(self, store: Store, seen: Checkpoints, witnesses: Sequence[tuple[str, Signer]]) -> None:
        self._store, self._checkpoints, self._witnesses = store, seen, witnesses
        self._tree = Tree(store)
        self._sizes: dict[Signer, int] = {}  # what each is believed to have seen

    async def run(self) -> list[Answer]:
        """Asks each that has not cosigned the newest checkpoint. Raises Unavailable."""
        newest = await self._checkpoints.renew()
        if newest is None:
            return []
        return [answer for url, by in self._witnesses if (answer := await self._one(newest, url, by))]

    async def _one(self, newest: Found, url: str, by: Signer) -> Answer | None:
        name = place(newest.number, by)
        if await self._store.get(name) is not None:
            return None
        try:
            lines = await self._asked(newest, url, by)
        except Refused as error:
            return Answer(by.name, True, str(error))
        except (OSError, HTTPException, ProtocolError) as error:
            return Answer(by.name, False, f"it gave no cosignature ({error or type(error).__name__})")
        # If we stop here, the witness has cosigned and it is not kept: asked again it signs the same size once more.
        await self._store.create(name, lines)
        return Answer(by.name, False, "")

    async def _asked(self, newest: Found, url: str, by: Signer) -> bytes:
        """Its lines under the checkpoint. Raises Refused, OSError, HTTPException, ProtocolError, Unavailable."""
        size = newest.said.size
        for _ in range(TRIES):
            old = self._sizes.get(by, 0)
            if old > size:
                raise Refused(f"it has seen {old} receipts, this log has {size}: the store was put back")
            body = request(old, await self._tree.consistency(old, size), newest.data)
            status, said = await asyncio.to_thread(_post, url, body)
            if status == 200:
                return self._kept(newest, by, said)
            if status == 422:
                raise Refused(f"it has seen another log of {old} receipts than this one was: the store was put back")
            if status != 409:
                raise ProtocolError(f"HTTP {status}")
            self._sizes[by] = _size(said)
            if self._sizes[by] == old:
                raise Refused(f"it has seen another log of {old} receipts: the store was put back")
        raise ProtocolError("it is asked by others at the same time")

    def _kept(self, newest: Found, by: Signer, said: bytes) -> bytes:
        it = note.read(newest.data + said)
        if note.cosigned(it, by) is None:
            raise ProtocolError("its cosignature does not hold")
        self._sizes[by] = newest.said.size
        return "".join(note.line(by, each) for each in it.of(by)).encode()


def place(number: int, by: Signer) -> str:
    return f"cosigned/{number:012d}/{sha256(by.encode().encode()).hexdigest()[:32]}"


def request(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The body of add-checkpoint."""
    lines = [f"old {old}", *(b64encode(each).decode() for each in proof), "", ""]
    return "\n".join(lines).encode() + checkpoint


def _size(said: bytes) -> int:
    text = said.decode("ascii", "replace").strip()
    if not text.isdecimal() or len(text) > 16:
        raise ProtocolError("its answer 409 does not say which size it has seen")
    return int(text)


def _post(url: str, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    try:
        connection.request("POST", f"{parts.path}/add-checkpoint", body, {"Content-Type": note.TYPE})
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_BYTES)
    finally:
        connection.close()
