"""The baseline of the display: every item drawn again by ImageDraw, converted, copied whole to the mapped memory.

Fonts and icons are loaded before; everything else is done as one would without thinking of speed.
"""

from __future__ import annotations

import mmap

from PIL import Image, ImageDraw

from appliance.display.frame import Face, Fill, Frame, Icon, Text
from appliance.display.icons import icon
from appliance.display.text import font

EDGE_UNIT = 4  # widths of edges are given in quarters of a pixel


def redraw(frame: Frame, memory: mmap.mmap) -> None:
    """The same screen, from nothing to the glass."""
    image = Image.new("RGB", frame.size)
    draw = ImageDraw.Draw(image)
    for part in frame.parts:
        for item in part.items:
            if isinstance(item, Fill):
                draw.rectangle((item.box.left, item.box.top, item.box.right - 1, item.box.bottom - 1), item.colour)
            elif isinstance(item, Face):
                _face(draw, item)
            elif isinstance(item, Text):
                draw.text(item.pen, item.text, item.colour, font(item.size, item.bold), anchor="ls")
            elif isinstance(item, Icon):
                image.paste(item.colour, item.box[:2], icon(item.name, item.box.width))
    pixels = image.tobytes("raw", "BGRX")
    memory[: len(pixels)] = pixels


def _face(draw: ImageDraw.ImageDraw, item: Face) -> None:
    left, top, right, bottom = item.box
    look = item.look
    if look.lip_height:
        draw.rounded_rectangle((left, top, right - 1, bottom - 1), look.radius, look.lip)
    width = round(look.edge_width / EDGE_UNIT)
    low = bottom - 1 - look.lip_height
    draw.rounded_rectangle((left, top, right - 1, low), look.radius, look.face, look.edge, width)
