"""The balance of the day: figures left; the drawer, its gap and the closing key on the slab."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Fact, Key, Section, SummaryView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.measures import Sizes
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.text import LEADING
from appliance.display.theme import EDGE, FACE, HAIR, INK, INK2, PAPER, WARN, Style, Theme


def summary(view: SummaryView, theme: Theme) -> tuple[Part, ...]:
    """Everything that will be on the Z, on one page."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _figures(view.title, view.step, view.sections, theme),
        _drawer(view, theme),
        _keys(view.back, view.next, theme),
    )


def _right(theme: Theme) -> Box:
    return widgets.body(theme).from_right(theme.size.summary)


@lru_cache(maxsize=2)
def _figures(title: str, step: str, sections: tuple[Section, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = widgets.body(theme).less_right(size.summary).inset(size.inner, size.tight)
    head = room.from_top(size.price + size.tight)
    sketch.text(head, title, Style(theme.type.title, True, INK, PAPER))
    sketch.text(head, step, Style(theme.type.body, False, INK2, PAPER), "right")
    _tables(sketch, room.less_top(head.height + size.tight), sections)
    return sketch.part("figures")


def _tables(sketch: Sketch, room: Box, sections: tuple[Section, ...]) -> None:
    """One column of tables; two when the rows would get too low to read."""
    size = sketch.theme.size
    if _row_height(room, sections, size.tight) >= size.summary_least or len(sections) < 2:
        _column(sketch, room, sections)
        return
    half = _half(sections)
    for box, some in zip(room.columns(2, size.wide), (sections[:half], sections[half:]), strict=True):
        _column(sketch, box, some)


def _half(sections: tuple[Section, ...]) -> int:
    """Where to cut so that the taller column is as low as can be."""
    high = [len(section.rows) + 1 for section in sections]
    return min(range(1, len(high)), key=lambda cut: max(sum(high[:cut]), sum(high[cut:])))


def _row_height(room: Box, sections: tuple[Section, ...], gap: int) -> int:
    rows = sum(len(section.rows) + 1 for section in sections)
    return (room.height - gap * (len(sections) - 1)) // max(1, rows)


def _column(sketch: Sketch, room: Box, sections: tuple[Section, ...]) -> None:
    size = sketch.theme.size
    high = min(size.summary_row, _row_height(room, sections, size.tight))
    spare = (room.height - high * sum(len(s.rows) + 1 for s in sections)) // max(1, len(sections))
    gap = min(size.inner, max(size.tight, spare))
    for section in sections:
        used = high * (len(section.rows) + 1)
        _table(sketch, room.from_top(used), section, high)
        room = room.less_top(used + gap)


def _table(sketch: Sketch, room: Box, section: Section, high: int) -> None:
    sizes = _sizes(sketch.theme, high)
    count = max((len(row) for row in section.rows), default=len(section.head))
    head = section.head if len(section.head) == count else ("", *section.head)
    row = room.from_top(high)
    _cells(sketch, row, (section.title or head[0], *head[1:]), sizes, title=True)
    sketch.fill(row.from_bottom(sketch.theme.size.rule), EDGE)
    for cells in section.rows:
        row = row._replace(top=row.bottom, bottom=row.bottom + high)
        _cells(sketch, row, cells, sizes, title=False)
        sketch.fill(row.from_bottom(1), HAIR)


def _sizes(theme: Theme, high: int) -> Sizes:
    """The sizes of a table's text that its rows can take."""
    return tuple(size for size in theme.type.body if size * LEADING <= high) or theme.type.body[-1:]


def _cells(sketch: Sketch, row: Box, cells: tuple[str, ...], sizes: Sizes, *, title: bool) -> None:
    """First cell left, last at the right edge, the others at the marks of a table of four."""
    tight = sketch.theme.size.tight
    first = row.width * sketch.theme.size.summary_first // 100
    marks = [row.left + first * (index + 1) for index in range(1, len(cells) - 1)]
    marks.append(row.right)
    free = row.right
    start = row.left + first // 2
    for index, (mark, text) in enumerate(zip(marks, cells[1:], strict=False)):
        last = index == len(cells) - 2
        style = Style(sizes, last and not title, INK2 if title else INK, PAPER)
        if text:
            stands = sketch.amount(Box(start, row.top, mark, row.bottom), text, style)
            free = min(free, stands.left - tight)
            start = mark + tight
    label = Style(sizes, title, INK if title else INK2, PAPER)
    if cells and cells[0]:
        sketch.text(row._replace(right=free), cells[0], label)


def _drawer(view: SummaryView, theme: Theme) -> Part:
    return _drawer_part(view.drawer, view.gap, view.gap_amount, view.even, view.note, theme)


@lru_cache(maxsize=2)
def _drawer_part(drawer: tuple[Fact, ...], gap: str, amount: str, even: bool, note: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    slab = _right(theme)
    sketch.fill(slab, theme.slab.face)
    inner = slab.inset(size.inner, 0).less_top(size.tight)
    rest = _facts(sketch, inner.inset(size.tight, 0), drawer)
    card = Box(inner.left, rest.top, inner.right, rest.top + size.gap_card)
    _gap(sketch, card, gap, amount, even)
    low = Box(rest.left, card.bottom, rest.right, _back_box(theme).top)
    sketch.text(low, note, Style(theme.type.small, False, theme.slab.second, theme.slab.face), lines=3)
    return sketch.part("drawer")


def _facts(sketch: Sketch, room: Box, drawer: tuple[Fact, ...]) -> Box:
    """Quiet rows, a rule, then what is expected and what was counted."""
    theme = sketch.theme
    size = theme.size
    ruled = False
    for each in drawer:
        if each.strong and not ruled:
            sketch.fill(room.less_top(size.tight // 2).from_top(1), theme.slab.edge)
            room = room.less_top(size.tight)
            ruled = True
        row = room.from_top(size.drawer_strong if each.strong else size.drawer_row)
        _fact(sketch, row, each)
        room = room.less_top(row.height)
    strong = [each.value for each in drawer if each.strong]
    for name, value in zip(("expected", "counted"), strong, strict=False):
        sketch.figure(name, value)
    return room.less_top(size.tight)


def _fact(sketch: Sketch, row: Box, fact: Fact) -> None:
    theme = sketch.theme
    sizes = theme.type.sum if fact.strong else theme.type.body
    value = sketch.amount(row.less_left(row.width // 4), fact.value, Style(sizes, fact.strong, FACE, theme.slab.face))
    words = row._replace(right=value.left - theme.size.tight)
    label = Style(
        theme.type.key if fact.strong else theme.type.body,
        fact.strong,
        FACE if fact.strong else theme.slab.second,
        theme.slab.face,
    )
    sketch.text(words, fact.label, label)


def _gap(sketch: Sketch, box: Box, gap: str, amount: str, even: bool) -> None:
    theme = sketch.theme
    size = theme.size
    inner = box.inset(size.inner, size.tight)
    if even:
        sketch.text(box.inset(size.tight, 0), gap, Style(theme.type.title, True, FACE, theme.slab.face), lines=2)
        return
    sketch.face(box, theme.look.gap, theme.slab.face)
    side = size.sign
    word = inner.from_top(max(side, inner.height // 3))
    sketch.icon("triangle", word.from_left(side).middle(side, side), INK, WARN)
    sketch.text(word.less_left(side + size.tight), gap, Style(theme.type.text, True, INK, WARN))
    sketch.amount(inner.less_top(word.height), amount, Style(theme.type.gap, True, INK, WARN))
    sketch.figure("gap", amount)


def _back_box(theme: Theme) -> Box:
    size = theme.size
    room = _right(theme).inset(size.inner, 0).less_bottom(size.margin + size.strong + size.gap)
    return room.from_bottom(size.count_follow)


@lru_cache(maxsize=2)
def _keys(back: Key, following: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    strong = _right(theme).inset(size.inner, 0).less_bottom(size.margin).from_bottom(size.strong)
    widgets.key(sketch, _back_box(theme), back, theme.look.slab, theme.type.key, theme.slab.face)
    widgets.key(sketch, strong, following, theme.look.pay, theme.type.strong, theme.slab.face)
    return sketch.part("keys")
