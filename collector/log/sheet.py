"""One step of the collector's log: the leaves that were added, in their order (PROTOCOL.md, section Log). Pure.

Whoever creates sheet n has decided what the log says from there on; tiles and checkpoint follow from the sheets alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import cbor2

from appliance.storage.cose import Form
from appliance.sync import shape
from appliance.sync.keylog import KeyLog
from appliance.sync.shape import ProtocolError

FORM: Final = Form("application/vnd.sceau.log-sheet+cbor", b"sceau/log-sheet/1")
_CHAIN, _HASH = shape.octets(16), shape.octets(32)


class Leaf(NamedTuple):
    """A receipt in the log; `hashed`: of its bytes, as a leaf."""

    chain_id: bytes
    first_seq: int
    next_seq: int
    hashed: bytes


class Sheet(NamedTuple):
    """`before`: leaves in the log before it; `at` is UTC ms; `stands`: each chain's next_seq after it, ascending."""

    number: int
    before: int
    at: int
    leaves: tuple[Leaf, ...]
    stands: tuple[tuple[bytes, int], ...]
    kid: bytes

    @property
    def size(self) -> int:
        return self.before + len(self.leaves)


def place(number: int) -> str:
    return f"log/{number:012d}"


def moved(stands: dict[bytes, int], leaves: tuple[Leaf, ...]) -> tuple[tuple[bytes, int], ...]:
    """Where the chains stand when these leaves have come. Raises ProtocolError unless each follows its chain's last."""
    now = dict(stands)
    for leaf in leaves:
        if now.get(leaf.chain_id, 0) != leaf.first_seq or leaf.next_seq <= leaf.first_seq:
            raise ProtocolError(f"the log goes on for {leaf.chain_id.hex()} with record {leaf.first_seq}, out of turn")
        now[leaf.chain_id] = leaf.next_seq
    return tuple(sorted(now.items()))


def seal(it: Sheet, sign: Callable[[bytes], bytes]) -> bytes:
    values = (*it[:3], [list(leaf) for leaf in it.leaves], [list(each) for each in it.stands], it.kid)
    return FORM.seal(cbor2.dumps(dict(enumerate(values, start=1))), sign)


def _row(*checks: shape.Check) -> shape.Check:
    def check(value: Any) -> bool:  # noqa: ANN401
        return type(value) is list and len(value) == len(checks) and all(map(lambda c, v: c(v), checks, value))

    return check


def _rows(check: shape.Check) -> shape.Check:
    return lambda value: type(value) is list and len(value) > 0 and all(map(check, value))


_FIELDS: Final = (
    ("number", shape.natural),
    ("size before", shape.natural),
    ("time", shape.instant),
    ("leaves", _rows(_row(_CHAIN, shape.natural, shape.natural, _HASH))),
    ("chains", _rows(_row(_CHAIN, shape.natural))),
    ("key id", shape.octets(8)),
)


def opened(data: bytes) -> Sheet:
    """Its form; neither its signature nor what it follows. Raises ProtocolError."""
    payload, _ = shape.opened(FORM, data, "sheet of the log")
    number, before, at, leaves, stands, kid = shape.unpack(payload, _FIELDS, "sheet of the log")
    it = Sheet(number, before, at, tuple(Leaf(*each) for each in leaves), tuple((a, b) for a, b in stands), kid)
    if any(one[0] >= other[0] for one, other in pairwise(it.stands)):
        raise ProtocolError("the chains of a sheet of the log are not in order")
    return it


def read(data: bytes, log: KeyLog) -> Sheet:
    """Signed by a key of `log` that was good at its time; what it follows is not checked. Raises ProtocolError."""
    it = opened(data)
    shape.proven(FORM, data, log.key(it.kid, it.at), "sheet of the log")
    return it


def follows(it: Sheet, last: Sheet | None) -> None:
    """Raises ProtocolError unless it is the next one behind `last`; None: the first of all."""
    number, size, stands = (last.number + 1, last.size, dict(last.stands)) if last else (0, 0, {})
    if (it.number, it.before) != (number, size):
        raise ProtocolError(f"sheet {it.number} of the log does not follow the one before")
    if moved(stands, it.leaves) != it.stands:
        raise ProtocolError(f"sheet {it.number} of the log does not say where its chains stand")
