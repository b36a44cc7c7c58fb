"""One past ticket: what of it is picked left, reason and what to do with it right."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, PickRow, PickView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import EDGE, FACE, INK, INK2, PAPER, SELBAR, Style, Theme

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
    look = theme.look.mute if row.act is None else theme.look.picked if row.picked else theme.look.plain
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.less_bottom(look.lip_height).inset(theme.size.inner, 0)
    side = theme.size.sign
    if row.act is not None:
        sign = "check" if row.picked else "circle"
        sketch.icon(sign, inner.from_left(side).middle(side, side), SELBAR if row.picked else EDGE, look.face)
    inner = inner.less_left(side + theme.size.tight)
    shown = row.note or row.amount
    amount = sketch.amount(inner, shown, Style(theme.type.key, not row.note, look.ink, look.face))
    label = inner._replace(right=amount.left - theme.size.tight)
    sketch.text(label, row.label, Style(theme.type.key, True, look.ink, look.face), lines=2)
    if row.act is not None:
        sketch.hit(mark, box, row.label, row.act, look, theme.size.gap // 2)


@lru_cache(maxsize=4)
def _pages(newer: Key | None, older: Key | None, back: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    cells = _left(theme).from_bottom(theme.size.strong).columns(3, theme.size.gap)
    widgets.key(sketch, cells[0], back, theme.look.plain, theme.type.key, PAPER)
    for cell, key, icon in ((cells[1], newer, "up"), (cells[2], older, "down")):
        if key is not None:
            shown = Key(key.label, key.act, key.detail, key.icon or icon)
            widgets.key(sketch, cell, shown, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("pages")


@lru_cache(maxsize=4)
def _reasons(reasons: tuple[Key, ...], reason: int, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme)
    room = room.from_top(room.height * 45 // 100)
    sketch.text(room.from_top(size.menu_head), theme.words.reason, Style(theme.type.body, True, INK2, PAPER))
    cells = room.less_top(size.menu_head).cells(2, (REASONS + 1) // 2, size.gap)
    for place, (cell, key) in enumerate(zip(cells, reasons, strict=False)):
        look = theme.look.strong if place == reason else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.body, PAPER)
    return sketch.part("reasons")


def _means(sketch: Sketch, room: Box, keys: tuple[Key, ...]) -> None:
    """The usual one is the next step; the others stand above it."""
    theme, size = sketch.theme, sketch.theme.size
    first, *others = keys or (Key("", None),)
    widgets.key(sketch, room.from_bottom(size.strong), first, theme.look.action, theme.type.strong, PAPER)
    cells = room.less_bottom(size.strong + size.gap).columns(max(1, len(others)), size.gap)
    arrange: widgets.Arrange = "above" if cells[0].height > size.strong else "beside"
    for cell, key in zip(cells, others, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER, arrange=arrange)


@lru_cache(maxsize=4)
def _slab(field: str, total: str, keys: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme)
    room = room.less_top(room.height * 45 // 100 + size.gap)
    head = room.from_top(size.field)
    sketch.face(head, theme.look.panel, PAPER)
    inner = head.inset(size.inner, 0)
    stands = sketch.amount(inner, total, Style(theme.type.title, True, FACE, theme.slab.face))
    words = inner._replace(right=stands.left - size.tight)
    sketch.text(words, field, Style(theme.type.key, True, FACE, theme.slab.face), lines=2)
    _means(sketch, room.less_top(size.field + size.gap), keys)
    return sketch.part("slab")
