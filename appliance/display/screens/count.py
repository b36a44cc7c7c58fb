"""Counting the drawer: notes, coins, keypad. What is expected is not shown before the count is given."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import CountView, Denomination, Header, Key, Keypad
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import FACE, INK, INK2, MUTE, PAPER, Style, Theme

TIMES = "×"


def count(view: CountView, theme: Theme) -> tuple[Part, ...]:
    """Each row is memoised: a digit redraws one row, the field and the sum."""
    return (
        widgets.ground(theme, PAPER),
        _header(view.header, view.step, theme),
        _title(view.step, theme),
        _rows(view.notes, view.coins, theme),
        _counted(view.counted, theme),
        _field(view.field, view.typed, theme),
        _pad(view.keypad, view.back, view.follow, view.next, theme),
    )


def _header(header: Header, step: str, theme: Theme) -> Part:
    return widgets.header(header, theme, "" if theme.size.count_title else f"{theme.words.count}, {step}")


def _right(theme: Theme) -> Box:
    return widgets.body(theme).from_right(theme.size.count_pad + theme.size.margin + theme.size.pad_gap)


def _left(theme: Theme) -> Box:
    size = theme.size
    room = widgets.body(theme).less_right(_right(theme).width).less_bottom(size.margin)
    return Box(room.left + size.margin, room.top, room.right - size.pad_gap, room.bottom)


def _columns(theme: Theme) -> tuple[Box, ...]:
    size = theme.size
    room = _left(theme).less_top(size.count_title + size.margin)
    return room.columns(2, size.margin)


@lru_cache(maxsize=4)
def _title(step: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    if size.count_title:
        row = _left(theme).less_top(size.tight).from_top(size.count_title)
        sketch.text(row, theme.words.count, Style(theme.type.title, True, INK, PAPER))
        sketch.text(row, step, Style(theme.type.body, False, INK2, PAPER), "right")
    return sketch.part("title")


@lru_cache(maxsize=8)
def _rows(notes: tuple[Denomination, ...], coins: tuple[Denomination, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    left, right = _columns(theme)
    for column, kinds in ((left, notes), (right, coins)):
        for row, kind in zip(column.rows(theme.rows_counted, theme.size.count_gap), kinds, strict=False):
            _row(sketch, row, kind)
    return sketch.part("rows")


def _row(sketch: Sketch, box: Box, kind: Denomination) -> None:
    theme = sketch.theme
    size = theme.size
    look = theme.look.chosen if kind.current else theme.look.row
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.inset(size.inner, 0)
    middle = inner.left + inner.width * size.times // 100
    strong = Style(theme.type.key, True, INK, look.face)
    sketch.amount(inner._replace(right=middle - size.inner), kind.label, strong, "left")
    quiet = Style(theme.type.body, False, INK2, look.face)
    times = inner._replace(left=middle - size.tight, right=middle + size.tight)
    sketch.amount(times, TIMES, quiet, "centre")
    number = Box(times.right, inner.top, times.right + size.number, inner.bottom)
    colour = INK2 if kind.count in ("", "0") else INK
    stands = sketch.amount(number, kind.count, strong._replace(colour=colour))
    amount = inner._replace(left=max(number.right, stands.right) + size.tight)
    sketch.amount(amount, kind.amount, quiet)
    sketch.hit(mark, box, kind.label, kind.act, look, size.count_gap // 2)


@lru_cache(maxsize=4)
def _counted(counted: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    box = _columns(theme)[0].rows(theme.rows_counted, size.count_gap)[-1]
    sketch.face(box, theme.look.panel, PAPER)
    inner = box.inset(size.inner, 0)
    stands = sketch.amount(
        inner.less_left(inner.width // 4), counted, Style(theme.type.sum, True, FACE, theme.slab.face)
    )
    words = inner._replace(right=stands.left - size.tight)
    sketch.text(words, theme.words.counted, Style(theme.type.key, True, FACE, theme.slab.face))
    sketch.figure("counted", counted)
    return sketch.part("counted")


@lru_cache(maxsize=8)
def _field(field: str, typed: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    right = _right(theme)
    sketch.fill(right, MUTE)
    box = _tower(theme).from_top(size.count_field)
    sketch.face(box, theme.look.current, MUTE)
    inner = box.inset(size.inner, 0)
    stands = sketch.amount(inner.less_left(inner.width // 2), typed, Style(theme.type.sum, True, INK, FACE))
    words = inner._replace(right=stands.left - size.tight)
    sketch.text(words, field, Style(theme.type.body, True, INK, FACE), lines=2)
    sketch.figure("typed", typed)
    return sketch.part("field")


def _tower(theme: Theme) -> Box:
    """The right column between its margins."""
    size = theme.size
    right = _right(theme)
    return Box(
        right.left + size.pad_gap, right.top + size.margin, right.right - size.margin, right.bottom - size.margin
    )


@lru_cache(maxsize=4)
def _pad(keypad: Keypad, back: Key, follow: Key, following: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    tower = _tower(theme)
    strong = tower.from_bottom(size.strong)
    row = tower.less_bottom(size.strong + size.pad_gap).from_bottom(size.count_follow)
    pad = Box(tower.left, tower.top + size.count_field + size.pad_gap, tower.right, row.top - size.pad_gap)
    widgets.keypad(sketch, pad, keypad, MUTE)
    reach = size.pad_gap // 2
    third = row.columns(3, size.pad_gap)[0]
    word = Key(back.label, back.act)  # no room for its arrow
    widgets.key(sketch, third, word, theme.look.plain, theme.type.body, MUTE, reach, lines=1)
    rest = row.less_left(third.width + size.pad_gap)
    widgets.key(sketch, rest, follow, theme.look.plain, theme.type.body, MUTE, reach)
    widgets.key(sketch, strong, following, theme.look.action, theme.type.strong, MUTE, reach)
    return sketch.part("pad")
