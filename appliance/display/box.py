"""Rectangles on whole pixels, and how to split them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class Box(NamedTuple):
    """Left and top are inside, right and bottom are not."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return self.width * self.height

    def inset(self, dx: int, dy: int | None = None) -> Box:
        down = dx if dy is None else dy
        return Box(self.left + dx, self.top + down, self.right - dx, self.bottom - down)

    def from_left(self, width: int) -> Box:
        return Box(self.left, self.top, self.left + width, self.bottom)

    def from_right(self, width: int) -> Box:
        return Box(self.right - width, self.top, self.right, self.bottom)

    def from_top(self, height: int) -> Box:
        return Box(self.left, self.top, self.right, self.top + height)

    def from_bottom(self, height: int) -> Box:
        return Box(self.left, self.bottom - height, self.right, self.bottom)

    def less_left(self, width: int) -> Box:
        return self._replace(left=self.left + width)

    def less_right(self, width: int) -> Box:
        return self._replace(right=self.right - width)

    def less_top(self, height: int) -> Box:
        return self._replace(top=self.top + height)

    def less_bottom(self, height: int) -> Box:
        return self._replace(bottom=self.bottom - height)

    def middle(self, width: int, height: int) -> Box:
        """A box of that size in the centre of this one."""
        left = self.left + (self.width - width) // 2
        top = self.top + (self.height - height) // 2
        return Box(left, top, left + width, top + height)

    def columns(self, count: int, gap: int) -> tuple[Box, ...]:
        """Equal columns; the gap never varies, so the pixels that are left over widen some columns."""
        edges = _edges(self.left, self.right + gap, count)
        return tuple(Box(a, self.top, b - gap, self.bottom) for a, b in edges)

    def rows(self, count: int, gap: int) -> tuple[Box, ...]:
        edges = _edges(self.top, self.bottom + gap, count)
        return tuple(Box(self.left, a, self.right, b - gap) for a, b in edges)

    def cells(self, columns: int, rows: int, gap: int) -> tuple[Box, ...]:
        """A grid, row by row."""
        return tuple(cell for row in self.rows(rows, gap) for cell in row.columns(columns, gap))

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def has(self, x: int, y: int) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom


def _edges(start: int, end: int, count: int) -> list[tuple[int, int]]:
    marks = [start + (end - start) * i // count for i in range(count + 1)]
    return list(pairwise(marks))
