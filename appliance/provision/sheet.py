"""The technician's sheets: for each till its name and the QR that opens its bundle, six to a page of A4.

Whoever holds a sheet and the stick can read what the bundle hides: they travel apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from fpdf import FPDF

from appliance.display.qr import Modules, matrix

ACROSS, DOWN = 2, 3
MARGIN: Final = 12.0  # mm
CELL: Final = ((210 - 2 * MARGIN) / ACROSS, (297 - 2 * MARGIN) / DOWN)
SIDE: Final = 55.0  # mm of a QR with its quiet zone
QUIET: Final = 4  # modules (ISO/IEC 18004, 9.1)


class Card(NamedTuple):
    """`digits`: what the QR says; `lines`: what a person reads beside it, the first one bold."""

    lines: tuple[str, ...]
    digits: str


def sheets(cards: Sequence[Card], title: str) -> bytes:
    """The whole file. The same cards give the same bytes."""
    paper = FPDF(unit="mm", format="A4")
    paper.set_auto_page_break(auto=False)
    paper.set_margin(0)
    paper.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    paper.set_producer("Sceau")
    paper.set_lang("fr-FR")
    paper.set_title(title)
    paper.core_fonts_encoding = "cp1252"
    for at, card in enumerate(cards):
        place = at % (ACROSS * DOWN)
        if place == 0:
            paper.add_page()
        _card(paper, card, MARGIN + place % ACROSS * CELL[0], MARGIN + place // ACROSS * CELL[1])
    return bytes(paper.output())


def _card(paper: FPDF, card: Card, left: float, top: float) -> None:
    _qr(paper, matrix(card.digits), left + (CELL[0] - SIDE) / 2, top)
    y = top + SIDE
    for at, line in enumerate(card.lines):
        paper.set_font("Helvetica", "B" if at == 0 else "", 11 if at == 0 else 9)
        paper.set_xy(left, y)
        paper.cell(CELL[0], 5, line.encode("cp1252", "replace").decode("cp1252"), align="C")
        y += 5


def _qr(paper: FPDF, modules: Modules, left: float, top: float) -> None:
    """Runs of dark modules as rectangles: sharp at any size."""
    side = SIDE / (len(modules) + 2 * QUIET)
    paper.set_fill_color(0, 0, 0)
    for row, cells in enumerate(modules):
        start = None
        for column, dark in enumerate((*cells, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x, y = left + (start + QUIET) * side, top + (row + QUIET) * side
                paper.rect(x, y, (column - start) * side, side, style="F")
                start = None
