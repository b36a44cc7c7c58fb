"""Past tickets, newest first: touch one to print it again."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import Key, ReprintView, TicketRow
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import INK, INK2, PAPER, Style, Theme

ROWS = 6


def reprint(view: ReprintView, theme: Theme) -> tuple[Part, ...]:
    """A page of six keys, the pages and the way back below."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme, "" if theme.size.header_date else view.title),
        _tickets(view.title, view.tickets, theme),
        _low(view.newer, view.older, view.back, theme),
    )


def _room(theme: Theme) -> Box:
    return widgets.body(theme).inset(theme.size.margin)


@lru_cache(maxsize=4)
def _tickets(title: str, tickets: tuple[TicketRow, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _room(theme).less_bottom(size.strong + size.gap)
    if size.header_date:
        sketch.text(room.from_top(size.count_title), title, Style(theme.type.title, True, INK, PAPER))
        room = room.less_top(size.count_title)
    for cell, ticket in zip(room.rows(ROWS, size.gap), tickets, strict=False):
        _ticket(sketch, cell, ticket)
    return sketch.part("tickets")


def _ticket(sketch: Sketch, box: Box, ticket: TicketRow) -> None:
    theme = sketch.theme
    look = theme.look.plain
    mark = sketch.mark
    sketch.face(box, look, PAPER)
    inner = box.less_bottom(look.lip_height).inset(theme.size.inner, 0)
    number, time, note, amount = inner.columns(4, theme.size.tight)
    strong = Style(theme.type.key, True, look.ink, look.face)
    quiet = Style(theme.type.body, False, INK2, look.face)
    sketch.text(number, ticket.number, strong)
    sketch.amount(time, ticket.time, quiet, "centre")
    sketch.text(note, ticket.note, quiet, lines=2)
    sketch.amount(amount, ticket.amount, strong)
    sketch.hit(mark, box, ticket.number, ticket.act, look, theme.size.gap // 2)


@lru_cache(maxsize=4)
def _low(newer: Key | None, older: Key | None, back: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    cells = _room(theme).from_bottom(size.strong).columns(4, size.gap)
    for cell, key, icon in ((cells[0], newer, "up"), (cells[1], older, "down")):
        if key is not None:
            shown = Key(key.label, key.act, key.detail, key.icon or icon)
            widgets.key(sketch, cell, shown, theme.look.plain, theme.type.body, PAPER)
    rest = cells[2].joined(cells[3])
    widgets.key(sketch, rest, back, theme.look.strong, theme.type.text, PAPER)
    return sketch.part("low")
