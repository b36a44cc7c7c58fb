"""ui.touch_to_pixel, ui.line_added and ui.full_redraw: on the real framebuffer driver over a mapped file.

A round is one naive full redraw, presses, an added line and page switches, so that a noisy moment is everybody's.
Sums and articles change all the time: caches are warm as on a Saturday, not as in a loop over one picture.
"""

from __future__ import annotations

import mmap
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import cast

from appliance.core.view import BasketLine, LineState, SaleView, View
from appliance.display.painter import Painter
from appliance.display.render import render
from appliance.display.theme import Theme, theme_for
from appliance.drivers.panel.framebuffer import FramebufferOptions, FramebufferPanel
from appliance.ports import Loop
from bench.naive import redraw
from tests.display.sample_header import euros
from tests.display.sample_money import payment_view, print_view
from tests.display.sample_sale import ARTICLES, line, sale_view

ROUNDS = 200
PRESSES = 3
SIZE = (1280, 800)
GOALS = {"ui.touch_to_pixel": 1 / 20, "ui.line_added": 1 / 6, "ui.full_redraw": 1 / 3}
BASELINE = "naive full redraw"
Times = dict[str, list[int]]


def rows() -> Iterator[dict[str, object]]:
    """One row a budget at the 99th percentile, one beside it at the median."""
    with TemporaryDirectory() as folder:
        times = Bench(Path(folder)).run()
    for name, goal in GOALS.items():
        yield _row(name, _p99(times[name]), _p99(times[BASELINE]), "p99", goal)
        yield _row(f"{name}.median", median(times[name]), median(times[BASELINE]), "median", goal)


class Bench:
    """One painter on one panel, and a second mapped file for the baseline."""

    def __init__(self, folder: Path) -> None:
        self._chance = random.Random(2026)
        self._theme: Theme = theme_for(*SIZE)
        (folder / "panel").touch()
        options = FramebufferOptions(str(folder / "panel"), SIZE)
        self._panel = FramebufferPanel(options, cast("Loop", None))
        self._naive = mmap.mmap(-1, SIZE[0] * SIZE[1] * 4)
        self._times: Times = {name: [] for name in (*GOALS, BASELINE)}

    def run(self) -> Times:
        self._panel.open()
        try:
            self._rounds(Painter(self._panel, self._theme))
        finally:
            self._panel.close()
            self._naive.close()
        return self._times

    def _rounds(self, painter: Painter) -> None:
        lines: tuple[BasketLine, ...] = ()
        for number in range(ROUNDS + 10):
            before, lines = self._sale(lines), self._ring(lines, number + 1)
            after = self._sale(lines)
            painter.show(render(before, self._theme))
            shown = painter.frame
            if shown is not None:  # not `after`: its masks must not be made here
                self._time(BASELINE, lambda shown=shown: redraw(shown, self._naive))  # type: ignore[misc]
            self._press(painter)
            self._time("ui.line_added", lambda after=after: painter.show(render(after, self._theme)))  # type: ignore[misc]
            for view in self._pages(after):
                self._time("ui.full_redraw", lambda view=view: painter.show(render(view, self._theme)))  # type: ignore[misc]
            if number < 10:  # warming up
                self._times = {name: [] for name in self._times}

    def _time(self, name: str, action: Callable[[], None]) -> None:
        start = perf_counter_ns()
        action()
        self._times[name].append(perf_counter_ns() - start)

    def _press(self, painter: Painter) -> None:
        """From the coordinates of a contact to the dark key on the glass."""
        frame = painter.frame
        if frame is None:
            return
        for target in self._chance.sample(frame.hits, PRESSES):
            x, y = target.face.left + 2, target.face.top + 2

            def touch(x: int = x, y: int = y) -> None:
                hit = frame.hit(x, y)
                if hit is not None:
                    painter.press(hit)

            self._time("ui.touch_to_pixel", touch)
            painter.release()

    def _ring(self, lines: tuple[BasketLine, ...], number: int) -> tuple[BasketLine, ...]:
        label, price, _ = self._chance.choice(ARTICLES)
        plain = tuple(replace(each, state=LineState.PLAIN) for each in lines)
        amount = price + self._chance.randrange(1, 200)
        new = line(number, label, amount, state=LineState.ADDED)
        return (*plain, new)[-self._theme.grid.lines :]

    def _sale(self, lines: tuple[BasketLine, ...]) -> SaleView:
        return sale_view(self._theme.grid, lines, total=euros(self._chance.randrange(100, 20000)))

    def _pages(self, after: SaleView) -> tuple[View, ...]:
        """Encaisser, the change, and back to the counter."""
        due = euros(self._chance.randrange(100, 20000))
        return payment_view(due=due), print_view(self._chance.randrange(1, 2000)), after


def _p99(times: list[int]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _row(name: str, value: float, baseline: float, how: str, goal: float) -> dict[str, object]:
    ratio = value / baseline
    return {
        "name": name,
        "value": round(value / 1e6, 3),
        "unit": f"ms {how}",
        "baseline": round(baseline / 1e6, 3),
        "baseline_name": BASELINE,
        "ratio": round(ratio, 4),
        "goal": f"<= {goal:.3f} of it",
        "met": ratio <= goal,
    }


if __name__ == "__main__":
    for row in rows():
        print(row)
