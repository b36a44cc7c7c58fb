"""Badge first, names second; the PIN page in the same place."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, LockedView, PinPage
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import EDGE, FACE, INK, INK2, PAPER, SEAL, Style, Theme


def locked(view: LockedView, theme: Theme) -> tuple[Part, ...]:
    """Left the shop and the time, right the ways in."""
    return (
        widgets.ground(theme, PAPER),
        _shop(view.shop, view.till, view.clock, view.date, view.day, view.school, view.language, theme),
        _pin(view.pin, view.banner is not None, theme) if view.pin is not None else _names(view, theme),
        _banner(view, theme),
    )


@lru_cache(maxsize=4)
def _shop(
    shop: str, till: str, clock: str, date: str, day: str, school: bool, language: Key | None, theme: Theme
) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    panel = Box(0, 0, size.dark, theme.height)
    sketch.fill(panel, theme.slab.face)
    if school:
        sketch.bar(panel.from_top(size.header))
        widgets.school(sketch, panel.from_top(size.header), 1)
    inner = panel.inset(size.inner, 0)
    rest = inner.less_top(max(size.dark_top, size.header + size.tight) if school else size.dark_top)
    sketch.icon("seal", rest.from_top(size.seal).middle(size.seal, size.seal), SEAL, theme.slab.face)
    if language is not None:
        _language_key(sketch, rest if school else panel.less_top(size.margin), language)
    rest = rest.less_top(size.seal + size.inner)
    sketch.text(rest.from_top(size.shop), shop, Style(theme.type.shop, True, FACE, theme.slab.face), "centre", lines=2)
    rest = rest.less_top(size.shop)
    sketch.text(
        rest.from_top(size.facts), till, Style(theme.type.body, False, theme.slab.second, theme.slab.face), "centre"
    )
    rest = rest.less_top(size.facts)
    low = rest.from_bottom(size.day)
    time = rest.less_bottom(low.height).middle(rest.width, size.clock + size.date)
    sketch.amount(time.from_top(size.clock), clock, Style(theme.type.clock, True, FACE, theme.slab.face), "centre")
    sketch.text(time.from_bottom(size.date), date, Style(theme.type.key, False, FACE, theme.slab.face), "centre")
    sketch.text(low, day, Style(theme.type.body, False, theme.slab.second, theme.slab.face), "centre")
    return sketch.part("shop")


def _language_key(sketch: Sketch, room: Box, key: Key) -> None:
    """In the corner left of the seal, where nothing else stands."""
    theme = sketch.theme
    left = theme.size.margin
    beside = (theme.size.dark - theme.size.seal) // 2 - theme.size.tight
    corner = Box(left, room.top, beside, room.top + theme.size.header)
    widgets.key(sketch, corner, key, theme.look.slab, theme.type.key, theme.slab.face)


def _right(theme: Theme) -> Box:
    return Box(theme.size.dark, 0, theme.width, theme.height)


def _names(view: LockedView, theme: Theme) -> Part:
    return _names_part(view.names, view.notice, view.refused, view.banner is not None, theme)


@lru_cache(maxsize=8)
def _names_part(names: tuple[Key, ...], notice: tuple[str, ...], refused: bool, alarm: bool, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme).inset(size.wide, 0)
    room = room.less_top(size.header if alarm else size.dark_top)
    _badge(sketch, room.from_top(size.badge_row))
    sketch.fill(room.less_top(size.badge_row).from_top(1), EDGE)
    rest = room.less_top(size.badge_row + 1)
    label = Style(theme.type.body, True, INK2, PAPER)
    sketch.text(rest.from_top(size.names_label), theme.words.names, label)
    rest = rest.less_top(size.names_label).less_bottom(size.notice + size.wide)
    _name_keys(sketch, rest, names)
    _notice(sketch, Box(room.left, rest.bottom, room.right, rest.bottom + size.notice), notice, refused)
    return sketch.part("names")


def _badge(sketch: Sketch, row: Box) -> None:
    theme = sketch.theme
    size = theme.size
    row = row.less_bottom(size.tight)
    sketch.icon("badge", row.from_left(size.badge).middle(size.badge, size.badge), INK, PAPER)
    words = row.middle(row.width, size.badge - size.inner)
    words = words._replace(left=row.left + size.badge + 2 * size.inner, right=row.right)
    sketch.text(words, theme.words.badge, Style(theme.type.heading, True, INK, PAPER), at="top")
    sketch.text(words, theme.words.reader, Style(theme.type.key, False, INK2, PAPER), at="bottom")


def _name_keys(sketch: Sketch, room: Box, names: tuple[Key, ...]) -> None:
    theme = sketch.theme
    size = theme.size
    rows = max(2, (len(names) + 1) // 2)
    high = min(size.name_row, (room.height + size.gap) // rows - size.gap)
    cells = room.from_top(rows * (high + size.gap) - size.gap).cells(2, rows, size.gap)
    for cell, key in zip(cells, names, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.text, PAPER, lines=1)


def _notice(sketch: Sketch, room: Box, notice: tuple[str, ...], refused: bool) -> None:
    """Sentences; the first is bold, and has the octagon when it is a refusal."""
    if not notice:
        return
    theme = sketch.theme
    for index, (row, text) in enumerate(zip(room.rows(max(2, len(notice)), 0), notice, strict=False)):
        if refused and index == 0:
            widgets.refusal(sketch, row, text, theme.type.body, PAPER)
        else:
            style = Style(theme.type.body, index == 0, INK if index == 0 else INK2, PAPER)
            sketch.text(row, text, style, lines=2)


@lru_cache(maxsize=16)
def _pin(pin: PinPage, alarm: bool, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    right = _right(theme)
    column = right.middle(size.pin_width, theme.height - 2 * size.margin)
    head = right.inset(size.inner, 0).from_top(size.pin_head + size.margin)
    _pin_head(sketch, head.less_top(size.header if alarm else size.margin), pin)
    change = column.from_bottom(size.pin_change)
    pad = column.less_bottom(size.pin_change + size.gap)
    widgets.keypad(sketch, pad._replace(top=head.bottom), pin.keypad, PAPER)
    widgets.key(sketch, change, pin.change, theme.look.plain, theme.type.key, PAPER, size.pad_gap // 2)
    return sketch.part("pin")


def _pin_head(sketch: Sketch, room: Box, pin: PinPage) -> None:
    theme = sketch.theme
    greeting, prompt, dots = room.rows(3, 0)
    sketch.text(greeting, pin.greeting, Style(theme.type.title, True, INK, PAPER), "centre")
    if pin.refusal:
        centred = prompt.middle(theme.size.pin_width, prompt.height)
        widgets.refusal(sketch, centred, pin.refusal, theme.type.body, PAPER)
    else:
        sketch.text(prompt, pin.prompt, Style(theme.type.key, False, INK2, PAPER), "centre")
    side = theme.size.pin_dot
    row = dots.middle(pin.dots * 2 * side - side, side)
    for index in range(pin.dots):
        spot = row.less_left(index * 2 * side).from_left(side)
        sketch.icon("dot" if index < pin.typed else "circle", spot, INK, PAPER)


def _banner(view: LockedView, theme: Theme) -> Part:
    sketch = Sketch(theme)
    if view.banner is not None:
        widgets.banner(sketch, _right(theme).from_top(theme.size.header), view.banner)
    return sketch.part("banner")
