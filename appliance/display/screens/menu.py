"""Plus: what is rare, in columns of keys; the ticket's undoing bottom left, the way back wide."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, MenuColumn, MenuView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import INK, INK2, PAPER, Style, Theme

ROWS = 3  # at least: keys keep their size in a short menu


def menu(view: MenuView, theme: Theme) -> tuple[Part, ...]:
    """On a small panel the title stands in the header."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme, "" if theme.size.header_date else view.title),
        _columns(view.title, view.columns, theme),
        _low(view.danger, view.back, max(1, len(view.columns)), theme),
    )


def _room(theme: Theme) -> Box:
    return widgets.body(theme).inset(theme.size.margin)


@lru_cache(maxsize=4)
def _columns(title: str, columns: tuple[MenuColumn, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _room(theme).less_bottom(size.message_key + size.gap)
    if size.header_date:
        sketch.text(room.from_top(size.count_title), title, Style(theme.type.title, True, INK, PAPER))
        room = room.less_top(size.count_title)
    rows = max(ROWS, *(len(column.keys) for column in columns)) if columns else ROWS
    for box, column in zip(room.columns(max(1, len(columns)), size.gap), columns, strict=False):
        sketch.text(box.from_top(size.menu_head), column.title, Style(theme.type.body, True, INK2, PAPER))
        for cell, key in zip(box.less_top(size.menu_head).rows(rows, size.gap), column.keys, strict=False):
            widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("columns")


@lru_cache(maxsize=4)
def _low(danger: Key | None, back: Key, columns: int, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    row = _room(theme).from_bottom(size.message_key)
    cell = row.columns(max(2, columns), size.gap)[0]
    if danger is not None:
        widgets.key(sketch, cell, danger, theme.look.danger, theme.type.key, PAPER)
    rest = row.less_left(cell.width + size.gap)
    widgets.key(sketch, rest, back, theme.look.strong, theme.type.text, PAPER)
    return sketch.part("low")
