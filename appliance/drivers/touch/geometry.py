"""From the numbers of a digitiser to pixels of the panel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Values of one axis, both ends included."""

    least: int
    most: int

    def share(self, value: int, pixels: int) -> int:
        """The pixel, of `pixels`, under `value`; the kernel does not clamp what a device reports."""
        span = self.most - self.least + 1
        return min(max((value - self.least) * pixels // span, 0), pixels - 1)


ONE = 1 << 16
WHOLE = 10_000
Numbers = tuple[int, int, int, int, int, int]
STRAIGHT: Numbers = (ONE, 0, 0, 0, ONE, 0)


@dataclass(frozen=True, slots=True)
class Geometry:
    """`rotation`: degrees clockwise by which the digitiser's picture must be turned to match the panel.

    `correction`: x' = (a x + b y + c) / 65536 and y' = (d x + e y + f) / 65536, of ten-thousandths of the turned
    panel; found by touching crosses (`core/aim.py`).
    """

    x: Range
    y: Range
    size: tuple[int, int]
    rotation: int = 0
    correction: Numbers = STRAIGHT

    def pixel(self, x: int, y: int) -> tuple[int, int]:
        return self._turned(x, y) if self.correction == STRAIGHT else self._corrected(*self._turned(x, y))

    def _corrected(self, left: int, top: int) -> tuple[int, int]:
        """Of the middle of that pixel; what would lie beyond the panel is at its edge."""
        (width, height), (a, b, c, d, e, f) = self.size, self.correction
        x, y = (2 * left + 1) * WHOLE // (2 * width), (2 * top + 1) * WHOLE // (2 * height)
        right, below = (a * x + b * y + c) * width // (ONE * WHOLE), (d * x + e * y + f) * height // (ONE * WHOLE)
        return min(max(right, 0), width - 1), min(max(below, 0), height - 1)

    def _turned(self, x: int, y: int) -> tuple[int, int]:
        width, height = self.size
        if self.rotation == 0:
            return self.x.share(x, width), self.y.share(y, height)
        if self.rotation == 90:
            return width - 1 - self.y.share(y, width), self.x.share(x, height)
        if self.rotation == 180:
            return width - 1 - self.x.share(x, width), height - 1 - self.y.share(y, height)
        return self.y.share(y, width), height - 1 - self.x.share(x, height)
