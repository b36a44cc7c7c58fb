"""One past ticket: what of it is picked left, reason and what to do with it right."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, PickRow, PickView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import INK, INK2, PAPER, Style, Theme

ROWS = 6
REASONS = 5


def pick(view: PickView, theme: Theme) -> tuple[Part, ...]:
    """On a small panel the title stands in the header."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme, "" if theme.size.header_date else view.title),
        _rows(view.title, view.rows, theme),
        _pages(view.newer, view.older, view.back, theme),
        _reasons(view.reasons, view.reason, theme),
        _slab(view.field, view.total, view.keys, theme),
    )


def _room(theme: Theme) -> Box:
    return widgets.body(theme).inset(theme.size.margin)


def _left(theme: Theme) -> Box:
    room = _room(theme)
    return room.from_left(room.width * 56 // 100)


def _right(theme: Theme) -> Box:
    return _room(theme).less_left(_left(theme).width + theme.size.margin)


@lru_cache(maxsize=4)
def _rows(title: str, rows: tuple[PickRow, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _left(theme).less_bottom(size.strong + size.gap)
    if size.header_date:
        sketch.text(room.from_top(size.count_title), title, Style(theme.type.title, True, INK, PAPER))
        room = room.less_top(size.count_title)
    for cell, row in zip(room.rows(ROWS, size.gap), rows, strict=False):
        _row(sketch, cell, row)
    return sketch.part("rows")


def _row(sketch: Sketch, box: Box, row: PickRow) -> None:
    theme = sketch.theme
    look = theme.look.mute if row.act is None else theme.look.here if row.picked else theme.look.plain
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.less_bottom(look.lip_height).inset(theme.size.inner, 0)
    label, amount = inner.less_right(inner.width // 3), inner.from_right(inner.width // 3)
    sketch.text(label, row.label, Style(theme.type.key, True, look.ink, look.face), lines=2)
    shown = row.note or row.amount
    sketch.amount(amount, shown, Style(theme.type.key, not row.note, look.ink, look.face))
    if row.act is not None:
        sketch.hit(mark, box, row.label, row.act, look, theme.size.gap // 2)


@lru_cache(maxsize=4)
def _pages(newer: Key | None, older: Key | None, back: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    cells = _left(theme).from_bottom(theme.size.strong).columns(3, theme.size.gap)
    widgets.key(sketch, cells[0], back, theme.look.plain, theme.type.key, PAPER)
    for cell, key in ((cells[1], newer), (cells[2], older)):
        if key is not None:
            widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("pages")


@lru_cache(maxsize=4)
def _reasons(reasons: tuple[Key, ...], reason: int, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme)
    room = room.from_top(room.height * 45 // 100)
    cells = room.cells(2, (REASONS + 1) // 2, size.gap)
    for place, (cell, key) in enumerate(zip(cells, reasons, strict=False)):
        look = theme.look.here if place == reason else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.body, PAPER)
    return sketch.part("reasons")


@lru_cache(maxsize=4)
def _slab(field: str, total: str, keys: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme)
    room = room.less_top(room.height * 45 // 100 + size.gap)
    head = room.from_top(size.row)
    sketch.text(head, field, Style(theme.type.key, True, INK2, PAPER))
    sketch.amount(head, total, Style(theme.type.title, True, INK, PAPER))
    rest = room.less_top(size.row + size.gap)
    first, *others = keys or (Key("", None),)
    strong = rest.from_bottom(size.strong)
    widgets.key(sketch, strong, first, theme.look.strong, theme.type.text, PAPER)
    cells = rest.less_bottom(size.strong + size.gap).columns(max(1, len(others)), size.gap)
    for cell, key in zip(cells, others, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("slab")
