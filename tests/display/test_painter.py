"""What was repainted piece by piece is what a full redraw gives, pixel for pixel, always."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from appliance.display.box import Box
from appliance.display.damage import damage, merged
from appliance.display.frame import Frame, Hit
from appliance.display.painter import Painter, paint
from appliance.display.render import render
from appliance.display.theme import Theme
from tests.display.memory import MemoryPanel
from tests.display.pictures import themes
from tests.display.sample_sale import LINES, sale_view
from tests.display.samples import samples

STEPS = 60
by_panel = pytest.mark.parametrize("theme", themes(), ids=lambda theme: f"{theme.width}x{theme.height}")


def whole(frame: Frame, down: list[Hit], theme: Theme) -> bytes:
    """A full redraw, written as plainly as can be."""
    image = Image.new("RGBX", (theme.width, theme.height))
    paint(image, (item for part in frame.parts for item in part.items), 0, 0)
    for hit in down:
        over = Image.new("RGBX", (hit.face.width, hit.face.height))
        over.paste(image.crop(hit.face))
        paint(over, hit.pressed, hit.face.left, hit.face.top)
        image.paste(over, hit.face[:2])
    return image.tobytes()


@by_panel
@pytest.mark.parametrize("seed", range(4))
def test_damage_equals_a_full_redraw(theme: Theme, seed: int) -> None:
    """Random screens and presses, in any order."""
    chance = random.Random(seed)
    views = list(samples(theme.grid).values())
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    frame = render(chance.choice(views), theme)
    painter.show(frame)
    down: list[Hit] = []
    for _ in range(STEPS):
        act = chance.random()
        if act < 0.5:
            frame = render(chance.choice(views), theme)
            painter.show(frame)
            down = [hit for hit in down if hit in frame.hits]
        elif act < 0.8 and frame.hits:
            hit = chance.choice(frame.hits)
            painter.press(hit)
            down = [*down, *([hit] if hit not in down else [])]
        elif down:
            hit = down.pop(chance.randrange(len(down)))
            painter.release(hit)

        assert panel.glass.tobytes() == whole(frame, down, theme)


@by_panel
def test_near_views_equal_a_full_redraw(theme: Theme) -> None:
    """A ring, a selection, a digit: small changes of one screen, where few boxes are painted."""
    chance = random.Random(5)
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    for step in range(2 * STEPS):
        lines = LINES[: chance.randrange(1, len(LINES) + 1)]
        view = sale_view(theme.grid, lines, total=f"{step},00\u00a0€", pending=chance.choice(("", "3\u00a0×")))
        frame = render(view, theme)
        painter.show(frame)

        assert panel.glass.tobytes() == whole(frame, [], theme)


@by_panel
def test_a_ring_repaints_basket_and_slab_only(theme: Theme) -> None:
    """Rail, grid and functions are the very same parts, and nothing left of the basket is painted."""
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    before = render(sale_view(theme.grid, LINES[:3], total="8,60\u00a0€"), theme)
    after = render(sale_view(theme.grid, LINES[:4], total="12,85\u00a0€"), theme)
    painter.show(before)
    panel.blits.clear()
    painter.show(after)
    same = [one.name for one, other in zip(before.parts, after.parts, strict=True) if one is other]

    assert same == ["ground", "header", "rail", "grid", "functions", "actions"]
    assert all(box[0] >= theme.width - theme.size.basket for boxes in panel.blits for box in boxes)


@by_panel
def test_a_press_repaints_its_key_only(theme: Theme) -> None:
    """One box, the key's own."""
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    frame = render(sale_view(theme.grid), theme)
    painter.show(frame)
    hit = frame.hits[5]
    panel.blits.clear()
    painter.press(hit)

    assert panel.blits == [[hit.face]]


@by_panel
def test_every_press_can_be_seen(theme: Theme) -> None:
    """A finger on a key changes its face, whatever the key was."""
    for view in samples(theme.grid).values():
        panel = MemoryPanel(theme.width, theme.height)
        painter = Painter(panel, theme)
        frame = render(view, theme)
        painter.show(frame)
        for hit in frame.hits:
            rest = panel.glass.crop(hit.face).tobytes()
            painter.press(hit)
            if hit.look != theme.look.here:
                assert panel.glass.crop(hit.face).tobytes() != rest, hit.label
            painter.release(hit)

            assert panel.glass.crop(hit.face).tobytes() == rest, hit.label


@by_panel
def test_the_same_frame_paints_nothing(theme: Theme) -> None:
    """The same view again costs no blit."""
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    painter.show(render(sale_view(theme.grid), theme))
    panel.blits.clear()
    painter.show(render(sale_view(theme.grid), theme))

    assert panel.blits == []


def test_a_digit_stays_dark_while_its_finger_is_down() -> None:
    """Digits act on down: the new figure must not give the key its face back."""
    theme = themes()[0]
    panel = MemoryPanel(theme.width, theme.height)
    painter = Painter(panel, theme)
    views = samples(theme.grid)
    painter.show(render(views["cash-out"], theme))
    hit = next(hit for hit in render(views["cash-out"], theme).hits if hit.digit)
    painter.press(hit)
    dark = panel.glass.crop(hit.face).tobytes()
    painter.show(render(views["cash-out-refused"], theme))

    assert panel.glass.crop(hit.face).tobytes() == dark


def test_boxes_are_joined_and_few() -> None:
    """Many small boxes would cost more than their pixels."""
    boxes = merged(Box(40 * x, 40 * y, 40 * x + 4, 40 * y + 4) for x in range(9) for y in range(9))

    assert len(boxes) <= 12
    assert all(any(box.holds(Box(40 * x, 0, 40 * x + 4, 4)) for box in boxes) for x in range(9))


def test_other_parts_damage_everything() -> None:
    """Another screen is another list of parts."""
    theme = themes()[0]
    views = samples(theme.grid)

    assert damage(render(views["sale"], theme), render(views["print"], theme)) == [Box(0, 0, 1280, 800)]
