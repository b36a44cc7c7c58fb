"""The Merkle tree of RFC 6962, section 2.1, over SHA-256: its root, and both proofs, made and checked. Pure.

A tree is asked for through `Hashes`: the hash over the 2^level leaves from index · 2^level on, all of them there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from appliance.sync.shape import ProtocolError

EMPTY: Final = sha256(b"").digest()
UNPROVEN: Final = 422
Hashes: TypeAlias = Callable[[int, int], bytes]


def leaf(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root(size: int, at: Hashes) -> bytes:
    return _over(0, size, at) if size else EMPTY


def _half(size: int) -> int:
    """The largest power of two below `size`, which is 2 at least."""
    return 1 << (size - 1).bit_length() - 1


def _over(start: int, end: int, at: Hashes) -> bytes:
    """The hash over leaves `start` … `end` - 1."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return at(level, start >> level)
    middle = start + _half(size)
    return node(_over(start, middle, at), _over(middle, end, at))


def inclusion(index: int, size: int, at: Hashes) -> list[bytes]:
    """PATH of section 2.1.1: that the leaf is in the tree; 0 ≤ index < size."""
    start, end, found = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            found.append(_over(middle, end, at))
            end = middle
        else:
            found.append(_over(start, middle, at))
            start = middle
    return found[::-1]


def consistency(old: int, size: int, at: Hashes) -> list[bytes]:
    """PROOF of section 2.1.2: that the tree of `old` leaves is the beginning of that of `size`; 0 ≤ old ≤ size."""
    start, end, found, whole = 0, size, list[bytes](), True
    while old and end != old:
        middle = start + _half(end - start)
        if old <= middle:
            found.append(_over(middle, end, at))
            end = middle
        else:
            found.append(_over(start, middle, at))
            start, whole = middle, False
    if old and not whole:
        found.append(_over(start, end, at))
    return found[::-1]


def included(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that the path leads to (RFC 9162, section 2.1.3.2). Raises ProtocolError for a path of wrong length."""
    if not 0 <= index < size:
        raise ProtocolError("the leaf is not among those of the tree", UNPROVEN)
    here, last, found = index, size - 1, hashed
    for each in path:
        if not last:
            raise ProtocolError("the proof of inclusion is too long", UNPROVEN)
        if here & 1 or here == last:
            found = node(each, found)
            here, last = _climbed(here, last)
        else:
            found = node(found, each)
        here, last = here >> 1, last >> 1
    if last:
        raise ProtocolError("the proof of inclusion is too short", UNPROVEN)
    return found


def _climbed(here: int, last: int) -> tuple[int, int]:
    """Past the levels on which the node is alone at the right edge."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def consistent(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProtocolError unless the proof shows it (RFC 9162, section 2.1.4.2)."""
    if old in (0, size):
        right = not proof and old <= size and old_root == (new_root if old else EMPTY)
    else:
        right = old < size and _walked(old, old_root, size, proof) == (old_root, new_root)
    if not right:
        raise ProtocolError("the proof of consistency does not hold", UNPROVEN)


def _walked(old: int, old_root: bytes, size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the proof leads to; None for one of wrong length."""
    way = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    if not way:
        return None
    before = after = way[0]
    for each in way[1:]:
        if not last:
            return None
        if here & 1 or here == last:
            before, after = node(each, before), node(each, after)
            here, last = _climbed(here, last)
        else:
            after = node(after, each)
        here, last = here >> 1, last >> 1
    return (before, after) if not last else None
