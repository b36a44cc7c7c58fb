"""The last so many of something, in order: one more, or one changed, copies some dozens and not a thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")

BLOCK = 32


class Recent(Sequence[T], Generic[T]):
    """Immutable; equal when it holds the same, however its blocks fall."""

    __slots__ = ("_blocks", "_count", "_limit")

    def __init__(self, limit: int, items: Iterable[T] = ()) -> None:
        kept = tuple(items)[-limit:]
        self._limit, self._count = limit, len(kept)
        self._blocks = tuple(kept[at : at + BLOCK] for at in range(0, len(kept), BLOCK))

    def _made(self, blocks: tuple[tuple[T, ...], ...], count: int) -> Recent[T]:
        made: Recent[T] = Recent.__new__(Recent)
        made._limit, made._blocks, made._count = self._limit, blocks, count
        return made

    def plus(self, item: T) -> Recent[T]:
        blocks, count = self._blocks, self._count + 1
        if count > self._limit:
            blocks, count = (blocks[0][1:], *blocks[1:]) if len(blocks[0]) > 1 else blocks[1:], self._limit
        if blocks and len(blocks[-1]) < BLOCK:
            return self._made((*blocks[:-1], (*blocks[-1], item)), count)
        return self._made((*blocks, (item,)), count)

    def replaced(self, place: int, item: T) -> Recent[T]:
        """`place` from 0, as an index."""
        at = len(self._blocks) - 1
        start = self._count - len(self._blocks[at])
        while start > place:
            at -= 1
            start -= len(self._blocks[at])
        block = self._blocks[at]
        changed = (*block[: place - start], item, *block[place - start + 1 :])
        return self._made((*self._blocks[:at], changed, *self._blocks[at + 1 :]), self._count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for block in self._blocks:
            yield from block

    def __reversed__(self) -> Iterator[T]:
        for block in reversed(self._blocks):
            yield from reversed(block)

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...

    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if at == -1 and self._blocks:
            return self._blocks[-1][-1]
        return tuple(self)[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Recent({self._limit}, {tuple(self)!r})"
