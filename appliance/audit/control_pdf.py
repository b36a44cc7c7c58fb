"""The control document as a PDF, A4. The same control gives the same bytes: no clock, no chance.

fpdf2 writes the file (docs/decisions/0011); it is loaded here, by whoever asks for a document, and by nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fpdf import FPDF

from appliance.audit.control import Control
from appliance.audit.control_text import Block, Column, Tone, blocks, day, groups, title, verdict
from appliance.core.money import euros

FONTS: Final = Path(__file__).parents[1] / "display" / "fonts"
# The colours of the till's screens; a bar and a word stand beside each.
INK, INK2, HAIR, RULE = (0x14, 0x21, 0x2E), (0x46, 0x53, 0x5F), (0xD8, 0xD5, 0xCB), (0x76, 0x80, 0x8A)
SLAB, SLAB2, PAPER = (0x15, 0x25, 0x36), (0xB9, 0xC7, 0xD3), (0xF2, 0xF0, 0xE9)
TONES: Final = {"": (0x1B, 0x5F, 0xA8), "good": (0x1E, 0x6B, 0x3C), "bad": (0xA6, 0x1B, 0x1B)}
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0  # mm
INNER: Final = WIDTH - 2 * MARGIN
BOTTOM: Final = HEIGHT - 18.0
SHORT = 9  # rows up to which a table is not broken over two pages
LINE, SMALL, BODY = 4.3, 7.5, 8.6  # mm, points, points


def pdf(control: Control) -> bytes:
    """The whole document."""
    sheet = _Sheet(control)
    sheet.head()
    for block in blocks(control):
        sheet.block(block)
    return sheet.bytes()


class _Sheet(FPDF):
    def __init__(self, control: Control) -> None:
        super().__init__(format="A4", unit="mm")
        self._control = control
        self.set_auto_page_break(auto=False)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("B612", style, FONTS / f"B612-{name}.otf")
        self.set_margin(0)
        self.c_margin = 0.0
        self._about()
        self.add_page()

    def _about(self) -> None:
        made = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self._control.made[0])
        self.set_creation_date(made.replace(microsecond=0))
        self.set_producer("Sceau")
        self.set_lang("fr-FR")
        self.set_title(f"Document de contrôle, {title(self._control)}")

    def bytes(self) -> bytes:
        return bytes(self.output())

    def footer(self) -> None:
        """Which chain, which page: a sheet that is alone still says what it belongs to."""
        self._ink(RULE)
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(MARGIN, BOTTOM + 4, WIDTH - MARGIN, BOTTOM + 4)
        self._put(MARGIN, BOTTOM + 5, f"Chaîne {groups(self._control.proof.chain)}", INNER, size=SMALL, ink=INK2)
        self._put(WIDTH - MARGIN - 18, BOTTOM + 5, f"page {self.page_no()} / {{nb}}", 18, size=SMALL, ink=INK2)

    def head(self) -> None:
        """The slab: what it is, of whom, of when, and the two sums that count. Then the verdict."""
        control = self._control
        self.set_fill_color(*SLAB)
        self.rect(0, 0, WIDTH, 42, style="F")
        white = (255, 255, 255)
        name = control.identity[0] if control.identity else ""
        self._put(MARGIN, 9, "Document de contrôle", 110, size=20, bold=True, ink=white)
        self._put(MARGIN, 19.5, name, 110, size=12, bold=True, ink=white)
        self._put(MARGIN, 26, f"Caisse {control.till}, {title(control)}", 110, size=10.5, ink=SLAB2)
        made = datetime(1970, 1, 1) + timedelta(milliseconds=control.made[0], minutes=control.made[1])  # noqa: DTZ001
        said = f"état de la caisse au {day(made.date().isoformat())} à {made:%H:%M:%S}"
        self._put(MARGIN, 31.8, said, 110, size=SMALL + 1, ink=SLAB2)
        sums = ("Encaissements de la période", control.sums.total), ("Total perpétuel", control.perpetual)
        for y, (label, cents) in zip((8.0, 23.5), sums, strict=True):
            self._put(MARGIN, y, label, INNER, size=SMALL + 1, ink=SLAB2, align="R")
            self._put(MARGIN, y + 6.2, euros(cents), INNER, size=17, bold=True, ink=white, align="R")
        self._verdict(49)

    def _verdict(self, y: float) -> None:
        tone, words, base = verdict(self._control)
        lines = self._fold(base, INNER - 18, SMALL + 1)
        height = 11 + 4.2 * len(lines)
        self.set_fill_color(*PAPER)
        self.rect(MARGIN, y, INNER, height, style="F")
        self.set_fill_color(*TONES[tone])
        self.rect(MARGIN, y, 2.2, height, style="F")
        self._sign(tone, MARGIN + 7.5, y + height / 2)
        self._put(MARGIN + 15, y + 2.6, words, INNER - 18, size=13, bold=True, ink=TONES[tone])
        for nth, line in enumerate(lines):
            self._put(MARGIN + 15, y + 9 + 4.2 * nth, line, INNER - 18, size=SMALL + 1, ink=INK2)
        self.set_y(y + height + 3)

    def _sign(self, tone: Tone, x: float, y: float) -> None:
        """A tick, or a cross: never by colour alone."""
        self.set_draw_color(*TONES[tone])
        self.set_line_width(1.1)
        strokes = ((-3, -3, 3, 3), (-3, 3, 3, -3)) if tone == "bad" else ((-3.2, 0.2, -0.9, 2.8), (-0.9, 2.8, 3.4, -3))
        for x1, y1, x2, y2 in strokes:
            self.line(x + x1, y + y1, x + x2, y + y2)

    def block(self, block: Block) -> None:
        """The title keeps its first rows, a short table stays whole; columns are named again on each page."""
        notes = self._fold(block.note, INNER, SMALL) if block.note else []
        head = 8.5 + 3.6 * len(notes) + 2 * LINE
        kept = block.rows if len(block.rows) <= SHORT else block.rows[:2]
        first = sum(self._height(block, row) for row in kept)
        self._room(head + first)
        y = self.get_y() + 3
        self.set_fill_color(*TONES[block.tone])
        self.rect(MARGIN, y + 0.2, 1.4, 4.4, style="F")
        self._put(
            MARGIN + 3.5, y, block.title, INNER, size=11, bold=True, ink=TONES["bad"] if block.tone == "bad" else INK
        )
        for nth, line in enumerate(notes):
            self._put(MARGIN + 3.5, y + 5.4 + 3.6 * nth, line, INNER, size=SMALL, ink=INK2)
        self.set_y(y + 5.6 + 3.6 * len(notes))
        self._names(block.columns)
        for nth, row in enumerate(block.rows, start=1):
            if self._room(self._height(block, row)):
                self._names(block.columns)
            self._row(block, row, strong=block.strong and nth == len(block.rows))

    def _names(self, columns: tuple[Column, ...]) -> None:
        """The groups over their columns, the columns' names, and the line under both."""
        y = self.get_y()
        places = self._places(columns)
        groups = dict.fromkeys(column.group for column in columns if column.group)
        for group in groups:
            held = [(x, x + width) for column, x, width in places if column.group == group]
            left, right = held[0][0], held[-1][1]
            self._put(left, y + 0.6, group, right - left, size=SMALL, ink=INK, bold=True, align="R")
        y += (LINE + 0.2) * bool(groups)
        named = any(column.title for column in columns)
        for column, x, width in places if named else ():
            self._put(x, y + 0.6, column.title, width, size=SMALL, ink=INK2, align="R" if column.figures else "L")
        y += (LINE + 0.4) * named + 0.4
        self.set_draw_color(*RULE)
        self.set_line_width(0.3)
        self.line(MARGIN, y, WIDTH - MARGIN, y)
        self.set_y(y)

    def _row(self, block: Block, row: tuple[str, ...], *, strong: bool) -> None:
        y, height = self.get_y(), self._height(block, row)
        label = len(block.columns) == 2 and not block.columns[0].figures
        for nth, (column, x, width) in enumerate(self._places(block.columns)):
            ink = INK2 if label and nth == 0 else INK
            align = "R" if column.figures else "L"
            for at, line in enumerate(self._fold(row[nth], width, BODY)):
                self._put(x, y + 0.7 + LINE * at, line, width, size=BODY, bold=strong, ink=ink, align=align)
        self.set_draw_color(*HAIR)
        self.set_line_width(0.15)
        self.line(MARGIN, y + height, WIDTH - MARGIN, y + height)
        self.set_y(y + height)

    def _height(self, block: Block, row: tuple[str, ...]) -> float:
        lines = [
            len(self._fold(row[nth], width, BODY)) for nth, (_, _, width) in enumerate(self._places(block.columns))
        ]
        return LINE * max(1, *lines) + 0.9

    @staticmethod
    def _places(columns: tuple[Column, ...]) -> list[tuple[Column, float, float]]:
        """(column, left edge, width), a gap of 2 mm between them."""
        part, x, found = INNER / sum(column.width for column in columns), MARGIN, []
        for column in columns:
            found.append((column, x, part * column.width - 2))
            x += part * column.width
        last, left, width = found[-1]
        return [*found[:-1], (last, left, width + 2)]

    def _room(self, height: float) -> bool:
        """Whether a new page had to be begun for `height`."""
        if self.get_y() + height <= BOTTOM:
            return False
        self.add_page()
        self.set_y(MARGIN)
        return True

    def _put(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        *,
        size: float,
        ink: tuple[int, int, int],
        bold: bool = False,
        align: str = "L",
    ) -> None:
        self._ink(ink)
        self.set_font("B612", "B" if bold else "", size)
        self.set_xy(x, y)
        self.cell(width, LINE, fit(text), align=align)

    def _ink(self, ink: tuple[int, int, int]) -> None:
        self.set_text_color(*ink)

    def _fold(self, text: str, width: float, size: float) -> list[str]:
        """Lines that fit `width` mm, broken at blanks and, where a word is longer, inside it."""
        self.set_font("B612", "", size)
        whole = fit(text).lstrip(" ")
        if self.get_string_width(whole) <= width:  # nearly always, and to measure is what a page costs
            return [whole] if whole else []
        lines, line = list[str](), ""
        for word in whole.split(" "):
            longer = f"{line} {word}" if line else word
            if line and self.get_string_width(longer) > width:
                lines.append(line)
                longer = word
            while self.get_string_width(longer) > width and len(longer) > 1:
                cut = next(
                    at for at in range(len(longer) - 1, 0, -1) if at == 1 or self.get_string_width(longer[:at]) <= width
                )
                lines.append(longer[:cut])
                longer = longer[cut:]
            line = longer
        return [*lines, line] if line else lines


def fit(text: str) -> str:
    """Only signs that the font has; what it lacks becomes "?"."""
    return "".join(each if each == "\u2212" or _known(each) else "?" for each in text.replace("\u202f", "\u00a0"))


def _known(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
