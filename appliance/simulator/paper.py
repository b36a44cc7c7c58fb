"""The paper that comes out of the printer: as text for tests, as a picture for people."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

CELL = (12, 24)  # font A in dots
PITCH = 30  # line spacing at power-on: 1/6 inch at 180 dpi
BASELINE = 19  # dots from the top of a cell, and the size of the font that fills it
MARGIN = 16
INK, WHITE, CUT = 20, 252, 150


@dataclass(frozen=True, slots=True)
class Style:
    bold: bool = False
    width: int = 1
    height: int = 1
    invert: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line as printed; `cut` marks the place where the blade went, with no text."""

    text: str
    style: Style = Style()
    cut: bool = False


class Paper:
    """What hangs out of the printer since the last tear."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[Line] = []

    def put(self, line: Line) -> None:
        self.lines.append(line)

    def cut(self) -> None:
        self.lines.append(Line("", cut=True))

    def text(self) -> str:
        """The lines printed, without the cuts and the empty feeds at the end."""
        return "\n".join(line.text for line in self.lines if not line.cut).rstrip("\n")

    def documents(self) -> list[list[Line]]:
        """The lines between cuts; the last is what has not been cut yet, when there is any."""
        found: list[list[Line]] = [[]]
        for line in self.lines:
            if line.cut:
                found.append([])
            else:
                found[-1].append(line)
        return found if found[-1] else found[:-1]

    def tear(self) -> list[Line]:
        torn, self.lines = self.lines, []
        return torn

    def picture(self) -> Image:
        """A grey image, one dot a pixel."""
        return draw(self.lines, self.columns)


def draw(lines: list[Line], columns: int) -> Image:
    from PIL import Image
    from PIL.ImageDraw import Draw

    width = columns * CELL[0] + 2 * MARGIN
    height = 2 * MARGIN + sum(_height(line) for line in lines)
    image = Image.new("L", (width, height), WHITE)
    pen, top = Draw(image), MARGIN
    for line in lines:
        if line.cut:
            _draw_cut(pen, top, width)
        else:
            image.paste(_strip(line), (MARGIN, top))
        top += _height(line)
    return image


def _height(line: Line) -> int:
    return PITCH if line.cut else PITCH * line.style.height


def _draw_cut(pen: ImageDraw, top: int, width: int) -> None:
    for left in range(0, width, 12):
        pen.line((left, top + PITCH // 2, left + 6, top + PITCH // 2), fill=CUT)


def _strip(line: Line) -> Image:
    from PIL import Image
    from PIL.ImageDraw import Draw

    style, signs = line.style, max(1, len(line.text))
    width, height = CELL[0] * style.height, CELL[1] * style.height
    paper, ink = (INK, WHITE) if style.invert and line.text else (WHITE, INK)
    strip = Image.new("L", (signs * width, height), paper)
    pen, font = Draw(strip), _font(BASELINE * style.height, bold=style.bold)
    for column, sign in enumerate(line.text):
        pen.text((column * width + width // 2, BASELINE * style.height), sign, fill=ink, font=font, anchor="ms")
    return strip.resize((signs * CELL[0] * style.width, height), Image.Resampling.LANCZOS)


def _font(size: int, *, bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    name = "B612Mono-Bold.otf" if bold else "B612Mono-Regular.otf"
    with resources.as_file(resources.files("appliance.simulator") / "font" / name) as path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
