"""The completeness proof on paper, A4. The same proof gives the same bytes: no clock, no chance."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Final

from fpdf import FPDF

from collector import proof
from collector.office import tills
from collector.office.say import Say
from collector.office.tills import BAD, CARE, OVER, SIGNS, WELL
from collector.proof import Finding, Proof

Colour = tuple[int, int, int]
INK, INK2, HAIR, SLAB, SLAB2 = (20, 33, 46), (70, 83, 95), (216, 213, 203), (21, 37, 54), (185, 199, 211)
WHITE, PAPER = (255, 255, 255), (242, 240, 233)
TONES: Final[dict[str, Colour]] = {WELL: (0, 105, 79), CARE: (163, 95, 0), BAD: (179, 38, 30), OVER: INK2}
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0  # mm
INNER, BOTTOM = WIDTH - 2 * MARGIN, HEIGHT - 20.0
LABEL: Final = 34.0  # mm of the left column
HOW: Final = ("how_check", "how_root", "how_receipts", "how_verify", "how_limits")


def how(say: Say) -> list[str]:
    return [say(key) for key in HOW]


def pdf(it: Proof, say: Say) -> bytes:
    sheet = _Sheet(it, say)
    sheet.head()
    for finding in it.findings:
        sheet.till(finding)
    for stranger in it.strangers:
        sheet.text_line(say("stranger", chain=stranger.hex()), TONES[BAD])
    sheet.check()
    return bytes(sheet.output())


class _Sheet(FPDF):
    def __init__(self, it: Proof, say: Say) -> None:
        super().__init__(format="A4", unit="mm")
        self._proof, self._say = it, say
        self.set_auto_page_break(auto=True, margin=HEIGHT - BOTTOM)
        for style, name in (("", "Regular"), ("B", "Bold")):
            with as_file(files("appliance") / "display" / "fonts" / f"B612-{name}.otf") as path:
                self.add_font("B612", style, path)
        self.set_margins(MARGIN, MARGIN)
        self.set_creation_date(datetime.fromtimestamp(it.made // 1000, UTC))
        self.set_producer("Sceau")
        self.set_lang(say("locale"))
        self.set_title(f"{say('proof')}, {self._span()}")
        self.add_page()

    def _span(self) -> str:
        say, period = self._say, self._proof.period
        return say("from_to", first=say.date(period.first), last=say.date(period.last))

    def footer(self) -> None:
        self.set_y(BOTTOM + 5)
        self._set(7.5, INK2)
        self.cell(INNER / 2, 5, f"{self._say('proof')}, {self._span()}")
        self.cell(INNER / 2, 5, self._say("page_of", n=self.page_no(), all="{nb}"), align="R")

    def head(self) -> None:
        say, it = self._say, self._proof
        self.set_fill_color(*SLAB)
        self.rect(0, 0, WIDTH, 40, style="F")
        self._line(9, say("proof"), 20, WHITE, bold=True)
        self._line(19, self._span(), 12, WHITE, bold=True)
        self._line(27, say("made", time=f"{say.time(it.made, 0)} UTC"), 9, SLAB2)
        word = "empty" if not it.findings else "complete" if it.complete else "incomplete"
        tone = TONES[WELL if word == "complete" else CARE]
        left = sum(finding.verdict != proof.COMPLETE for finding in it.findings)
        self.set_fill_color(*PAPER)
        self.rect(MARGIN, 47, INNER, 20, style="F")
        self.set_fill_color(*tone)
        self.rect(MARGIN, 47, 2.2, 20, style="F")
        self.set_left_margin(MARGIN + 7)
        self._line(50, say(f"proof_{word}"), 14, tone, bold=True)
        self._line(58, say(f"proof_{word}_why", n=left, all=len(it.findings)), 8.5, INK2)
        self.set_left_margin(MARGIN)
        self.set_y(72)

    def till(self, finding: Finding) -> None:
        say, chain = self._say, finding.chain
        said = chain.registration
        if self.get_y() > BOTTOM - 40:
            self.add_page()
        tone = TONES[SIGNS[finding.verdict]]
        self.set_fill_color(*tone)
        self.rect(MARGIN, self.get_y() + 0.6, 1.4, 5, style="F")
        self._set(12, INK, bold=True)
        self.set_x(MARGIN + 3.5)
        name = f"{say('till')} {said.till}" if said else say("unknown")
        self.cell(INNER / 2, 6, fit(name))
        self._set(11, tone, bold=True)
        self.cell(INNER / 2 - 3.5, 6, fit(say(finding.verdict)), align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(1)
        self._row(say("shop"), f"{chain.name or say('shop_unnamed')}, {say('siret')} {said.siret if said else '?'}")
        self._row(say("chain"), chain.held.chain_id.hex())
        runs = ", ".join(say("from_to", first=first, last=last) for first, last in tills.runs(finding.parts))
        self._row(say("came"), f"{runs} ({say('batches_n', n=len(finding.parts))})" if runs else say("nothing"))
        self._row(say("is_missing"), "\n".join(tills.missing(finding, say)) or say("nothing"))
        closings = [f"{tills.closing(each, say)}, {say.euros(each.total)}" for each in finding.closings]
        self._row(say("closings"), "\n".join(closings) or say("closings_none"))
        if finding.parts:
            self._row(say("head"), finding.parts[-1].head.hex())
        self.ln(5)

    def check(self) -> None:
        if self.get_y() > BOTTOM - 55:
            self.add_page()
        self._set(12, INK, bold=True)
        self.cell(INNER, 7, self._say("how"), new_x="LMARGIN", new_y="NEXT")
        for line in how(self._say):
            self.text_line(f"\u2022 {line}")
        self.ln(1)
        self._row(self._say("root"), self._proof.log.root.hex())

    def text_line(self, text: str, ink: Colour = INK) -> None:
        self._set(8.6, ink)
        self.multi_cell(INNER, 4.6, fit(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _row(self, label: str, text: str) -> None:
        """Label and text side by side, a hair below."""
        self._set(8.6, INK2)
        top, page = self.get_y(), self.page_no()
        self.set_x(MARGIN + 3.5)
        self.cell(LABEL, 4.6, fit(label))
        self._set(8.6, INK)
        self.multi_cell(INNER - LABEL - 3.5, 4.6, fit(text), align="L", new_x="LMARGIN", new_y="NEXT")
        bottom = self.get_y() + 0.5
        self.set_draw_color(*HAIR)
        self.set_line_width(0.15)
        if self.page_no() == page or bottom > top:
            self.line(MARGIN + 3.5, bottom, WIDTH - MARGIN, bottom)
        self.set_y(bottom + 0.7)

    def _line(self, y: float, text: str, size: float, ink: Colour, *, bold: bool = False) -> None:
        self.set_y(y)
        self._set(size, ink, bold=bold)
        self.cell(INNER, size * 0.45, fit(text))

    def _set(self, size: float, ink: Colour, *, bold: bool = False) -> None:
        self.set_text_color(*ink)
        self.set_font("B612", "B" if bold else "", size)


def fit(text: str) -> str:
    """Only signs that the font has; what it lacks becomes "?"."""
    return "".join(each if each in "\u2212\n" or _known(each) else "?" for each in text)


def _known(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
