"""A till's paper as a PDF, 80 mm wide and as long as it is. The same rows give the same bytes: no clock, no chance.

fpdf2 writes the file (docs/decisions/0011); it is loaded by whoever asks for such a file, and by nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fpdf import FPDF

from appliance.core.paper import Row

WIDTH, MARGIN = 80.0, 4.0  # mm: the paper and what is left white beside 48 columns
LINE: Final = 3.6  # mm from line to line
COLUMNS: Final = 48
ADVANCE: Final = 0.6  # em: of each character of a monospaced Courier
POINT: Final = 25.4 / 72  # mm
INK, WHITE = (0x14, 0x21, 0x2E), (255, 255, 255)


def drawn(rows: tuple[Row, ...], title: str) -> bytes:
    """The whole file; `title` is what a reader shows in its window."""
    height = 2 * MARGIN + sum(_height(row) for row in rows)
    sheet = FPDF(unit="mm", format=(WIDTH, height))
    sheet.set_auto_page_break(auto=False)
    sheet.set_margin(0)
    sheet.c_margin = 0.0
    sheet.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    sheet.set_producer("Sceau")
    sheet.set_lang("fr-FR")
    sheet.set_title(title)
    sheet.core_fonts_encoding = "cp1252"  # what the rows are folded to; every reader has Courier (ISO 32000-1, 9.6.2.2)
    sheet.add_page()
    y = MARGIN
    for row in rows:
        _row(sheet, row, y)
        y += _height(row)
    return bytes(sheet.output())


def _height(row: Row) -> float:
    return LINE * (2 if row.double or row.tall else 1)


def _row(sheet: FPDF, row: Row, y: float) -> None:
    """A tall row is drawn twice as high and no wider, as the printer does it."""
    width = WIDTH - 2 * MARGIN
    size = width / COLUMNS / ADVANCE / POINT
    sheet.set_font("Courier", "B" if row.bold else "", size * (2 if row.double else 1))
    if row.invert:
        sheet.set_fill_color(*INK)
        sheet.rect(MARGIN, y, width, _height(row), style="F")
    sheet.set_text_color(*(WHITE if row.invert else INK))
    sheet.set_xy(MARGIN, y)
    sheet.cell(width, _height(row), row.text)
