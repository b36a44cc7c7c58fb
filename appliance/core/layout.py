"""Lays logical lines out in columns: 48 (80 mm) or 32 (58 mm). A label wraps, an amount never does."""

from __future__ import annotations

import textwrap

from appliance.core.paper import Row

WIDE = 42  # columns from which titles are double width
LEAST = 8  # columns that a wrapped left part needs beside the right one


class Sheet:
    """Collects the rows of one document. All text is folded to CP1252 as the printers speak it."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._rows: list[Row] = []

    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows)

    def blank(self) -> None:
        self._rows.append(Row(""))

    def rule(self) -> None:
        self._rows.append(Row("-" * self.columns))

    def text(self, text: str, *, bold: bool = False) -> None:
        for line in self._wrap(text, self.columns):
            self._rows.append(Row(line, bold=bold))

    def wrapped(self, text: str) -> None:
        for line in self._wrap(text, self._label_width):
            self._rows.append(Row(line))

    def center(self, text: str) -> None:
        for line in self._wrap(text, self.columns):
            self._rows.append(Row(line.center(self.columns).rstrip()))

    def center_parts(self, *parts: str) -> None:
        """On one line when they fit, on one each otherwise."""
        kept = [part for part in parts if part]
        joined = "   ".join(kept)
        for part in [joined] if len(joined) <= self.columns else kept:
            self.center(part)

    def title(self, text: str) -> None:
        """Double size on wide paper, double height on narrow paper."""
        wide = self.columns >= WIDE
        room = self.columns // 2 if wide else self.columns
        for line in self._wrap(text, room):
            self._rows.append(Row(line.center(room).rstrip(), bold=True, double=wide, tall=not wide))

    def banner(self, text: str) -> None:
        """White on black, across the paper."""
        wide = self.columns >= WIDE
        room = self.columns // 2 if wide else self.columns
        self._rows.append(Row(clean(text)[:room].center(room), bold=True, double=wide, tall=not wide, invert=True))

    def pair(self, left: str, right: str, *, bold: bool = False, double: bool = False) -> None:
        """Left and right edge; the right part never breaks, the left part wraps above it."""
        wide = double and self.columns >= WIDE
        room = self.columns // 2 if wide else self.columns
        left, right = clean(left), clean(right)
        beside = room - len(right) - 1
        lines = self._wrap(left, beside) if beside >= min(len(left), LEAST) else [*self._wrap(left, room), ""]
        *above, last = lines or [""]
        for line in above:
            self._rows.append(Row(line, bold=bold))
        if len(right) > room:
            self.text(right, bold=bold)
            return
        text = last + " " * (room - len(last) - len(right)) + right
        self._rows.append(Row(text, bold=bold or double, double=wide, tall=double and not wide))

    def triple(self, left: str, middle: str, right: str) -> None:
        """Three parts on one line, or the last one on its own."""
        joined = f"{middle}   {right}"
        if len(clean(left)) + 1 + len(clean(joined)) <= self.columns:
            self.pair(left, joined)
        else:
            self.pair(left, middle)
            self.text(right)

    def item(self, label: str, amount: str, sign: str) -> None:
        """A line of a ticket: label, amount, VAT letter; the amount stands on the label's last row."""
        right = f"{amount} {sign}"
        *above, last = self._wrap(label, min(self._label_width, self.columns - len(right) - 1)) or [""]
        for line in above:
            self._rows.append(Row(line))
        self._rows.append(Row((last + " " * (self.columns - len(last) - len(right)) + right).rstrip()))

    def product(self, figures: str, amount: str, sign: str) -> None:
        """Quantity and price beside the amount, or on a row above it when they are long: figures never break."""
        if len(figures) + len(amount) + len(sign) + 2 > self.columns:
            self._rows.append(Row(figures))
            figures = ""
        self._rows.append(Row(f"{figures}{f'{amount} {sign}'.rjust(self.columns - len(figures))}".rstrip()))

    def cells(self, first: str, *others: str, bold: bool = False) -> None:
        """A row of four columns: 12 each on 48, 8 8 7 9 on 32. What does not fit goes to rows of its own."""
        widths = (self.columns // 4,) * 4 if self.columns >= WIDE else (8, 8, 7, self.columns - 23)
        first = clean(first)
        text = first.ljust(widths[0] + (widths[1] if not others[0] else 0))
        for place, other in enumerate(others, 1):
            text += other.rjust(widths[place]) if other else ""
        if len(text) == self.columns and _apart(text, (first, *others)):
            self._rows.append(Row(text, bold=bold))
            return
        self.text(first, bold=bold)
        sums = "  ".join(other for other in others if other)
        for line in [sums] if len(sums) <= self.columns else [other for other in others if other]:
            self._rows.append(Row(line.rjust(self.columns), bold=bold))

    @property
    def _label_width(self) -> int:
        return min(36, self.columns - 11)

    def _wrap(self, text: str, room: int) -> list[str]:
        """Breaks at spaces; leading spaces of a line that fits are kept."""
        text = clean(text)
        return [text] if len(text) <= room else textwrap.wrap(text, room, break_long_words=True)


def _apart(text: str, cells: tuple[str, ...]) -> bool:
    """Whether blanks stand between all that is not empty."""
    return text.split() == " ".join(cell for cell in cells if cell).split()


FOLD = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-", "×": "x", "\u2011": "-", "’": "'"})


def clean(text: str) -> str:
    """Only characters of CP1252; what has no place there becomes "?"."""
    return text.translate(FOLD).encode("cp1252", "replace").decode("cp1252")
