"""The control document on the till's own paper, 48 or 32 columns. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.audit.control import Control
from appliance.audit.control_text import Block, blocks, title, verdict
from appliance.core.layout import Sheet, clean
from appliance.core.money import MINUS, NBSP
from appliance.core.paper import Row


def rows(control: Control, columns: int, *, details: bool = True) -> tuple[Row, ...]:
    """Every block of the document: what is a table on a sheet is a few lines a row here.

    Without `details` no list of acts and no day by day, but all sums: a year's lists are metres of paper.
    """
    sheet = Sheet(columns)
    sheet.title("DOCUMENT DE CONTRÔLE")
    sheet.center(title(control))
    sheet.blank()
    tone, words, base = verdict(control)
    if tone == "bad":
        sheet.banner("JOURNAL ALTÉRÉ")
    sheet.text(words, bold=True)
    sheet.text(base)
    for block in blocks(control, details=details):
        sheet.rule()
        sheet.text(block.title.upper(), bold=True)
        if block.note:
            sheet.text(plain(block.note))
        _table(sheet, block)
    sheet.rule()
    return sheet.rows()


def _table(sheet: Sheet, block: Block) -> None:
    """Groups of columns: one table after the other. One column: text; two: pairs; more: a name, then figures."""
    for group in dict.fromkeys(column.group for column in block.columns if column.group):
        _group(sheet, block, group)
    if any(column.group for column in block.columns):
        return
    for nth, row in enumerate(block.rows, start=1):
        cells = [plain(cell) for cell in row]
        strong = block.strong and nth == len(block.rows)
        if len(cells) == 1:
            sheet.text(cells[0])
        elif len(cells) == 2:
            _pair(sheet, cells[0], cells[1], strong)
        else:
            _wide(sheet, block, cells, strong)


def _group(sheet: Sheet, block: Block, group: str) -> None:
    places = [at for at, column in enumerate(block.columns) if column.group == group]
    names = [block.columns[at].title for at in places]
    sheet.text(plain(group), bold=True)
    if any(names):
        sheet.cells("", *_three(names))
    for nth, row in enumerate(block.rows, start=1):
        cells = [plain(row[at]) for at in places]
        strong = block.strong and nth == len(block.rows)
        if any(names):
            sheet.cells(plain(row[0]), *_three(cells), bold=strong)
        elif any(cells):
            _pair(sheet, plain(row[0]), cells[0], strong)


def _three(cells: list[str]) -> list[str]:
    return ["", *cells] if len(cells) == 2 else cells


def _pair(sheet: Sheet, left: str, right: str, strong: bool) -> None:
    """On one line, or the right part at the end of the left one's last line; a long right part under it."""
    *above, last = [*_folded(left, sheet.columns)] or [""]
    if len(right) > sheet.columns // 2 and (not left or len(left) + len(right) >= sheet.columns):
        for line in [*above, last] if left else ():
            sheet.text(line, bold=strong)
        for line in _folded(right, sheet.columns - 2):
            sheet.text(f"  {line}", bold=strong)
        return
    if len(last) + 1 + len(right) > sheet.columns:
        above, last = [*above, last], ""
    for line in above:
        sheet.text(line, bold=strong)
    sheet.text(last + right.rjust(sheet.columns - len(last)), bold=strong)


def _folded(text: str, room: int) -> Iterator[str]:
    """At blanks; a word longer than the paper is cut."""
    line = ""
    for word in text.split():
        while len(word) > room:
            yield word[:room]
            word = word[room:]  # noqa: PLW2901 - what is left of it
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line


def _wide(sheet: Sheet, block: Block, cells: list[str], strong: bool) -> None:
    both = [(cell, column) for cell, column in zip(cells, block.columns, strict=True) if cell]
    head = "  ".join(cell for cell, column in both if column.key or not column.figures)
    figures = [(column.title, cell) for cell, column in both if column.figures and not column.key]
    if len(figures) <= 2:
        _pair(sheet, head, "  ".join(cell for _, cell in figures), strong)
        return
    for line in _folded(head, sheet.columns):
        sheet.text(line, bold=strong)
    for name, cell in figures:
        sheet.pair(f"  {name}", cell, bold=strong)


def plain(text: str) -> str:
    return clean(text.replace(NBSP, " ").replace(MINUS, "-"))
