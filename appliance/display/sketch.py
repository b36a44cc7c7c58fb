"""Where screens write down what they draw: items, keys, labels and figures of one part."""

from __future__ import annotations

from typing import Literal

from appliance.core.act import Act
from appliance.display.box import Box
from appliance.display.frame import Face, Fill, Hatch, Hit, Icon, Item, Part, Text
from appliance.display.text import Fitted, capitals, fit, leading, mask, shrink, width
from appliance.display.theme import Colour, Look, Style, Theme

Align = Literal["left", "centre", "right"]
At = Literal["top", "middle", "bottom"]


class Sketch:
    """Collects one part, in drawing order."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._items: list[Item] = []
        self._hits: list[Hit] = []
        self._labels: list[str] = []
        self._figures: list[tuple[str, str]] = []
        self._cut: list[str] = []

    def part(self, name: str) -> Part:
        return Part(
            name,
            tuple(self._items),
            tuple(self._hits),
            tuple(self._labels),
            tuple(self._figures),
            tuple(self._cut),
        )

    @property
    def mark(self) -> int:
        """Where a key begins: given back to `hit`."""
        return len(self._items)

    def fill(self, box: Box, colour: Colour) -> None:
        if box.area > 0:
            self._items.append(Fill(box, colour))

    def bar(self, box: Box) -> None:
        """The header's ground: night blue, or stripes during an exercise."""
        slab = self.theme.slab
        self._items.append(Fill(box, slab.face) if slab.stripe is None else Hatch(box, slab.face, slab.stripe))

    def face(self, box: Box, look: Look, ground: Colour) -> None:
        self._items.append(Face(box, look, ground))

    def icon(self, name: str, box: Box, colour: Colour, ground: Colour) -> None:
        self._items.append(Icon(box, name, colour, ground))

    def figure(self, name: str, text: str) -> None:
        self._figures.append((name, text))

    def hit(self, mark: int, face: Box, label: str, act: Act, look: Look, reach: int) -> None:
        """Makes a key of what was drawn since `mark`; fingers may land `reach` pixels beside its face."""
        grown = face.inset(-reach)
        left, top = max(grown.left, 0), max(grown.top, 0)
        right, bottom = min(grown.right, self.theme.width), min(grown.bottom, self.theme.height)
        self.area(mark, Box(left, top, right, bottom), face, label, act, look)

    def area(self, mark: int, box: Box, face: Box, label: str, act: Act, look: Look) -> None:
        """The same for a key whose area is not simply its face and a margin."""
        self._hits.append(Hit(box, face, label, act, act.name == "digit", look, tuple(self._items[mark:])))

    def text(self, room: Box, text: str, style: Style, align: Align = "left", at: At = "middle", lines: int = 1) -> Box:
        """Writes a label, made smaller, wrapped or ended with an ellipsis to fit; gives back where it stands."""
        fitted = fit(text, style.sizes, (room.width, room.height), lines, style.bold)
        return self.fitted(room, text, fitted, style, align, at)

    def fitted(self, room: Box, text: str, fitted: Fitted, style: Style, align: Align, at: At) -> Box:
        """Writes a label that was fitted before."""
        if text:
            self._labels.append(text)
        if fitted.cut:
            self._cut.append(text)
        return self._lines(room, fitted.lines, fitted.size, style, align, at)

    def amount(self, room: Box, text: str, style: Style, align: Align = "right", at: At = "middle") -> Box:
        """Writes a sum: it may get smaller, it never loses a figure."""
        if text:
            self._labels.append(text)
        size = shrink(text, style.sizes, room.width, style.bold)
        return self._lines(room, (text,), size, style, align, at)

    def said(self, text: str) -> None:
        """Notes a label whose pieces are drawn one by one."""
        self._labels.append(text)

    def piece(self, room: Box, text: str, size: int, style: Style) -> None:
        """Draws without a label."""
        self._lines(room, (text,), size, style, "left", "bottom")

    def _lines(self, room: Box, lines: tuple[str, ...], size: int, style: Style, align: Align, at: At) -> Box:
        step, high = leading(size), capitals(size)
        block = (len(lines) - 1) * step + high
        free = room.height - block
        top = room.top + {"top": 0, "middle": free // 2, "bottom": free}[at]
        wide = max(width(line, size, style.bold) for line in lines)
        for index, line in enumerate(lines):
            self._line(room, line, size, style, align, top + high + index * step)
        left = room.left + _shift(align, room.width - wide)
        return Box(left, top, left + wide, top + block)

    def _line(self, room: Box, line: str, size: int, style: Style, align: Align, base: int) -> None:
        if not line:
            return
        left = room.left + _shift(align, room.width - width(line, size, style.bold))
        glyphs = mask(line, size, style.bold)
        x, y = left + glyphs.dx, base + glyphs.dy
        ink = Box(x, y, x + glyphs.image.width, y + glyphs.image.height)
        self._items.append(Text(ink, line, (left, base), size, style.bold, style.colour, style.ground, room))


def _shift(align: Align, free: int) -> int:
    if align == "left":
        return 0
    return free // 2 if align == "centre" else free
