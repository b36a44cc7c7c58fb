"""Caps of keys, drawn once at four times their size: corners reduced, the rest stretched from one line of pixels."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from appliance.display.theme import Colour, Look

QUARTERS = 4
LARGE = 160 * 160  # pixels of the largest cap that is kept
Pixel = tuple[int, int, int, int]


def panel_colour(colour: Colour) -> Pixel:
    """In the byte order of the glass: blue, green, red, nothing."""
    return colour[2], colour[1], colour[0], 0


def face(width: int, height: int, look: Look, ground: Colour) -> Image.Image:
    """The whole cap, opaque, in the panel's order. Large ones are few, and made again: keeping them costs memory."""
    if width * height > LARGE:
        return _cap(width, height, look, ground)
    return _kept(width, height, look, ground)


@lru_cache(maxsize=128)
def _kept(width: int, height: int, look: Look, ground: Colour) -> Image.Image:
    return _cap(width, height, look, ground)


def _cap(width: int, height: int, look: Look, ground: Colour) -> Image.Image:
    corner = look.radius + look.lip_height + 1
    stamp = _stamp(look, ground, corner)
    image = Image.new("RGBX", (width, height), panel_colour(look.face))
    _sides(image, stamp, corner)
    for x, from_x in ((0, 0), (width - corner, corner + 1)):
        for y, from_y in ((0, 0), (height - corner, corner + 1)):
            image.paste(stamp.crop((from_x, from_y, from_x + corner, from_y + corner)), (x, y))
    return image


@lru_cache(maxsize=4)
def hatch(width: int, height: int, colour: Colour, stripe: Colour) -> Image.Image:
    """Stripes that slant to the right, as wide as the gaps between them."""
    step, high = height * QUARTERS // 3, height * QUARTERS
    image = Image.new("RGBX", (width * QUARTERS, high), panel_colour(colour))
    draw = ImageDraw.Draw(image)
    for left in range(-high, width * QUARTERS, 2 * step):
        draw.polygon(
            ((left, high), (left + high, 0), (left + high + step, 0), (left + step, high)), panel_colour(stripe)
        )
    return image.reduce(QUARTERS)


def _sides(image: Image.Image, stamp: Image.Image, corner: int) -> None:
    end = 2 * corner + 1
    row = (image.width, corner)
    column = (corner, image.height)
    image.paste(stamp.crop((corner, 0, corner + 1, corner)).resize(row, Image.Resampling.NEAREST), (0, 0))
    low = stamp.crop((corner, corner + 1, corner + 1, end)).resize(row, Image.Resampling.NEAREST)
    image.paste(low, (0, image.height - corner))
    image.paste(stamp.crop((0, corner, corner, corner + 1)).resize(column, Image.Resampling.NEAREST), (0, 0))
    right = stamp.crop((corner + 1, corner, end, corner + 1)).resize(column, Image.Resampling.NEAREST)
    image.paste(right, (image.width - corner, 0))


@lru_cache(maxsize=64)
def _stamp(look: Look, ground: Colour, corner: int) -> Image.Image:
    """The smallest cap with all its corners: one pixel of every side between them."""
    side = (2 * corner + 1) * QUARTERS
    image = Image.new("RGBX", (side, side), panel_colour(ground))
    draw = ImageDraw.Draw(image)
    radius, lip, edge = look.radius * QUARTERS, look.lip_height * QUARTERS, look.edge_width
    corners = (True, not look.square, not look.square, True)

    def cap(inset: int, bottom: int, colour: Colour) -> None:
        box = (inset, inset, side - 1 - inset, side - 1 - bottom)
        draw.rounded_rectangle(box, radius - inset, fill=panel_colour(colour), corners=corners)

    if lip:
        cap(0, 0, look.lip)
    cap(0, lip, look.edge)
    cap(edge, lip or edge, look.face)
    return image.reduce(QUARTERS)
