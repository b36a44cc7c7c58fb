"""Past tickets, newest first: touch one to print it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from appliance.core.view import Key, ReprintView, TicketRow
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import INK, INK2, PAPER, Look, Style, Theme

ROWS = 6
CARDS = (4, 5)  # columns and rows of a page that holds more


def reprint(view: ReprintView, theme: Theme) -> tuple[Part, ...]:
    """A page of six keys, the pages and the way back below."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme, "" if theme.size.header_date else view.title),
        _tickets(view.title, view.tickets, theme),
        _low(view.newer, view.older, view.medium, view.back, theme),
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
    if not tickets:
        sketch.text(room, theme.words.no_ticket, Style(theme.type.title, False, INK2, PAPER), "centre")
    many = len(tickets) > ROWS
    cells = room.cells(*CARDS, size.gap) if many else room.rows(ROWS, size.gap)
    for cell, ticket in zip(cells, tickets, strict=False):
        _key(sketch, cell, ticket, _card if many else _ticket)
    return sketch.part("tickets")


Words = Callable[[Sketch, Box, TicketRow, Look], None]


def _key(sketch: Sketch, box: Box, ticket: TicketRow, words: Words) -> None:
    look, mark = sketch.theme.look.plain, sketch.mark
    sketch.face(box, look, PAPER)
    words(sketch, box.less_bottom(look.lip_height), ticket, look)
    sketch.hit(mark, box, ticket.number, ticket.act, look, sketch.theme.size.gap // 2)


def _ticket(sketch: Sketch, room: Box, ticket: TicketRow, look: Look) -> None:
    theme = sketch.theme
    inner = room.inset(theme.size.inner, 0)
    strong = Style(theme.type.text, True, look.ink, look.face)
    quiet = Style(theme.type.key, False, INK2, look.face)
    fifth = inner.width // 5
    sketch.text(inner.from_left(fifth + fifth // 4), ticket.number, strong)
    amount = sketch.amount(inner.from_right(fifth), ticket.amount, strong)
    rest = inner.less_left(fifth + fifth // 4)._replace(right=amount.left - theme.size.tight)
    sketch.amount(rest.from_left(fifth), ticket.time, quiet, "left")
    sketch.text(rest.less_left(fifth + theme.size.tight), ticket.note, quiet, lines=2)


def _card(sketch: Sketch, room: Box, ticket: TicketRow, look: Look) -> None:
    """What it holds above how much, where many must be seen at once."""
    theme = sketch.theme
    upper, lower = room.inset(theme.size.tight, theme.size.pad_gap).rows(2, 0)
    amount = sketch.amount(lower, ticket.amount, Style(theme.type.key, True, look.ink, look.face), at="bottom")
    quiet = Style(theme.type.small, False, INK2, look.face)
    sketch.text(upper, ticket.note.partition(",")[0], Style(theme.type.body, True, look.ink, look.face), at="top")
    left = lower._replace(right=amount.left - theme.size.tight // 2)
    sketch.text(left, ticket.time, quiet, at="bottom")
    sketch.said(ticket.number)


@lru_cache(maxsize=4)
def _low(newer: Key | None, older: Key | None, medium: Key | None, back: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    cells = _room(theme).from_bottom(size.strong).columns(4, size.gap)
    for cell, key, icon in ((cells[0], newer, "up"), (cells[1], older, "down")):
        if key is not None:
            shown = Key(key.label, key.act, key.detail, key.icon or icon)
            widgets.key(sketch, cell, shown, theme.look.plain, theme.type.body, PAPER)
    rest = cells[2].joined(cells[3]) if medium is None else cells[3]
    if medium is not None:
        widgets.key(sketch, cells[2], medium, theme.look.plain, theme.type.body, PAPER)
    widgets.key(sketch, rest, back, theme.look.strong, theme.type.text, PAPER)
    return sketch.part("low")
