"""After the flush: the change in large, the seal, and the question of the law."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, PrintView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.measures import Sizes
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.text import capitals, width
from appliance.display.theme import FACE, INK, INK2, PAPER, SEAL, Style, Theme

EURO = "\u00a0€"


def printing(view: PrintView, theme: Theme) -> tuple[Part, ...]:
    """Nothing of this screen is drawn before the journal has it."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _change(view.title, view.amount, view.given, view.total, view.sealed, theme),
        _question(view.print, view.decline, theme),
    )


@lru_cache(maxsize=8)
def _change(title: str, amount: str, given: str, total: str, sealed: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    slab = widgets.body(theme).less_bottom(size.question)
    sketch.fill(slab, theme.slab.face)
    head = slab.from_top(size.change_title)
    _facts(sketch, head.inset(size.inner, size.tight), (total, given))
    sketch.text(head, title, Style(theme.type.heading, True, FACE, theme.slab.face), "centre")
    low = slab.from_bottom(size.sealed)
    _large(sketch, Box(slab.left, head.bottom, slab.right, low.top).inset(size.wide, 0), amount)
    _sealed(sketch, low, sealed)
    if title == theme.words.change:
        sketch.figure("change", amount)
    sketch.figure("total", total)
    return sketch.part("change")


def _facts(sketch: Sketch, room: Box, facts: tuple[str, ...]) -> None:
    theme = sketch.theme
    style = Style(theme.type.body, False, theme.slab.second, theme.slab.face)
    row = room.from_left(room.width // 3).from_top(theme.size.facts)
    for text in filter(None, facts):
        sketch.text(row, text, style)
        row = row._replace(top=row.bottom, bottom=row.bottom + theme.size.facts)


def _large(sketch: Sketch, room: Box, amount: str) -> None:
    """Figure by figure, so that only ten masks of this size are ever kept; the euro sign is smaller."""
    figures = amount.removesuffix(EURO)
    theme = sketch.theme
    sizes = theme.type.change
    size = next((each for each in sizes if _wide(figures, each, theme) <= room.width), sizes[-1])
    top = room.top + (room.height - capitals(size)) // 2
    pen = room.left + (room.width - _wide(figures, size, theme)) // 2
    line = Box(room.left, top, room.right, top + capitals(size))
    style = Style((size,), True, FACE, theme.slab.face)
    sketch.said(amount)
    for figure in figures:
        wide = width(figure, size, True)
        if not figure.isspace():
            sketch.piece(Box(pen, line.top, pen + wide, line.bottom), figure, size, style)
        pen += wide
    if amount.endswith(EURO):
        small = _euro(size, theme)
        pen += width(EURO, small, True) - width("€", small, True)
        sketch.piece(Box(pen, line.top, line.right, line.bottom), "€", small, style)


def _euro(size: int, theme: Theme) -> int:
    return size * theme.size.euro_share // 100


def _wide(figures: str, size: int, theme: Theme) -> int:
    return width(figures, size, True) + width(EURO, _euro(size, theme), True)


def _sealed(sketch: Sketch, row: Box, sealed: str) -> None:
    theme = sketch.theme
    if not sealed:
        return
    side, tight = theme.size.seal_mark, theme.size.tight
    sizes: Sizes = theme.type.key
    wide = side + tight + width(sealed, sizes[0], True)
    both = row.middle(min(wide, row.width - 2 * theme.size.inner), row.height)
    sketch.icon("seal", both.from_left(side).middle(side, side), SEAL, theme.slab.face)
    sketch.text(both.less_left(side + tight), sealed, Style(sizes, True, FACE, theme.slab.face))


@lru_cache(maxsize=4)
def _question(yes: Key, no: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = widgets.body(theme).from_bottom(size.question).inset(size.margin, 0)
    keys = room.less_bottom(size.margin).from_bottom(size.print_key)
    head = room._replace(bottom=keys.top).inset(size.tight, 0)
    asked = sketch.text(head, theme.words.question, Style(theme.type.key, True, INK, PAPER))
    hint = head.less_left(asked.width + size.inner)
    sketch.text(hint, theme.words.next_article, Style(theme.type.small, False, INK2, PAPER), "right")
    left = keys.from_left(keys.width * size.print_share // 100)
    right = keys.less_left(left.width + size.gap)
    shown = Key(yes.label, yes.act, yes.detail, yes.icon or "printer")
    widgets.key(sketch, left, shown, theme.look.plain, theme.type.strong, PAPER)
    widgets.key(sketch, right, no, theme.look.action, theme.type.strong, PAPER)
    return sketch.part("question")
