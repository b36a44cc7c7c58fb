"""The attestation as a PDF, A4, on the structure of the official model. The same file gives the same bytes.

fpdf2 writes it (docs/decisions/0011); it is loaded here and by the control document alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fpdf import FPDF

from appliance.audit.attest import Attestation
from appliance.audit.attest_text import MODEL, Section, reminder, sections, subject, title
from appliance.audit.control_pdf import FONTS, HAIR, HEIGHT, INK, INK2, INNER, MARGIN, RULE, SLAB, SLAB2, WIDTH, fit

LINE: Final = 4.4  # mm
SIZE, SMALL = 8.8, 7.5  # points
LABEL: Final = 52.0  # mm
BOTTOM: Final = HEIGHT - 18.0
SIGNATURE: Final = 20.0  # mm left for a hand


def pdf(attestation: Attestation, *, trial: bool) -> bytes:
    """The whole document; `trial`: signed with the key of development, said on every page."""
    sheet = _Sheet(attestation, trial=trial)
    sheet.head()
    for section in sections(attestation):
        sheet.section(section)
    sheet.foot()
    return bytes(sheet.output())


class _Sheet(FPDF):
    def __init__(self, attestation: Attestation, *, trial: bool) -> None:
        super().__init__(format="A4", unit="mm")
        self._attestation, self._part1, self._trial = attestation, attestation.part1, trial
        self.set_auto_page_break(auto=False)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("B612", style, FONTS / f"B612-{name}.otf")
        self.set_margin(0)
        self.c_margin = 0.0
        self.set_creation_date(datetime.fromisoformat(self._part1.made).replace(tzinfo=UTC))
        self.set_producer("Sceau")
        self.set_lang("fr-FR")
        self.set_title(f"{title(self._part1)} n° {self._part1.number}")
        self.add_page()
        self.set_y(MARGIN)

    def head(self) -> None:
        """The slab: what it is, its number, and of whom for whom."""
        part1 = self._part1
        self.set_fill_color(*SLAB)
        self.rect(0, 0, WIDTH, 36, style="F")
        self._put(MARGIN, 8, title(part1), INNER, size=19, bold=True, ink=(255, 255, 255))
        self._put(MARGIN, 18, f"n° {part1.number}", INNER, size=11, bold=True, ink=(255, 255, 255))
        self._put(MARGIN, 24.5, f"{part1.publisher}, pour {part1.shop}", INNER, size=10, ink=SLAB2)
        self._put(MARGIN, 8.8, MODEL, INNER, size=SMALL + 1, ink=SLAB2, align="R")
        if self._trial:
            self._put(
                MARGIN, 24.5, "clé de développement : ne prouve rien", INNER, size=10, bold=True, ink=SLAB2, align="R"
            )
        self.set_y(41)
        self._paragraph(subject(part1), size=SIZE, ink=INK2)

    def section(self, section: Section) -> None:
        """Kept together with its signature: nobody signs the top of a page."""
        if self.get_y() + self._tall(section) > BOTTOM:
            self.add_page()
            self.set_y(MARGIN)
        y = self.get_y() + 4
        self.set_fill_color(*SLAB)
        self.rect(MARGIN, y + 0.2, 1.4, 4.4, style="F")
        self._put(MARGIN + 3.5, y, section.title, INNER, size=11, bold=True)
        self.set_y(y + 7)
        for text in section.paragraphs:
            self._paragraph(text, size=SIZE, ink=INK)
        for label, value in section.rows:
            self._row(label, value)
        for label, texts in section.lists:
            self._list(label, texts)
        if section.signed:
            self._sign(section.signed)

    def foot(self) -> None:
        self.set_y(self.get_y() + 3)
        self._paragraph(reminder(self._part1), size=SMALL, ink=INK2)

    def footer(self) -> None:
        """Which file this sheet shows: its hash, and the first signs of the signature that a till checks."""
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(MARGIN, BOTTOM + 4, WIDTH - MARGIN, BOTTOM + 4)
        said = f"Fichier signé, SHA-256 {self._attestation.sha256.hex()}"
        self._put(MARGIN, BOTTOM + 5, said, INNER, size=SMALL - 1, ink=INK2)
        if self._trial:
            self._put(MARGIN, BOTTOM + 9, "Clé de développement : ce document ne prouve rien.", INNER, size=SMALL)
        self._put(WIDTH - MARGIN - 18, BOTTOM + 5, f"page {self.page_no()} / {{nb}}", 18, size=SMALL, ink=INK2)

    def _tall(self, section: Section) -> float:
        paragraphs = sum(LINE * len(self._fold(text, INNER, SIZE)) + 1.6 for text in section.paragraphs)
        rows = sum(LINE * len(self._fold(value, INNER - LABEL, SIZE)) + 1.2 for _, value in section.rows)
        lists = sum(
            LINE + 2.2 + sum(LINE * len(self._fold(each, INNER - 4, SIZE)) for each in texts)
            for _, texts in section.lists
        )
        return 12 + paragraphs + rows + lists + (2 * LINE + SIGNATURE + 4) * bool(section.signed)

    def _paragraph(self, text: str, *, size: float, ink: tuple[int, int, int]) -> None:
        y = self.get_y()
        for line in self._fold(text, INNER, size):
            self._put(MARGIN, y, line, INNER, size=size, ink=ink)
            y += LINE
        self.set_y(y + 1.6)

    def _row(self, label: str, value: str) -> None:
        y = self.get_y()
        self._put(MARGIN, y + 0.4, label, LABEL, size=SIZE, ink=INK2)
        for line in self._fold(value, INNER - LABEL, SIZE):
            self._put(MARGIN + LABEL, y + 0.4, line, INNER - LABEL, size=SIZE)
            y += LINE
        self.set_draw_color(*HAIR)
        self.set_line_width(0.15)
        self.line(MARGIN, y + 0.8, WIDTH - MARGIN, y + 0.8)
        self.set_y(y + 1.2)

    def _list(self, label: str, texts: tuple[str, ...]) -> None:
        self._put(MARGIN, self.get_y(), label, INNER, size=SIZE, bold=True)
        self.set_y(self.get_y() + LINE + 0.6)
        for text in texts:
            y = self.get_y()
            self._put(MARGIN, y, "–", 4, size=SIZE)
            for line in self._fold(text, INNER - 4, SIZE):
                self._put(MARGIN + 4, y, line, INNER - 4, size=SIZE)
                y += LINE
            self.set_y(y)
        self.set_y(self.get_y() + 1.6)

    def _sign(self, said: str) -> None:
        self.set_y(self.get_y() + 1.5)
        self._paragraph(said, size=SIZE, ink=INK)
        y = self.get_y() - LINE - 1.6
        self.set_draw_color(*RULE)
        self.set_line_width(0.25)
        self.rect(MARGIN, y + LINE + 1.2, INNER, SIGNATURE - 4)
        self.set_y(y + LINE + SIGNATURE - 1.5)

    def _put(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        *,
        size: float,
        ink: tuple[int, int, int] = INK,
        bold: bool = False,
        align: str = "L",
    ) -> None:
        self.set_text_color(*ink)
        self.set_font("B612", "B" if bold else "", size)
        self.set_xy(x, y)
        self.cell(width, LINE, fit(text), align=align)

    def _fold(self, text: str, width: float, size: float) -> list[str]:
        """Lines that fit `width` mm; a word that is longer, such as a hash, is broken inside."""
        self.set_font("B612", "", size)
        lines, line = list[str](), ""
        for word in fit(text).split(" "):
            longer = f"{line} {word}" if line else word
            if line and self.get_string_width(longer) > width:
                lines.append(line)
                longer = word
            while self.get_string_width(longer) > width:
                cut = next(at for at in range(len(longer) - 1, 0, -1) if self.get_string_width(longer[:at]) <= width)
                lines.append(longer[:cut])
                longer = longer[cut:]
            line = longer
        return [*lines, line]
