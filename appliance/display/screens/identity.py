"""A machine that is no till yet: the QR of its identity left, on white; right what is missing until it is one."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.act import Act
from appliance.core.view import Fact, Key
from appliance.core.view_blank import IdentityView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.qr import matrix
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import DANGER, FACE, INK, PAPER, Style, Theme

QUIET = 4  # modules (ISO/IEC 18004, 9.1)


def identity(view: IdentityView, theme: Theme) -> tuple[Part, ...]:
    return (
        widgets.ground(theme, PAPER),
        _qr(view.qr, theme),
        _words(view.title, tuple(zip(view.labels, view.values, strict=True)), view.missing, _sentences(view), theme),
        _language(view.language, view.act, theme),
    )


def _sentences(view: IdentityView) -> tuple[str, ...]:
    """What was refused, where, and what to do."""
    return (*view.notice[:1], *filter(None, (view.detail,)), *view.notice[1:])


def _square(theme: Theme) -> Box:
    """In a column that leaves the words as much as the QR."""
    side = min(theme.height - 2 * theme.size.margin, theme.width * 9 // 20)
    column = Box(0, 0, side + 2 * theme.size.margin, theme.height)
    return column.middle(side, side)


@lru_cache(maxsize=2)
def _qr(text: str, theme: Theme) -> Part:
    """Whole pixels a module: what is left over is part of the quiet zone."""
    sketch = Sketch(theme)
    modules, square = matrix(text), _square(theme)
    sketch.fill(square, FACE)
    step = square.width // (len(modules) + 2 * QUIET)
    inner = square.middle(step * len(modules), step * len(modules))
    for row, cells in enumerate(modules):
        for first, last in _runs(cells):
            top = inner.top + row * step
            sketch.fill(Box(inner.left + first * step, top, inner.left + last * step, top + step), INK)
    sketch.said(text)
    return sketch.part("qr")


def _runs(cells: tuple[bool, ...]) -> list[tuple[int, int]]:
    found, start = [], -1
    for column, dark in enumerate((*cells, False)):
        if dark and start < 0:
            start = column
        elif not dark and start >= 0:
            found.append((start, column))
            start = -1
    return found


def _room(theme: Theme) -> Box:
    left = _square(theme).right + theme.size.wide
    return Box(left, theme.size.margin, theme.width - theme.size.margin, theme.height - theme.size.margin)


@lru_cache(maxsize=4)
def _words(
    title: str, facts: tuple[tuple[str, str], ...], missing: tuple[str, ...], notice: tuple[str, ...], theme: Theme
) -> Part:
    sketch, size = Sketch(theme), theme.size
    room = _room(theme).less_bottom(size.message_key + size.gap)
    head = 2 * size.facts
    sketch.text(room.from_top(head), title, Style(theme.type.title, True, INK, PAPER))
    room = room.less_top(head + size.gap)
    for label, value in facts:
        sketch.face(room.from_top(size.facts + size.tight), theme.look.card, PAPER)
        row = room.from_top(size.facts + size.tight).inset(size.tight, 0)
        widgets.fact(sketch, row, Fact(label, value), theme.type.body, FACE, rule=False)
        room = room.less_top(size.facts + size.tight + size.gap)
    room = room.less_top(size.tight)
    for sentence in missing[:1] if notice else missing:
        stands = sketch.text(room, sentence, Style(theme.type.text, False, INK, PAPER), at="top", lines=3)
        room = room.less_top(stands.height + size.inner)
    for at, sentence in enumerate(notice):
        style = Style(theme.type.text, at == 0, DANGER if at == 0 else INK, PAPER)
        if at == 0:
            sketch.icon("octagon", room.from_top(size.sign).from_left(size.sign), DANGER, PAPER)
        words = room.less_left(size.sign + size.tight)
        stands = sketch.text(words, sentence, style, at="top", lines=3)
        room = room.less_top(stands.height + size.inner)
    return sketch.part("words")


@lru_cache(maxsize=4)
def _language(name: str, act: Act, theme: Theme) -> Part:
    sketch, room = Sketch(theme), _room(theme)
    cell = room.from_bottom(theme.size.message_key).from_right(room.width // 2)
    widgets.key(sketch, cell, Key(name, act), theme.look.plain, theme.type.key, PAPER)
    return sketch.part("language")
