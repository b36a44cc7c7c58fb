"""Where a finger was, against where it aimed: the correction of a touch panel, from four points and checked by a fifth.

Positions are ten-thousandths of the panel's width and height. A correction is affine, whole numbers over 65,536.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

Point = tuple[int, int]
ONE: Final = 1 << 16
TARGETS: Final[tuple[Point, ...]] = ((1200, 1200), (8800, 1200), (8800, 8800), (1200, 8800))
CHECK: Final[Point] = (5000, 2600)
SLACK: Final = 150  # how far the four may stand from any one correction
NEAR: Final = 200  # how near the fifth must come: 4 mm on a panel 20 cm wide, less than half a key


class Correction(NamedTuple):
    """x' = (xx x + xy y) / 65536 + x0 / 65536, y' likewise."""

    xx: int = ONE
    xy: int = 0
    x0: int = 0
    yx: int = 0
    yy: int = ONE
    y0: int = 0

    def of(self, point: Point) -> Point:
        x, y = point
        half = ONE // 2
        return (
            (self.xx * x + self.xy * y + self.x0 + half) // ONE,
            (self.yx * x + self.yy * y + self.y0 + half) // ONE,
        )

    def after(self, first: Correction) -> Correction:
        """This one, of what `first` makes of a point."""
        return Correction(
            (self.xx * first.xx + self.xy * first.yx) // ONE,
            (self.xx * first.xy + self.xy * first.yy) // ONE,
            (self.xx * first.x0 + self.xy * first.y0) // ONE + self.x0,
            (self.yx * first.xx + self.yy * first.yx) // ONE,
            (self.yx * first.xy + self.yy * first.yy) // ONE,
            (self.yx * first.x0 + self.yy * first.y0) // ONE + self.y0,
        )

    def text(self) -> str:
        return " ".join(map(str, self))

    @staticmethod
    def read(text: str) -> Correction:
        """Empty: nothing is corrected. Raises ValueError for anything but six whole numbers."""
        if not text:
            return Correction()
        numbers = [int(each) for each in text.split(" ")]
        if len(numbers) != len(Correction._fields):
            raise ValueError("a correction has six numbers")
        return Correction(*numbers)


def correction(points: tuple[Point, ...]) -> Correction | None:
    """The one that brings four points nearest to their targets; None when they do not belong together.

    A reader that is turned or mirrored is the board's `rotation`, not a correction.
    """
    across = _least([target[0] for target in TARGETS], points)
    down = _least([target[1] for target in TARGETS], points)
    if across is None or down is None:
        return None
    found = Correction(*across, *down)
    straight = all(ONE // 2 <= each <= 2 * ONE for each in (found.xx, found.yy))
    square = all(abs(each) <= ONE // 4 for each in (found.xy, found.yx))
    near = all(_apart(found.of(point), target) <= SLACK for point, target in zip(points, TARGETS, strict=True))
    return found if straight and square and near else None


def holds(found: Correction, point: Point) -> bool:
    """Whether the fifth point comes near its target."""
    return _apart(found.of(point), CHECK) <= NEAR


def _apart(one: Point, other: Point) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _least(wanted: list[int], points: tuple[Point, ...]) -> tuple[int, int, int] | None:
    """Least squares of wanted = a x + b y + c by Cramer's rule; None when the points stand on one line."""
    rows = [(x, y, 1) for x, y in points]
    matrix = [[sum(row[i] * row[j] for row in rows) for j in range(3)] for i in range(3)]
    right = [sum(row[i] * value for row, value in zip(rows, wanted, strict=True)) for i in range(3)]
    whole = _determinant(matrix)
    if not whole:
        return None
    found = []
    for column in range(3):
        changed = [[right[i] if j == column else matrix[i][j] for j in range(3)] for i in range(3)]
        found.append(round(Fraction(_determinant(changed) * ONE, whole)))
    return found[0], found[1], found[2]


def _determinant(m: list[list[int]]) -> int:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )
