"""The golden pictures: where they are, how one is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from appliance.core.act import Act
from appliance.core.view import Key, LockedView
from appliance.core.view_upkeep import Shown
from appliance.display.painter import picture
from appliance.display.render import render
from appliance.display.theme import Theme, theme_for
from appliance.language.english import english
from tests.display.sample_english import say
from tests.display.samples import samples

GOLDEN = Path(__file__).parent / "golden"
PANELS = ((1280, 800), (800, 480))
ENGLISH = {
    "evening-update",
    "visit-software-update",
    "consent-pin",
    "visit",
    "visit-printer",
    "count",
    "hard-sale",
    "locked",
    "locked-pin-refused",
    "message",
    "more",
    "payment",
    "print",
    "sale",
    "sale-selected",
    "summary",
}
ACCEPT = "python -m tests.screens --accept"


def themes() -> tuple[Theme, ...]:
    return tuple(theme_for(*panel) for panel in PANELS)


def every() -> Iterator[tuple[str, Shown, Theme]]:
    """Name of the picture, its view, its panel."""
    for theme in themes():
        for name, view in samples(theme.grid).items():
            yield f"{name}-{theme.width}x{theme.height}", view, theme


def every_english() -> Iterator[tuple[str, Shown, Theme]]:
    """The same screens for an English operator; a shop with one offers both languages before anybody is in."""
    for name, view, theme in every():
        said = english(view, say)
        if isinstance(said, LockedView) and said.pin is None:
            said = replace(said, language=Key("Français", Act("language", "fr")))
        yield name, said, theme_for(theme.width, theme.height, language="en")


def golden() -> Iterator[tuple[str, Shown, Theme]]:
    """All pictures that are kept, by their path in the folder: every French one, the main ones in English."""
    yield from every()
    for name, view, theme in every_english():
        if name.rpartition("-")[0] in ENGLISH:
            yield f"en/{name}", view, theme


def draw(view: Shown, theme: Theme) -> Image.Image:
    return picture(render(view, theme), theme)


def same(one: Image.Image, other: Image.Image) -> bool:
    """Decoded pixels, not files: another encoder may write the same picture in other bytes."""
    return one.size == other.size and one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
