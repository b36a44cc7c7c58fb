"""A question that must be answered: sign, title, sentences, the thing concerned, keys with the safe way out right."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, MessageView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import DANGER, INK, INK2, PAPER, Style, Theme

IN_A_ROW = 4


def message(view: MessageView, theme: Theme) -> tuple[Part, ...]:
    """Red rule and octagon when something is refused, ink and triangle when it is only asked."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _said(view.title, view.text, view.thing, view.grave, len(view.keys), theme),
        _keys(view.keys, theme),
    )


def _room(theme: Theme) -> Box:
    size = theme.size
    return widgets.body(theme).inset(size.wide, 0).less_bottom(size.wide - size.pad_gap)


def _key_rows(count: int) -> int:
    return 1 if count <= IN_A_ROW else 2


@lru_cache(maxsize=8)
def _said(title: str, text: tuple[str, ...], thing: str, grave: bool, keys: int, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    colour = DANGER if grave else INK
    sketch.fill(widgets.body(theme).from_top(size.message_rule), colour)
    room = _room(theme).less_top(size.message_top)
    head = room.from_top(size.octagon)
    mark = head.from_left(size.octagon)
    sketch.icon("octagon" if grave else "triangle", mark, colour, PAPER)
    words = head.less_left(size.octagon + size.wide)
    _title(sketch, words, title, thing)
    foot = _key_rows(keys) * (size.message_key + size.gap)
    low = room.less_top(size.octagon + size.message_line).less_bottom(foot)
    _sentences(sketch, low, text)
    return sketch.part("said")


def _title(sketch: Sketch, words: Box, title: str, thing: str) -> None:
    theme = sketch.theme
    style = Style(theme.type.message, True, INK, PAPER)
    if not thing:
        sketch.text(words, title, style, lines=2)
        return
    upper = words.less_bottom(words.height * 2 // 5)
    sketch.text(upper, title, style)
    lower = words._replace(top=upper.bottom)
    sketch.text(lower, thing, Style(theme.type.thing, False, INK2, PAPER), lines=2)


def _sentences(sketch: Sketch, room: Box, text: tuple[str, ...]) -> None:
    theme = sketch.theme
    style = Style(theme.type.text, False, INK, PAPER)
    for sentence in text:
        stands = sketch.text(room, sentence, style, at="top", lines=3)
        room = room.less_top(stands.height + theme.size.message_line // 2)


@lru_cache(maxsize=8)
def _keys(keys: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    if not keys:
        return sketch.part("keys")
    for cell, key in zip(_cells(len(keys), theme), keys, strict=True):
        look = theme.look.strong if key is keys[-1] else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.text, PAPER)
    return sketch.part("keys")


def _cells(count: int, theme: Theme) -> list[Box]:
    """One row; or a row of choices above and the rest beside the way out."""
    size = theme.size
    room = _room(theme)
    low = room.from_bottom(size.message_key)
    if _key_rows(count) == 1:
        return list(widgets.with_wide_last(low, count, size.gap))
    upper = room.less_bottom(size.message_key + size.gap).from_bottom(size.message_key)
    first = -(-(count + 1) // 2)
    cells = [*upper.columns(first, size.gap), *low.columns(first, size.gap)]
    last = low._replace(left=cells[count - 1].left)
    return [*cells[: count - 1], last]
