"""The last errors of the devices, newest first."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import ErrorsView, Fact, Key
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import FACE, HAIR, INK, INK2, PAPER, Style, Theme

ROWS = 10


def errors(view: ErrorsView, theme: Theme) -> tuple[Part, ...]:
    """Ten rows, as many as the core gives."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme, "" if theme.size.header_date else view.title),
        _list(view.title, view.errors, view.sums, theme),
        _back(view.back, view.also, theme),
    )


def _room(theme: Theme) -> Box:
    return widgets.body(theme).inset(theme.size.margin)


@lru_cache(maxsize=2)
def _list(title: str, facts: tuple[Fact, ...], sums: bool, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _room(theme).less_bottom(size.strong + size.gap)
    if size.header_date:
        sketch.text(room.from_top(size.count_title), title, Style(theme.type.title, True, INK, PAPER))
        room = room.less_top(size.count_title)
    sketch.face(room, theme.look.card, PAPER)
    inner = room.inset(size.inner, size.rule)
    for row, each in zip(inner.rows(ROWS, 0), facts, strict=False):
        if sums:
            widgets.fact(sketch, row, each, theme.type.body, FACE)
        else:
            _error(sketch, row, each)
    return sketch.part("list")


def _error(sketch: Sketch, row: Box, error: Fact) -> None:
    theme = sketch.theme
    time = row.from_left(theme.size.error_time)
    sketch.amount(time, error.label, Style(theme.type.small, False, INK2, FACE), "left")
    words = row.less_left(time.width + theme.size.tight)
    sketch.text(words, error.value, Style(theme.type.small, error.strong, INK, FACE), lines=2)
    sketch.fill(row.from_bottom(1), HAIR)


@lru_cache(maxsize=2)
def _back(back: Key, also: Key | None, theme: Theme) -> Part:
    sketch = Sketch(theme)
    row = _room(theme).from_bottom(theme.size.strong)
    left, cell = row.columns(2, theme.size.gap)
    if also is not None:
        widgets.key(sketch, left, also, theme.look.plain, theme.type.text, PAPER)
    widgets.key(sketch, cell, back, theme.look.strong, theme.type.text, PAPER)
    return sketch.part("back")
