"""How every device is, and what a technician may do."""

from __future__ import annotations

from functools import lru_cache

from appliance.core.view import DeviceRow, Key, Level, TechnicianView
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.screens import widgets
from appliance.display.sketch import Sketch
from appliance.display.theme import ADDBAR, DANGER, FACE, HAIR, INK, INK2, OK, PAPER, Colour, Style, Theme

DEVICES = 8
FEW, MORE = 5, 6  # up to here rows are high enough for two lines of text
ACTS = 5
SIGNS: dict[Level, tuple[str, Colour]] = {
    Level.WELL: ("check", OK),
    Level.CARE: ("triangle", ADDBAR),
    Level.DOWN: ("cross", DANGER),
}


def technician(view: TechnicianView, theme: Theme) -> tuple[Part, ...]:
    """States left, acts right."""
    return (
        widgets.ground(theme, PAPER),
        widgets.header(view.header, theme),
        _head(view.title, view.version, theme),
        _devices(view.devices, theme),
        _acts(view.acts, view.back, theme),
    )


def _room(theme: Theme) -> Box:
    return widgets.body(theme).inset(theme.size.margin)


@lru_cache(maxsize=4)
def _head(title: str, version: str, theme: Theme) -> Part:
    sketch = Sketch(theme)
    row = _room(theme).from_top(theme.size.menu_head).inset(theme.size.tight // 2, 0)
    stands = sketch.text(row, title, Style(theme.type.title, True, INK, PAPER))
    rest = row._replace(left=stands.right + theme.size.inner)
    sketch.text(rest, version, Style(theme.type.small, False, INK2, PAPER), "right")
    return sketch.part("head")


def _below(theme: Theme) -> Box:
    return _room(theme).less_top(theme.size.menu_head + theme.size.tight)


@lru_cache(maxsize=4)
def _devices(devices: tuple[DeviceRow, ...], theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    card = _below(theme).less_right(size.acts + size.margin)
    sketch.face(card, theme.look.card, PAPER)
    count = max(FEW, len(devices)) if len(devices) <= MORE else DEVICES
    rows = card.inset(size.inner, size.rule).rows(count, 0)
    for index, (row, device) in enumerate(zip(rows, devices, strict=False)):
        if index:
            sketch.fill(row.from_top(1), HAIR)
        _device(sketch, row, device)
    return sketch.part("devices")


def _device(sketch: Sketch, row: Box, device: DeviceRow) -> None:
    theme = sketch.theme
    size = theme.size
    side = size.icon
    name, colour = SIGNS[device.level]
    sketch.icon(name, row.from_left(side).middle(side, side), colour, FACE)
    words = row.less_left(side + size.inner).inset(0, size.rule)
    high = words.height > 2 * size.facts
    port = words.from_right(size.device_port)
    port = port.from_top(size.facts) if high else port
    stands = sketch.text(port, device.port, Style(theme.type.micro, False, INK2, FACE), "right", lines=2)
    near = stands.left - size.tight if device.port else words.right
    upper, lower = (words.from_top(size.facts), words.less_top(size.facts)) if high else words.rows(2, 0)
    sketch.text(upper._replace(right=near), device.name, Style(theme.type.body, True, INK, FACE))
    under = lower if high else lower._replace(right=near)
    sketch.text(under, device.text, Style(theme.type.small, False, INK2, FACE), lines=2 if high else 1)


@lru_cache(maxsize=4)
def _acts(acts: tuple[Key, ...], back: Key, theme: Theme) -> Part:
    sketch = Sketch(theme)
    size = theme.size
    cells = _below(theme).from_right(size.acts).rows(max(ACTS, len(acts)) + 1, size.gap)
    for cell, key in zip(cells, acts, strict=False):
        widgets.key(sketch, cell, key, theme.look.plain, theme.type.body, PAPER)
    widgets.key(sketch, cells[-1], back, theme.look.strong, theme.type.key, PAPER)
    return sketch.part("acts")
