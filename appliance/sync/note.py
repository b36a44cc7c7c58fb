"""A text with signatures under it (C2SP signed-note), checkpoints of a log (tlog-checkpoint) and what a witness adds to
them (tlog-cosignature, Ed25519). Pure."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

from appliance.storage import chain
from appliance.storage.record import INT_LIMIT
from appliance.sync.shape import ProtocolError

TYPE: Final = "text/plain; charset=utf-8"
ED25519, COSIGNATURE = 1, 4  # types of signatures
NOTE_BYTES: Final = 16 * 1024
SIGNATURES: Final = 32
_NAME: Final = re.compile(r"[^\s+\x00-\x20\x7f]+")
_LINE: Final = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def _decoded(text: str, what: str) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except ValueError as error:
        raise ProtocolError(f"the {what} is not in base64") from error
    if b64encode(found).decode() != text:
        raise ProtocolError(f"the {what} is not in the one form of base64")
    return found


class Signer(NamedTuple):
    """Who signs notes, as others know it: `kind` is ED25519 for a log, COSIGNATURE for a witness."""

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """4 bytes."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    def encode(self) -> str:
        """The verifier key: name+id+key."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.key).decode()}"


def signer(text: str, kind: int) -> Signer:
    """Reads a verifier key. Raises ProtocolError."""
    name, said, key = (*text.strip().split("+", 2), "", "", "")[:3]
    data = _decoded(key, "verifier key")
    it = Signer(name, kind, data[1:])
    if not _NAME.fullmatch(name) or data[:1] != bytes([kind]) or not chain.fit(it.key) or it.id.hex() != said:
        raise ProtocolError("it is no verifier key: give NAME+ID+KEY as the other side prints it")
    return it


class Note(NamedTuple):
    """`text` ends with a newline; `lines`: name, key id and signature of each."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    def of(self, by: Signer) -> list[bytes]:
        """Its signatures under this name and key id."""
        return [found for name, id_, found in self.lines if (name, id_) == (by.name, by.id)]


def line(by: Signer, signature: bytes) -> str:
    return f"\u2014 {by.name} {b64encode(by.id + signature).decode()}\n"


def _line(text: str) -> tuple[str, bytes, bytes]:
    found = _LINE.fullmatch(text)
    if found is None:
        raise ProtocolError("a line under the note is no signature")
    data = _decoded(found[2], "signature of the note")
    if len(data) < 5:
        raise ProtocolError("a signature of the note is too short")
    return found[1], data[:4], data[4:]


def read(data: bytes) -> Note:
    """No signature is checked. Raises ProtocolError."""
    try:
        said = data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("the note is no UTF-8") from error
    text, _, under = said.rpartition("\n\n")
    if not text or not under.endswith("\n") or len(data) > NOTE_BYTES or re.search(r"[\x00-\x09\x0b-\x1f\x7f]", said):
        raise ProtocolError("the note is not a text, an empty line and signatures")
    lines = under.split("\n")[:-1]
    if len(lines) > SIGNATURES:
        raise ProtocolError(f"the note has more than {SIGNATURES} signatures")
    return Note(f"{text}\n", tuple(map(_line, lines)))


class Checkpoint(NamedTuple):
    """The head of a log: its origin, how many leaves it has, their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def checkpoint(text: str) -> Checkpoint:
    """Lines behind the third are not looked at: they are signed with the rest. Raises ProtocolError."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]) or "" in lines[3:-1]:
        raise ProtocolError("the note is no checkpoint: it has no origin, size and root")
    found = Checkpoint(lines[0], int(lines[1]), _decoded(lines[2], "root"))
    if len(found.root) != 32 or found.size > INT_LIMIT:
        raise ProtocolError("the note is no checkpoint: its root has not 32 bytes, or its size is too large")
    return found


def seal(it: Checkpoint, key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Signed by the log, under its origin's name."""
    by = Signer(it.origin, ED25519, key)
    return f"{it.text}\n{line(by, sign(it.text.encode()))}".encode()


def signed(it: Note, by: Signer) -> bool:
    """Whether the log with this key has signed it. A wrong signature under its name spoils the whole."""
    found = it.of(by)
    return bool(found) and all(len(each) == 64 and chain.signed(by.key, it.text.encode(), each) for each in found)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(text: str, by: Signer, seconds: int, sign: Callable[[bytes], bytes]) -> str:
    """A witness's line: at this time (s since 1970) it had seen no larger log, and no other, of this origin."""
    return line(by, seconds.to_bytes(8, "big") + sign(_cosigned(text, seconds)))


def cosigned(it: Note, by: Signer) -> int | None:
    """When this witness has cosigned it at the latest, in s since 1970; None when it has not."""
    times = [_time(it.text, by.key, each) for each in it.of(by)]
    return None if not times or None in times else max(time for time in times if time is not None)


def _time(text: str, key: bytes, found: bytes) -> int | None:
    seconds = int.from_bytes(found[:8], "big")
    right = len(found) == 72 and seconds >> 63 == 0 and chain.signed(key, _cosigned(text, seconds), found[8:])
    return seconds if right else None
