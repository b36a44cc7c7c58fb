"""Files of a shop folder as text, tables and rows. What is wrong is found with its file and line."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")
MAX_TEXT = 64
MAX_SHORT = 24  # a means, a till, a person's name


@dataclass
class Findings:
    """Collects what is wrong, in the order found."""

    lines: list[str] = field(default_factory=list)

    def add(self, file: str, line: int, why: str) -> None:
        self.lines.append(f"{file}:{line}: {why}")


def read_toml(path: Path, found: Findings) -> dict[str, Any] | None:
    """None when it cannot be read, which is said."""
    text = _text(path, "utf-8", found)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        found.add(path.name, int(line[1]) if line else 1, f"not TOML: {error}")
    return None


def _text(path: Path, encoding: str, found: Findings) -> str | None:
    """A whole file, its accents in the one form that a record takes (NFC)."""
    try:
        return unicodedata.normalize("NFC", path.read_text(encoding))
    except FileNotFoundError:
        found.add(path.name, 1, "the file is missing; put it in the shop folder")
    except OSError as error:
        found.add(path.name, 1, f"the file cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        found.add(path.name, 1, "the file is not UTF-8; save it as UTF-8")
    return None


def fit(text: object, most: int) -> bool:
    """Whether a record and a printer can hold it: printable signs, not too many."""
    return isinstance(text, str) and 0 < len(text) <= most and text.isprintable()


def line_of(path: Path, word: str, nth: int = 0) -> int:
    """The line on which the nth `word =` stands, to point at it; 1 when it is not there."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    hits = [n for n, line in enumerate(lines, 1) if line.split("=")[0].strip() == word or line.strip() == word]
    return hits[min(nth, len(hits) - 1)] if hits else 1


def read_rows(path: Path, columns: tuple[str, ...], found: Findings) -> list[tuple[int, dict[str, str]]]:
    text = _text(path, "utf-8-sig", found)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            found.add(path.name, 1, f"the header must be {','.join(columns)}")
            return []
        return _complete(reader, path, columns, found)
    except csv.Error as error:
        found.add(path.name, reader.line_num, f"not CSV: {error}")
        return []


def _complete(
    reader: Any,  # noqa: ANN401 - csv has no public type for its reader
    path: Path,
    columns: tuple[str, ...],
    found: Findings,
) -> list[tuple[int, dict[str, str]]]:
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(columns):
            found.add(path.name, reader.line_num, f"{len(cells)} cells instead of {len(columns)}")
            continue
        rows.append((reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    return rows
