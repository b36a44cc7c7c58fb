"""The publisher's register of releases: which systems are his, signed by his own key (image/FORMAT.md). Pure.

Roots rotate: in front of the register stand the statements by which each publisher's key handed over to the next. No
clock is asked: the register's number alone says which of two is the newer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage import chain
from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.shape import ProtocolError

REGISTER: Final = Form("application/vnd.sceau.releases+cbor", b"sceau/releases/1")
SUCCESSOR: Final = Form("application/vnd.sceau.publisher+cbor", b"sceau/publisher/1")
PROOF: Final = b"sceau/publisher/proof/1\0"
REGISTER_BYTES: Final = 256 * 1024
SUCCESSOR_BYTES: Final = 512
ROWS: Final = 1024
TURNS: Final = 16  # changes of the publisher's key that one register carries
BUNDLE_BYTES: Final = 1 << 30
_VERSION: Final = re.compile(r"(?:0|[1-9][0-9]{0,3})(?:\.(?:0|[1-9][0-9]{0,3})){2}")
_BOARD: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

Sign = Callable[[bytes], bytes]


class Published(NamedTuple):
    """One system for one board. `sha256` and `size` of its bundle, `root_hash` of dm-verity over its root file system,
    `perimeter`: digest of its fiscal perimeter, `issued` in UTC ms; `withdrawn`: no till installs it any more."""

    version: str
    board: str
    sha256: bytes
    size: int
    root_hash: bytes
    perimeter: bytes
    issued: int
    withdrawn: bool = False


class Register(NamedTuple):
    """`keys`: of the publisher, oldest first; the last one has signed. `turns`: the statements between them.
    `statement`: the signed one."""

    number: int
    issued: int
    releases: tuple[Published, ...]
    keys: tuple[bytes, ...]
    turns: tuple[bytes, ...]
    statement: bytes

    @property
    def data(self) -> bytes:
        """The file."""
        return cbor2.dumps([list(self.turns), self.statement])

    def bundle(self, digest: bytes) -> Published | None:
        return next((each for each in self.releases if each.sha256 == digest), None)

    def running(self, root_hash: bytes) -> Published | None:
        return next((each for each in self.releases if each.root_hash == root_hash), None)


def is_version(value: Any) -> bool:  # noqa: ANN401 - whatever the bytes said
    return type(value) is str and _VERSION.fullmatch(value) is not None


def is_board(value: Any) -> bool:  # noqa: ANN401
    return type(value) is str and _BOARD.fullmatch(value) is not None


def order(version: str) -> tuple[int, ...]:
    """Greater for a later one. Raises ProtocolError for a text that is no version."""
    if not is_version(version):
        raise ProtocolError(f"{version!r} is no version of three numbers, as 0.2.0")
    return tuple(map(int, version.split(".")))


def bundle_size(value: Any) -> bool:  # noqa: ANN401
    return type(value) is int and 1 <= value <= BUNDLE_BYTES


_ROW: Final[tuple[shape.Check, ...]] = (
    is_version,
    is_board,
    shape.octets(32),
    bundle_size,
    shape.octets(32),
    shape.octets(32),
    shape.instant,
    shape.one_of(0, 1),
)
_REGISTER: Final = (
    ("number", shape.natural),
    ("time", shape.instant),
    ("releases", lambda value: type(value) is list and len(value) <= ROWS),
)
_SUCCESSOR: Final = (
    ("key before", shape.octets(32)),
    ("key after", shape.octets(32)),
    ("first register", shape.natural),
    ("proof", shape.octets(chain.SIGNATURE_SIZE)),
)
_FILE: Final = (
    (
        "successors",
        lambda value: type(value) is list and len(value) <= TURNS and all(map(shape.octets_to(SUCCESSOR_BYTES), value)),
    ),
    ("register", shape.octets_to(REGISTER_BYTES)),
)


def seal(number: int, issued: int, releases: Sequence[Published], turns: Sequence[bytes], sign: Sign) -> bytes:
    """The file. `sign`: of the key behind the last of `turns`, or of the root when there is none."""
    rows = [[*each[:7], int(each.withdrawn)] for each in releases]
    statement = REGISTER.seal(cbor2.dumps({1: number, 2: issued, 3: rows}), sign)
    return cbor2.dumps([list(turns), statement])


def hand_over(before: tuple[bytes, Sign], after: tuple[bytes, Sign], first: int) -> bytes:
    """Signed by the key before, with the proof of the one after that it takes over. `first`: number of its register."""
    proof = after[1](_proof(before[0], after[0], first))
    return SUCCESSOR.seal(cbor2.dumps({1: before[0], 2: after[0], 3: first, 4: proof}), before[1])


def _proof(before: bytes, after: bytes, first: int) -> bytes:
    return PROOF + before + after + first.to_bytes(8, "big")


def read(data: bytes, root: bytes) -> Register:
    """A register whose keys come from `root` or have become it. Raises ProtocolError."""
    if len(data) > REGISTER_BYTES:
        raise ProtocolError(f"the register has more than {REGISTER_BYTES} bytes")
    turns, statement = shape.listed(data, _FILE, "register")
    keys, first = _keys(turns, root)
    payload = shape.proven(REGISTER, statement, keys[-1], "register of releases")
    number, issued, rows = shape.unpack(payload, _REGISTER, "register of releases")
    if number < first:
        raise ProtocolError(f"the register's key signs from number {first} on, not number {number}")
    return Register(number, issued, _releases(rows), keys, tuple(turns), statement)


def _keys(turns: Sequence[bytes], root: bytes) -> tuple[tuple[bytes, ...], int]:
    """All of the publisher's keys in their order, and from which number on the last one signs."""
    keys: list[bytes] = []
    first = 0
    for data in turns:
        before, after, since = _turn(data)
        if keys and keys[-1] != before:
            raise ProtocolError("the publisher's keys do not follow each other")
        if since <= first and keys:
            raise ProtocolError("the publisher's keys hand over at numbers that do not go up")
        keys, first = [*(keys or [before]), after], since
    keys = keys or [root]
    if len(set(keys)) != len(keys):
        raise ProtocolError("a key of the publisher comes back")
    if root not in keys:
        raise ProtocolError("the register is not of the publisher that this machine knows", 401)
    return tuple(keys), first


def _turn(data: bytes) -> tuple[bytes, bytes, int]:
    payload, signature = shape.opened(SUCCESSOR, data, "change of the publisher's key")
    before, after, first, proof = shape.unpack(payload, _SUCCESSOR, "change of the publisher's key")
    if not SUCCESSOR.proven(before, payload, signature):
        raise ProtocolError("a change of the publisher's key is not signed by the key before", 401)
    if not chain.fit(after) or not chain.signed(after, _proof(before, after, first), proof):
        raise ProtocolError("the publisher's new key has not proven that it takes over", 401)
    return before, after, first


def _releases(rows: list[Any]) -> tuple[Published, ...]:
    for row in rows:
        if type(row) is not list or len(row) != len(_ROW) or not all(it(x) for it, x in zip(_ROW, row, strict=True)):
            raise ProtocolError("a release of the register has not its fields")
    found = tuple(Published(*[*row[:-1], row[-1] == 1]) for row in rows)
    names = [(each.board, order(each.version)) for each in found]
    if any(one >= other for one, other in pairwise(names)):
        raise ProtocolError("the releases of the register do not stand by board and version, each once")
    if len({each.sha256 for each in found}) != len(found):
        raise ProtocolError("two releases of the register have one bundle")
    return found


def why_not_after(before: Register, after: Register) -> str:
    """Why a machine that knows `before` does not take `after`; empty when it does."""
    if after.number < before.number:
        return f"its register has number {after.number}, and number {before.number} was seen"
    if after.number == before.number and sha256(after.statement).digest() != sha256(before.statement).digest():
        return f"two registers have number {after.number}"
    if before.keys[-1] not in after.keys:
        return "its register is not of the key that signed the one before, nor of one that follows it"
    return ""


def placed(releases: Sequence[Published]) -> tuple[Published, ...]:
    """In the order of a register."""
    return tuple(sorted(releases, key=lambda each: (each.board, order(each.version))))
