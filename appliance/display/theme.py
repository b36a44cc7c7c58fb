"""Every number and every colour of the screens: one palette, one table of measures a panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from appliance.core.grid import Grid
from appliance.display.measures import Measures, Sizes, Type
from appliance.display.words import LANGUAGES, Words

DENOMINATIONS = 8
LEAST = 9.0
LEAST_STRONG = 14.0  # the blue key, and the answers to a question
Colour = tuple[int, int, int]


def _rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


PAPER = _rgb("#F2F0E9")
FACE = _rgb("#FFFFFF")
INK = _rgb("#14212E")
INK2 = _rgb("#46535F")
EDGE = _rgb("#76808A")
HAIR = _rgb("#D8D5CB")
MUTE = _rgb("#E4E2DA")
SLAB = _rgb("#152536")
SLAB2 = _rgb("#B9C7D3")
SLABKEY = _rgb("#24384C")
SLABEDGE = _rgb("#8FA1B2")
ACTION = _rgb("#1F6FD6")
ACTIONLIP = _rgb("#123F80")
SEL = _rgb("#D9E8F6")
SELBAR = _rgb("#1B5FA8")
ADD = _rgb("#FFEFC0")
ADDBAR = _rgb("#A35F00")
TRAIN = _rgb("#5A3A8C")
TRAINSLAB = _rgb("#46296F")
TRAINEDGE = _rgb("#B9A6DB")
TRAIN2 = _rgb("#DCD2EE")
WARN = _rgb("#FFC838")
DANGER = _rgb("#B3261E")
OK = _rgb("#00694F")
VOID = _rgb("#5B656E")
SEAL = _rgb("#E0707C")
SEALPAPER = _rgb("#8C1D2F")
BLACK = _rgb("#000000")
LIPS: tuple[Colour, ...] = tuple(
    map(
        _rgb,
        ("#14212E", "#A35F00", "#B5420E", "#1B6FB8", "#66751A", "#8C1D5A", "#00817A", "#4553B5", "#5F6670"),
    )
)


class Look(NamedTuple):
    """How a key is drawn. `edge_width` counts quarters of a pixel; `down` and `down_ink` are its pressed colours."""

    face: Colour
    ink: Colour
    edge: Colour
    edge_width: int
    lip: Colour
    lip_height: int
    radius: int
    down: Colour = INK
    down_ink: Colour = FACE
    square: bool = False  # right corners square: the current category joins the grid


class Ground(NamedTuple):
    """The dark ground: money, the header, the shop of the locked screen. `stripe` hatches the header."""

    face: Colour
    second: Colour  # second text on it
    edge: Colour  # a rule on it
    stripe: Colour | None = None


class Style(NamedTuple):
    """Text: sizes from the wished to the smallest, weight, colour, and the ground it is read on."""

    sizes: Sizes
    bold: bool
    colour: Colour
    ground: Colour


@dataclass(frozen=True, slots=True)
class Looks:
    """The keys of one panel."""

    plain: Look
    mute: Look
    strong: Look  # ink: the safe way out, a chosen reason
    action: Look
    pay: Look  # the next step where it stands on the slab
    danger: Look
    slab: Look
    field: Look
    refused: Look
    current: Look  # the field being typed
    card: Look  # white, edge, not a key
    panel: Look  # dark, flat
    gap: Look  # amber, flat
    row: Look  # a line of a list
    chosen: Look  # the row being typed
    outline_dark: Look  # a key on a red banner
    outline_light: Look  # a key on an amber banner
    header: Look
    picked: Look  # a row that was chosen among others
    plate: Look  # what an exercise says of itself in the header
    here: Look

    def article(self, lip: Colour, height: int) -> Look:
        return self.plain._replace(lip=lip, lip_height=height)


@dataclass(frozen=True, eq=False, slots=True)
class Theme:
    """One panel in one language. Compared by identity: `theme_for` gives the same one for the same panel."""

    width: int
    height: int
    pitch: float  # millimetres a pixel
    grid: Grid
    type: Type
    size: Measures
    look: Looks
    slab: Ground
    language: str = "fr"

    @property
    def words(self) -> Words:
        """What the display itself says."""
        return LANGUAGES[self.language]

    @property
    def least(self) -> float:
        """Millimetres of the smallest place a finger is asked to hit."""
        return LEAST

    @property
    def rows_counted(self) -> int:
        """Rows of a column of the count: seven notes and the sum, or eight coins."""
        return DENOMINATIONS

    def pixels(self, millimetres: float) -> int:
        return -int(-millimetres // self.pitch)


# One column a panel: 1280 x 800 at 10.1", 800 x 480 at 7". Another panel is another column.
TYPES: dict[str, tuple[Sizes, ...]] = {
    "micro": ((18,), (16,)),
    "small": ((20, 19, 18), (17, 16)),
    "body": ((22, 21, 20, 19, 18), (20, 19, 18, 17, 16)),
    "tile": ((22, 20, 19), (18, 17, 16)),
    "key": ((24, 22, 20, 19), (20, 19, 18, 17, 16)),
    "strong": ((34, 30, 28, 26, 24, 22), (26, 24, 22, 20, 18)),
    "sum": ((36, 32, 28, 24, 22), (26, 24, 22, 20)),
    "title": ((34, 32, 28, 26), (24, 22, 20)),
    "heading": ((46, 42, 38, 34, 30), (28, 26, 24, 22, 20)),
    "message": ((56, 50, 44, 38, 34), (34, 30, 28, 26, 24)),
    "thing": ((36, 32, 28, 24), (26, 24, 22, 20)),
    "text": ((30, 28, 26, 24, 22), (20, 19, 18, 17, 16)),
    "digit": ((38,), (30,)),
    "total": ((68, 60, 54, 48, 44, 40, 36), (46, 42, 38, 34, 30, 28, 26, 24)),
    "due": ((92, 84, 76, 68, 60), (60, 56, 50, 44)),
    "gap": ((84, 76, 68, 60, 52, 44), (46, 42, 38, 34, 30, 26)),
    "change": ((240, 220, 200, 180, 160), (150, 130, 120, 110, 100)),
    "clock": ((112, 100), (72, 64)),
    "header_clock": ((28,), (22,)),
    "person": ((24, 22, 20, 18), (21, 20, 18, 16)),
    "shop": ((34, 30, 28, 24), (24, 22, 20, 18)),
}

MEASURES: dict[str, tuple[int, ...]] = {
    "margin": (12, 8),
    "gap": (10, 6),
    "pad_gap": (8, 6),
    "tight": (10, 6),
    "edge": (9, 6),
    "detail": (14, 9),
    "inner": (18, 12),
    "wide": (40, 20),
    "rule": (2, 2),
    "bar": (8, 6),
    "header": (56, 48),
    "header_inset": (4, 0),
    "plate": (7, 5),
    "person": (204, 164),
    "header_date": (1, 0),
    "icon": (28, 22),
    "sign": (30, 22),
    "voir": (74, 62),
    "strong": (92, 76),
    "rail": (148, 106),
    "basket": (448, 288),
    "chip": (6, 0),
    "functions": (76, 60),
    "basket_head": (40, 0),
    "quantity": (46, 0),
    "row": (53, 58),
    "void": (45, 42),
    "actions": (72, 60),
    "close": (60, 48),
    "slab": (208, 136),
    "article_lip": (5, 4),
    "price": (26, 18),
    "cap": (11, 7),
    "foot": (9, 5),
    "pay_slab": (132, 84),
    "back": (160, 104),
    "ticket": (300, 0),
    "pad": (384, 252),
    "heading": (40, 0),
    "field": (72, 50),
    "suggestion": (90, 60),
    "payment": (56, 48),
    "ticket_row": (29, 0),
    "ticket_foot": (104, 0),
    "means_icon": (52, 26),
    "question": (216, 136),
    "print_key": (140, 88),
    "print_share": (36, 36),
    "euro_share": (62, 62),
    "facts": (36, 26),
    "change_title": (124, 72),
    "sealed": (104, 64),
    "seal_mark": (42, 30),
    "dark": (500, 300),
    "seal": (152, 92),
    "dark_top": (72, 36),
    "shop": (88, 56),
    "clock": (168, 104),
    "date": (56, 36),
    "day": (112, 68),
    "badge": (104, 64),
    "badge_row": (132, 86),
    "names_label": (48, 30),
    "name_row": (144, 92),
    "notice": (88, 68),
    "pin_width": (456, 328),
    "pin_head": (184, 118),
    "pin_dot": (30, 20),
    "pin_change": (84, 52),
    "title": (108, 50),
    "fact": (56, 32),
    "entry_slab": (120, 70),
    "refusal": (56, 34),
    "choice": (84, 74),
    "choice_columns": (2, 3),
    "count_pad": (348, 236),
    "count_title": (48, 0),
    "count_gap": (8, 4),
    "count_field": (84, 52),
    "count_follow": (72, 48),
    "times": (50, 44),
    "number": (56, 36),
    "summary": (452, 300),
    "summary_row": (38, 26),
    "summary_least": (26, 18),
    "summary_first": (24, 24),
    "drawer_row": (42, 24),
    "drawer_strong": (54, 32),
    "gap_card": (168, 78),
    "message_rule": (12, 8),
    "octagon": (124, 76),
    "message_top": (84, 34),
    "message_line": (46, 28),
    "message_key": (120, 80),
    "answer": (136, 88),
    "menu_head": (40, 30),
    "device_port": (200, 110),
    "acts": (516, 316),
    "error_time": (220, 186),
}


def _light(look: Look) -> Look:
    """A dark key turns white when pressed: ink on ink would not be seen."""
    return look._replace(down=FACE, down_ink=INK)


def _looks(radius: int, lip: int, edge: int) -> Looks:
    plain = Look(FACE, INK, EDGE, edge, EDGE, lip, radius)
    flat = plain._replace(lip_height=0)
    action = Look(ACTION, FACE, ACTION, 0, ACTIONLIP, lip, radius)
    slab = _light(Look(SLABKEY, FACE, SLABEDGE, edge, SLABEDGE, lip, radius))
    return Looks(
        plain=plain,
        mute=Look(MUTE, VOID, HAIR, edge, HAIR, lip, radius),
        strong=_light(Look(INK, FACE, INK, 0, BLACK, lip, radius)),
        action=action,
        pay=action,
        danger=Look(FACE, DANGER, DANGER, edge + 2, DANGER, lip, radius),
        slab=slab,
        field=flat._replace(edge=INK, edge_width=edge + 2),
        refused=flat._replace(edge=DANGER, edge_width=2 * edge),
        current=flat._replace(edge=SELBAR, edge_width=2 * edge),
        card=flat,
        panel=Look(SLAB, FACE, SLAB, 0, SLAB, 0, radius),
        gap=Look(WARN, INK, WARN, 0, WARN, 0, radius),
        row=flat._replace(down=SEL, down_ink=INK),
        chosen=flat._replace(face=SEL, edge=SELBAR, edge_width=2 * edge, down=SEL, down_ink=INK),
        outline_dark=_light(Look(DANGER, FACE, FACE, edge + 2, FACE, 0, radius)),
        outline_light=Look(WARN, INK, INK, edge + 2, INK, 0, radius),
        header=slab._replace(lip_height=0),
        picked=plain._replace(face=SEL, edge=SELBAR, edge_width=2 * edge, lip=SELBAR),
        plate=flat._replace(edge=FACE, edge_width=0),
        here=Look(INK, FACE, INK, 0, INK, 0, radius, square=True),
    )


def _school(looks: Looks) -> Looks:
    """Violet for blue and night, so that no key of an exercise looks like one that takes money (TRN-01)."""
    action = looks.action._replace(face=TRAIN, edge=TRAIN, lip=TRAINSLAB)
    slab = looks.slab._replace(face=TRAIN, edge=TRAINEDGE, lip=TRAINEDGE)
    return replace(
        looks,
        action=action,
        pay=looks.plain._replace(lip=TRAINEDGE),
        slab=slab,
        header=slab._replace(lip_height=0),
        panel=looks.panel._replace(face=TRAINSLAB, edge=TRAINSLAB, lip=TRAINSLAB),
    )


def _column(panel: int) -> tuple[Type, Measures]:
    sizes = {name: row[panel] for name, row in TYPES.items()}
    return Type(**sizes), Measures(**{name: row[panel] for name, row in MEASURES.items()})


NIGHT = Ground(SLAB, SLAB2, SLABEDGE)
VIOLET = Ground(TRAINSLAB, TRAIN2, TRAINEDGE, TRAIN)


@lru_cache(maxsize=16)
def theme_for(width: int, height: int, school: bool = False, language: str = "fr") -> Theme:
    """The theme of a panel of that size, or its twin for exercises; a panel without a table of its own is refused.

    `language` is "fr" or "en".
    """
    if language != "fr":
        return replace(theme_for(width, height, school), language=language)
    if school:
        real = theme_for(width, height)
        return replace(real, look=_school(real.look), slab=VIOLET)
    if (width, height) == (1280, 800):
        grid = Grid(columns=4, rows=5, categories=8, lines=9, names=8)
        return Theme(width, height, 0.170, grid, *_column(0), _looks(8, 4, 6), NIGHT)
    if (width, height) == (800, 480):
        grid = Grid(columns=3, rows=4, categories=6, lines=5, names=8)
        return Theme(width, height, 0.191, grid, *_column(1), _looks(6, 3, 6), NIGHT)
    raise ValueError(f"no theme for a panel of {width} x {height}")
