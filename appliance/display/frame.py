"""A frame: what stands on the screen as small immutable items, where it can be touched, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from appliance.core.act import Act
from appliance.display.box import Box
from appliance.display.theme import Colour, Look


class Fill(NamedTuple):
    """A rectangle of one colour."""

    box: Box
    colour: Colour

    def down(self, look: Look) -> Fill:
        """The same inside a pressed key."""
        return Fill(self.box, look.down_ink)


class Hatch(NamedTuple):
    """A rectangle with slanting stripes: the header of an exercise."""

    box: Box
    colour: Colour
    stripe: Colour

    def down(self, look: Look) -> Fill:
        return Fill(self.box, look.down)


class Face(NamedTuple):
    """The cap of a key, a field or a card on its ground."""

    box: Box
    look: Look
    ground: Colour

    def down(self, look: Look) -> Face:
        flat = look._replace(face=look.down, edge=look.down, edge_width=0, lip_height=0)
        return Face(self.box, flat, self.ground)


class Text(NamedTuple):
    """A line of text; `pen` is its start on the baseline, `box` its ink, `room` what it must not leave."""

    box: Box
    text: str
    pen: tuple[int, int]
    size: int
    bold: bool
    colour: Colour
    ground: Colour
    room: Box

    def down(self, look: Look) -> Text:
        return self._replace(colour=look.down_ink, ground=look.down)


class Icon(NamedTuple):
    """A drawing of `icons.py`, as large as the box."""

    box: Box
    name: str
    colour: Colour
    ground: Colour

    def down(self, look: Look) -> Icon:
        return self._replace(colour=look.down_ink, ground=look.down)


Item = Fill | Hatch | Face | Text | Icon


class Hit(NamedTuple):
    """A place that can be touched: `box` takes the finger, `face` is what darkens."""

    box: Box
    face: Box
    label: str
    act: Act
    digit: bool
    look: Look
    items: tuple[Item, ...]

    @property
    def pressed(self) -> tuple[Item, ...]:
        """What to paint over the key while a finger is on it."""
        first, *rest = self.items
        base = Fill(first.box, self.look.down) if isinstance(first, Fill) else first.down(self.look)
        return (base, *(item.down(self.look) for item in rest))


@dataclass(frozen=True, slots=True)
class Part:
    """A region that is built and compared as one: header, rail, basket, slab."""

    name: str
    items: tuple[Item, ...]
    hits: tuple[Hit, ...]
    labels: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    cut: tuple[str, ...]  # labels that were ended with an ellipsis


@dataclass(frozen=True)
class Frame:
    """One screen. Parts are in drawing order; the first one covers the ground."""

    screen: str
    size: tuple[int, int]
    parts: tuple[Part, ...]

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        return tuple(hit for part in self.parts for hit in part.hits)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """All texts, unshortened, in drawing order."""
        return tuple(label for part in self.parts for label in part.labels)

    @cached_property
    def figures(self) -> dict[str, str]:
        """Sums by name: total, due, change, typed, expected, counted."""
        return dict(figure for part in self.parts for figure in part.figures)

    @cached_property
    def cut(self) -> tuple[str, ...]:
        return tuple(label for part in self.parts for label in part.cut)

    def hit(self, x: int, y: int) -> Hit | None:
        return next((hit for hit in self.hits if hit.box.has(x, y)), None)
