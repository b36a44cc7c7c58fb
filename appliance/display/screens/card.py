"""The stand-alone terminal: what it must be asked for, and the three answers."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import CardView, Key
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.icons import DRAWINGS
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import FACE, INK, INK2, PAPER, Style, Theme


def card(view: CardView, theme: Theme) -> tuple[Part, ...]:
    """The sum on the slab, the question below, the answers at the bottom."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _slab(view.means, view.icon, view.amount, theme),
        _question(view.title, view.text, theme),
        _answers(view.answers, theme),
    )


@lru_cache(maxsize=8)
def _slab(means: str, icon: str, amount: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    slab = widgets.body(theme).from_top(size.pay_slab)
    sketch.fill(slab, theme.slab.face)
    inner = slab.inset(size.wide, 0)
    side = size.means_icon
    sketch.icon(icon if icon in DRAWINGS else "card", inner.from_left(side).middle(side, side), FACE, theme.slab.face)
    words = inner.less_left(side + size.inner)
    stands = sketch.amount(
        words.less_left(words.width // 4), amount, Style(theme.type.due, True, FACE, theme.slab.face)
    )
    words = words._replace(right=stands.left - size.tight)
    sketch.text(words, means, Style(theme.type.title, True, FACE, theme.slab.face), lines=2)
    sketch.figure("due", amount)
    return sketch.part("slab")


@lru_cache(maxsize=4)
def _question(title: str, text: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    room = _room(theme).less_bottom(size.answer).inset(0, size.inner)
    sketch.text(room.from_top(size.title), title, Style(theme.type.message, True, INK, PAPER))
    low = room.less_top(size.title)
    sketch.text(low, text, Style(theme.type.text, False, INK2, PAPER), at="top", lines=3)
    return sketch.part("question")


def _room(theme: Theme) -> Box:
    return widgets.body(theme).less_top(theme.size.pay_slab).inset(theme.size.wide, 0).less_bottom(theme.size.wide)


@lru_cache(maxsize=4)
def _answers(answers: tuple[Key, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    row = _room(theme).from_bottom(theme.size.answer)
    *others, yes = widgets.with_wide_last(row, len(answers), theme.size.gap)
    for cell, key in zip(others, answers, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.text, PAPER)
    widgets.key(sketch, yes, answers[-1], theme.look.action, theme.type.strong, PAPER)
    return sketch.part("answers")
