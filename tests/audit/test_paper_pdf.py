"""A ticket as a file: the same rows as on paper, the same bytes each time, every sign of CP1252."""

from __future__ import annotations

import io

import pypdfium2

from appliance.audit.paper_pdf import drawn
from appliance.core.paper import Row

ROWS = (
    Row("Épicerie des Halles", bold=True),
    Row("DUPLICATA n° 1", double=True),
    Row("Pâte à tartiner 400 g                  4,25 €"),
    Row("TOTAL                                  4,25 €", bold=True, tall=True),
    Row("MODE ÉCOLE", invert=True),
)


def test_every_row_stands_in_the_file() -> None:
    """As text that can be searched and copied."""
    page = pypdfium2.PdfDocument(io.BytesIO(drawn(ROWS, "ticket-1-000001")))[0].get_textpage()
    said = [" ".join(line.split()) for line in page.get_text_bounded().splitlines()]

    assert [" ".join(row.text.split()) for row in ROWS] == said


def test_the_same_rows_give_the_same_bytes() -> None:
    """No clock and no chance: what was given to the customer can be made again from the journal."""
    assert drawn(ROWS, "a") == drawn(ROWS, "a")


def test_the_paper_is_as_wide_as_a_ticket_and_as_long_as_its_rows() -> None:
    """80 mm; a row of double height takes two."""
    small = pypdfium2.PdfDocument(io.BytesIO(drawn(ROWS[:1], "a")))[0].get_size()
    tall = pypdfium2.PdfDocument(io.BytesIO(drawn((Row("x", tall=True),), "a")))[0].get_size()

    assert round(small[0] / 72 * 25.4) == 80
    assert round((tall[1] - small[1]) / 72 * 25.4, 1) == 3.6
