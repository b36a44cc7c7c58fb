"""Logical lines of a document, laid out for a paper of so many columns.

The same logical lines give 48 columns (80 mm) and 32 columns (58 mm).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line: `text` has at most `columns` characters of CP1252, half of that when `double`."""

    text: str
    bold: bool = False
    double: bool = False  # double width and height
    tall: bool = False  # double height only
    invert: bool = False  # white on black
