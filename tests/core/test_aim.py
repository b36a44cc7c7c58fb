"""The correction of a touch panel: crooked panels come right, points that do not belong together give none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.aim import CHECK, TARGETS, Correction, Point, correction, holds
from appliance.drivers.touch.geometry import Geometry, Range


def crooked(point: Point, scale: int, lean: int, shift: int) -> Point:
    """What a panel says of a finger: stretched by per mille, leaning by per mille, shifted."""
    x, y = point
    return x * scale // 1000 + y * lean // 1000 + shift, y * (2000 - scale) // 1000 - x * lean // 1000 - shift


@given(
    st.integers(850, 1150), st.integers(-60, 60), st.integers(-400, 400), st.integers(0, 10_000), st.integers(0, 10_000)
)
def test_a_crooked_panel_comes_right(scale: int, lean: int, shift: int, x: int, y: int) -> None:
    found = correction(tuple(crooked(point, scale, lean, shift) for point in TARGETS))
    assert found is not None
    assert holds(found, crooked(CHECK, scale, lean, shift))

    right = found.of(crooked((x, y), scale, lean, shift))
    assert max(abs(right[0] - x), abs(right[1] - y)) <= 5
    assert Correction.read(found.text()) == found


@pytest.mark.parametrize(
    "points",
    [
        ((1200, 1200),) * 4,
        (TARGETS[1], TARGETS[0], TARGETS[3], TARGETS[2]),  # mirrored
        (*TARGETS[:3], (3000, 8800)),  # one slip
        tuple((x // 5, y // 5) for x, y in TARGETS),
    ],
)
def test_points_that_do_not_belong_together(points: tuple[Point, ...]) -> None:
    assert correction(points) is None


def test_a_second_correction_lies_over_the_first() -> None:
    first = Correction(70_000, 900, 4_000_000, -500, 60_000, -9_000_000)
    second = Correction(64_000, -300, 1_000_000, 700, 66_000, 2_000_000)
    once = second.after(first).of((4321, 7654))
    twice = second.of(first.of((4321, 7654)))

    assert max(abs(once[0] - twice[0]), abs(once[1] - twice[1])) <= 2


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_reader_corrects_in_pixels(turn: int) -> None:
    """A tenth of the panel to the right, whichever way the digitiser is turned; never beyond the edge."""
    plain = Geometry(Range(0, 4095), Range(0, 4095), (800, 480), turn)
    shifted = Geometry(Range(0, 4095), Range(0, 4095), (800, 480), turn, (65_536, 0, 1000 * 65_536, 0, 65_536, 0))
    for raw in ((2048, 2048), (100, 4000), (4095, 0)):
        (x, y), (x2, y2) = plain.pixel(*raw), shifted.pixel(*raw)
        assert (x2, y2) == (min(x + 80, 799), y)
