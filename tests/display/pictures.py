"""The golden pictures: where they are, how one is made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from appliance.core.view import View
from appliance.display.painter import picture
from appliance.display.render import render
from appliance.display.theme import Theme, theme_for
from tests.display.samples import samples

GOLDEN = Path(__file__).parent / "golden"
PANELS = ((1280, 800), (800, 480))
ACCEPT = "python -m tests.screens --accept"


def themes() -> tuple[Theme, ...]:
    return tuple(theme_for(*panel) for panel in PANELS)


def every() -> Iterator[tuple[str, View, Theme]]:
    """Name of the picture, its view, its panel."""
    for theme in themes():
        for name, view in samples(theme.grid).items():
            yield f"{name}-{theme.width}x{theme.height}", view, theme


def draw(view: View, theme: Theme) -> Image.Image:
    return picture(render(view, theme), theme)


def same(one: Image.Image, other: Image.Image) -> bool:
    """Decoded pixels, not files: another encoder may write the same picture in other bytes."""
    return one.size == other.size and one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
