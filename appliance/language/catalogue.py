"""French sentence in, English sentence out. The sentences stand in `english.toml`, which says how it is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from appliance.language.holes import DATES, FIGURE, GAP, TAKES, kind

FILE = Path(__file__).with_name("english.toml")
HOLE = re.compile(r"\{(\w+)\}")
KEPT = 2048  # sentences said last, with what they became
_SPACES = re.compile(GAP)
_NUMBERS = re.compile(rf"{FIGURE}|[^\w]*|[\d/: .,×+–→€%−-]*|\d+{GAP}×")


class Sentence(NamedTuple):
    """One with holes. `fixed` is its longest French text between holes: without it no other look is needed."""

    french: str
    english: str
    fixed: str


class Catalogue:
    """All sentences. `say` is None for what it does not know; figures alone are the same in both languages."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._exact = {french: english for french, english in entries.items() if not HOLE.search(french)}
        self._first: dict[str, list[Sentence]] = {}
        for french, english in entries.items():
            if HOLE.search(french):
                fixed = max(HOLE.split(french)[::2], key=len)
                self._first.setdefault(_first(french), []).append(Sentence(french, english, fixed))
        self._said: dict[str, str | None] = {}

    def say(self, text: str) -> str | None:
        """Kept for the next time: most words of a screen are those of the screen before."""
        if text not in self._said:
            if len(self._said) >= KEPT:
                self._said.clear()
            self._said[text] = self._new(text)
        return self._said[text]

    def _new(self, text: str) -> str | None:
        if _NUMBERS.fullmatch(text):
            return text
        plain = _SPACES.sub(" ", text)
        found = self._exact.get(plain)
        if found is None and (other := self._exact.get(_turned(plain))) is not None:
            found = _turned(other)
        return found if found is not None else self._filled(text, plain)

    def _filled(self, text: str, plain: str) -> str | None:
        for sentence in (*self._first.get(text[0], ()), *self._first.get("", ())):
            match = pattern(sentence.french).fullmatch(text) if sentence.fixed in plain else None
            if match and (said := self._fill(sentence.english, match.groupdict())) is not None:
                return said
        return None

    def _fill(self, english: str, holes: Mapping[str, str]) -> str | None:
        """None when words in one of its holes are not known: then it was another sentence."""
        said = {name: self._hole(name, text) for name, text in holes.items()}
        if None in said.values():
            return None
        return HOLE.sub(lambda hole: said[hole[1]] or "", english)

    def _hole(self, name: str, text: str) -> str | None:
        if kind(name) == "said":
            return self.say(text)
        date: Callable[[str], str] | None = DATES.get(kind(name))
        return date(text) if date else text


@cache
def pattern(french: str) -> re.Pattern[str]:
    """A sentence with holes as an expression; any space fits any space. Made when it is first needed."""
    parts = HOLE.split(french)
    fixed = [_SPACES.sub(lambda _: GAP, re.escape(part).replace("\\ ", " ")) for part in parts[::2]]
    holes = [f"(?P<{name}>{TAKES[kind(name)]})" for name in parts[1::2]]
    return re.compile("".join(part for pair in zip(fixed, [*holes, ""], strict=True) for part in pair))


def _first(french: str) -> str:
    """The letter that it begins with; "" when it begins with a hole."""
    return "" if french.startswith("{") else french[0]


def _turned(text: str) -> str:
    """The same with its first letter small instead of a capital, or the other way."""
    return text[:1].swapcase() + text[1:]


def entries(file: Path = FILE) -> dict[str, str]:
    """All of the file. Raises ValueError for a sentence that is there twice with two meanings."""
    found: dict[str, str] = {}
    for group in tomllib.loads(file.read_text("utf-8")).values():
        for french, english in group.items():
            if found.setdefault(french, english) != english:
                raise ValueError(f"{french!r} is there twice with two meanings")
    return found


@cache
def english_catalogue() -> Catalogue:
    """Read when the first English screen is drawn."""
    return Catalogue(entries())
