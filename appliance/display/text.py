"""Words as masks: measured, joined with narrow spaces, fitted to a room, and kept.

B612 has figures of one width and no kerning we need, so a label is its words side by side and an amount is its
digits side by side. Masks are grey ("L") and have no colour.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
CAPITALS = 0.76  # height of a capital in em
LEADING = 1.14  # line height in em
SPACE = 0.30  # B612's own is 0.35 em: too wide for keys
NO_BREAK = 0.20  # between a number and its unit
ELLIPSIS = "…"
LARGE = 40  # size from which few masks are kept: sums change all day and their masks are big

_FIGURES = frozenset("0123456789,.:+−–-×%€/n°")
_PARTS = re.compile("([ \u00a0\u202f])")
_UNIT = re.compile(r"(?<=\d) (?=(?:[kcm]?[gl]|L|Kg|c?m|mm|x|×|%|€|°|pièces?|pcs?)(?:\b|$|\s))")
_GLUED = re.compile(r" (?=[:;?!»])|(?<=«) ")
_BREAK = re.compile(r"(?<= )|(?<=[^\W\d]-)(?=\w)")


class Mask(NamedTuple):
    """`image` is cut to its ink; `dx` and `dy` lead from the pen on the baseline to its top left corner."""

    image: Image.Image
    dx: int
    dy: int


class Fitted(NamedTuple):
    """Lines that fit; `cut` when an ellipsis was needed."""

    lines: tuple[str, ...]
    size: int
    cut: bool


@lru_cache(maxsize=64)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "B612-Bold.otf" if bold else "B612-Regular.otf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def width(text: str, size: int, bold: bool) -> int:
    """How far the pen goes, in pixels."""
    return sum(_advance(piece, size, bold) for piece in _pieces(text))


def mask(text: str, size: int, bold: bool) -> Mask:
    """The whole label as one mask, from the masks of its words and digits."""
    return _large(text, size, bold) if size > LARGE else _small(text, size, bold)


@lru_cache(maxsize=768)
def _small(text: str, size: int, bold: bool) -> Mask:
    return _joined(text, size, bold)


@lru_cache(maxsize=32)
def _large(text: str, size: int, bold: bool) -> Mask:
    return _joined(text, size, bold)


def _joined(text: str, size: int, bold: bool) -> Mask:
    image = Image.new("L", (width(text, size, bold) + 2 * size, 2 * size))
    pen = size
    for piece in _pieces(text):
        if not piece.isspace():
            glyphs = _glyphs(piece, size, bold)
            image.paste(255, (pen + glyphs.dx, _base(size) + glyphs.dy), glyphs.image)
        pen += _advance(piece, size, bold)
    return _cut(image, size, _base(size))


@lru_cache(maxsize=4096)
def fit(text: str, sizes: tuple[int, ...], room: tuple[int, int], lines: int, bold: bool) -> Fitted:
    """One line at full size, one line a step smaller, then wrapped at each size, then cut with an ellipsis."""
    whole = _glued(text)
    for size in sizes[:2]:
        if width(whole, size, bold) <= room[0]:
            return Fitted((whole,), size, cut=False)
    for size in sizes:
        wrapped = _wrap(whole, size, bold, room[0])
        if wrapped and len(wrapped) <= _lines_in(room[1], size, lines):
            return Fitted(wrapped, size, cut=False)
    return _shorten(whole, sizes[-1], bold, room[0], _lines_in(room[1], sizes[-1], lines))


@lru_cache(maxsize=1024)
def fit_even(text: str, sizes: tuple[int, ...], room: tuple[int, int], lines: int, bold: bool) -> Fitted:
    """The same for a label in the middle of a key: lines about as long as each other, room for accents."""
    fitted = fit(text, sizes, (room[0], room[1] - sizes[-1] // 4), lines, bold)
    if fitted.cut or len(fitted.lines) == 1:
        return fitted
    whole, best = _glued(text), fitted.lines
    for narrow in range(room[0], 0, -4):
        wrapped = _wrap(whole, fitted.size, bold, narrow)
        if len(wrapped) != len(best):
            break
        best = wrapped
    return Fitted(best, fitted.size, cut=False)


def _glued(text: str) -> str:
    """No line begins with a unit or with a sign that belongs to the word before."""
    return _GLUED.sub("\u00a0", _UNIT.sub("\u00a0", text))


@lru_cache(maxsize=2048)
def shrink(text: str, sizes: tuple[int, ...], room: int, bold: bool) -> int:
    """The first size at which the text is not wider than the room, or the last: for amounts, which are never cut."""
    return next((size for size in sizes if width(text, size, bold) <= room), sizes[-1])


def capitals(size: int) -> int:
    return round(size * CAPITALS)


def leading(size: int) -> int:
    return round(size * LEADING)


def _base(size: int) -> int:
    return size + size // 4


def _pieces(text: str) -> list[str]:
    """Words, spaces and figures, as they are printed in books: a typewriter's apostrophe becomes a raised comma."""
    pieces: list[str] = []
    for part in _PARTS.split(text.replace("'", "’")):
        if part and _FIGURES.issuperset(part):
            pieces.extend(part)
        elif part:
            pieces.append(part)
    return pieces


@lru_cache(maxsize=2048)
def _advance(piece: str, size: int, bold: bool) -> int:
    if piece == " ":
        return round(size * SPACE)
    if piece.isspace():
        return round(size * NO_BREAK)
    return round(font(size, bold).getlength(piece))


@lru_cache(maxsize=1024)
def _glyphs(piece: str, size: int, bold: bool) -> Mask:
    image = Image.new("L", (_advance(piece, size, bold) + 2 * size, 2 * size))
    ImageDraw.Draw(image).text((size, _base(size)), piece, 255, font(size, bold), anchor="ls")
    return _cut(image, size, _base(size))


def _cut(image: Image.Image, pen: int, base: int) -> Mask:
    box = image.getbbox() or (pen, base, pen, base)
    return Mask(image.crop(box), box[0] - pen, box[1] - base)


def _lines_in(height: int, size: int, most: int) -> int:
    return max(1, min(most, 1 + (height - capitals(size)) // leading(size)))


def _wrap(text: str, size: int, bold: bool, room: int) -> tuple[str, ...]:
    """Full lines, or nothing when one word alone is too wide."""
    lines = [""]
    for word in _BREAK.split(text):
        if lines[-1] and width((lines[-1] + word).rstrip(" "), size, bold) > room:
            lines.append("")
        lines[-1] += word
    stripped = tuple(line.rstrip(" ") for line in lines)
    return stripped if all(width(line, size, bold) <= room for line in stripped) else ()


def _shorten(text: str, size: int, bold: bool, room: int, lines: int) -> Fitted:
    """As many whole lines as fit, the last one cut; a word too wide for its line is broken where it must."""
    done: list[str] = []
    rest = text
    while len(done) < lines - 1 and width(rest, size, bold) > room:
        head = _head(rest, size, bold, room)
        done.append(head.rstrip(" "))
        rest = rest[len(head) :]
    if width(rest, size, bold) <= room:
        return Fitted((*done, rest), size, cut=True)
    return Fitted((*done, _ended(rest, size, bold, room)), size, cut=True)


def _head(text: str, size: int, bold: bool, room: int) -> str:
    words = _BREAK.split(text)
    head = ""
    while words and width((head + words[0]).rstrip(" "), size, bold) <= room:
        head += words.pop(0)
    return head or _longest(text, size, bold, room, "")


def _ended(text: str, size: int, bold: bool, room: int) -> str:
    return _longest(text, size, bold, room, ELLIPSIS).rstrip(" \u00a0-") + ELLIPSIS


def _longest(text: str, size: int, bold: bool, room: int, end: str) -> str:
    count = len(text)
    while count > 1 and width(text[:count] + end, size, bold) > room:
        count -= 1
    return text[:count]
