"""Lays logical lines out in columns: 48 (80 mm) or 32 (58 mm). A label wraps, an amount never does."""

from __future__ import annotations

import textwrap

from appliance.core.paper import Row

WIDE = 42  # columns from which titles are double width


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
        """Left and right edge; the right part never moves or breaks, the left part wraps above it."""
        wide = double and self.columns >= WIDE
        room = self.columns // 2 if wide else self.columns
        lines = self._wrap(left, max(room - len(right) - 1, 4)) or [""]
        *above, last = lines
        for line in above:
            self._rows.append(Row(line, bold=bold))
        text = last + " " * (room - len(last) - len(clean(right))) + clean(right)
        self._rows.append(Row(text, bold=bold or double, double=wide, tall=double and not wide))

    def triple(self, left: str, middle: str, right: str) -> None:
        """Three parts on one line, or the last one on its own."""
        joined = f"{middle}   {right}"
        if len(left) + 1 + len(joined) <= self.columns:
            self.pair(left, joined)
        else:
            self.pair(left, middle)
            self.text(right)

    def item(self, label: str, amount: str, sign: str) -> None:
        """A line of a ticket: label, amount, VAT letter; the amount stands on the label's last row."""
        *above, last = self._wrap(label, self._label_width) or [""]
        for line in above:
            self._rows.append(Row(line))
        right = f"{amount} {sign}"
        self._rows.append(Row((last + " " * (self.columns - len(last) - len(right)) + right).rstrip()))

    def cells(self, first: str, *others: str, bold: bool = False) -> None:
        """A row of four columns: 12 each on 48, 8 8 7 9 on 32."""
        widths = (self.columns // 4,) * 4 if self.columns >= WIDE else (8, 8, 7, self.columns - 23)
        text = clean(first)[: widths[0] + (widths[1] if not others[0] else 0)].ljust(widths[0])
        for other, width in zip(others, widths[1:], strict=True):
            text += other.rjust(width) if other else " " * (width - max(len(text) - widths[0], 0))
        self._rows.append(Row(text, bold=bold))

    @property
    def _label_width(self) -> int:
        return min(36, self.columns - 11)

    def _wrap(self, text: str, room: int) -> list[str]:
        """Breaks at spaces; leading spaces of a line that fits are kept."""
        text = clean(text)
        return [text] if len(text) <= room else textwrap.wrap(text, room, break_long_words=True)


FOLD = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-", "×": "x", "\u2011": "-", "’": "'"})


def clean(text: str) -> str:
    """Only characters of CP1252; what has no place there becomes "?"."""
    return text.translate(FOLD).encode("cp1252", "replace").decode("cp1252")
