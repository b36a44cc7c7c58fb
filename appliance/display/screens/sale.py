"""The counter: rail, grid, functions, basket, slab."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import BasketLine, Category, Key, LineState, SaleView, Tile
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.text import capitals, fit, width
from appliance.display.theme import (
    ADD,
    ADDBAR,
    DANGER,
    EDGE,
    FACE,
    HAIR,
    INK,
    INK2,
    LIPS,
    MUTE,
    PAPER,
    SEL,
    SELBAR,
    VOID,
    Colour,
    Style,
    Theme,
)

GROUNDS: dict[LineState, tuple[Colour, Colour]] = {
    LineState.PLAIN: (FACE, FACE),
    LineState.ADDED: (ADD, ADDBAR),
    LineState.SELECTED: (SEL, SELBAR),
    LineState.VOID: (FACE, FACE),
}


def sale(view: SaleView, theme: Theme) -> tuple[Part, ...]:
    """Parts are cut so that a ring rebuilds the basket and the slab only."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _rail(view.categories, theme),
        _grid(view.tiles, view.page, theme),
        _functions(view.functions, theme),
        _basket(view.lines, view.above, view.articles, view.actions, theme),
        _actions(view.actions, theme),
        _slab(view.total, view.pay, view.pending, view.articles, theme),
    )


def _left(theme: Theme) -> Box:
    size = theme.size
    return widgets.body(theme).less_right(size.basket).inset(size.margin)


def _field(theme: Theme) -> Box:
    """The grid and the functions below it."""
    return _left(theme).less_left(theme.size.rail + theme.size.margin - theme.size.rule)


def _right(theme: Theme) -> Box:
    return widgets.body(theme).from_right(theme.size.basket)


@lru_cache(maxsize=16)
def _rail(categories: tuple[Category, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    cells = _left(theme).from_left(theme.size.rail).rows(theme.grid.categories, theme.size.pad_gap)
    for cell, category in zip(cells, categories, strict=False):
        _category(sketch, cell, category)
    return sketch.part("rail")


def _category(sketch: Sketch, box: Box, category: Category) -> None:
    theme = sketch.theme
    size, lip = theme.size, LIPS[category.colour % len(LIPS)]
    look = theme.look.here if category.current else theme.look.plain
    if not size.chip and not category.current:
        look = theme.look.article(lip, size.article_lip)
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.less_bottom(look.lip_height).inset(size.edge, 0)
    if size.chip:
        chip = inner.from_left(size.chip).inset(0, inner.height // 4)
        sketch.fill(chip, look.ink if category.current else lip)
        inner = inner.less_left(size.chip + size.edge)
    sketch.text(inner, category.label, Style(theme.type.body, True, look.ink, look.face), lines=2)
    sketch.hit(mark, box, category.label, category.act, look, size.pad_gap // 2)


@lru_cache(maxsize=32)
def _grid(tiles: tuple[Tile | None, ...], page: Key | None, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _field(theme).less_bottom(size.functions + size.gap)
    cells = room.cells(theme.grid.columns, theme.grid.rows, size.gap)
    places = cells[:-1] if page is not None else cells
    for cell, tile in zip(places, tiles, strict=False):
        if tile is not None:
            _tile(sketch, cell, tile)
    if page is not None:
        widgets.key(sketch, cells[-1], page, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("grid")


def _tile(sketch: Sketch, box: Box, tile: Tile) -> None:
    theme = sketch.theme
    size = theme.size
    look = theme.look.article(LIPS[tile.colour % len(LIPS)], size.article_lip)
    if tile.act is None:
        look = theme.look.mute._replace(lip_height=size.article_lip)
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.less_bottom(look.lip_height + size.foot).inset(size.tight, 0).less_top(size.cap)
    price = inner.from_bottom(size.price)
    label = inner.less_bottom(size.price)._replace(right=box.right - size.tight // 2)
    sketch.text(label, tile.label, Style(theme.type.tile, True, look.ink, look.face), at="top", lines=3)
    colour = VOID if tile.act is None else INK2
    style = Style(theme.type.tile, False, colour, look.face)
    if tile.act is None:
        _sold_out(sketch, price, tile.price, style)
    else:
        sketch.amount(price, tile.price, style, at="bottom")
        sketch.hit(mark, box, tile.label, tile.act, look, size.gap // 2)


def _sold_out(sketch: Sketch, row: Box, price: str, style: Style) -> None:
    """The word first; the price only where both have room."""
    word = Style(sketch.theme.type.small, True, style.colour, style.ground)
    stands = sketch.text(row, sketch.theme.words.sold_out, word, at="bottom")
    rest = row.less_left(stands.width + sketch.theme.size.tight // 2)
    if width(price, style.sizes[-1], style.bold) <= rest.width:
        sketch.amount(rest, price, style, at="bottom")
    else:
        sketch.said(price)


@lru_cache(maxsize=8)
def _functions(functions: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    row = _field(theme).from_bottom(theme.size.functions)
    for cell, key in zip(row.columns(max(1, len(functions)), theme.size.gap), functions, strict=True):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.key, PAPER)
    return sketch.part("functions")


@lru_cache(maxsize=16)
def _basket(
    lines: tuple[BasketLine, ...], above: Key | None, articles: str, actions: tuple[Key, ...], theme: Theme
) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _right(theme).less_bottom(size.slab)
    sketch.fill(room, FACE)
    sketch.fill(Box(room.left - size.rule, room.top, room.left, theme.height), EDGE)
    if size.basket_head:
        _head(sketch, room.from_top(size.basket_head), articles)
    room = room.less_top(size.basket_head)
    if actions:
        room = room.less_bottom(size.actions)
    if lines or above is not None:
        _rows(sketch, room, lines, above)
    else:
        _empty(sketch, room)
    return sketch.part("basket")


def _head(sketch: Sketch, row: Box, articles: str) -> None:
    theme = sketch.theme
    inner = row.inset(theme.size.inner, 0)
    sketch.text(inner, theme.words.current_ticket, Style(theme.type.small, False, INK2, FACE))
    sketch.text(inner, articles, Style(theme.type.small, True, INK2, FACE), "right")
    sketch.fill(row.from_bottom(1), EDGE)


def _empty(sketch: Sketch, room: Box) -> None:
    theme = sketch.theme
    side = theme.size.octagon // 2
    middle = room.middle(room.width, 2 * theme.size.octagon)
    picture, words = middle.rows(2, 0)
    sketch.icon("bars", picture.middle(side, side), EDGE, FACE)
    first, then = words.from_top(theme.size.row).rows(2, 0)
    sketch.text(first, theme.words.empty, Style(theme.type.key, True, INK2, FACE), "centre")
    sketch.text(then, theme.words.empty_more, Style(theme.type.key, False, INK2, FACE), "centre")


def _rows(sketch: Sketch, room: Box, lines: tuple[BasketLine, ...], above: Key | None) -> None:
    size = sketch.theme.size
    count = room.height // size.row
    cells = [room.less_top(i * size.row).from_top(size.row) for i in range(count)]
    if above is not None:
        _above(sketch, cells.pop(0), above)
    for cell, line in zip(cells, lines[-len(cells) :], strict=False):
        _line(sketch, cell, line)


def _above(sketch: Sketch, row: Box, above: Key) -> None:
    theme = sketch.theme
    mark = sketch.mark
    sketch.fill(row, MUTE)
    inner = row.inset(theme.size.inner, 0)
    side = theme.size.sign
    sketch.icon(
        "down" if above.label.endswith(theme.words.below) else "up", inner.from_left(side).middle(side, side), INK, MUTE
    )
    words = inner.less_left(max(side + theme.size.tight, theme.size.quantity))
    style = Style(theme.type.body, True, INK, MUTE)
    label = above.label.removeprefix("▲").strip()
    fitted = fit(label, style.sizes, (words.width, words.height), 1, style.bold)
    sketch.fitted(words, above.label, fitted, style, "left", "middle")
    if above.act is not None:
        sketch.hit(mark, row, above.label, above.act, theme.look.plain, 0)


def _line(sketch: Sketch, row: Box, line: BasketLine) -> None:
    theme = sketch.theme
    ground, bar = GROUNDS[line.state]
    mark = sketch.mark
    sketch.fill(row, ground)
    if bar != ground:
        sketch.fill(row.from_left(theme.size.bar), bar)
    else:
        sketch.fill(row.from_bottom(1), HAIR)
    _line_words(sketch, row, line, ground)
    if line.act is not None:
        sketch.hit(mark, row, line.label, line.act, theme.look.row, 0)


def _line_words(sketch: Sketch, row: Box, line: BasketLine, ground: Colour) -> None:
    theme = sketch.theme
    void = line.state is LineState.VOID
    strong = line.state in (LineState.ADDED, LineState.SELECTED)
    inner = row.inset(theme.size.inner, theme.size.rule)
    colour = VOID if void else INK
    amount = Style(theme.type.body[:1], not void, colour, ground)
    upper, lower = inner.less_top(theme.size.rule).rows(2, 0)
    sum_room = upper.less_bottom(-theme.size.rule) if line.unit else inner
    stands = sketch.amount(sum_room, line.amount, amount)
    left = stands.left
    if line.unit:
        unit = sketch.amount(lower, line.unit, Style(theme.type.micro, False, INK2, ground))
        left = min(left, unit.left)
    words = _quantity(sketch, inner, line.quantity, Style(theme.type.body, True, colour, ground))
    words = words._replace(right=left - theme.size.tight)
    style = Style(theme.type.body, strong, colour, ground)
    if not void:
        sketch.text(words, line.label, style, lines=2)
        return
    words = words.middle(words.width, theme.size.void)
    label = sketch.text(words, line.label, style, at="top")
    sketch.text(words, theme.words.void, Style(theme.type.micro, True, DANGER, ground), at="bottom")
    _strike(sketch, label)
    _strike(sketch, stands)


def _quantity(sketch: Sketch, inner: Box, quantity: str, style: Style) -> Box:
    """The quantity in its column; a longer one, such as a weight, pushes the label."""
    size = sketch.theme.size
    if not quantity:
        return inner.less_left(size.quantity)
    wide = max(size.quantity - size.tight, width(quantity, style.sizes[0], style.bold))
    sketch.amount(inner.from_left(wide), quantity, style)
    return inner.less_left(wide + size.tight)


def _strike(sketch: Sketch, words: Box) -> None:
    rule = sketch.theme.size.rule
    middle = (words.top + words.bottom) // 2
    sketch.fill(Box(words.left - rule, middle, words.right + rule, middle + rule), VOID)


@lru_cache(maxsize=8)
def _actions(actions: tuple[Key, ...], theme: Theme) -> Part:
    """The keys of the selected line, between list and slab."""
    sketch = Sketch(theme)
    if not actions:
        return sketch.part("actions")
    size = theme.size
    row = _right(theme).less_bottom(size.slab).from_bottom(size.actions)
    sketch.fill(row, SEL)
    sketch.fill(row.from_top(size.rule), SELBAR)
    inner = row.inset(size.margin, size.pad_gap)
    *words, last = actions
    narrow = last.label in ("✕", "×", "")
    if narrow:
        _close(sketch, inner.from_right(size.close), last)
        inner = inner.less_right(size.close + size.gap)
    keys = words if narrow else actions
    for index, (cell, key) in enumerate(zip(inner.columns(max(1, len(keys)), size.gap), keys, strict=False)):
        look = theme.look.danger if index == 0 else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.body, SEL)
    return sketch.part("actions")


def _close(sketch: Sketch, box: Box, key: Key) -> None:
    theme = sketch.theme
    look, side = theme.look.plain, theme.size.icon
    mark = sketch.mark
    sketch.face(box, look, SEL)
    sketch.icon("cross", box.less_bottom(look.lip_height).middle(side, side), look.ink, look.face)
    sketch.said(key.label)
    if key.act is not None:
        sketch.hit(mark, box, key.label, key.act, look, theme.size.gap // 2)


@lru_cache(maxsize=16)
def _slab(total: str, pay: Key, pending: str, articles: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    slab = _right(theme).from_bottom(size.slab)
    sketch.fill(slab, theme.slab.face)
    row = slab.less_bottom(size.strong + size.margin).inset(size.inner, 0)
    under = pending or ("" if size.basket_head else articles)
    word = Style(theme.type.text, True, FACE, theme.slab.face)
    tag = width(pending, theme.type.key[0], True) + 2 * size.tight if pending else 0
    room = row.less_left(max(width(theme.words.total, word.sizes[0], True), tag) + size.tight)
    stands = sketch.amount(room, total, Style(theme.type.total, True, FACE, theme.slab.face))
    left = row._replace(right=stands.left - size.tight)
    _total_word(sketch, left, under, bool(pending), word)
    sketch.figure("total", total)
    key = slab.less_top(row.height).inset(size.margin, 0).less_bottom(size.margin)
    widgets.key(sketch, key, pay, theme.look.pay, theme.type.strong, theme.slab.face)
    return sketch.part("slab")


def _total_word(sketch: Sketch, room: Box, under: str, pending: bool, style: Style) -> None:
    """ "Total", and under it the quantity that waits for its article, or the count where no head shows it."""
    theme = sketch.theme
    if not under:
        sketch.text(room, theme.words.total, style)
        return
    small = Style(
        theme.type.key if pending else theme.type.small, pending, INK if pending else theme.slab.second, theme.slab.face
    )
    high = capitals(style.sizes[0]) + capitals(small.sizes[0]) + 2 * theme.size.tight
    both = room.middle(room.width, high)
    sketch.text(both, theme.words.total, style, at="top")
    if pending:
        tag = both.from_bottom(capitals(small.sizes[0]) + theme.size.tight)
        tag = tag.from_left(width(under, small.sizes[0], True) + 2 * theme.size.tight)
        sketch.fill(tag, ADD)
        sketch.text(tag, under, small._replace(ground=ADD), "centre")
    elif width(under, small.sizes[-1], small.bold) <= both.width:
        sketch.text(both, under, small, at="bottom")
    else:
        sketch.said(under)
