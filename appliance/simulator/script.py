"""A flow file as steps: one verb a line, `#` starts a comment, text in double quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TOKEN = re.compile(r'"([^"]*)"|([^\s"]+="[^"]*"|[^\s"]+)')


class ScriptError(Exception):
    """A line that is no verb; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A token; `quoted` ones are texts, never keywords."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    file: str
    line: int
    words: tuple[Word, ...]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def parse(path: Path) -> list[Step]:
    """The steps of a file. Raises OSError, UnicodeDecodeError."""
    steps = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        words = split(text)
        if words:
            steps.append(Step(str(path), number, words))
    return steps


def split(text: str) -> tuple[Word, ...]:
    """Words of a line, up to a `#` outside quotes."""
    words: list[Word] = []
    for match in TOKEN.finditer(text):
        if match[1] is None and match[2].startswith("#"):
            break
        words.append(Word(match[1], quoted=True) if match[1] is not None else Word(match[2]))
    return tuple(words)
