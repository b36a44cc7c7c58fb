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


@dataclass(frozen=True, slots=True)
class Geometry:
    """`rotation`: degrees clockwise by which the digitiser's picture must be turned to match the panel."""

    x: Range
    y: Range
    size: tuple[int, int]
    rotation: int = 0

    def pixel(self, x: int, y: int) -> tuple[int, int]:
        width, height = self.size
        if self.rotation == 0:
            return self.x.share(x, width), self.y.share(y, height)
        if self.rotation == 90:
            return width - 1 - self.y.share(y, width), self.x.share(x, height)
        if self.rotation == 180:
            return width - 1 - self.x.share(x, width), height - 1 - self.y.share(y, height)
        return self.y.share(y, width), height - 1 - self.x.share(x, height)
