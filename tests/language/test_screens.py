"""Sample screens in English: every word is said, and the display's own words agree with the catalogue's."""

from __future__ import annotations

from dataclasses import asdict

from appliance.core.view import View
from appliance.display.theme import Theme
from appliance.display.words import ENGLISH, FRENCH
from appliance.language.catalogue import english_catalogue
from tests.cases import over
from tests.display.pictures import every
from tests.display.sample_english import NAMES, SAMPLES
from tests.language.hearing import unknown


@over(every)
def test_every_word_of_a_sample_is_said(name: str, view: View, theme: Theme) -> None:
    """By the till's catalogue, or by the words that only samples have."""
    assert unknown(view) - SAMPLES.keys() - NAMES == set()


def test_the_words_of_samples_are_needed() -> None:
    """What the till says by now needs no words of its own here."""
    heard = {text for _, view, _ in every() for text in unknown(view)}

    assert SAMPLES.keys() - heard == set()


def test_the_display_says_everything_in_english() -> None:
    """Each of its own words, none of them still French."""
    french, english = asdict(FRENCH), asdict(ENGLISH)

    assert all(english.values())
    assert {name for name in french if french[name] == english[name]} == {"total"}


def test_words_that_the_display_looks_for_are_the_catalogues() -> None:
    """It knows a page of change and a key that leads down by their words."""
    say = english_catalogue().say

    assert say(FRENCH.change) == ENGLISH.change
    assert (say(f"4 lignes {FRENCH.below}") or "").endswith(ENGLISH.below)
