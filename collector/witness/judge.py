"""The one decision of a witness: does this checkpoint go on from the last one that it cosigned?"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Final, NamedTuple

from appliance.sync import merkle, note
from appliance.sync.note import Checkpoint, Note, Signer
from appliance.sync.protocol import ProtocolError
from collector.witness.memory import Memory

SIZE_TYPE: Final = "text/x.tlog.size"
HASHES: Final = 63
BODY_BYTES: Final = note.NOTE_BYTES + 64 * 64
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,15})")
BAD, FORBIDDEN, UNKNOWN, CONFLICT, UNPROVEN = 400, 403, 404, 409, 422


class Verdict(NamedTuple):
    """An answer over HTTP; `why` for the witness's own journal."""

    status: int
    body: str
    type: str
    why: str


class Asked(NamedTuple):
    old: int
    proof: tuple[bytes, ...]
    note: Note
    data: bytes

    @property
    def said(self) -> Checkpoint:
        return note.checkpoint(self.note.text)


def read(data: bytes) -> Asked:
    """Raises ProtocolError."""
    head, split, rest = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    old = _OLD.fullmatch(lines[0])
    if not split or old is None or len(lines) > HASHES + 1:
        raise ProtocolError("the body is not an old size, a proof, an empty line and a checkpoint")
    asked = Asked(int(old[1]), tuple(map(_hash, lines[1:])), note.read(rest), rest)
    if asked.old > asked.said.size:
        raise ProtocolError("the old size is larger than that of the checkpoint")
    return asked


def _hash(text: str) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ProtocolError("a line of the proof is no hash in base64")
    return found


class Judge:
    """`by` and `sign` are the witness's; `now` gives seconds since 1970."""

    def __init__(self, memory: Memory, by: Signer, sign: Callable[[bytes], bytes], now: Callable[[], int]) -> None:
        self._memory, self.by, self._sign, self._now = memory, by, sign, now

    def add(self, body: bytes) -> Verdict:
        """In the order of the specification. What is cosigned is on disk before the signature leaves."""
        try:
            asked = read(body)
        except ProtocolError as error:
            return _refused(BAD, str(error))
        with self._memory.turn():
            return self._judged(asked) or self._cosigned(asked)

    def _judged(self, asked: Asked) -> Verdict | None:
        """None when it goes on from what was seen."""
        said = asked.said
        keys = self._memory.keys(said.origin)
        if not keys:
            return _refused(UNKNOWN, "this log is not known here")
        if not any(note.signed(asked.note, key) for key in keys):
            return _refused(FORBIDDEN, "no key of this log has signed the checkpoint")
        seen = self._memory.seen(said.origin)
        size, root = (seen.size, seen.root) if seen else (0, merkle.EMPTY)
        if asked.old != size or (size == said.size and root != said.root):
            return Verdict(CONFLICT, f"{size}\n", SIZE_TYPE, f"asked from {asked.old}, seen {size}")
        try:
            merkle.consistent(size, root, said.size, said.root, asked.proof)
        except ProtocolError as error:
            return _refused(UNPROVEN, str(error))
        return None

    def _cosigned(self, asked: Asked) -> Verdict:
        line = note.cosign(asked.note.text, self.by, self._now(), self._sign)
        self._memory.keep(asked.said.origin, asked.data + line.encode())
        return Verdict(200, line, note.TYPE, "cosigned")


def _refused(status: int, why: str) -> Verdict:
    return Verdict(status, f"{why}\n", "text/plain; charset=utf-8", why)
