"""One number typed: facts or reasons left, the field on the slab, keypad and blue key right."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import EntryView, Fact, Key, Keypad
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import FACE, INK, MUTE, PAPER, Style, Theme


def entry(view: EntryView, theme: Theme) -> tuple[Part, ...]:
    """The slab is its own part: a digit rebuilds nothing else."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _page(view.title, view.facts, view.choices, view.chosen, theme),
        _slab(view.field, view.typed, view.refusal, theme),
        _back(view.back, view.beside, theme),
        _pad(view.keypad, view.next, theme),
    )


def _left(theme: Theme) -> Box:
    return widgets.body(theme).less_right(theme.size.pad + 2 * theme.size.margin).inset(theme.size.wide, 0)


def _slab_box(theme: Theme) -> Box:
    size = theme.size
    low = _left(theme).less_bottom(size.margin + size.strong + size.refusal)
    return low.from_bottom(size.entry_slab)


@lru_cache(maxsize=16)
def _page(title: str, facts: tuple[Fact, ...], choices: tuple[Key, ...], chosen: int, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _left(theme)._replace(bottom=_slab_box(theme).top - size.margin)
    sketch.text(room.from_top(size.title), title, Style(theme.type.heading, True, INK, PAPER))
    room = room.less_top(size.title)
    for each in facts:
        widgets.fact(sketch, room.from_top(size.fact), each, theme.type.body, PAPER)
        room = room.less_top(size.fact)
    if choices:
        _choices(sketch, room.less_top(size.tight if facts else 0), choices, chosen)
    return sketch.part("page")


def _choices(sketch: Sketch, room: Box, choices: tuple[Key, ...], chosen: int) -> None:
    theme = sketch.theme
    size = theme.size
    columns = size.choice_columns
    rows = max(2, -(-len(choices) // columns))
    high = min(size.choice, (room.height + size.gap) // rows - size.gap)
    if high < theme.pixels(theme.least):
        columns, rows = columns + 1, max(2, -(-len(choices) // (columns + 1)))
        high = min(size.choice, (room.height + size.gap) // rows - size.gap)
    area = room.from_top(rows * (high + size.gap) - size.gap)
    for index, (cell, key) in enumerate(zip(area.cells(columns, rows, size.gap), choices, strict=False)):
        look = theme.look.strong if index == chosen else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.key, PAPER)


@lru_cache(maxsize=16)
def _slab(field: str, typed: str, refusal: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    box = _slab_box(theme)
    sketch.face(box, theme.look.panel, PAPER)
    inner = box.inset(theme.size.inner, 0)
    room = inner.less_left(inner.width // 3)
    value = sketch.amount(room, typed, Style(theme.type.total, True, FACE, theme.slab.face))
    words = inner._replace(right=value.left - theme.size.tight)
    sketch.text(words, field, Style(theme.type.text, True, FACE, theme.slab.face), lines=2)
    sketch.figure("typed", typed)
    if refusal:
        low = Box(box.left, box.bottom, box.right, box.bottom + theme.size.refusal)
        widgets.refusal(sketch, low, refusal, theme.type.body, PAPER)
    return sketch.part("field")


@lru_cache(maxsize=8)
def _back(back: Key | None, beside: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    keys = (back, *beside) if back is not None else beside
    row = _left(theme).less_bottom(theme.size.margin).from_bottom(theme.size.strong)
    for cell, key in zip(row.columns(max(1, len(keys)), theme.size.gap), keys, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("back")


@lru_cache(maxsize=8)
def _pad(keypad: Keypad, following: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    ground = widgets.body(theme).from_right(size.pad + 2 * size.margin)
    sketch.fill(ground, MUTE)
    room = ground.inset(size.margin)
    widgets.keypad(sketch, room.less_bottom(size.strong + size.margin), keypad, MUTE)
    widgets.key(sketch, room.from_bottom(size.strong), following, theme.look.action, theme.type.strong, MUTE)
    return sketch.part("pad")
