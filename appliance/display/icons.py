"""Our own drawings on a grid of 24, made at 8 times their size and reduced once to a grey mask."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

from appliance.display.text import font

GRID = 24
SCALE = 8
STROKE = 2.2
Point = tuple[float, float]


class Pen:
    """Draws in units of the grid."""

    def __init__(self, size: int) -> None:
        self.unit = size * SCALE / GRID
        self.image = Image.new("L", (size * SCALE, size * SCALE))
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, point: Point) -> Point:
        return point[0] * self.unit, point[1] * self.unit

    def area(self, points: Sequence[Point], ink: int = 255) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=ink)

    def disc(self, centre: Point, radius: float, ink: int = 255) -> None:
        (x, y), r = self._at(centre), radius * self.unit
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def line(self, points: Sequence[Point], ink: int = 255, stroke: float = STROKE) -> None:
        for start, end in pairwise(points):
            self._segment(start, end, ink, stroke)
        for point in points:
            self.disc(point, stroke / 2, ink)

    def _segment(self, start: Point, end: Point, ink: int, stroke: float) -> None:
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = math.hypot(dx, dy) or 1
        ox, oy = -dy / length * stroke / 2, dx / length * stroke / 2
        corners = ((start, 1), (end, 1), (end, -1), (start, -1))
        self.area([(p[0] + s * ox, p[1] + s * oy) for p, s in corners], ink)

    def ring(self, centre: Point, radius: float, stroke: float = STROKE, ink: int = 255) -> None:
        self.disc(centre, radius + stroke / 2, ink)
        self.disc(centre, radius - stroke / 2, 255 - ink)

    def arc(self, centre: Point, radius: float, start: int, end: int) -> None:
        self.line([_polar(centre, radius, angle) for angle in range(start, end + 1, 6)])

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        self.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])

    def letter(self, text: str, centre: Point, size: float, ink: int) -> None:
        face = font(round(size * self.unit), bold=True)
        left, top, right, bottom = face.getbbox(text, anchor="ls")
        x, y = self._at(centre)
        self._draw.text((x - (left + right) / 2, y - (top + bottom) / 2), text, ink, face, anchor="ls")


def _polar(centre: Point, radius: float, degrees: float) -> Point:
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _seal(pen: Pen) -> None:
    """A drop of wax under a stamp: three sines make its border, a ring and the S are cut out."""
    border = []
    for degrees in range(360):
        a = math.radians(degrees)
        wave = 0.55 * math.sin(8 * a + 0.6) + 0.35 * math.sin(5 * a + 2.1) + 0.25 * math.sin(3 * a + 4.0)
        border.append(_polar((12, 12), 10.7 + wave, degrees))
    pen.area(border)
    pen.disc((12, 12), 8.8, 0)
    pen.disc((12, 12), 7.9)
    pen.letter("S", (12, 12), 14.5, 0)


def _octagon(pen: Pen) -> None:
    pen.area([_polar((12, 12), 11.6, 22.5 + 45 * i) for i in range(8)])
    pen.area([(10.6, 6), (13.4, 6), (13.4, 13.6), (10.6, 13.6)], 0)
    pen.disc((12, 17.2), 1.8, 0)


def _triangle(pen: Pen) -> None:
    pen.area([(12, 2), (23, 21.5), (1, 21.5)])
    pen.area([(10.9, 8.5), (13.1, 8.5), (13.1, 15.2), (10.9, 15.2)], 0)
    pen.disc((12, 18), 1.4, 0)


def _check(pen: Pen) -> None:
    pen.disc((12, 12), 11)
    pen.line([(7, 12.5), (10.6, 16), (17, 8.8)], 0, 2.6)


def _cross(pen: Pen) -> None:
    pen.line([(5, 5), (19, 19)], stroke=2.6)
    pen.line([(19, 5), (5, 19)], stroke=2.6)


def _badge(pen: Pen) -> None:
    pen.frame(3, 4, 13, 20)
    pen.disc((8, 9.5), 2)
    pen.line([(5.5, 16.5), (10.5, 16.5)])
    pen.arc((14, 12), 4, -42, 42)
    pen.arc((14, 12), 8, -42, 42)


def _padlock(pen: Pen) -> None:
    pen.area([(4.5, 10.5), (19.5, 10.5), (19.5, 20.5), (4.5, 20.5)])
    pen.line([(4.5, 11), (19.5, 11), (19.5, 20), (4.5, 20), (4.5, 11)], stroke=2)
    pen.line([(7.6, 11), *(_polar((12, 8.2), 4.4, d) for d in range(180, 361, 12)), (16.4, 11)])
    pen.disc((12, 15.2), 1.9, 0)


def _person(pen: Pen) -> None:
    pen.disc((12, 7.4), 4.6)
    pen.area([_polar((12, 22), 8.6, d) for d in range(180, 361, 6)])


def _printer(pen: Pen) -> None:
    pen.frame(7, 3, 17, 8)
    pen.frame(3, 8.5, 21, 17)
    pen.area([(6, 12.5), (18, 12.5), (18, 22), (6, 22)], 0)
    pen.frame(7, 13.5, 17, 21)


def _paper(pen: Pen) -> None:
    pen.line([(5, 3), (19, 3), (19, 21), (15.5, 18.6), (12, 21), (8.5, 18.6), (5, 21), (5, 3)])
    pen.line([(9, 8), (15, 8)])
    pen.line([(9, 12.4), (15, 12.4)])


def _backspace(pen: Pen) -> None:
    pen.line([(8.5, 5), (22, 5), (22, 19), (8.5, 19), (2, 12), (8.5, 5)])
    pen.line([(11.4, 8.8), (17.8, 15.2)])
    pen.line([(17.8, 8.8), (11.4, 15.2)])


def _up(pen: Pen) -> None:
    pen.area([(12, 5.5), (21, 18), (3, 18)])


def _down(pen: Pen) -> None:
    pen.area([(12, 18.5), (21, 6), (3, 6)])


def _left(pen: Pen) -> None:
    pen.line([(15, 5), (8, 12), (15, 19)], stroke=2.6)


def _search(pen: Pen) -> None:
    pen.ring((10, 10), 6.2)
    pen.line([(14.8, 14.8), (20.5, 20.5)], stroke=2.6)


def _cash(pen: Pen) -> None:
    pen.frame(2.5, 6, 21.5, 18)
    pen.ring((12, 12), 2.8, 2)
    pen.disc((6.2, 12), 1.2)
    pen.disc((17.8, 12), 1.2)


def _card(pen: Pen) -> None:
    pen.frame(2.5, 5.5, 21.5, 18.5)
    pen.area([(2.5, 8.6), (21.5, 8.6), (21.5, 11.4), (2.5, 11.4)])
    pen.line([(6, 15.2), (10.5, 15.2)], stroke=2)


def _cheque(pen: Pen) -> None:
    pen.frame(2, 6, 22, 18)
    pen.line([(5.5, 10), (12, 10)], stroke=1.7)
    pen.line([(5.5, 13.6), (9, 13.6)], stroke=1.7)
    pen.line([(11.5, 15), (13.6, 13), (15.2, 14.8), (18.6, 11.6)], stroke=1.7)


def _fork(pen: Pen) -> None:
    for x in (4.5, 7.5, 10.5):
        pen.line([(x, 3), (x, 8)], stroke=1.8)
    pen.line([(4.5, 8), (7.5, 10.6), (10.5, 8)], stroke=1.8)
    pen.line([(7.5, 10), (7.5, 21)])
    pen.area([(16, 2.5), (20, 6), (20, 13), (16, 13)])
    pen.line([(17, 3.5), (17, 21)])


def _cloud(pen: Pen) -> None:
    pen.disc((8, 13.5), 5.6)
    pen.disc((13.5, 10.5), 6.6)
    pen.disc((17.5, 14.6), 4.6)
    pen.area([(8, 12), (17.5, 12), (17.5, 19.2), (8, 19.2)])
    pen.line([(12.4, 16.4), (12.4, 10.6)], 0, 2)
    pen.line([(9.6, 12.6), (12.4, 9.8), (15.2, 12.6)], 0, 2)


def _clock(pen: Pen) -> None:
    pen.ring((12, 12), 9.4)
    pen.line([(12, 6.6), (12, 12.2), (15.8, 14.6)])


def _drawer(pen: Pen) -> None:
    pen.frame(3, 4.5, 21, 19.5)
    pen.line([(3, 11), (21, 11)])
    pen.line([(9.5, 15.4), (14.5, 15.4)])
    pen.line([(7, 7.8), (17, 7.8)], stroke=1.6)


def _bars(pen: Pen) -> None:
    left = 1.5
    for index, thick in enumerate((1.6, 0.8, 2.2, 0.8, 1.2, 2.2, 0.8, 1.6, 0.8, 1.6)):
        pen.area([(left, 4), (left + thick, 4), (left + thick, 20), (left, 20)])
        left += thick + (0.7 if index % 3 else 1.1)


def _more(pen: Pen) -> None:
    for x in (5, 12, 19):
        pen.disc((x, 12), 2)


def _dot(pen: Pen) -> None:
    pen.disc((12, 12), 11)


def _circle(pen: Pen) -> None:
    pen.ring((12, 12), 10)


DRAWINGS: dict[str, Callable[[Pen], None]] = {
    "backspace": _backspace,
    "badge": _badge,
    "bars": _bars,
    "card": _card,
    "cash": _cash,
    "check": _check,
    "cheque": _cheque,
    "circle": _circle,
    "clock": _clock,
    "cloud": _cloud,
    "cross": _cross,
    "dot": _dot,
    "dots": _more,
    "down": _down,
    "drawer": _drawer,
    "fork": _fork,
    "left": _left,
    "more": _more,
    "octagon": _octagon,
    "padlock": _padlock,
    "paper": _paper,
    "person": _person,
    "printer": _printer,
    "seal": _seal,
    "search": _search,
    "triangle": _triangle,
    "up": _up,
}


@lru_cache(maxsize=128)
def icon(name: str, size: int) -> Image.Image:
    """The grey mask of a drawing, `size` pixels square."""
    pen = Pen(size)
    DRAWINGS[name](pen)
    return pen.image.reduce(SCALE)
