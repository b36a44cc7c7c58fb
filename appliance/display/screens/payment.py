"""What is due across the top; suggestions, means and the keypad below; the ticket beside them where it fits."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Fact, Key, Keypad, Paid, PaymentView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.text import width
from appliance.display.theme import EDGE, FACE, HAIR, INK, INK2, OK, PAPER, SEL, Style, Theme

COLUMNS = 3
ROWS = 2


def payment(view: PaymentView, theme: Theme) -> tuple[Part, ...]:
    """Places never move: what is missing leaves its room empty."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _due(view.back, view.due, view.total, theme),
        _state(view, theme),
        _given(view.suggestions, theme),
        _means(view.means, theme),
        _next(view.next, theme),
        _field(view.typed, bool(view.refusal), theme),
        _pad(view.keypad, theme),
    )


def _low(theme: Theme) -> Box:
    return widgets.body(theme).less_top(theme.size.pay_slab).inset(theme.size.margin)


def _middle(theme: Theme) -> Box:
    size = theme.size
    low = _low(theme).less_right(size.pad + size.margin)
    return low.less_left(size.ticket + size.margin) if size.ticket else low


def _heads(theme: Theme) -> tuple[Box, Box, Box]:
    """The row above the suggestions, the suggestions, and what is left for the means."""
    size = theme.size
    room = _middle(theme).less_bottom(size.strong + size.gap)
    head = room.from_top(size.heading or size.payment)
    room = room.less_top(head.height + (0 if size.heading else size.gap))
    given = room.from_top(ROWS * size.suggestion + size.gap)
    return head, given, room.less_top(given.height + (size.tight if size.heading else size.gap))


@lru_cache(maxsize=8)
def _due(back: Key | None, due: str, total: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    slab = widgets.body(theme).from_top(size.pay_slab)
    sketch.fill(slab, theme.slab.face)
    inner = slab.inset(size.margin, 0)
    if back is not None:
        shown = Key(back.label, back.act, back.detail, back.icon or "left")
        face = inner.from_left(size.back).less_top(size.margin).less_bottom(size.margin)
        widgets.key(sketch, face, shown, theme.look.slab, theme.type.key, theme.slab.face, lines=1)
    words = inner.less_left(size.back + 2 * size.inner)
    room = words.less_left(words.width // 4)
    stands = sketch.amount(room, due, Style(theme.type.due, True, FACE, theme.slab.face))
    left = words._replace(right=stands.left - size.tight).middle(0, size.back // 2)
    left = left._replace(left=words.left, right=stands.left - size.tight)
    sketch.text(left, theme.words.due, Style(theme.type.text, True, FACE, theme.slab.face), at="top")
    sketch.text(left, total, Style(theme.type.body, False, theme.slab.second, theme.slab.face), at="bottom")
    sketch.figure("due", due)
    return sketch.part("due")


@lru_cache(maxsize=8)
def _given(suggestions: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    cells = _heads(theme)[1].cells(COLUMNS, ROWS, theme.size.gap)
    for cell, key in zip(cells, suggestions, strict=False):
        sizes = theme.type.key if key.detail else theme.type.sum
        widgets.key(sketch, cell, key, theme.look.plain, sizes, PAPER, lines=1)
    return sketch.part("given")


@lru_cache(maxsize=8)
def _means(means: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _heads(theme)[2]
    if size.heading:
        sketch.text(room.from_top(size.heading), theme.words.means, Style(theme.type.key, True, INK, PAPER))
        room = room.less_top(size.heading)
    rows = ROWS if size.heading and len(means) > COLUMNS else 1
    columns = COLUMNS if rows == ROWS else max(COLUMNS, len(means))
    for cell, key in zip(room.cells(columns, rows, size.gap), means, strict=False):
        _one_means(sketch, cell, key, columns, rows)
    return sketch.part("means")


def _one_means(sketch: Sketch, cell: Box, key: Key, columns: int, rows: int) -> None:
    theme = sketch.theme
    tall = bool(theme.size.heading) and rows == 1
    shown = key if columns == COLUMNS else Key(key.label, key.act, key.detail)
    sizes = theme.type.key if theme.size.heading else theme.type.body
    arrange: widgets.Arrange = "above" if tall else "beside"
    widgets.key(sketch, cell, shown, theme.look.plain, sizes, PAPER, arrange=arrange)


@lru_cache(maxsize=8)
def _next(following: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    row = _middle(theme).from_bottom(theme.size.strong)
    widgets.key(sketch, row, following, theme.look.action, theme.type.strong, PAPER)
    return sketch.part("next")


@lru_cache(maxsize=16)
def _field(typed: str, refused: bool, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    box = _low(theme).from_right(size.pad).from_top(size.field)
    sketch.face(box, theme.look.refused if refused else theme.look.field, PAPER)
    inner = box.inset(size.inner, 0)
    stands = sketch.amount(inner, typed, Style(theme.type.sum, True, INK, FACE))
    words = inner._replace(right=stands.left - size.tight)
    sketch.text(words, theme.words.received, Style(theme.type.small, False, INK2, FACE), lines=2)
    if typed:
        sketch.figure("typed", typed)
    return sketch.part("field")


@lru_cache(maxsize=4)
def _pad(keypad: Keypad, theme: Theme) -> Part:
    sketch = Sketch(theme)
    room = _low(theme).from_right(theme.size.pad).less_top(theme.size.field + theme.size.gap)
    widgets.keypad(sketch, room, keypad, PAPER)
    return sketch.part("pad")


def _state(view: PaymentView, theme: Theme) -> Part:
    """The ticket with its payments and the change to come; on a small panel one row says the most urgent."""
    if theme.size.ticket:
        return _ticket(view.articles, view.lines, view.total, view.paid, view.change, view.refusal, theme)
    return _row(view.paid, view.change, view.refusal, theme)


@lru_cache(maxsize=16)
def _row(paid: tuple[Paid, ...], change: str, refusal: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    box = _heads(theme)[0]
    if refusal:
        widgets.refusal(sketch, box, refusal, theme.type.body, PAPER)
        return sketch.part("state")
    ground = SEL if paid else PAPER
    if paid:
        sketch.face(box, theme.look.chosen._replace(edge_width=theme.look.card.edge_width), PAPER)
    inner = box.inset(theme.size.inner if paid else 0, 0)
    if change:
        inner = _row_change(sketch, inner, change, Style(theme.type.key, True, INK, ground))
    if paid:
        _payment(sketch, inner, paid[-1], len(paid) - 1)
    else:
        sketch.text(inner, theme.words.given, Style(theme.type.key, True, INK, PAPER))
    return sketch.part("state")


def _row_change(sketch: Sketch, inner: Box, change: str, style: Style) -> Box:
    stands = sketch.amount(inner, change, style)
    inner = inner._replace(right=stands.left - sketch.theme.size.tight)
    said = sketch.text(inner.less_left(inner.width // 2), sketch.theme.words.change, style, "right")
    sketch.figure("change", change)
    return inner._replace(right=said.left - sketch.theme.size.inner)


def _payment(sketch: Sketch, row: Box, paid: Paid, more: int) -> None:
    """A payment that is in the journal: check, means, sum; `more` earlier ones are counted."""
    theme = sketch.theme
    side, tight = theme.size.icon, theme.size.tight
    sketch.icon("check", row.from_left(side).middle(side, side), OK, SEL)
    style = Style(theme.type.key, True, INK, SEL)
    words = row.less_left(side + tight)
    label = f"{paid.label} (+{more})" if more else paid.label
    wide = width(label, style.sizes[0], True) + tight + width(paid.amount, style.sizes[0], True)
    upper, lower = (words, words) if wide <= words.width else words.inset(0, theme.size.rule).rows(2, 0)
    stands = sketch.amount(lower, paid.amount, style)
    room = upper if lower is not upper else words._replace(right=stands.left - tight)
    sketch.text(room, label, style)


@lru_cache(maxsize=16)
def _ticket(
    articles: str,
    lines: tuple[Fact, ...],
    total: str,
    paid: tuple[Paid, ...],
    change: str,
    refusal: str,
    theme: Theme,
) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    box = _low(theme).from_left(size.ticket)
    sketch.face(box, theme.look.card, PAPER)
    inner = box.inset(size.inner, size.rule)
    _ticket_head(sketch, inner.from_top(size.basket_head), articles)
    foot = inner.from_bottom(size.ticket_foot)
    room = Box(inner.left, inner.top + size.basket_head, inner.right, foot.top)
    room = _ticket_paid(sketch, room, paid)
    _ticket_lines(sketch, room, lines, total)
    if change:
        _ticket_change(sketch, foot, change)
    _head_row(sketch, refusal)
    return sketch.part("state")


def _head_row(sketch: Sketch, refusal: str) -> None:
    """Above the suggestions: their name, or the refusal that must be read now."""
    theme = sketch.theme
    head = _heads(theme)[0]
    if refusal:
        widgets.refusal(sketch, head, refusal, theme.type.small, PAPER)
    else:
        sketch.text(head, theme.words.given, Style(theme.type.key, True, INK, PAPER))


def _ticket_head(sketch: Sketch, row: Box, articles: str) -> None:
    theme = sketch.theme
    sketch.text(row, theme.words.ticket, Style(theme.type.body, True, INK, FACE))
    sketch.text(row, articles, Style(theme.type.small, False, INK2, FACE), "right")
    sketch.fill(row.from_bottom(1), HAIR)


def _ticket_paid(sketch: Sketch, room: Box, paid: tuple[Paid, ...]) -> Box:
    """The payments, newest at the bottom; when there are many the earlier ones are counted."""
    if not paid:
        return room
    theme = sketch.theme
    size = theme.size
    shown = paid[-COLUMNS:]
    note = room.from_bottom(size.ticket_row)
    sketch.text(note, theme.words.recorded, Style(theme.type.small, False, INK2, FACE))
    area = Box(room.left, note.top - len(shown) * size.payment, room.right, note.top)
    for index, (row, each) in enumerate(zip(area.rows(len(shown), 0), shown, strict=True)):
        sketch.fill(row.inset(-size.inner + size.rule, 0), SEL)
        _payment(sketch, row, each, len(paid) - len(shown) if index == 0 else 0)
    return room._replace(bottom=area.top)


def _ticket_lines(sketch: Sketch, room: Box, lines: tuple[Fact, ...], total: str) -> None:
    """The last lines that fit, the count of those before, and the total below them."""
    theme = sketch.theme
    size = theme.size
    fits = (room.height - size.payment) // size.ticket_row
    hidden = max(0, len(lines) - fits)
    hidden += 1 if hidden else 0
    row = room.less_top(size.tight // 2).from_top(size.ticket_row)
    if hidden:
        _hidden(sketch, row, hidden)
        row = row._replace(top=row.bottom, bottom=row.bottom + size.ticket_row)
    for line in lines[hidden:]:
        _ticket_line(sketch, row, line)
        row = row._replace(top=row.bottom, bottom=row.bottom + size.ticket_row)
    low = Box(room.left, row.top + size.tight // 2, room.right, row.top + size.payment)
    sketch.fill(low.from_top(1), EDGE)
    sketch.text(low, total, Style(theme.type.body, True, INK, FACE), "right")


def _hidden(sketch: Sketch, row: Box, count: int) -> None:
    """How many lines stand above."""
    side = sketch.theme.size.icon // 2
    sketch.icon("up", row.from_left(side).middle(side, side), INK2, FACE)
    words = row.less_left(side + sketch.theme.size.tight)
    sketch.text(words, str(count), Style(sketch.theme.type.micro, True, INK2, FACE))


def _ticket_line(sketch: Sketch, row: Box, line: Fact) -> None:
    theme = sketch.theme
    style = Style(theme.type.micro, False, INK2, FACE)
    stands = sketch.amount(row, line.value, style)
    sketch.text(row._replace(right=stands.left - theme.size.tight), line.label, style)


def _ticket_change(sketch: Sketch, foot: Box, change: str) -> None:
    theme = sketch.theme
    label, value = foot.inset(0, theme.size.tight).rows(2, 0)
    sketch.text(label, theme.words.change, Style(theme.type.body, True, INK2, FACE))
    sketch.amount(value, change, Style(theme.type.sum, True, INK, FACE))
    sketch.figure("change", change)
