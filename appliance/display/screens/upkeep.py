"""Colours to be judged and crosses to be touched: the whole panel, without a header."""

from __future__ import annotations

from appliance.core.view import Key
from appliance.core.view_upkeep import ColoursView, TargetView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import BLACK, DANGER, INK, INK2, PAPER, Colour, Style, Theme

BARS: tuple[Colour, ...] = (
    (255, 255, 255),
    (255, 255, 0),
    (0, 255, 255),
    (0, 255, 0),
    (255, 0, 255),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
)
GREYS = 17  # steps of a sixteenth
WHOLE = 10_000


def _panel(theme: Theme) -> Box:
    return Box(0, 0, theme.width, theme.height)


def _low(theme: Theme) -> Box:
    size = theme.size
    return _panel(theme).from_bottom(2 * size.margin + size.message_key + size.gap + 2 * size.facts)


def colours(view: ColoursView, theme: Theme) -> tuple[Part, ...]:
    """Bars above, greys below them: a dead line or a swapped channel is seen at once."""
    return widgets.ground(theme, PAPER), _bars(theme), _question(view, theme)


def _bars(theme: Theme) -> Part:
    sketch = Sketch(theme)
    room = _panel(theme).less_bottom(_low(theme).height)
    upper, lower = room.less_bottom(room.height // 3), room.from_bottom(room.height // 3)
    for box, colour in zip(upper.columns(len(BARS), 0), BARS, strict=True):
        sketch.fill(box, colour)
    for step, box in enumerate(lower.columns(GREYS, 0)):
        level = min(255, step * 16)
        sketch.fill(box, (level, level, level))
    return sketch.part("bars")


def _question(view: ColoursView, theme: Theme) -> Part:
    sketch, size = Sketch(theme), theme.size
    room = _low(theme).inset(size.margin)
    words = room.less_bottom(size.message_key + size.gap)
    sketch.text(words.from_top(size.facts), view.title, Style(theme.type.body, True, INK2, PAPER))
    sketch.text(words.less_top(size.facts), view.text, Style(theme.type.text, False, INK, PAPER))
    row = room.from_bottom(size.message_key)
    for cell, key in zip(widgets.with_wide_last(row, len(view.keys), size.gap), view.keys, strict=True):
        look = theme.look.strong if key is view.keys[-1] else theme.look.plain
        widgets.key(sketch, cell, key, look, theme.type.text, PAPER)
    return sketch.part("question")


def target(view: TargetView, theme: Theme) -> tuple[Part, ...]:
    return widgets.ground(theme, PAPER), _words(view, theme), _cross(view.x, view.y, theme)


def _cross(x: int, y: int, theme: Theme) -> Part:
    """Two lines and a gap where they meet, so that the middle is seen under a stylet."""
    sketch, arm = Sketch(theme), theme.size.octagon // 2
    left, top = theme.width * x // WHOLE, theme.height * y // WHOLE
    thick = max(1, theme.size.rule)
    for one, other in ((-arm, -thick), (thick, arm)):
        sketch.fill(Box(left + one, top - thick // 2, left + other, top + thick - thick // 2), BLACK)
        sketch.fill(Box(left - thick // 2, top + one, left + thick - thick // 2, top + other), BLACK)
    sketch.fill(Box(left - thick // 2, top - thick // 2, left + thick - thick // 2, top + thick - thick // 2), DANGER)
    return sketch.part(f"cross {x} {y}")


def _words(view: TargetView, theme: Theme) -> Part:
    sketch, size = Sketch(theme), theme.size
    room = _panel(theme).columns(5, 0)
    middle = Box(room[1].left, theme.height * 2 // 5, room[3].right, theme.height - size.margin)
    sketch.text(middle.from_top(2 * size.facts), view.title, Style(theme.type.title, True, INK, PAPER), "centre")
    words = middle.less_top(2 * size.facts)
    sketch.text(words.from_top(size.facts), view.text, Style(theme.type.text, False, INK, PAPER), "centre")
    step = words.less_top(size.facts + size.tight).from_top(size.facts)
    sketch.text(step, view.step, Style(theme.type.body, False, INK2, PAPER), "centre")
    _back(sketch, middle.from_bottom(size.message_key), view.back)
    return sketch.part("words")


def _back(sketch: Sketch, row: Box, back: Key) -> None:
    widgets.key(sketch, row.columns(3, 0)[1], back, sketch.theme.look.plain, sketch.theme.type.text, PAPER)
