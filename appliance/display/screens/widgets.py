"""What several screens share: keys, the keypad, the header with its banner, the field, refusals."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from appliance.core.act import Act
from appliance.core.view import Banner, Fact, Header, Key, Keypad
from appliance.display.box import Box
from appliance.display.frame import Part
from appliance.display.icons import DRAWINGS
from appliance.display.measures import Sizes
from appliance.display.sketch import Sketch
from appliance.display.text import Fitted, capitals, fit, fit_even, leading, width
from appliance.display.theme import DANGER, FACE, HAIR, INK, INK2, MUTE, WARN, Colour, Look, Style, Theme

Arrange = Literal["beside", "above"]


def ground(theme: Theme, colour: Colour) -> Part:
    """The first part of every frame: covers the whole screen."""
    return _ground(theme, colour)


@lru_cache(maxsize=16)
def _ground(theme: Theme, colour: Colour) -> Part:
    sketch = Sketch(theme)
    sketch.fill(Box(0, 0, theme.width, theme.height), colour)
    return sketch.part("ground")


def body(theme: Theme) -> Box:
    """The screen without its header."""
    return Box(0, theme.size.header, theme.width, theme.height)


def key(
    sketch: Sketch,
    box: Box,
    key: Key,
    look: Look,
    sizes: Sizes,
    on: Colour,
    reach: int | None = None,
    arrange: Arrange = "beside",
    lines: int = 2,
) -> None:
    """A key with its word, icon and detail. Without an act it is mute and cannot be touched."""
    theme = sketch.theme
    shown = look if key.act is not None else theme.look.mute._replace(lip_height=look.lip_height)
    mark = sketch.mark
    sketch.face(box, shown, on)
    inner = box.less_bottom(shown.lip_height).inset(theme.size.tight, theme.size.tight // 2)
    if key.icon in DRAWINGS and arrange == "above":
        inner = _icon_above(sketch, inner, key.icon, shown)
        _words(sketch, inner, key, shown, sizes, "", lines)
    else:
        _words(sketch, inner, key, shown, sizes, key.icon if key.icon in DRAWINGS else "", lines)
    if key.act is not None:
        far = theme.size.gap // 2 if reach is None else reach
        sketch.hit(mark, box, key.label, key.act, shown, far)


def _icon_above(sketch: Sketch, inner: Box, name: str, look: Look) -> Box:
    side = min(sketch.theme.size.means_icon, inner.height // 3)
    band = inner.from_top(inner.height // 2)
    sketch.icon(name, band.middle(side, side), look.ink, look.face)
    return inner.less_top(inner.height // 2)


def _words(sketch: Sketch, inner: Box, key: Key, look: Look, sizes: Sizes, icon: str, lines: int) -> None:
    side = sketch.theme.size.icon
    taken = side + sketch.theme.size.tight if icon else 0
    style = Style(sizes, True, look.ink, look.face)
    low = sketch.theme.type.small
    shown = key.detail if width(key.detail, low[-1], bold=False) <= inner.width else ""
    detail = capitals(low[0]) + sketch.theme.size.detail if shown else 0
    room = inner.less_left(taken).less_bottom(detail)
    fitted = fit_even(key.label, sizes, (room.width, room.height), lines, True)
    high = block(fitted)
    wide = taken + max(width(line, fitted.size, True) for line in fitted.lines)
    top = inner.top + (inner.height - high - detail) // 2
    left = inner.left + (inner.width - wide) // 2
    if icon:
        spot = Box(left, top, left + side, top + high).middle(side, side)
        sketch.icon(icon, spot, look.ink, look.face)
    words = Box(left + taken, top, left + wide, top + high) if icon else Box(inner.left, top, inner.right, top + high)
    sketch.fitted(words, key.label, fitted, style, "centre", "top")
    if shown:
        under = Style(low, False, second(look), look.face)
        sketch.text(Box(inner.left, top + high, inner.right, top + high + detail), shown, under, "centre", "bottom")
    elif key.detail:
        sketch.said(key.detail)  # often a sum: rather not seen than without a figure


def second(look: Look) -> Colour:
    """The colour of second text on a key."""
    return INK2 if look.ink == INK else look.ink


def block(fitted: Fitted) -> int:
    """Height of fitted lines from the first capital to the last baseline."""
    return (len(fitted.lines) - 1) * leading(fitted.size) + capitals(fitted.size)


def keypad(sketch: Sketch, box: Box, pad: Keypad, on: Colour) -> None:
    """Four rows of three: figures, a corner key left (00, Effacer or nothing), backspace right."""
    theme = sketch.theme
    top, low = ("123", "789") if pad.phone else ("789", "123")
    cells = box.cells(3, 4, theme.size.pad_gap)
    for cell, figure in zip(cells, top + "456" + low, strict=False):
        _digit(sketch, cell, figure, on)
    _digit(sketch, cells[-2], "0", on)
    reach = theme.size.pad_gap // 2
    if pad.double_zero:
        _digit(sketch, cells[-3], "00", on)
    elif pad.clear:
        clear = Key(theme.words.clear, Act("clear"))
        key(sketch, cells[-3], clear, theme.look.plain, theme.type.key, on, reach, lines=1)
    _backspace(sketch, cells[-1], on)


def _digit(sketch: Sketch, box: Box, figure: str, on: Colour) -> None:
    theme = sketch.theme
    shown = Key(figure, Act("digit", figure))
    key(sketch, box, shown, theme.look.plain, theme.type.digit, on, theme.size.pad_gap // 2, lines=1)


def _backspace(sketch: Sketch, box: Box, on: Colour) -> None:
    theme = sketch.theme
    look, side = theme.look.plain, theme.size.icon + theme.size.tight // 2
    mark = sketch.mark
    sketch.face(box, look, on)
    sketch.icon("backspace", box.less_bottom(look.lip_height).middle(side, side), look.ink, look.face)
    sketch.hit(mark, box, theme.words.backspace, Act("back"), look, theme.size.pad_gap // 2)


def refusal(sketch: Sketch, room: Box, text: str, sizes: Sizes, on: Colour, lines: int = 2) -> None:
    """A sentence with the octagon before it."""
    side = sketch.theme.size.sign
    sketch.icon("octagon", room.from_left(side).middle(side, side), DANGER, on)
    words = room.less_left(side + sketch.theme.size.tight)
    sketch.text(words, text, Style(sizes, True, DANGER, on), lines=lines)


def fact(sketch: Sketch, row: Box, fact: Fact, sizes: Sizes, on: Colour, rule: bool = True) -> None:
    """Label left, value right, a hair line below."""
    tight = sketch.theme.size.tight
    value = sketch.amount(row.less_left(row.width // 3), fact.value, Style(sizes, True, INK, on))
    label = row._replace(right=value.left - tight)
    sketch.text(label, fact.label, Style(sizes, fact.strong, INK if fact.strong else INK2, on), lines=2)
    if rule:
        sketch.fill(row.from_bottom(1), HAIR)


@lru_cache(maxsize=16)
def header(header: Header, theme: Theme, title: str = "") -> Part:
    """Person and padlock left; banner, title or nothing in the middle; date and clock right."""
    sketch = Sketch(theme)
    bar = Box(0, 0, theme.width, theme.size.header)
    sketch.bar(bar)
    if header.person:
        _person(sketch, bar, header)
    clock = Style(theme.type.header_clock, True, FACE, theme.slab.face)
    stands = sketch.amount(bar.less_right(theme.size.inner), header.clock, clock)
    left = theme.size.person + 2 * theme.size.tight if header.person else theme.size.tight
    free = Box(left, bar.top, stands.left - 2 * theme.size.tight, bar.bottom)
    if header.school and (header.banner is not None or title):
        free = free.less_left(school(sketch, free, 2).width + theme.size.tight)
    elif header.school:
        free = free.less_left(school(sketch, free, 1).right - free.left)
    if header.banner is not None:
        banner(sketch, free, header.banner)
    else:
        _title_and_date(sketch, free, header, title)
    return sketch.part("header")


def school(sketch: Sketch, free: Box, lines: int) -> Box:
    """TRN-01, on a white plate: one line in the middle, two lines at the left where something else is said."""
    theme = sketch.theme
    sizes, inset = theme.type.key, theme.size.plate // lines
    words = (theme.words.school, theme.words.school_more)
    shown = words if lines == 2 else (theme.words.colon.join(words),)
    wide, high = free.width - 2 * theme.size.tight, free.height - 2 * inset
    size = next((n for n in sizes if _wide(shown, n) <= wide and lines * leading(n) + n // 4 <= high), sizes[-1])
    plate = free.middle(_wide(shown, size) + 2 * theme.size.tight, free.height - 2 * inset)
    if lines == 2:
        plate = Box(free.left, plate.top, free.left + plate.width, plate.bottom)
    sketch.face(plate, theme.look.plate, theme.slab.face)
    style = Style((size,), True, theme.slab.face, FACE)
    fitted = Fitted(shown, size, cut=False)
    accent = size // 4  # of the É
    sketch.fitted(plate.less_top(accent), theme.words.colon.join(words), fitted, style, "centre", "middle")
    return plate


def _wide(lines: tuple[str, ...], size: int) -> int:
    return max(width(line, size, True) for line in lines)


def _person(sketch: Sketch, bar: Box, header: Header) -> None:
    theme = sketch.theme
    inset = theme.size.header_inset
    face = bar.from_left(theme.size.person + theme.size.tight).less_left(theme.size.tight)
    face = face.inset(0, max(inset, theme.size.rule))
    look, side = theme.look.header, theme.size.icon
    mark = sketch.mark
    sketch.face(face, look, theme.slab.face)
    inner = face.inset(theme.size.tight, 0)
    words = inner
    if header.lock is not None:
        sketch.icon("padlock", inner.from_right(side).middle(side, side), look.ink, look.face)
        words = inner.less_right(side + theme.size.tight // 2)
    style = Style(theme.type.person, True, look.ink, look.face)
    beside = words.less_left(side + theme.size.tight)
    if not fit(header.person, style.sizes, (beside.width, beside.height), 2, True).cut:  # a long name takes all
        sketch.icon("person", inner.from_left(side).middle(side, side), look.ink, look.face)
        words = beside
    sketch.text(words, header.person, style, lines=2)
    if header.lock is not None:
        sketch.hit(mark, face, header.person, header.lock, look, theme.size.tight)


def _title_and_date(sketch: Sketch, free: Box, header: Header, title: str) -> None:
    theme = sketch.theme
    if title:
        sketch.text(free, title, Style(theme.type.key, True, FACE, theme.slab.face), "centre")
    elif theme.size.header_date:
        said = " · ".join(filter(None, (header.till, header.date)))
        sketch.text(free, said, Style(theme.type.small, False, theme.slab.second, theme.slab.face), "right")


def banner(sketch: Sketch, box: Box, banner: Banner) -> None:
    """The worst alarm, over the whole room it is given; the key "Voir" stands for all of it."""
    theme = sketch.theme
    on, ink = (DANGER, FACE) if banner.red else (WARN, INK)
    sketch.fill(box, on)
    side, tight = theme.size.icon, theme.size.tight
    inner = box.inset(tight, 0)
    sketch.icon("octagon" if banner.red else "triangle", inner.from_left(side).middle(side, side), ink, on)
    words = inner.less_left(side + tight)
    if banner.act is not None:
        _look_key(sketch, box, words.from_right(theme.size.voir), banner)
        words = words.less_right(theme.size.voir + tight)
    if banner.more:
        more = sketch.amount(words, f"+{banner.more}", Style(theme.type.key, True, ink, on))
        words = words._replace(right=more.left - tight)
    _banner_words(sketch, words, banner, Style(theme.type.key, True, ink, on))


def _look_key(sketch: Sketch, area: Box, box: Box, banner: Banner) -> None:
    theme = sketch.theme
    look = theme.look.outline_dark if banner.red else theme.look.outline_light
    face = box.inset(0, theme.size.header_inset or theme.size.rule)
    mark = sketch.mark
    sketch.face(face, look, look.face)
    sketch.text(face, theme.words.look, Style(theme.type.key, True, look.ink, look.face), "centre")
    if banner.act is not None:
        sketch.area(mark, area, face, theme.words.look, banner.act, look)


def _banner_words(sketch: Sketch, room: Box, banner: Banner, style: Style) -> None:
    """Title and sentence if both fit in one line, else the title alone in the largest size that fits."""
    both = " ".join(filter(None, (banner.title, banner.text)))
    if width(both, style.sizes[-1], True) <= room.width:
        sketch.text(room, both, style)
        return
    fitted = fit(banner.title, style.sizes, (room.width, room.height), 2, True)
    sketch.fitted(room, both, fitted, style, "left", "middle")


def muted(theme: Theme, box: Box) -> Part:
    """A keypad's ground."""
    sketch = Sketch(theme)
    sketch.fill(box, MUTE)
    return sketch.part("pad ground")


def with_wide_last(row: Box, count: int, gap: int) -> tuple[Box, ...]:
    """Equal keys, and the last one, where the hand goes, as wide as nearly two."""
    last = max(row.width * 2 // (count + 2), row.width // 3)
    if count == 1:
        return (row.from_right(last),)
    others = row.less_right(last + gap).columns(count - 1, gap)
    return (*others, row.from_right(last))
