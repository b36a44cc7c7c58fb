"""Paints frames on a panel: only what changed, and a pressed key before anything is thought about it."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from appliance.display.box import Box
from appliance.display.damage import damage, merged
from appliance.display.faces import face, hatch, panel_colour
from appliance.display.frame import Face, Fill, Frame, Hatch, Hit, Icon, Item, Text
from appliance.display.icons import icon
from appliance.display.text import mask
from appliance.display.theme import Theme
from appliance.ports import Panel


class Painter:
    """Holds the back image, whose bytes are already in the panel's order, and keeps the glass equal to it."""

    def __init__(self, panel: Panel, theme: Theme) -> None:
        self._panel = panel
        self._size = (theme.width, theme.height)
        self._back = Image.new("RGBX", self._size)
        self._frame: Frame | None = None
        self._down: tuple[Hit, ...] = ()

    @property
    def frame(self) -> Frame | None:
        return self._frame

    @property
    def back(self) -> Image.Image:
        """What is on the glass, in the panel's byte order."""
        return self._back

    def show(self, frame: Frame) -> None:
        """Turns the glass into `frame`. Keys under a finger stay dark while they are still there."""
        old, self._frame = self._frame, frame
        if old is None:
            self.full()
            return
        boxes = damage(old, frame)
        still = tuple(hit for hit in self._down if hit in frame.hits)
        boxes.extend(hit.face for hit in self._down if hit not in still)
        self._down = still
        self._repaint(merged(boxes))

    def press(self, hit: Hit) -> None:
        """Darkens one key at once."""
        if hit not in self._down:
            self._down = (*self._down, hit)
            self._darken(hit)

    def release(self, hit: Hit | None = None) -> None:
        """Gives a key its face back; all keys without an argument."""
        let_go = [each for each in self._down if hit is None or each == hit]
        self._down = tuple(each for each in self._down if each not in let_go)
        self._repaint([each.face for each in let_go])

    def full(self) -> None:
        """Everything again, for a glass that may have lost its content."""
        self._repaint([Box(0, 0, *self._size)])

    def _darken(self, hit: Hit) -> None:
        """A key's first item covers its whole face, so nothing below it has to be painted."""
        if self._frame is not None:
            patch = Image.new("RGBX", (hit.face.width, hit.face.height))
            paint(patch, hit.pressed, hit.face.left, hit.face.top)
            self._back.paste(patch, (hit.face.left, hit.face.top))
            self._panel.blit(self._back, [hit.face])

    def _repaint(self, boxes: list[Box]) -> None:
        if self._frame is None or not boxes:
            return
        items = _items(self._frame, self._down)
        for box in boxes:
            self._paint_box(items, box)
        self._panel.blit(self._back, boxes)

    def _paint_box(self, items: list[Item], box: Box) -> None:
        if (box.width, box.height) == self._size:
            paint(self._back, items, 0, 0)
            return
        patch = Image.new("RGBX", (box.width, box.height))
        left, top, right, bottom = box
        inside = [
            item
            for item in items
            if item[0][0] < right and item[0][2] > left and item[0][1] < bottom and item[0][3] > top
        ]
        paint(patch, inside, left, top)
        self._back.paste(patch, (left, top))


def _items(frame: Frame, down: Iterable[Hit]) -> list[Item]:
    items: list[Item] = []
    for part in frame.parts:
        items.extend(part.items)
    for hit in down:
        items.extend(hit.pressed)
    return items


def paint(image: Image.Image, items: Iterable[Item], left: int, top: int) -> None:
    """Paints items in order; `left`, `top` is the corner of the screen that `image` stands for."""
    for item in items:
        box = item.box
        x, y = box.left - left, box.top - top
        if isinstance(item, Text):
            glyphs = mask(item.text, item.size, item.bold).image
            image.paste(panel_colour(item.colour), (x, y), glyphs)
        elif isinstance(item, Face):
            image.paste(face(box.width, box.height, item.look, item.ground), (x, y))
        elif isinstance(item, Fill):
            image.paste(panel_colour(item.colour), (x, y, box.right - left, box.bottom - top))
        elif isinstance(item, Hatch):
            image.paste(hatch(box.width, box.height, item.colour, item.stripe), (x, y))
        elif isinstance(item, Icon):
            image.paste(panel_colour(item.colour), (x, y), icon(item.name, box.width))


def to_rgb(image: Image.Image) -> Image.Image:
    """For people and PNG files: the panel's order turned back."""
    return Image.frombytes("RGB", image.size, image.tobytes(), "raw", "BGRX")


def picture(frame: Frame, theme: Theme) -> Image.Image:
    """The whole frame as an RGB image."""
    back = Image.new("RGBX", (theme.width, theme.height))
    paint(back, _items(frame, ()), 0, 0)
    return to_rgb(back)
