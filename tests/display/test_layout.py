"""No clipped or overlapping word, no ellipsis on a fixed label, every target large enough, readable contrast."""

from __future__ import annotations

import itertools
from functools import cache

from appliance.core.view import BasketLine, SaleView
from appliance.core.view_upkeep import Shown
from appliance.display.box import Box
from appliance.display.frame import Face, Frame, Text
from appliance.display.render import render, school
from appliance.display.theme import FACE, LEAST, LEAST_STRONG, LIPS, MUTE, PAPER, SEL, SLAB, Colour, Theme, theme_for
from tests.cases import over
from tests.display.pictures import every, every_english

FREE = (  # texts of the shop or of the world, which may end with an ellipsis
    "Sandwich jambon-beurre cornichons",
    "Fromage à la coupe au lait cru de brebis",
    "Assortiment anticonstitutionnel",
    "Reblochon de Savoie fermier",
    "Titre-restaurant dématérialisé",
)


@cache
def screens() -> list[tuple[str, Shown, Theme]]:
    return [*every(), *((f"{name}-en", view, theme) for name, view, theme in every_english())]


each_screen = over(screens)


def drawn(name: str, view: Shown, theme: Theme) -> Frame:
    """Each screen is laid out once a process; names are unique."""
    if name not in _drawn:
        _drawn[name] = render(view, theme)
    return _drawn[name]


_drawn: dict[str, Frame] = {}


def texts(frame: Frame) -> list[Text]:
    return [item for part in frame.parts for item in part.items if isinstance(item, Text)]


@each_screen
def test_words_stay_on_the_screen_and_in_their_key(name: str, view: Shown, theme: Theme) -> None:
    """Ink never leaves the glass nor the cap it is written on."""
    frame = drawn(name, view, theme)
    screen = Box(0, 0, theme.width, theme.height)
    for part in frame.parts:
        faces = [screen]
        for item in part.items:
            if isinstance(item, Face):
                faces.append(item.box)
            elif isinstance(item, Text):
                pen = Box(item.pen[0], item.pen[1] - 1, item.pen[0] + 1, item.pen[1])
                home = next(face for face in reversed(faces) if face.holds(pen))

                assert home.holds(item.box), item.text


@each_screen
def test_words_do_not_overlap(name: str, view: Shown, theme: Theme) -> None:
    """No ink over other ink, whatever the sums."""
    for one, other in itertools.combinations(texts(drawn(name, view, theme)), 2):
        slack = 2 if one.room == other.room else 0  # a "j" may reach beside an "l" of the next line

        assert not one.box.inset(0, slack).meets(other.box), (one.text, other.text)


@each_screen
def test_words_stay_in_their_room(name: str, view: Shown, theme: Theme) -> None:
    """A line is never wider than the place it was fitted to."""
    for item in texts(drawn(name, view, theme)):
        assert item.room.left - 2 <= item.box.left, item.text
        assert item.box.right <= item.room.right + 2, item.text


@each_screen
def test_fixed_labels_are_whole(name: str, view: Shown, theme: Theme) -> None:
    """Only names from the catalogue may be cut, and only among the hard samples or in the payment's small list."""
    cut = drawn(name, view, theme).cut
    unexpected = [label for label in cut if not any(free in label for free in FREE)]

    assert unexpected == []
    assert not cut or name.startswith(("hard", "payment"))


@each_screen
def test_sums_lose_no_figure(name: str, view: Shown, theme: Theme) -> None:
    """A label may end with an ellipsis, a sum never."""
    for item in texts(drawn(name, view, theme)):
        assert not ("…" in item.text and item.text[:1].isdigit() and "×" not in item.text), item.text


def is_strong(frame: Frame, theme: Theme, index: int) -> bool:
    """The blue key, and the answers to a question."""
    hit = frame.hits[index]
    exercise = theme_for(theme.width, theme.height, school=True)
    steps = (theme.look.action, exercise.look.action, exercise.look.pay)
    answers = frame.screen in ("message", "print") and hit.face.top > theme.height // 2
    return hit.look in steps or answers


@each_screen
def test_targets_are_large_enough(name: str, view: Shown, theme: Theme) -> None:
    """9 mm for all, 14 mm for the next step and for answers, from the hit map and the panel's pitch."""
    frame = drawn(name, view, theme)
    for index, hit in enumerate(frame.hits):
        least = LEAST_STRONG if is_strong(frame, theme, index) else LEAST

        assert hit.box.width * theme.pitch >= least, hit.label
        assert hit.box.height * theme.pitch >= least, hit.label


@each_screen
def test_faces_are_large_enough(name: str, view: Shown, theme: Theme) -> None:
    """What is seen is nearly as large as what takes the finger: 8 mm at least."""
    for hit in drawn(name, view, theme).hits:
        assert min(hit.face.width, hit.face.height) * theme.pitch >= LEAST - 1, hit.label


@each_screen
def test_targets_do_not_overlap(name: str, view: Shown, theme: Theme) -> None:
    """Every touch has one meaning."""
    frame = drawn(name, view, theme)
    screen = Box(0, 0, theme.width, theme.height)
    for hit in frame.hits:
        assert screen.holds(hit.box), hit.label
    for one, other in itertools.combinations(frame.hits, 2):
        assert not one.box.meets(other.box), (one.label, other.label)


@each_screen
def test_at_most_one_blue_key(name: str, view: Shown, theme: Theme) -> None:
    """The next step is never a choice; in an exercise it is never blue."""
    exercise = theme_for(theme.width, theme.height, school=True)
    hits = drawn(name, view, theme).hits
    blue = [hit for hit in hits if hit.look == theme.look.action]
    violet = [hit for hit in hits if hit.look in (exercise.look.action, exercise.look.pay)]

    assert len(blue) + len(violet) <= 1
    assert not (blue and name.startswith("school"))


@each_screen
def test_an_exercise_says_so(name: str, view: Shown, theme: Theme) -> None:
    """TRN-01: on every screen of it, whole, also where an alarm or a title wants the header; on no other."""
    shown = [item.text for item in texts(drawn(name, view, theme)) if item.ground == FACE]
    said = all(any(words in text for text in shown) for words in (theme.words.school, theme.words.school_more))

    assert said == school(view)


@each_screen
def test_text_can_be_read(name: str, view: Shown, theme: Theme) -> None:
    """4.5 : 1 or more for every colour on the ground it is drawn on, also while pressed."""
    frame = drawn(name, view, theme)
    pressed = [item for hit in frame.hits for item in hit.pressed if isinstance(item, Text)]
    for item in (*texts(frame), *pressed):
        assert contrast(item.colour, item.ground) >= 4.5, item.text


@each_screen
def test_edges_can_be_seen(name: str, view: Shown, theme: Theme) -> None:
    """3 : 1 between what can be tapped and its ground: by its edge, or by its face."""
    for part in drawn(name, view, theme).parts:
        for hit in part.hits:
            first = hit.items[0]
            if isinstance(first, Face):
                best = max(contrast(first.look.edge, first.ground), contrast(first.look.face, first.ground))

                assert best >= 3, hit.label


def test_category_lips_can_be_seen() -> None:
    """All 4.5 : 1 or more on white, so that they are seen and their words could be read."""
    assert all(contrast(lip, FACE) >= 4.5 for lip in LIPS)


def test_grounds_are_told_apart() -> None:
    """Keys stand out of every ground."""
    for look_edge, ground in itertools.product(((118, 128, 138),), (PAPER, FACE, MUTE)):
        assert contrast(look_edge, ground) >= 3
    assert contrast(SEL, SLAB) >= 3


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """WCAG's formula."""
    parts = [value / 255 for value in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@each_screen
def test_labels_are_unshortened(name: str, view: Shown, theme: Theme) -> None:
    """Flows compare with the labels: they are whole whatever was drawn."""
    labels = drawn(name, view, theme).labels
    wanted = [line.label for line in _lines(view)]

    assert not any("…" in label for label in labels)
    assert [label for label in wanted if label not in labels] == []


def _lines(view: Shown) -> tuple[BasketLine, ...]:
    return view.lines if isinstance(view, SaleView) else ()
